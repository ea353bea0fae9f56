"""Candidates of one applicant, compared and ranked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from library_validator.matching.compare import Compared, compare
from library_validator.matching.compare_addresses import may_share_street
from library_validator.matching.compare_names import may_share_name
from library_validator.matching.entries import Entry
from library_validator.matching.index import entry_of, texts_in
from library_validator.matching.keys import (
    CITY_FAMILY,
    NAME_FAMILY,
    SELECTIVE_FAMILIES,
    ZIP_FAMILY,
    word_of,
)
from library_validator.matching.query import Query
from library_validator.matching.statistics import Statistics
from library_validator.matching.weights import Weights

# So many of those who share but a place or a word.
ENOUGH: Final = 3
# What it is worth to have a ZIP or a town in common; words count as they are rare.
_PLACE_BITS: Final = {ZIP_FAMILY: 9.0, CITY_FAMILY: 6.0}


class Scored(NamedTuple):
    """An entry with its comparisons and what they are worth."""

    entry: Entry
    compared: Compared
    bits: float  # the prior included


@dataclass(frozen=True, slots=True)
class Ranking:
    """Every candidate, best first: those of the newest release, and those that vanished before it."""

    scored: tuple[Scored, ...]
    vanished: tuple[Scored, ...] = ()

    @property
    def best(self) -> Scored | None:
        return self.scored[0] if self.scored else None

    @property
    def vanished_best(self) -> Scored | None:
        return self.vanished[0] if self.vanished else None

    @property
    def runner_up(self) -> Scored | None:
        """The best candidate of another system than the best one's."""
        return self.best_other_than(self.scored[0]) if self.scored else None

    @property
    def margin(self) -> float | None:
        """Bits between the best candidate and the best of another system."""
        other = self.runner_up
        return None if other is None else self.scored[0].bits - other.bits

    def best_other_than(self, chosen: Scored) -> Scored | None:
        """The best listed candidate of another system than ``chosen``'s."""
        key = chosen.entry.fscs_key
        return next((other for other in self.scored if other.entry.fscs_key != key), None)


def rank(
    query: Query,
    keys: Sequence[str],
    postings: Mapping[str, bytes],
    statistics: Statistics,
    weights: Weights,
    fiscal_year: int,
    *,
    enough: int = ENOUGH,
) -> Ranking:
    """Compare the candidates of ``keys``, each once, and rank them by match weight.

    Those that share a whole name, a phone, a door or an id with the applicant are compared always; of those
    that share a town, a ZIP or words of the name, the ``enough`` that share most. Where none of these is
    listed and a likely match, so are those of the same town or ZIP and ``enough`` others (for an applicant of
    a name alone all others) who have a word of the name or perhaps the street in common.

    ``fiscal_year`` is the registry's newest one: entries that are last listed before it have vanished.
    """
    found = _find(query, keys, postings, statistics)
    others = found.others

    def scored_of(ids: Iterable[str]) -> list[Scored]:
        return [_score(query, entry_of(found.texts[one]), statistics, weights) for one in ids]

    scored = scored_of([*found.sure, *others[:enough]])
    if not any(one.bits > 0 and one.entry.last_listed >= fiscal_year for one in scored):
        rest = [one for one in others[enough:] if one in found.placed]
        elsewhere = [one for one in others[enough:] if one not in found.placed]
        rest += elsewhere if query.is_name_alone else elsewhere[:enough]
        doubtful = rest[enough:]
        scored += scored_of(rest[:enough])
        scored += scored_of([one for one in doubtful if _can_be(query, entry_of(found.texts[one]))])
    if not any(one.bits > 0 for one in scored):
        # who has only the name in common, in another state, matters only where the own state has nobody
        scored += scored_of(found.namesakes)
    scored.sort(key=_standing)
    listed = tuple([one for one in scored if one.entry.last_listed >= fiscal_year])
    vanished = tuple([one for one in scored if one.entry.last_listed < fiscal_year])
    return Ranking(listed, vanished)


class _Found(NamedTuple):
    """The ids of candidates, by what they have in common with the applicant."""

    texts: dict[str, str]  # each one encoded
    sure: set[str]  # a whole name in its state, a phone, a door or an id
    others: list[str]  # a town, a ZIP or words of the name: those that share most first
    placed: set[str]  # a town or a ZIP
    namesakes: list[str]  # nothing but the name, in another state


def _find(query: Query, keys: Sequence[str], postings: Mapping[str, bytes], statistics: Statistics) -> _Found:
    texts: dict[str, str] = {}
    sure: set[str] = set()
    named: set[str] = set()
    shared: dict[str, float] = {}  # bits
    placed: set[str] = set()
    for key in keys:
        if key not in postings:
            continue
        filed = texts_in(postings[key])
        texts.update(filed)
        family = key[0]
        if family in SELECTIVE_FAMILIES:
            sure.update(filed)
        elif family == NAME_FAMILY:
            named.update(filed)
        else:
            bits = _PLACE_BITS.get(family)
            if bits is None:
                bits = statistics.bits(word_of(key))
            else:
                placed.update(filed)
            for one in filed:
                shared[one] = shared.get(one, 0.0) + bits
    sure.update([one for one in named if one.startswith(query.state)])
    others = [one for one in shared if one not in sure]
    others.sort(key=shared.__getitem__, reverse=True)
    namesakes = [one for one in named if one not in sure and one not in shared]
    return _Found(texts, sure, others, placed, namesakes)


def _can_be(query: Query, entry: Entry) -> bool:
    """Whether an entry that is no likely candidate is worth a comparison."""
    return may_share_name(query, entry) or may_share_street(query, entry)


def _score(query: Query, entry: Entry, statistics: Statistics, weights: Weights) -> Scored:
    compared = compare(query, entry, statistics)
    return Scored(entry, compared, weights.total(compared))


def _standing(scored: Scored) -> tuple[float, int, int, str]:
    """Best first: bits, then the newer listing, then systems before outlets, then the id."""
    entry = scored.entry
    return (-round(scored.bits, 6), -entry.last_listed, 0 if entry.is_system else 1, entry.id)
