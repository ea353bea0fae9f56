"""Deciding a file of applications in memory, with the code that the service runs and no AWS."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator.decisions.application import FieldProblem, application_from_fields
from library_validator.decisions.deciding import Decider
from library_validator.decisions.decision import Submission
from library_validator.decisions.unchecked import unchecked
from library_validator.errors import ApplicationUnreadable
from library_validator.matching.index import build_index
from library_validator.registry.store import AcceptedRelease
from library_validator.releases.reading import read_release
from library_validator_cli.applications_file import BadLine, Row
from library_validator_cli.decision_json import answer_of

BATCH: Final = 25  # decided together: few enough to stay in the processor's cache
SOURCE: Final = "local"
# No answer depends on it: submissions need a time, and the same file has to give the same output.
_SENT_AT: Final = datetime(2000, 1, 1, tzinfo=UTC)
_made_submission: Final = unchecked(Submission)
_MATCH_COLUMNS: Final = (
    "fscs_key", "fscs_id", "name", "system_name", "outlet_name", "outlet_type",
    "street", "city", "state", "zip", "phone", "status", "last_listed",
)  # fmt: skip
FLAT_COLUMNS: Final = (
    "application_id",
    "decision",
    "reason_codes",
    "confidence",
    *_MATCH_COLUMNS,
    "runner_up_fscs_key",
    "margin",
    "next_step",
    "registry_version",
    "policy_version",
    "error",
)


def registry_of(paths: Sequence[Path], said: Callable[[str], None]) -> MemoryRegistry:
    """A live registry built from releases, given in any order; ``said`` hears of each step.

    Raises ``ReleaseRefused``.
    """
    releases = []
    accepted = []
    for path in paths:
        said(f"reading {path.name}")
        release = read_release(path)
        releases.append(release)
        accepted.append(
            AcceptedRelease(
                release.fiscal_year, release.content_sha256, object_key=path.name, object_version=""
            )
        )
    said("building the index")
    return MemoryRegistry.holding(build_index(releases), accepted, _SENT_AT)


def match_rows(rows: Iterable[Row | BadLine], decider: Decider) -> Iterator[dict[str, Any]]:
    """One object for each row, in order: its answer, or ``error`` and the line that has it."""
    waiting = iter(rows)
    while chunk := list(islice(waiting, BATCH)):
        readable: list[tuple[Submission, tuple[FieldProblem, ...]]] = []
        errors: dict[int, dict[str, Any]] = {}
        for position, row in enumerate(chunk):
            read = _submission(row)
            if isinstance(read, dict):
                errors[position] = read
            else:
                readable.append(read)
        decisions = iter(decider.decide(readable, _SENT_AT) if readable else ())
        for position in range(len(chunk)):
            yield errors[position] if position in errors else answer_of(next(decisions))


def _submission(row: Row | BadLine) -> tuple[Submission, tuple[FieldProblem, ...]] | dict[str, Any]:
    if isinstance(row, BadLine):
        return {"application_id": row.application_id, "line": row.line, "error": row.error}
    try:
        read = application_from_fields(row.fields)
    except ApplicationUnreadable as error:
        return {"application_id": None, "line": row.line, "error": str(error)}
    submission = {
        "source": SOURCE,
        "application": read.application,
        "sent_at": _SENT_AT,
        "correlation_id": "",
    }
    return _made_submission(submission), read.problems


def flat(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer as one row of a sheet: the columns of ``FLAT_COLUMNS``."""
    match = answer.get("match")
    row = {name: answer.get(name) for name in FLAT_COLUMNS}
    row.update({name: getattr(match, name, None) for name in _MATCH_COLUMNS})
    row["reason_codes"] = " ".join(answer.get("reason_codes", ()))
    row["runner_up_fscs_key"] = getattr(answer.get("runner_up"), "fscs_key", None)
    row["next_step"] = getattr(answer.get("next_step"), "text", None)
    if "error" in answer:
        row["error"] = f"line {answer['line']}: {answer['error']}"
    return row


def csv_header() -> str:
    """The first line of CSV, without a line end."""
    return ",".join(FLAT_COLUMNS)


def csv_line(answer: dict[str, Any]) -> str:
    """An answer as a line of CSV, without a line end."""
    buffer = io.StringIO()
    csv.DictWriter(buffer, FLAT_COLUMNS, lineterminator="").writerow(flat(answer))
    return buffer.getvalue()
