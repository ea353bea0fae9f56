"""Candidates of one applicant, compared and ranked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from library_validator.matching.compare import Compared, compare
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

# Of those who share but a place or a word. On all labelled sets 3 give the answers that comparing everybody
# gives, but for one applicant of a name and a state alone; 5 give all of them.
ENOUGH: Final = 5
# What it is worth to have a ZIP or a town in common; words count as they are rare.
_SHARED_BITS: Final = {ZIP_FAMILY: 9.0, CITY_FAMILY: 6.0}


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
    that share a town, a ZIP or words of the name, the ``enough`` that share most. Everybody else is compared
    where none of these is listed and a likely match.

    ``fiscal_year`` is the registry's newest one: entries that are last listed before it have vanished.
    """
    sure: dict[str, str] = {}
    far: dict[str, str] = {}
    loose: dict[str, str] = {}
    shared: dict[str, float] = {}
    for key in keys:
        if key not in postings:
            continue
        found = texts_in(postings[key])
        family = key[0]
        if family in SELECTIVE_FAMILIES:
            sure.update(found)
        elif family == NAME_FAMILY:
            for identity, text in found.items():
                (sure if identity.startswith(query.state) else far)[identity] = text
        else:
            loose.update(found)
            bits = _SHARED_BITS.get(family) or statistics.bits(word_of(key))
            for identity in found:
                shared[identity] = shared.get(identity, 0.0) + bits
    unsure = [identity for identity in loose if identity not in sure]
    if len(unsure) > enough:
        unsure.sort(key=shared.__getitem__, reverse=True)
    first = [*sure.values(), *[loose[identity] for identity in unsure[:enough]]]
    scored = [_score(query, entry_of(text), statistics, weights) for text in first]
    if not any(one.bits > 0 and one.entry.last_listed >= fiscal_year for one in scored):
        rest = [loose[identity] for identity in unsure[enough:]]
        scored += [_score(query, entry_of(text), statistics, weights) for text in rest]
    if not any(one.bits > 0 for one in scored):
        # who has only the name in common, in another state, matters only where the own state has nobody
        unseen = [text for identity, text in far.items() if identity not in sure and identity not in loose]
        scored += [_score(query, entry_of(text), statistics, weights) for text in unseen]
    scored.sort(key=_standing)
    listed = tuple([one for one in scored if one.entry.last_listed >= fiscal_year])
    vanished = tuple([one for one in scored if one.entry.last_listed < fiscal_year])
    return Ranking(listed, vanished)


def _score(query: Query, entry: Entry, statistics: Statistics, weights: Weights) -> Scored:
    compared = compare(query, entry, statistics)
    return Scored(entry, compared, weights.total(compared))


def _standing(scored: Scored) -> tuple[float, int, int, str]:
    """Best first: bits, then the newer listing, then systems before outlets, then the id."""
    entry = scored.entry
    return (-round(scored.bits, 6), -entry.last_listed, 0 if entry.is_system else 1, entry.id)
