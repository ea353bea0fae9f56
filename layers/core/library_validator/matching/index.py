"""The index of a registry version: postings by blocking key, and term statistics."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from library_validator.matching.entries import Entry
from library_validator.matching.entries_of_history import entries_of
from library_validator.matching.keys import keys_of_entry
from library_validator.matching.names import read_name
from library_validator.matching.spelling import correct_name
from library_validator.matching.statistics import Statistics
from library_validator.matching.stored_entries import RECORD, encode
from library_validator.releases.lineage.history import merge_releases
from library_validator.releases.records import Release

_MISPRINTS: Final = 2  # a mistyped kind word in at most so many entries is a misprint of the release
MAX_CANDIDATES: Final = 96  # most entries of a posting; systems are kept first


@dataclass(frozen=True, slots=True)
class Index:
    """All stored parts of a registry version. The values are ready for binary items."""

    postings: dict[str, bytes]  # blocking key -> encoded candidates, at most 64 KB each
    statistics: bytes  # encoded term statistics of the version
    fiscal_year: int  # of the newest release
    systems: int  # number of systems in the newest release
    outlets: int
    entries: int  # number of entries, including libraries that only older releases list


def build_index(releases: Sequence[Release]) -> Index:
    """The index of all accepted releases, which may be in any order."""
    history = merge_releases(releases)
    newest = max(releases, key=lambda release: release.fiscal_year)
    published = _statistics_of(entries_of(history))
    filed: defaultdict[str, list[Entry]] = defaultdict(list)
    encoded: dict[str, bytes] = {}
    entries = list(
        entries_of(history, lambda name: correct_name(read_name(name), published, rare=_MISPRINTS))
    )
    for entry in entries:
        encoded[entry.id] = encode(entry)
        for key in dict.fromkeys(keys_of_entry(entry)):
            filed[key].append(entry)
    statistics = _statistics_of(entries)
    return Index(
        postings={key: _posting(entries, encoded) for key, entries in filed.items()},
        statistics=statistics.encode(),
        fiscal_year=history.fiscal_year,
        systems=len(newest.systems),
        outlets=len(newest.outlets),
        entries=len(encoded),
    )


def _statistics_of(entries: Iterable[Entry]) -> Statistics:
    counts: Counter[str] = Counter()
    total = 0
    for entry in entries:
        total += 1
        counts.update({word for name in entry.names for word in name.tokens})
    return Statistics(
        total=total,
        counts={word: count for word, count in counts.items() if count > 1},
        words_once=frozenset(word for word, count in counts.items() if count == 1),
    )


def _posting(entries: list[Entry], encoded: dict[str, bytes]) -> bytes:
    """The posting of a key; if it has too many entries, it keeps systems first, then the latest listed."""
    if len(entries) > MAX_CANDIDATES:
        entries = sorted(entries, key=lambda entry: (not entry.is_system, -entry.last_listed, entry.id))
    return RECORD.join(encoded[entry.id] for entry in entries[:MAX_CANDIDATES])
