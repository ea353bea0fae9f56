"""Labelled applications: files of applications whose right answer is known.

Columns: ``application_id, label, set, kind`` and any of the fields of an application, a name among them.
``label`` is the FSCS key of the right system, ``NONE`` for an applicant that must never be validated, or
``GONE`` for a system that the release does not list any more. ``kind`` is optional; without ``set``, rows
belong to the set that the file is named after.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from library_validator.decisions.application import (
    FIELDS,
    Application,
    FieldProblem,
    application_from_fields,
)
from library_validator.errors import ApplicationUnreadable
from library_validator_cli.failures import CommandFailed, WrongUsage

NONE: Final = "NONE"
GONE: Final = "GONE"
_FSCS_KEY: Final = re.compile(r"[A-Z]{2}[0-9]{4}")
_LABELLING: Final = ("application_id", "label", "set", "kind")


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
    ignored: tuple[str, ...]  # columns that are neither a field nor a label


def read_labelled(paths: Sequence[Path], only: Sequence[str] = ()) -> list[LabelledFile]:
    """Read labelled files; with ``only``, applications are reduced to these fields.

    Raises ``CommandFailed`` with file and line where a label, a row or a whole file cannot be read, where
    two rows of one set bear one id, and where there is no row at all.
    """
    files = [_read_file(path, only) for path in paths]
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


def _read_file(path: Path, only: Sequence[str]) -> LabelledFile:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CommandFailed(f"{path.name} is not UTF-8 ({error}); save it as CSV (UTF-8)") from error
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        columns = reader.fieldnames or []
        missing = [column for column in ("application_id", "name", "label") if column not in columns]
        if missing:
            raise CommandFailed(
                f"{path.name} has no column {', '.join(missing)}; a labelled file names it in its first line"
            )
        rows = tuple(_rows(reader, path, frozenset(only or FIELDS)))
    except csv.Error as error:
        raise CommandFailed(f"{path.name}, line {reader.reader.line_num}: is not CSV ({error})") from error
    ignored = tuple(column for column in columns if column not in (*_LABELLING, *FIELDS))
    return LabelledFile(path.name, hashlib.sha256(raw).hexdigest(), rows, ignored)


def _rows(reader: csv.DictReader[str], path: Path, kept: frozenset[str]) -> Iterator[LabelledRow]:
    for cells in reader:
        at = f"{path.name}, line {reader.line_num}"
        if None in cells or None in cells.values():
            raise CommandFailed(f"{at}: has not as many cells as the first line names columns")
        yield _row(cells, path.stem, at, kept)


def _row(cells: dict[str, str], stem: str, at: str, kept: frozenset[str]) -> LabelledRow:
    label = cells["label"].strip()
    if label not in (NONE, GONE) and not _FSCS_KEY.fullmatch(label):
        raise CommandFailed(
            f"{at}: the label {label!r} is unknown; it is an FSCS key such as AK0001, {NONE} or {GONE}"
        )
    fields = {name: value for name, value in cells.items() if name in kept or name == "application_id"}
    try:
        read = application_from_fields(fields)
    except ApplicationUnreadable as error:
        raise CommandFailed(f"{at}: {error}") from error
    return LabelledRow(
        set=cells.get("set", "").strip() or stem,
        kind=cells.get("kind", "").strip(),
        label=label,
        application=read.application,
        problems=read.problems,
    )
