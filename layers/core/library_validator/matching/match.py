"""Candidates of one applicant, compared and ranked."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
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
from library_validator.matching.words import LIBRARY_WORDS

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
    everybody: bool = False,
) -> Ranking:
    """Compare the candidates of ``keys``, each once, and rank them by match weight.

    Those that share a whole name, a phone, a door or an id with the applicant are compared always. Where one
    of them has its very name and is where it is, nobody else is (``_is_certain``). Else so are the three
    that share most of town, ZIP and words of the name. Where none of all these is listed and a likely match,
    so are those of the same town or ZIP and three others (for an applicant of a name alone all others) who
    have a word of the name or perhaps the street in common. ``everybody``: all of them are.

    ``fiscal_year`` is the registry's newest one: entries that are last listed before it have vanished.
    """
    sure, namesakes = _find_sure(query, keys, postings)
    scored_of = partial(_scored_of, query, statistics, weights)
    scored = scored_of(sure.values())
    others: dict[str, str] = {}
    if everybody or not any(_is_certain(one, fiscal_year) for one in scored):
        others, placed = _find_others(keys, postings, statistics, sure)
        scored += scored_of(islice(others.values(), None if everybody else ENOUGH))
        if not everybody and not any(one.bits > 0 and one.entry.last_listed >= fiscal_year for one in scored):
            scored += scored_of(_worth_a_look(query, others, placed))
    if not any(one.bits > 0 for one in scored):
        # who has only the name in common, in another state, matters only where the own state has nobody
        scored += scored_of([text for one, text in namesakes.items() if one not in others])
    scored.sort(key=_standing)
    listed = tuple([one for one in scored if one.entry.last_listed >= fiscal_year])
    vanished = tuple([one for one in scored if one.entry.last_listed < fiscal_year])
    return Ranking(listed, vanished)


def _find_sure(
    query: Query, keys: Sequence[str], postings: Mapping[str, bytes]
) -> tuple[dict[str, str], dict[str, str]]:
    """Encoded entries by id: of a whole name in its state, a phone, a door or an id; namesakes elsewhere."""
    sure: dict[str, str] = {}
    named: dict[str, str] = {}
    for key in keys:
        if key in postings:
            if key[0] in SELECTIVE_FAMILIES:
                sure.update(texts_in(postings[key]))
            elif key[0] == NAME_FAMILY:
                named.update(texts_in(postings[key]))
    sure.update({one: text for one, text in named.items() if one.startswith(query.state)})
    return sure, {one: text for one, text in named.items() if one not in sure}


def _find_others(
    keys: Sequence[str], postings: Mapping[str, bytes], statistics: Statistics, sure: Container[str]
) -> tuple[dict[str, str], set[str]]:
    """Encoded entries by id of a town, a ZIP or words of the name, those that share most first; and which of
    them are of the town or the ZIP."""
    texts: dict[str, str] = {}
    shared: dict[str, float] = {}  # bits
    placed: set[str] = set()
    for key in keys:
        family = key[0]
        if key not in postings or family in SELECTIVE_FAMILIES or family == NAME_FAMILY:
            continue
        found = texts_in(postings[key])
        texts.update(found)
        bits = _PLACE_BITS.get(family)
        if bits is None:
            bits = statistics.bits(word_of(key))
        else:
            placed.update(found)
        for one in found:
            shared[one] = shared.get(one, 0.0) + bits
    ranked = sorted([one for one in shared if one not in sure], key=shared.__getitem__, reverse=True)
    return {one: texts[one] for one in ranked}, placed


def _worth_a_look(query: Query, others: Mapping[str, str], placed: Container[str]) -> list[str]:
    """Encoded entries beyond the first, where none of those is likely: one of its town at least."""
    compared, rest = list(others)[:ENOUGH], list(others)[ENOUGH:]
    same_place = [one for one in rest if one in placed]
    elsewhere = [one for one in rest if one not in placed]
    if not query.is_name_alone:
        del elsewhere[ENOUGH:]
    neighbour = [] if any(one in placed for one in compared) else same_place[:1]
    doubtful = [others[one] for one in chain(same_place[len(neighbour) :], elsewhere)]
    return [
        *[others[one] for one in neighbour],
        *[text for text in doubtful if _can_be(query, entry_of(text))],
    ]


def _can_be(query: Query, entry: Entry) -> bool:
    """Whether an entry that is no likely candidate is worth a comparison."""
    if LIBRARY_WORDS.isdisjoint(query.name.tokens) and not _is_named_otherwise(entry):
        return False  # who does not say library is none that says so by every name
    return may_share_name(query, entry) or may_share_street(query, entry)


def _is_named_otherwise(entry: Entry) -> bool:
    """Whether any name of the entry does without the word library."""
    for names in (entry.names, entry.system_names):
        for name in names:
            if LIBRARY_WORDS.isdisjoint(name.tokens):
                return True
    return False


def _is_certain(one: Scored, fiscal_year: int) -> bool:
    """Whether a listed entry has the applicant's very name, at the same place, and its street or phone.

    Nobody comes near it who has not the name, the phone or the door: those were compared.
    """
    compared = one.compared
    return (
        compared.name.level == "exact"
        and compared.together in ("street_and_phone", "phone_and_place", "street")
        and one.entry.last_listed >= fiscal_year
    )


def _scored_of(query: Query, statistics: Statistics, weights: Weights, texts: Iterable[str]) -> list[Scored]:
    return [_score(query, entry_of(text), statistics, weights) for text in texts]


def _score(query: Query, entry: Entry, statistics: Statistics, weights: Weights) -> Scored:
    compared = compare(query, entry, statistics)
    return Scored(entry, compared, weights.total(compared))


def _standing(scored: Scored) -> tuple[float, int, int, str]:
    """Best first: bits, then the newer listing, then systems before outlets, then the id."""
    entry = scored.entry
    return (-round(scored.bits, 6), -entry.last_listed, 0 if entry.is_system else 1, entry.id)
