"""The candidates of one applicant, compared and ranked."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Final

from library_validator.matching.compare import Compared, Comparer
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

# So many of the candidates that share a town, a ZIP or a word, and nothing else, are compared first.
FIRST_COMPARED: Final = 3
# The bits of a shared ZIP or town, to choose candidates; a shared word counts by its rarity.
_PLACE_BITS: Final = {ZIP_FAMILY: 9.0, CITY_FAMILY: 6.0}


@dataclass(slots=True)  # not frozen: README.md says why
class ScoredCandidate:
    """A candidate with its comparisons and its score."""

    entry: Final[Entry]
    compared: Final[Compared]
    bits: Final[float]  # score, with the prior


@dataclass(slots=True)
class Ranking:
    """Every candidate, best first: entries of the newest release, and entries that vanished before it."""

    scored: Final[tuple[ScoredCandidate, ...]]
    vanished: Final[tuple[ScoredCandidate, ...]] = ()
    keys: Final[Sequence[str]] = ()  # blocking keys of the applicant
    postings: Final[Mapping[str, bytes]] = field(default_factory=dict)
    fiscal_year: Final[int] = 0  # newest fiscal year of the registry

    @property
    def best(self) -> ScoredCandidate | None:
        return self.scored[0] if self.scored else None

    @property
    def vanished_best(self) -> ScoredCandidate | None:
        return self.vanished[0] if self.vanished else None

    @property
    def runner_up(self) -> ScoredCandidate | None:
        """The best listed candidate outside the system of the best candidate."""
        return self.best_other_than(self.scored[0]) if self.scored else None

    def only_system_of_town(self) -> ScoredCandidate | None:
        """The best candidate of the system in the applicant's town, if exactly one system is listed there."""
        family = CITY_FAMILY if any(key[0] == CITY_FAMILY for key in self.keys) else ZIP_FAMILY
        town = next((self.postings.get(key) for key in self.keys if key[0] == family), None)
        listed = [entry_of(record) for record in records_of(town)] if town else []
        systems = {entry.fscs_key for entry in listed if entry.last_listed >= self.fiscal_year}
        if len(systems) != 1:
            return None
        return next((candidate for candidate in self.scored if candidate.entry.fscs_key in systems), None)

    def best_other_than(self, chosen: ScoredCandidate) -> ScoredCandidate | None:
        """The best listed candidate outside the system of ``chosen``."""
        key = chosen.entry.fscs_key
        for other in self.scored:
            if other.entry.fscs_key != key:
                return other
        return None


def rank(
    query: Query,
    postings: Mapping[str, bytes],
    weights: Weights,
    fiscal_year: int,
    *,
    compare_all: bool = False,
) -> Ranking:
    """Compare the candidates in the postings of an applicant's keys, each once, and rank them by score.

    Candidates are compared in stages (docs/adr/0016):

    1. Entries with the applicant's whole name in its state, its phone, its house number or box, or its FSCS
       id. If such an entry has the exact name and place, no other entry is compared (``_has_certain``).
    2. The three other entries that share most of town, ZIP and words of the name.
    3. If no entry so far is listed and likely: entries of the same town or ZIP, and three other entries, that
       pass a quick check of name and street. If only a name is given: all other entries instead of three.
    4. If no entry so far is likely: entries with the applicant's whole name in other states.

    ``compare_all``: all candidates are compared in any case. ``fiscal_year`` is the newest fiscal year of the
    registry: entries that are last listed before it have vanished.
    """
    keys, comparer = query.keys, Comparer(query)

    def score(entry: Entry) -> ScoredCandidate:
        compared = comparer.compare(entry)
        return ScoredCandidate(entry, compared, weights.total(compared))

    sure, namesakes = _find_sure_records(keys, query.state, postings)
    scored = [score(entry_of(record)) for record in sure]
    if compare_all or not _has_certain(scored, fiscal_year):
        others, placed = _find_other_records(keys, query.statistics, postings, sure)
        first = others if compare_all else others[:FIRST_COMPARED]
        scored += [score(entry_of(record)) for record in first]
        if not (compare_all or _has_likely(scored, fiscal_year)):
            scored += [score(entry) for entry in _select_by_quick_check(query, comparer, others, placed)]
        if namesakes and not _has_likely(scored):
            namesakes.difference_update(others)
            scored += [score(entry_of(record)) for record in namesakes]
    if len(scored) > 1:
        scored.sort(key=_sort_key)
    listed = tuple([candidate for candidate in scored if candidate.entry.last_listed >= fiscal_year])
    vanished: tuple[ScoredCandidate, ...] = ()
    if len(listed) < len(scored):
        vanished = tuple([candidate for candidate in scored if candidate.entry.last_listed < fiscal_year])
    return Ranking(listed, vanished, keys, postings, fiscal_year)


