"""Reads labelled applications, which are files of applications with their right answers.

They are read like any file of applications, but every row needs an id and a label.
Columns: ``application_id, label, set, kind`` and any fields of an application, including its name.
``label`` is the FSCS key of the right system, ``NONE`` for an applicant that must never be validated, or
``GONE`` for a system that the release does not list any more. ``kind`` is optional. Rows without ``set``
belong to a set with the name of the file.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from library_validator.decisions.application import (
    FIELDS,
    Application,
    FieldProblem,
    application_from_fields,
)
from library_validator.errors import ApplicationUnreadable
from library_validator.intake.applications_file import ApplicationsFile, BadLine
from library_validator_cli.applications_file import open_applications
from library_validator_cli.failures import CommandFailed, WrongUsage

NONE: Final = "NONE"
GONE: Final = "GONE"
_FSCS_KEY: Final = re.compile(r"[A-Z]{2}[0-9]{4}")
_LABELLING: Final = ("label", "set", "kind")


@dataclass(frozen=True, slots=True)
class LabelledRow:
    """One application with its right answer."""

    set: str
    kind: str  # may be empty
    label: str  # an FSCS key, NONE or GONE
    application: Application
    problems: tuple[FieldProblem, ...]

    @property
    def is_library(self) -> bool:
        return self.label not in (NONE, GONE)

    @property
    def identity(self) -> tuple[str, str]:
        """The set and the id: unique in one evaluation."""
        return self.set, self.application.application_id


@dataclass(frozen=True, slots=True)
class LabelledFile:
    name: str
    sha256: str
    rows: tuple[LabelledRow, ...]
    notices: tuple[str, ...]  # messages: which columns were read, and which were ignored


def read_labelled(
    paths: Sequence[Path],
    only: Sequence[str] = (),
    *,
    columns: Sequence[str] | None = None,
    sheet: str | None = None,
) -> list[LabelledFile]:
    """Reads labelled files. Each application keeps the fields in ``only``.

    ``columns`` and ``sheet`` are the values of ``--column`` and ``--sheet``.

    Raises ``CommandFailed`` with file and line if a label, a row or a whole file cannot be read, if two
    rows of a set have the same id, and if there is no row.
    """
    files = [_read_file(path, only, columns, sheet) for path in paths]
    seen: set[tuple[str, str]] = set()
    for file in files:
        for row in file.rows:
            if row.identity in seen:
                raise CommandFailed(
                    f"{file.name}: {row.application.application_id} is twice in the set {row.set}; "
                    "give every row of a set its own id"
                )
            seen.add(row.identity)
    if not seen:
        raise CommandFailed(f"no labelled row in {', '.join(file.name for file in files)}")
    return files


def fields_to_keep(text: str | None) -> tuple[str, ...]:
    """The fields of ``--only name,city,state``, in the order of ``FIELDS``. Empty means all fields.

    Raises ``WrongUsage`` if a field is unknown or the name is missing.
    """
    if text is None:
        return ()
    named = {field.strip().lower() for field in text.split(",") if field.strip()}
    unknown = sorted(named - set(FIELDS))
    if unknown:
        raise WrongUsage(f"--only does not accept {', '.join(unknown)}; the fields are {', '.join(FIELDS)}")
    if "name" not in named:
        raise WrongUsage("--only needs the name: no applicant can be validated without it")
    return tuple(field for field in FIELDS if field in named)


def _read_file(
    path: Path, only: Sequence[str], columns: Sequence[str] | None, sheet: str | None
) -> LabelledFile:
    kept = frozenset(only or FIELDS)
    with open_applications(path, columns=columns, sheet=sheet, beside=_LABELLING, generate_ids=False) as file:
        if not file.is_json:
            _require_columns(path, file.fields)
        rows = tuple(_read_rows(file, path, kept))
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return LabelledFile(path.name, sha256, rows, tuple(file.notices.surprises()))


def _require_columns(path: Path, found: frozenset[str]) -> None:
    missing = [column for column in ("application_id", "label") if column not in found]
    if missing:
        raise CommandFailed(
            f"{path.name} has no column {', '.join(missing)}; add it to the first line of the file"
        )


def _read_rows(file: ApplicationsFile, path: Path, kept: frozenset[str]) -> Iterator[LabelledRow]:
    for row in file:
        if isinstance(row, BadLine):
            raise CommandFailed(f"{path.name}, {row.lines}: {row.error}")
        yield _read_row(row.fields, path.stem, f"{path.name}, line {row.line}", kept)


def _read_row(fields: dict[str, Any], stem: str, at: str, kept: frozenset[str]) -> LabelledRow:
    label, given_set, kind = (str(fields.get(name, "")).strip() for name in _LABELLING)
    if label not in (NONE, GONE) and not _FSCS_KEY.fullmatch(label):
        raise CommandFailed(
            f"{at}: the label {label!r} is unknown; use an FSCS key such as AK0001, {NONE} or {GONE}"
        )
    given = {name: value for name, value in fields.items() if name in kept or name == "application_id"}
    try:
        read = application_from_fields(given)
    except ApplicationUnreadable as error:
        raise CommandFailed(f"{at}: {error}") from error
    return LabelledRow(
        set=given_set or stem,
        kind=kind,
        label=label,
        application=read.application,
        problems=read.problems,
    )
