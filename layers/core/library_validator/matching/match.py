"""Candidates of one applicant, compared and ranked."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Final

from library_validator.matching.compare import Compared, compare
from library_validator.matching.compare_addresses import may_share_street
from library_validator.matching.compare_names import may_share_name
from library_validator.matching.entries import Entry
from library_validator.matching.keys import (
    CITY_FAMILY,
    NAME_FAMILY,
    SURE_FAMILIES,
    ZIP_FAMILY,
    word_of,
)
from library_validator.matching.query import Query
from library_validator.matching.statistics import Statistics
from library_validator.matching.stored_entries import entry_of, records_of
from library_validator.matching.weights import Weights

# So many of those who share but a place or a word.
ENOUGH: Final = 3
# What it is worth to have a ZIP or a town in common; words count as they are rare.
_PLACE_BITS: Final = {ZIP_FAMILY: 9.0, CITY_FAMILY: 6.0}


@dataclass(slots=True)  # final and not frozen, as names are
class Scored:
    """An entry with its comparisons and what they are worth."""

    entry: Final[Entry]
    compared: Final[Compared]
    bits: Final[float]  # the prior included


@dataclass(slots=True)
class Ranking:
    """Every candidate, best first: those of the newest release, and those that vanished before it."""

    scored: Final[tuple[Scored, ...]]
    vanished: Final[tuple[Scored, ...]] = ()
    keys: Final[Sequence[str]] = ()  # by which they were found
    postings: Final[Mapping[str, bytes]] = field(default_factory=dict)
    fiscal_year: Final[int] = 0  # the newest one of the registry

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

    def only_system_of_town(self) -> Scored | None:
        """The best candidate of the only system that is listed in the applicant's town, if there is one."""
        family = CITY_FAMILY if any(key[0] == CITY_FAMILY for key in self.keys) else ZIP_FAMILY
        town = next((self.postings.get(key) for key in self.keys if key[0] == family), None)
        listed = [entry_of(record) for record in records_of(town)] if town else []
        keys = {entry.fscs_key for entry in listed if entry.last_listed >= self.fiscal_year}
        if len(keys) != 1:
            return None
        return next((one for one in self.scored if one.entry.fscs_key in keys), None)

    def best_other_than(self, chosen: Scored) -> Scored | None:
        """The best listed candidate of another system than ``chosen``'s."""
        key = chosen.entry.fscs_key
        for other in self.scored:
            if other.entry.fscs_key != key:
                return other
        return None


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
    of them has its very name and is where it is, nobody else is (``_has_certain``). Else so are the three
    that share most of town, ZIP and words of the name. Where none of all these is listed and a likely match,
    so are those of the same town or ZIP and three others (for an applicant of a name alone all others) who
    have a word of the name or perhaps the street in common. ``everybody``: all of them are.

    ``fiscal_year`` is the registry's newest one: entries that are last listed before it have vanished.
    """
    sure, namesakes = _find_sure(query, keys, postings)
    scored = [_score(query, entry_of(one), statistics, weights) for one in sure]
    if everybody or not _has_certain(scored, fiscal_year):
        others, placed = _find_others(keys, postings, statistics, sure)
        first = others if everybody else others[:ENOUGH]
        scored += [_score(query, entry_of(one), statistics, weights) for one in first]
        if not (everybody or _has_likely(scored, fiscal_year)):
            scored += [
                _score(query, entry, statistics, weights) for entry in _worth_a_look(query, others, placed)
            ]
        if namesakes and not _has_likely(scored):
            # who has only the name in common, in another state, matters only where the own state has nobody
            namesakes.difference_update(others)
            scored += [_score(query, entry_of(one), statistics, weights) for one in namesakes]
    if len(scored) > 1:
        scored.sort(key=_standing)
    return Ranking(
        tuple([one for one in scored if one.entry.last_listed >= fiscal_year]),
        tuple([one for one in scored if one.entry.last_listed < fiscal_year]),
        keys,
        postings,
        fiscal_year,
    )


def _find_sure(
    query: Query, keys: Sequence[str], postings: Mapping[str, bytes]
) -> tuple[Collection[bytes], set[bytes]]:
    """Encoded entries of a whole name in its state, a phone, a door or an id; namesakes elsewhere."""
    sure: dict[bytes, None] = {}
    elsewhere: set[bytes] = set()
    state = query.state.encode()
    for key in keys:
        family = key[0]
        if family not in SURE_FAMILIES or (posting := postings.get(key)) is None:
            continue
        for record in records_of(posting):
            if family != NAME_FAMILY or record.startswith(state):
                sure[record] = None
            else:
                elsewhere.add(record)
    return sure.keys(), elsewhere.difference(sure) if elsewhere else elsewhere


def _find_others(
    keys: Sequence[str], postings: Mapping[str, bytes], statistics: Statistics, sure: Container[bytes]
) -> tuple[list[bytes], set[bytes]]:
    """Encoded entries of a town, a ZIP or words of the name, those that share most first; and which of them
    are of the town or the ZIP."""
    shared: dict[bytes, float] = {}  # bits
    placed: set[bytes] = set()
    for key in keys:
        family = key[0]
        if family in SURE_FAMILIES or (posting := postings.get(key)) is None:
            continue
        records = records_of(posting)
        bits = _PLACE_BITS.get(family)
        if bits is None:
            bits = statistics.bits(word_of(key))
        else:
            placed.update(records)
        if not shared:
            shared = dict.fromkeys(records, bits)
            continue
        for record in records:
            shared[record] = shared.get(record, 0.0) + bits
    return sorted([one for one in shared if one not in sure], key=shared.__getitem__, reverse=True), placed


def _worth_a_look(query: Query, others: Sequence[bytes], placed: Container[bytes]) -> list[Entry]:
    """Entries beyond the first, where none of those is likely: one of its town at least."""
    compared, rest = others[:ENOUGH], others[ENOUGH:]
    same_place = [one for one in rest if one in placed]
    elsewhere = islice((one for one in rest if one not in placed), None if query.is_name_alone else ENOUGH)
    neighbour = [] if any(one in placed for one in compared) else same_place[:1]
    doubtful = [entry_of(one) for one in chain(same_place[len(neighbour) :], elsewhere)]
    return [
        *[entry_of(one) for one in neighbour],
        *[
            entry
            for entry in doubtful
            # who does not say library is none that says so by every name
            if (query.says_library or not entry.says_library)
            and (may_share_name(query, entry) or may_share_street(query, entry))
        ],
    ]


def _has_certain(scored: Iterable[Scored], fiscal_year: int) -> bool:
    """Whether a listed entry has the applicant's very name, at the same place, and its street or phone.

    Nobody comes near it who has not the name, the phone or the door: those were compared.
    """
    for one in scored:
        if (
            one.compared.name.level == "exact"
            and one.compared.together in ("street_and_phone", "phone_and_place", "street")
            and one.entry.last_listed >= fiscal_year
        ):
            return True
    return False


def _has_likely(scored: Iterable[Scored], fiscal_year: int = 0) -> bool:
    """Whether an entry that is listed in ``fiscal_year`` or later is rather the applicant than not."""
    return any(one.bits > 0 and one.entry.last_listed >= fiscal_year for one in scored)


def _score(query: Query, entry: Entry, statistics: Statistics, weights: Weights) -> Scored:
    compared = compare(query, entry, statistics)
    return Scored(entry, compared, weights.total(compared))


def _standing(scored: Scored) -> tuple[int, int, int, str]:
    """Best first: millionths of bits, then the newer listing, then systems before outlets, then the id."""
    entry = scored.entry
    return (-round(scored.bits * 1e6), -entry.last_listed, 0 if entry.is_system else 1, entry.id)
