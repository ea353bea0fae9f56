"""Every reader reads both lines of every pair; the product's comparison gives each pair a level."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from lab.addresses.pairs import MADE_UP, Line, Pair
from lab.addresses.readers import Read
from library_validator.matching import normalize
from library_validator.matching.applicant import Applicant
from library_validator.matching.compare_addresses import compare_addresses, compare_streets
from library_validator.matching.entries import Address
from library_validator.matching.query import read_applicant
from library_validator.matching.statistics import Statistics
from library_validator_cli.evaluation.intervals import Share

EXACT: Final = frozenset(("exact", "same_box"))
SAME: Final = EXACT | {"near"}
UNREAD: Final = "unread"
_ORDER: Final = ("exact", "same_box", "near", "same_number", "same_street")  # the best agreement first

PairComparison = Callable[[Pair], str]  # the level of the line that agrees best


@dataclass(frozen=True, slots=True)
class ReaderLevels:
    """One reader's levels, in the order of the pairs."""

    reader: str
    levels: tuple[str, ...]

    def is_same(self, position: int) -> bool:
        return self.levels[position] in SAME


def comparison_with(read: Read) -> PairComparison:
    """Compares by ``compare_streets`` the lines that ``read`` reads. Each line is read once."""
    read_once = cache(read)

    def compare(pair: Pair) -> str:
        line = read_once(pair.line)
        if line is None:
            return UNREAD
        others = [other for other in map(read_once, pair.others) if other is not None]
        return _best_level([compare_streets(line, other) for other in others]) if others else UNREAD

    return compare


def compare_as_product(pair: Pair) -> str:
    """The product's comparison of an applicant with an entry: by plain rules, then by whole lines."""
    query = read_applicant(Applicant(name="", street=pair.line.text), _NO_STATISTICS)
    listed = [Address(normalize.street(other.text), "", "", other.text) for other in pair.others]
    return compare_addresses(query.street, query.place.line, "", "", listed)[0]


_NO_STATISTICS: Final = Statistics(0, {}, frozenset())


def _best_level(levels: Sequence[str]) -> str:
    return min(levels, key=lambda level: _ORDER.index(level) if level in _ORDER else len(_ORDER))


def levels_of(reader: str, compare: PairComparison, pairs: Sequence[Pair]) -> ReaderLevels:
    return ReaderLevels(reader, tuple(compare(pair) for pair in pairs))


def measure(reader: ReaderLevels, pairs: Sequence[Pair]) -> dict[str, dict[str, Any]]:
    """For each set: whether its pairs are of the same address, and how many pairs reached each level."""
    found: dict[str, dict[str, Any]] = {}
    for name in dict.fromkeys(pair.set for pair in pairs):
        at = [position for position, pair in enumerate(pairs) if pair.set == name]
        levels = Counter(reader.levels[position] for position in at)
        same = Share(count=sum(levels[level] for level in SAME), of=len(at))
        found[name] = {
            "are_the_same": pairs[at[0]].same,
            "pairs": len(at),
            "judged_exact": sum(levels[level] for level in EXACT),
            "judged_same": same.count,
            "judged_same_between": [round(same.low, 5), round(same.high, 5)],
            "levels": dict(levels.most_common()),
        }
    return found


def compare_with(
    rules: ReaderLevels, other: ReaderLevels, pairs: Sequence[Pair]
) -> dict[str, dict[str, int]]:
    """For each set: how many pairs only the rules get right, and how many only the other reader gets
    right."""
    found: dict[str, dict[str, int]] = {}
    for position, pair in enumerate(pairs):
        counts = found.setdefault(pair.set, {"only_the_rules_right": 0, "only_this_right": 0})
        by_rules, by_other = rules.is_same(position) == pair.same, other.is_same(position) == pair.same
        counts["only_the_rules_right"] += by_rules and not by_other
        counts["only_this_right"] += by_other and not by_rules
    return found


def mistakes_of_readers(
    shown: Sequence[ReaderLevels], readers: Sequence[ReaderLevels], pairs: Sequence[Pair]
) -> list[dict[str, Any]]:
    """The real pairs that a reader of ``shown`` gets wrong, their levels, and the readers that are right."""
    found: list[dict[str, Any]] = []
    for position, pair in enumerate(pairs):
        if pair.set in MADE_UP or all(reader.is_same(position) == pair.same for reader in shown):
            continue
        found.append(
            {
                "set": pair.set,
                "line": pair.line.text,
                "others": [other.text for other in pair.others],
                "levels": {reader.reader: reader.levels[position] for reader in shown},
                "right": [reader.reader for reader in readers if reader.is_same(position) == pair.same],
            }
        )
    return found


def lines_of(pairs: Sequence[Pair]) -> list[Line]:
    """Every line of the pairs, once."""
    return list(dict.fromkeys(line for pair in pairs for line in (pair.line, *pair.others)))
