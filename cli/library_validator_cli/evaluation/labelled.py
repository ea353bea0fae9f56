"""Labelled applications: files of applications whose right answer is known.

They are read as any file of applications is, but every line of them has to be a row with an id and a label.
Columns: ``application_id, label, set, kind`` and any of the fields of an application, a name among them.
``label`` is the FSCS key of the right system, ``NONE`` for an applicant that must never be validated, or
``GONE`` for a system that the release does not list any more. ``kind`` is optional; without ``set``, rows
belong to the set that the file is named after.
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
    kind: str  # empty where the file has none
    label: str  # an FSCS key, NONE or GONE
    application: Application
    problems: tuple[FieldProblem, ...]

    @property
    def is_library(self) -> bool:
        return self.label not in (NONE, GONE)

    @property
    def identity(self) -> tuple[str, str]:
        """Tells the rows of one evaluation apart."""
        return self.set, self.application.application_id


@dataclass(frozen=True, slots=True)
class LabelledFile:
    name: str
    sha256: str
    rows: tuple[LabelledRow, ...]
    notices: tuple[str, ...]  # which columns were read, and which not


def read_labelled(
    paths: Sequence[Path],
    only: Sequence[str] = (),
    *,
    columns: Sequence[str] | None = None,
    sheet: str | None = None,
) -> list[LabelledFile]:
    """Read labelled files; with ``only``, applications are reduced to these fields.

    ``columns`` and ``sheet`` are what ``--column`` and ``--sheet`` were given.

    Raises ``CommandFailed`` with file and line where a label, a row or a whole file cannot be read, where
    two rows of one set bear one id, and where there is no row at all.
    """
    files = [_read_file(path, only, columns, sheet) for path in paths]
    seen: set[tuple[str, str]] = set()
    for file in files:
        for row in file.rows:
            if row.identity in seen:
                raise CommandFailed(
                    f"{file.name}: {row.application.application_id} stands twice in the set {row.set}; "
                    "every row of a set needs an id of its own"
                )
            seen.add(row.identity)
    if not seen:
        raise CommandFailed(f"no labelled row in {', '.join(file.name for file in files)}")
    return files


def reduction(text: str | None) -> tuple[str, ...]:
    """The fields that ``--only name,city,state`` keeps, in the order of ``FIELDS``; empty keeps all.

    Raises ``WrongUsage`` where a field is unknown or the name is not among them.
    """
    if text is None:
        return ()
    asked = {field.strip().lower() for field in text.split(",") if field.strip()}
    unknown = sorted(asked - set(FIELDS))
    if unknown:
        raise WrongUsage(f"--only does not know {', '.join(unknown)}; fields are {', '.join(FIELDS)}")
    if "name" not in asked:
        raise WrongUsage("--only has to keep the name: without one, nobody can be validated")
    return tuple(field for field in FIELDS if field in asked)


def _read_file(
    path: Path, only: Sequence[str], columns: Sequence[str] | None, sheet: str | None
) -> LabelledFile:
    kept = frozenset(only or FIELDS)
    with open_applications(path, columns=columns, sheet=sheet, beside=_LABELLING, generate_ids=False) as file:
        if not file.is_json:
            _require_columns(path, file.fields)
        rows = tuple(_rows(file, path, kept))
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return LabelledFile(path.name, sha256, rows, tuple(file.notices.surprises()))


def _require_columns(path: Path, found: frozenset[str]) -> None:
    missing = [column for column in ("application_id", "label") if column not in found]
    if missing:
        raise CommandFailed(
            f"{path.name} has no column {', '.join(missing)}; a labelled file names it in its first line"
        )


def _rows(file: ApplicationsFile, path: Path, kept: frozenset[str]) -> Iterator[LabelledRow]:
    for row in file:
        if isinstance(row, BadLine):
            raise CommandFailed(f"{path.name}, {row.lines}: {row.error}")
        yield _row(row.fields, path.stem, f"{path.name}, line {row.line}", kept)


def _row(fields: dict[str, Any], stem: str, at: str, kept: frozenset[str]) -> LabelledRow:
    label, given_set, kind = (str(fields.get(name, "")).strip() for name in _LABELLING)
    if label not in (NONE, GONE) and not _FSCS_KEY.fullmatch(label):
        raise CommandFailed(
            f"{at}: the label {label!r} is unknown; it is an FSCS key such as AK0001, {NONE} or {GONE}"
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
