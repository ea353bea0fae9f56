"""The measures of each set and of each kind."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Self

from pydantic import BaseModel, ConfigDict

from library_validator_cli.evaluation.intervals import Share, percentile
from library_validator_cli.evaluation.labelled import GONE, NONE
from library_validator_cli.evaluation.measure import MeasuredRow, RowResult


def _is_library(measured: MeasuredRow) -> bool:
    return measured.row.is_library


def _is_not_library(measured: MeasuredRow) -> bool:
    return measured.row.label == NONE


def _is_gone(measured: MeasuredRow) -> bool:
    return measured.row.label == GONE


def _has_result(result: RowResult) -> Callable[[MeasuredRow], bool]:
    return lambda measured: measured.result is result


# name of a measure -> the rows that it is a share of, and the rows that it counts. Floors use the same names.
MEASURES: Final[dict[str, tuple[Callable[[MeasuredRow], bool], Callable[[MeasuredRow], bool]]]] = {
    "validated_right": (_is_library, _has_result(RowResult.RIGHT)),
    "wrong": (_is_library, _has_result(RowResult.WRONG_KEY)),
    "review": (_is_library, _has_result(RowResult.REVIEW)),
    "not_validated": (_is_library, _has_result(RowResult.NOT_VALIDATED)),
    "recall": (_is_library, lambda measured: measured.right_rank > 0),
    "ranked_first": (_is_library, lambda measured: measured.right_rank == 1),
    "non_library_validated": (_is_not_library, _has_result(RowResult.NON_LIBRARY_VALIDATED)),
    "non_library_review": (_is_not_library, _has_result(RowResult.REVIEW)),
    "non_library_not_validated": (_is_not_library, _has_result(RowResult.NOT_VALIDATED)),
    "gone_validated": (_is_gone, _has_result(RowResult.GONE_VALIDATED)),
    "gone_validated_elsewhere": (
        _is_gone,
        lambda measured: measured.result is RowResult.GONE_VALIDATED and not measured.same_place,
    ),
    "gone_review": (_is_gone, _has_result(RowResult.REVIEW)),
    "gone_not_validated": (_is_gone, _has_result(RowResult.NOT_VALIDATED)),
}
# The report also shows the reasons of the answers that these measures count.
EXPLAINED: Final = (
    "wrong", "review", "not_validated", "non_library_validated", "non_library_review",
    "gone_validated_elsewhere", "gone_review",
)  # fmt: skip


class Spread(BaseModel):
    """The distribution of a number over applications."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    p50: int
    p99: int
    max: int

    @classmethod
    def of_values(cls, values: Iterable[int]) -> Self:
        ordered = sorted(values)
        return cls(p50=percentile(ordered, 0.5), p99=percentile(ordered, 0.99), max=max(ordered, default=0))


class Group(BaseModel):
    """The rows of a set, or of a kind in it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    set: str
    kind: str  # empty: the whole set
    rows: int
    measures: dict[str, Share]  # keys: the names of MEASURES
    reasons: dict[
        str, dict[str, int]
    ] = {}  # measure in EXPLAINED -> deciding code -> number of rows, largest first
    keys: Spread  # number of blocking keys of an application
    candidates: Spread  # number of candidates of an application


def groups_of(measured_rows: Sequence[MeasuredRow]) -> list[Group]:
    """Each set in order of appearance, followed by its kinds."""
    by_group: defaultdict[tuple[str, str], list[MeasuredRow]] = defaultdict(list)
    kinds: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for measured in measured_rows:
        by_group[measured.row.set, ""].append(measured)
        kinds[measured.row.set][measured.row.kind] = None
        if measured.row.kind:
            by_group[measured.row.set, measured.row.kind].append(measured)
    return [
        _group(name, kind, by_group[name, kind])
        for name, its_kinds in kinds.items()
        for kind in dict.fromkeys(["", *its_kinds])
    ]


def _group(name: str, kind: str, measured_rows: Sequence[MeasuredRow]) -> Group:
    return Group(
        set=name,
        kind=kind,
        rows=len(measured_rows),
        measures={
            measure: _share_of_rows(measured_rows, *predicates) for measure, predicates in MEASURES.items()
        },
        reasons={
            measure: counted for measure in EXPLAINED if (counted := _count_reasons(measured_rows, measure))
        },
        keys=Spread.of_values(measured.keys for measured in measured_rows),
        candidates=Spread.of_values(measured.candidates for measured in measured_rows),
    )


def _share_of_rows(
    measured_rows: Sequence[MeasuredRow],
    belongs: Callable[[MeasuredRow], bool],
    counts: Callable[[MeasuredRow], bool],
) -> Share:
    population = [measured for measured in measured_rows if belongs(measured)]
    return Share(count=sum(map(counts, population)), of=len(population))


def _count_reasons(measured_rows: Sequence[MeasuredRow], measure: str) -> dict[str, int]:
    belongs, counts = MEASURES[measure]
    codes = Counter(measured.codes[0] for measured in measured_rows if belongs(measured) and counts(measured))
    return dict(sorted(codes.items(), key=lambda counted: (-counted[1], counted[0])))
