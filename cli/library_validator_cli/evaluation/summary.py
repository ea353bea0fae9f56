"""What was measured, set by set and kind by kind."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Self

from pydantic import BaseModel, ConfigDict

from library_validator_cli.evaluation.intervals import Share, percentile
from library_validator_cli.evaluation.labelled import GONE, NONE
from library_validator_cli.evaluation.measure import Outcome, Result


def _is_library(outcome: Outcome) -> bool:
    return outcome.row.is_library


def _is_no_library(outcome: Outcome) -> bool:
    return outcome.row.label == NONE


def _is_gone(outcome: Outcome) -> bool:
    return outcome.row.label == GONE


def _with(result: Result) -> Callable[[Outcome], bool]:
    return lambda outcome: outcome.result is result


# name -> which rows it is a share of, which of them it counts. Floors use the same names.
MEASURES: Final[dict[str, tuple[Callable[[Outcome], bool], Callable[[Outcome], bool]]]] = {
    "validated_right": (_is_library, _with(Result.RIGHT)),
    "wrong": (_is_library, _with(Result.WRONG_KEY)),
    "review": (_is_library, _with(Result.REVIEW)),
    "not_validated": (_is_library, _with(Result.NOT_VALIDATED)),
    "recall": (_is_library, lambda outcome: outcome.right_rank > 0),
    "ranked_first": (_is_library, lambda outcome: outcome.right_rank == 1),
    "non_library_validated": (_is_no_library, _with(Result.NON_LIBRARY_VALIDATED)),
    "non_library_review": (_is_no_library, _with(Result.REVIEW)),
    "non_library_not_validated": (_is_no_library, _with(Result.NOT_VALIDATED)),
    "gone_validated": (_is_gone, _with(Result.GONE_VALIDATED)),
    "gone_validated_elsewhere": (
        _is_gone,
        lambda outcome: outcome.result is Result.GONE_VALIDATED and not outcome.same_place,
    ),
    "gone_review": (_is_gone, _with(Result.REVIEW)),
    "gone_not_validated": (_is_gone, _with(Result.NOT_VALIDATED)),
}
# Of these, a reader asks why.
EXPLAINED: Final = (
    "wrong", "review", "not_validated", "non_library_validated", "non_library_review",
    "gone_validated_elsewhere", "gone_review",
)  # fmt: skip


class Spread(BaseModel):
    """How a number is distributed over applications."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    p50: int
    p99: int
    max: int

    @classmethod
    def of(cls, values: Iterable[int]) -> Self:
        ordered = sorted(values)
        return cls(p50=percentile(ordered, 0.5), p99=percentile(ordered, 0.99), max=max(ordered, default=0))


class Group(BaseModel):
    """The rows of one set, or of one kind in it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    set: str
    kind: str  # empty: the whole set
    rows: int
    measures: dict[str, Share]  # by the names of MEASURES
    reasons: dict[str, dict[str, int]] = {}  # of EXPLAINED: rows by deciding reason code, most frequent first
    keys: Spread  # blocking keys of an application
    candidates: Spread  # entries that it was compared with


def groups_of(outcomes: Sequence[Outcome]) -> list[Group]:
    """Each set in order of appearance, followed by its kinds where it has any."""
    by_group: defaultdict[tuple[str, str], list[Outcome]] = defaultdict(list)
    kinds: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for outcome in outcomes:
        by_group[outcome.row.set, ""].append(outcome)
        kinds[outcome.row.set][outcome.row.kind] = None
        if outcome.row.kind:
            by_group[outcome.row.set, outcome.row.kind].append(outcome)
    return [
        _group(name, kind, by_group[name, kind])
        for name, its_kinds in kinds.items()
        for kind in dict.fromkeys(["", *its_kinds])
    ]


def _group(name: str, kind: str, outcomes: Sequence[Outcome]) -> Group:
    return Group(
        set=name,
        kind=kind,
        rows=len(outcomes),
        measures={measure: _share(outcomes, *predicates) for measure, predicates in MEASURES.items()},
        reasons={measure: counted for measure in EXPLAINED if (counted := _reasons(outcomes, measure))},
        keys=Spread.of(outcome.keys for outcome in outcomes),
        candidates=Spread.of(outcome.candidates for outcome in outcomes),
    )


def _share(
    outcomes: Sequence[Outcome], belongs: Callable[[Outcome], bool], counts: Callable[[Outcome], bool]
) -> Share:
    population = [outcome for outcome in outcomes if belongs(outcome)]
    return Share(count=sum(map(counts, population)), of=len(population))


def _reasons(outcomes: Sequence[Outcome], measure: str) -> dict[str, int]:
    belongs, counts = MEASURES[measure]
    codes = Counter(outcome.codes[0] for outcome in outcomes if belongs(outcome) and counts(outcome))
    return dict(sorted(codes.items(), key=lambda counted: (-counted[1], counted[0])))
