"""The file of one evaluation, ``run.json``: all measures and all inputs."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from library_validator.decisions.policy_file import load_policy
from library_validator.matching.weights import load_weights
from library_validator.registry.store import RegistryReader
from library_validator_cli.evaluation.compare import (
    Circumstances,
    RowAnswer,
    RunChanges,
    answers_of,
    compare_runs,
)
from library_validator_cli.evaluation.curves import (
    CurvePoint,
    Reliability,
    ThresholdChoice,
    choose_thresholds,
    curve_by_score,
    curve_of,
    reliabilities,
)
from library_validator_cli.evaluation.floors import Floor, FloorCheck, check_floors
from library_validator_cli.evaluation.labelled import LabelledFile
from library_validator_cli.evaluation.measure import MeasuredRow
from library_validator_cli.evaluation.summary import Group, groups_of
from library_validator_cli.evaluation.worst import (
    ExplainedRow,
    explain_rows,
    validated_vanished_rows,
    worst_errors,
)
from library_validator_cli.failures import CommandFailed

SCHEMA_VERSION: Final = 1


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class MeasuredFile(_Model):
    """An input file of the evaluation."""

    name: str
    sha256: str
    rows: int | None = None  # number of rows; None for a release


class EarlierRun(_Model):
    """The part of a run that later runs are compared with."""

    schema_version: Literal[1] = SCHEMA_VERSION
    only: list[str]  # the fields that the applications keep; empty: all
    registry_version: str
    policy_version: str  # policy and weights
    rows: list[RowAnswer]

    @property
    def circumstances(self) -> Circumstances:
        fields = ", ".join(self.only) if self.only else "all"
        return Circumstances(self.registry_version, self.policy_version, fields)


class Run(EarlierRun):
    measured_at: datetime
    command: str  # file names without folders
    labelled: list[MeasuredFile]
    releases: list[MeasuredFile]
    fiscal_year: int  # fiscal year of the newest release
    threshold: float  # the shipped ``validate`` threshold, in bits
    groups: list[Group]
    curve: list[CurvePoint]
    curve_by_score: list[CurvePoint]
    choices: list[ThresholdChoice]
    reliability: list[Reliability]
    gone_validated: list[ExplainedRow]
    worst: list[ExplainedRow]
    floors: list[FloorCheck]
    floors_elsewhere: list[str]  # floors about sets or fields that this run does not have
    changes: RunChanges | None

    @property
    def missed(self) -> list[FloorCheck]:
        return [check for check in self.floors if not check.met]


def evaluate(
    files: Sequence[LabelledFile],
    releases: Sequence[Path],
    registry: RegistryReader,
    measured_rows: Sequence[MeasuredRow],
    *,
    only: Sequence[str],
    command: str,
    measured_at: datetime,
    floors: Sequence[Floor] = (),
    against: tuple[str, EarlierRun] | None = None,
) -> Run:
    """The whole evaluation of ``files``. ``against`` is the name of an earlier run's file, and that run."""
    groups = groups_of(measured_rows)
    checks, elsewhere = check_floors(floors, groups, only)
    pointer = registry.pointer()
    policy = load_policy()
    run = Run(
        measured_at=measured_at,
        command=command,
        labelled=[MeasuredFile(name=file.name, sha256=file.sha256, rows=len(file.rows)) for file in files],
        releases=[
            MeasuredFile(name=path.name, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
            for path in releases
        ],
        fiscal_year=pointer.fiscal_year,
        only=list(only),
        registry_version=pointer.active,
        policy_version=f"{policy.version}/{load_weights().version}",
        threshold=policy.validate,
        groups=groups,
        curve=curve_of(measured_rows),
        curve_by_score=curve_by_score(measured_rows),
        choices=choose_thresholds(measured_rows),
        reliability=reliabilities(measured_rows),
        gone_validated=explain_rows(validated_vanished_rows(measured_rows), registry),
        worst=explain_rows(worst_errors(measured_rows), registry),
        floors=checks,
        floors_elsewhere=elsewhere,
        changes=None,
        rows=answers_of(measured_rows),
    )
    if against is None:
        return run
    name, before = against
    compared = compare_runs(name, before.rows, run.rows, before.circumstances, run.circumstances)
    return run.model_copy(update={"changes": compared})


def read_run(path: Path) -> EarlierRun:
    """Reads an earlier run. Raises ``CommandFailed`` if the file is not a run or has another schema."""
    try:
        return EarlierRun.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        at = ".".join(map(str, first["loc"])) or "the file"
        raise CommandFailed(
            f"{path.name} is not a run.json of schema {SCHEMA_VERSION} ({at}: {first['msg']}); "
            "measure again with this version"
        ) from error
