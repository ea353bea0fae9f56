"""Deciding a file of applications in memory, with the code of the service and without AWS."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

import orjson

from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator.decisions.application import ReadApplication, application_from_fields
from library_validator.decisions.deciding import Judge
from library_validator.errors import ApplicationUnreadable
from library_validator.intake.applications_file import BadLine, Row
from library_validator.matching.index import build_index
from library_validator.matching.keys import FSCS_KEY_FAMILY
from library_validator.matching.stored_entries import entry_of, records_of
from library_validator.registry.store import AcceptedRelease
from library_validator_cli.release_file import read_release_file
from library_validator_cli.sheet_cells import sheet_cell

BATCH: Final = 25  # applications decided together: few enough to stay in the processor's cache
_BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)  # no answer depends on when the registry went live
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
    "problems",
    "next_step",
    "registry_version",
    "policy_version",
    "error",
)


def registry_of(paths: Sequence[Path], on_step: Callable[[str], None]) -> MemoryRegistry:
    """A live registry that is built from releases in any order. ``on_step`` is called with each step.

    Raises ``CommandFailed`` for a file that is not a release.
    """
    releases = []
    accepted = []
    for path in paths:
        on_step(f"reading {path.name}")
        release = read_release_file(path)
        releases.append(release)
        accepted.append(
            AcceptedRelease(
                release.fiscal_year, release.content_sha256, object_key=path.name, object_version=""
            )
        )
    on_step("building the index")
    index = build_index(releases)
    for key, posting in index.postings.items():
        if key.startswith(FSCS_KEY_FAMILY):
            for record in records_of(posting):
                entry_of(record)  # fills a cache that every later forked process shares
    return MemoryRegistry.of_index(index, accepted, _BEGINNING)


def match_rows(rows: Iterable[Row | BadLine], judge: Judge) -> Iterator[dict[str, Any]]:
    """One result for each row, in order: its answer, or a dict with ``error`` and the line number."""
    waiting = iter(rows)
    while chunk := list(islice(waiting, BATCH)):
        read = [_read_application(row) for row in chunk]
        answers = iter(judge.answers([row for row in read if isinstance(row, ReadApplication)]))
        for row in read:
            yield next(answers) if isinstance(row, ReadApplication) else row


def _read_application(row: Row | BadLine) -> ReadApplication | dict[str, Any]:
    if isinstance(row, BadLine):
        return {"application_id": row.application_id, **row.as_json}
    try:
        return application_from_fields(row.fields)
    except ApplicationUnreadable as error:
        return {"application_id": None, "line": row.line, "error": str(error)}


def flat_row(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer as one row of a sheet: the columns of ``FLAT_COLUMNS``. No cell is a formula."""
    match, runner_up = answer.get("match") or {}, answer.get("runner_up") or {}
    row = {name: answer.get(name) for name in FLAT_COLUMNS}
    row.update({name: match.get(name) for name in _MATCH_COLUMNS})
    row["reason_codes"] = " ".join(answer.get("reason_codes", ()))
    problems = answer.get("problems", ())
    row["problems"] = "; ".join(f"{problem['field']} {problem['problem']}" for problem in problems)
    row["runner_up_fscs_key"] = runner_up.get("fscs_key")
    row["next_step"] = answer.get("next_step", {}).get("text")
    if "error" in answer:
        bad = BadLine(answer["line"], answer["error"], last_line=answer.get("last_line"))
        row["error"] = f"{bad.lines}: {bad.error}"
    return {name: sheet_cell(value) for name, value in row.items()}


def csv_header() -> str:
    """The first line of CSV, without a line end."""
    return ",".join(FLAT_COLUMNS)


def csv_line(answer: dict[str, Any]) -> str:
    """An answer as a line of CSV, without a line end."""
    buffer = io.StringIO()
    csv.DictWriter(buffer, FLAT_COLUMNS, lineterminator="").writerow(
        flat_row(orjson.loads(orjson.dumps(answer)))
    )
    return buffer.getvalue()
