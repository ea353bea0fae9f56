"""Candidates of one applicant, compared and ranked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from library_validator.matching.compare import Compared, compare
from library_validator.matching.entries import Entry
from library_validator.matching.index import entries_in
from library_validator.matching.keys import NAME_FAMILY
from library_validator.matching.query import Query
from library_validator.matching.statistics import Statistics
from library_validator.matching.weights import Weights


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
) -> Ranking:
    """Compare the candidates of ``keys``, each once, and rank them by match weight.

    ``fiscal_year`` is the registry's newest one: entries that are last listed before it have vanished.
    """
    near: dict[str, Entry] = {}
    far: dict[str, Entry] = {}
    for key in keys:
        if key not in postings:
            continue
        found = entries_in(postings[key])
        if key[0] == NAME_FAMILY and query.state:
            for identity, entry in found.items():
                (near if identity.startswith(query.state) else far)[identity] = entry
        else:
            near.update(found)
    scored = [_score(query, entry, statistics, weights) for entry in near.values()]
    if not any(one.bits > 0 for one in scored):
        # who has only the name in common, in another state, matters only where the own state has nobody
        unseen = [entry for identity, entry in far.items() if identity not in near]
        scored += [_score(query, entry, statistics, weights) for entry in unseen]
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
