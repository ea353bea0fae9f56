"""The comparison as text (tables in Markdown) and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from lab.peers.measuring import Case, Measure
from lab.peers.product import MatcherAnswer

COLUMNS: Final = ("first_right", "validated_right", "validated_wrong", "non_libraries_validated")
_HEADS: Final = ("right key first", "validated, right key", "wrong key", "non-libraries")
_SHARES: Final = COLUMNS[:2]  # of the libraries of a set; more is better


@dataclass(frozen=True, slots=True)
class MatcherResult:
    """A matcher at an operating point."""

    matcher: str  # its name, and whether it has the affiliate rule
    threshold: float | None  # None: the product uses its own threshold
    pool: Measure
    sets: dict[str, Measure]
    answers: Sequence[MatcherAnswer]

    def as_json(self) -> dict[str, Any]:
        return {
            "matcher": self.matcher,
            "threshold": self.threshold,
            "pool": asdict(self.pool),
            "sets": {name: asdict(measure) for name, measure in self.sets.items()},
        }


@dataclass(frozen=True, slots=True)
class PeerLead:
    """A cell in which a peer is better than the product."""

    set: str
    column: str
    matcher: str
    peer: int
    product: int
    answers: dict[str, int]  # counts of the product's answers, by answer and reason

    def line(self) -> str:
        answers = ", ".join(f"{count} {answer}" for answer, count in self.answers.items())
        head = _HEADS[COLUMNS.index(self.column)]
        behind = f" (the product on these: {answers})" if answers else ""
        return f"{self.set}, {head}: {self.matcher} {self.peer:,}, product {self.product:,}{behind}"


def tables_of_results(results: Sequence[MatcherResult]) -> str:
    """A table of the sets with libraries, and a table of the applicants that must not be validated."""
    heads = [result.matcher for result in results]
    measures = {"whole pool": [result.pool for result in results]}
    measures |= {name: [result.sets[name] for result in results] for name in results[0].sets}
    libraries: list[Sequence[str]] = [("ranked first % / validated % / wrong key", *heads)]
    others: list[Sequence[str]] = [("validated", *heads)]
    for name, row in measures.items():
        counted = row[0]
        gone = counted.rows - counted.libraries - counted.non_libraries
        if counted.libraries:
            libraries.append((f"{name} ({counted.libraries:,} libraries)", *map(_percent_of_libraries, row)))
        if counted.non_libraries:
            cells = [f"{measure.non_libraries_validated:,}" for measure in row]
            others.append((f"{name} ({counted.non_libraries:,} non-libraries)", *cells))
        if gone:
            cells = [f"{measure.gone_validated:,}" for measure in row]
            others.append((f"{name} ({gone:,} keys that are gone; no error)", *cells))
    return "\n".join([*markdown_tables(libraries), "", *markdown_tables(others)])


def _percent_of_libraries(measure: Measure) -> str:
    """A percentage, rounded down: it is 100.00 only if no library is missing."""
    shares = [
        f"{10_000 * count // measure.libraries / 100:.2f}"
        for count in (measure.first_right, measure.validated_right)
    ]
    return " / ".join([*shares, f"{measure.validated_wrong:,}"])


def markdown_tables(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines of a table. The first row is its head."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for number, row in enumerate(rows):
        yield "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        if number == 0:
            yield "|" + "|".join("-" * (width + 2) for width in widths) + "|"


def leads_of_peers(
    product: MatcherResult, peers: Sequence[MatcherResult], cases: Sequence[Case]
) -> list[PeerLead]:
    """Every cell of every set in which a peer is better than the product."""
    return [
        PeerLead(
            name, column, peer.matcher, theirs, ours, _answers_behind(column, name, product, peer, cases)
        )
        for name, measure in product.sets.items()
        for column in COLUMNS
        for peer in peers
        if _is_better(column, theirs := getattr(peer.sets[name], column), ours := getattr(measure, column))
    ]


def _is_better(column: str, theirs: int, ours: int) -> bool:
    return theirs > ours if column in _SHARES else theirs < ours


def _answers_behind(
    column: str, name: str, product: MatcherResult, peer: MatcherResult, cases: Sequence[Case]
) -> dict[str, int]:
    """The product's answers to the rows that the peer gets right and the product does not."""
    counts: Counter[str] = Counter()
    for case, ours, theirs in zip(cases, product.answers, peer.answers, strict=True):
        if case.set == name and _is_right(column, case, theirs) and not _is_right(column, case, ours):
            counts[f"{ours.answer} {ours.reason}"] += 1
    return dict(counts.most_common())


def _is_right(column: str, case: Case, answer: MatcherAnswer) -> bool:
    if column == "first_right":
        return answer.first == case.row.label
    if column == "validated_right":
        return answer.validated == case.row.label
    return answer.validated in ("", case.row.label)
