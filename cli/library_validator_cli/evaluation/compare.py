"""The changes since an earlier run: set by set, and row by row."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final, NamedTuple

from pydantic import BaseModel, ConfigDict

from library_validator_cli.evaluation.labelled import GONE, NONE
from library_validator_cli.evaluation.measure import MeasuredRow, RowResult

_GRAVEST_FIRST: Final = (
    RowResult.NON_LIBRARY_VALIDATED,
    RowResult.WRONG_KEY,
    RowResult.NOT_VALIDATED,
    RowResult.GONE_VALIDATED,
    RowResult.REVIEW,
    RowResult.RIGHT,
)


class RowAnswer(NamedTuple):
    """The part of a measured row that ``run.json`` keeps."""

    set: str
    application_id: str
    label: str
    result: RowResult
    key: str  # FSCS key of the entry that the answer names; may be empty
    bits: float | None
    codes: list[str]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class RowChange(_Model):
    """A row whose answer differs from that of the earlier run."""

    set: str
    application_id: str
    label: str
    before: RowResult
    after: RowResult
    key_before: str
    key_after: str
    codes_before: list[str]
    codes_after: list[str]


class SetChange(_Model):
    """The rows of one set that both runs have."""

    set: str
    rows: int
    changed: int
    before: dict[RowResult, int]
    after: dict[RowResult, int]


class RunChanges(_Model):
    against: str  # name of the earlier run's file
    differences: list[str]  # differences of the runs themselves: versions, fields, rows
    sets: list[SetChange]
    rows: list[RowChange]  # gravest first


class Circumstances(NamedTuple):
    """Two runs can be compared fairly only if these values are equal."""

    registry_version: str
    policy_version: str
    only: str  # the fields that the applications keep


def answers_of(measured_rows: Sequence[MeasuredRow]) -> list[RowAnswer]:
    return [
        RowAnswer(
            *measured.row.identity,
            measured.row.label,
            measured.result,
            measured.key,
            round(measured.bits, 2) if measured.best_key else None,
            list(measured.codes),
        )
        for measured in measured_rows
    ]


def compare_runs(
    against: str,
    before: Sequence[RowAnswer],
    after: Sequence[RowAnswer],
    then: Circumstances,
    now: Circumstances,
) -> RunChanges:
    """Compares the rows that both runs have, and names every other difference of the runs."""
    earlier = {(row.set, row.application_id): row for row in before}
    pairs: defaultdict[str, list[tuple[RowAnswer, RowAnswer]]] = defaultdict(list)
    for row in after:
        known = earlier.pop((row.set, row.application_id), None)
        if known is not None:
            pairs[row.set].append((known, row))
    changed = [_row_change(old, new) for both in pairs.values() for old, new in both if _is_changed(old, new)]
    common = sum(map(len, pairs.values()))
    return RunChanges(
        against=against,
        differences=[*_list_differences(then, now), *_count_unshared_rows(len(earlier), len(after) - common)],
        sets=[_set_change(name, both) for name, both in pairs.items()],
        rows=sorted(changed, key=_gravity_of),
    )


def _gravity_of(change: RowChange) -> tuple[int, str, str]:
    """The new answer decides how grave a change is. For an applicant without an entry, every answer except
    ``validated`` is right."""
    is_right = change.after is RowResult.NOT_VALIDATED and change.label in (NONE, GONE)
    became = RowResult.RIGHT if is_right else change.after
    return _GRAVEST_FIRST.index(became), change.set, change.application_id


def _list_differences(then: Circumstances, now: Circumstances) -> list[str]:
    names = ("registry version", "policy version", "fields")
    compared = zip(names, then, now, strict=True)
    return [f"{name}: {old} then, {new} now" for name, old, new in compared if old != new]


def _count_unshared_rows(lost: int, added: int) -> list[str]:
    sentence = f"rows that only one run has are not compared: {lost:,} then, {added:,} now"
    return [sentence] if lost or added else []


def _is_changed(old: RowAnswer, new: RowAnswer) -> bool:
    def compared_part(row: RowAnswer) -> tuple[RowResult, str]:
        return row.result, row.key if _is_validated(row) else ""

    return compared_part(old) != compared_part(new)


def _is_validated(row: RowAnswer) -> bool:
    return row.result not in (RowResult.REVIEW, RowResult.NOT_VALIDATED)


def _row_change(old: RowAnswer, new: RowAnswer) -> RowChange:
    return RowChange(
        set=new.set,
        application_id=new.application_id,
        label=new.label,
        before=old.result,
        after=new.result,
        key_before=old.key,
        key_after=new.key,
        codes_before=old.codes,
        codes_after=new.codes,
    )


def _set_change(name: str, both: Sequence[tuple[RowAnswer, RowAnswer]]) -> SetChange:
    return SetChange(
        set=name,
        rows=len(both),
        changed=sum(_is_changed(old, new) for old, new in both),
        before=dict(Counter(old.result for old, _ in both)),
        after=dict(Counter(new.result for _, new in both)),
    )