def _find_sure_records(
    keys: Sequence[str], state: str, postings: Mapping[str, bytes]
) -> tuple[Collection[bytes], set[bytes]]:
    """The records of stage 1, and the records with the applicant's whole name in other states."""
    sure: dict[bytes, None] = {}
    elsewhere: set[bytes] = set()
    own_state = state.encode()
    for key in keys:
        family = key[0]
        if family not in SURE_FAMILIES or (posting := postings.get(key)) is None:
            continue
        for record in records_of(posting):
            if family != NAME_FAMILY or record.startswith(own_state):
                sure[record] = None
            else:
                elsewhere.add(record)
    return sure.keys(), elsewhere.difference(sure) if elsewhere else elsewhere


def _find_other_records(
    keys: Sequence[str], statistics: Statistics, postings: Mapping[str, bytes], sure: Container[bytes]
) -> tuple[list[bytes], set[bytes]]:
    """Records of entries that share town, ZIP or words of the name; those that share most come first.

    The second result has all records of the applicant's town and ZIP.
    """
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
    others = [record for record in shared if record not in sure]
    return sorted(others, key=shared.__getitem__, reverse=True), placed


def _select_by_quick_check(
    query: Query, comparer: Comparer, others: Sequence[bytes], placed: Container[bytes]
) -> list[Entry]:
    """The entries after the first three that pass a quick check.

    At least one entry of the applicant's town or ZIP is compared, if necessary without the check.
    """
    compared, rest = others[:FIRST_COMPARED], others[FIRST_COMPARED:]
    same_place = [record for record in rest if record in placed]
    elsewhere = islice(
        (record for record in rest if record not in placed), None if query.is_name_alone else FIRST_COMPARED
    )
    unchecked = [] if any(record in placed for record in compared) else same_place[:1]
    checked = [entry_of(record) for record in chain(same_place[len(unchecked) :], elsewhere)]
    return [
        *[entry_of(record) for record in unchecked],
        *[
            entry
            for entry in checked
            # An applicant without a word for library never matches an entry with such a word in every name.
            if (query.says_library or not entry.says_library) and comparer.may_match(entry)
        ],
    ]


def _has_certain(scored: Iterable[ScoredCandidate], fiscal_year: int) -> bool:
    """Whether a listed entry has the applicant's exact name, at the same place, and its street or phone.

    No other entry can have a similar score: every entry with the same name, phone or house was compared.
    """
    for candidate in scored:
        if (
            candidate.compared.name.level == "exact"
            and candidate.compared.together in ("street_and_phone", "phone_and_place", "street")
            and candidate.entry.last_listed >= fiscal_year
        ):
            return True
    return False


def _has_likely(scored: Iterable[ScoredCandidate], fiscal_year: int = 0) -> bool:
    """Whether an entry that is listed in ``fiscal_year`` or later is probably the applicant."""
    return any(candidate.bits > 0 and candidate.entry.last_listed >= fiscal_year for candidate in scored)


def _sort_key(scored: ScoredCandidate) -> tuple[int, int, int, str]:
    """A sort key: millionths of bits, then the newer listing, then systems before outlets, then the id."""
    entry = scored.entry
    return (-round(scored.bits * 1e6), -entry.last_listed, 0 if entry.is_system else 1, entry.id)
