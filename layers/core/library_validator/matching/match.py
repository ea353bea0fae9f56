"""Candidates of one applicant, compared and ranked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from library_validator.matching.compare import Compared, compare
from library_validator.matching.entries import FIELD, Entry, decode
from library_validator.matching.index import candidates_of
from library_validator.matching.keys import NAME_FAMILY
from library_validator.matching.query import Query
from library_validator.matching.statistics import Statistics
from library_validator.matching.weights import Weights


@dataclass(frozen=True, slots=True)
class Scored:
    """An entry with its comparisons and what they are worth."""

    entry: Entry
    compared: Compared
    bits_by_field: dict[str, float]
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
    near: dict[str, str] = {}
    far: dict[str, str] = {}
    for key in keys:
        for text in candidates_of(postings[key]) if key in postings else ():
            identity = text[: text.index(FIELD)]
            namesake = key[0] == NAME_FAMILY and query.state and not identity.startswith(query.state)
            (far if namesake else near)[identity] = text
    scored = [_score(query, decode(text), statistics, weights) for text in near.values()]
    if not any(one.bits > 0 for one in scored):
        # who has only the name in common, in another state, matters only where the own state has nobody
        unseen = [text for identity, text in far.items() if identity not in near]
        scored += [_score(query, decode(text), statistics, weights) for text in unseen]
    scored.sort(key=_standing)
    listed = tuple(one for one in scored if one.entry.last_listed >= fiscal_year)
    vanished = tuple(one for one in scored if one.entry.last_listed < fiscal_year)
    return Ranking(listed, vanished)


def _score(query: Query, entry: Entry, statistics: Statistics, weights: Weights) -> Scored:
    compared = compare(query, entry, statistics)
    by_field = weights.of(compared)
    return Scored(entry, compared, by_field, weights.prior + sum(by_field.values()))


def _standing(scored: Scored) -> tuple[float, int, int, str]:
    """Best first: bits, then the newer listing, then systems before outlets, then the id."""
    entry = scored.entry
    return (-round(scored.bits, 6), -entry.last_listed, 0 if entry.is_system else 1, entry.id)
