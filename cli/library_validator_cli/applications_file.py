"""Reads the file of applications that a command line names, with its options for columns and a sheet."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer

from library_validator.errors import FileUnreadable, NotInFile
from library_validator.intake.applications_file import ApplicationsFile, BadLine
from library_validator_cli.failures import CommandFailed, WrongUsage
from library_validator_cli.terminal import show_warning

BAD_LINES_SHOWN: Final = 20

_SPOOL_BYTES: Final = 16 * 1024 * 1024
_HINTS: Final = {
    "column": 'name the column with --column, for example --column name="Organization"',
    "sheet": "name one of them with --sheet",
}

ApplicationsArgument = Annotated[
    Path, typer.Argument(metavar="APPLICATIONS", help="CSV, .xlsx or JSON Lines; - reads standard input.")
]
ColumnOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FIELD=HEADER",
        help='Read a field from this column: --column name="Org". Repeat it for other fields.',
    ),
]
SheetOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="The sheet of the workbook that has the applications.")
]


@contextmanager
def open_applications(
    path: Path,
    *,
    columns: Sequence[str] | None = None,
    sheet: str | None = None,
    beside: Sequence[str] = (),
    generate_ids: bool = True,
) -> Iterator[ApplicationsFile]:
    """The applications in ``path``, or on standard input if it is ``-``.

    ``columns`` and ``sheet`` are the values of ``--column`` and ``--sheet``.

    Raises ``WrongUsage`` if there is no such file, column or sheet, and ``CommandFailed`` if the file has no
    applications.
    """
    chosen = _headers_by_field(columns or ())
    if str(path) == "-":
        with tempfile.SpooledTemporaryFile(_SPOOL_BYTES) as spool, _report_unreadable_file():
            shutil.copyfileobj(sys.stdin.buffer, spool)
            yield ApplicationsFile(
                spool,  # type: ignore[arg-type]  # the stream has all methods of a BinaryIO
                "stdin",
                columns=chosen,
                sheet=sheet,
                beside=beside,
                generate_ids=generate_ids,
            )
        return
    try:
        source = path.open("rb")
    except OSError as error:
        raise WrongUsage(f"{path} cannot be read: {error.strerror}") from error
    with source, _report_unreadable_file():
        yield ApplicationsFile(
            source, path.name, columns=chosen, sheet=sheet, beside=beside, generate_ids=generate_ids
        )


@contextmanager
def _report_unreadable_file() -> Iterator[None]:
    try:
        yield
    except NotInFile as error:
        raise WrongUsage(str(error)) from error
    except FileUnreadable as error:
        hint = _HINTS.get(error.option)
        raise CommandFailed(f"{error}; {hint}" if hint else str(error)) from error


def _headers_by_field(columns: Sequence[str]) -> dict[str, list[str]]:
    """The headers of each field, from ``["name=Org"]``. Raises ``WrongUsage`` for any other form."""
    chosen: dict[str, list[str]] = {}
    for given in columns:
        field, is_pair, header = given.partition("=")
        if not is_pair or not field.strip() or not header.strip():
            raise WrongUsage(f'--column {given!r} is not written as FIELD=HEADER, for example name="Org"')
        chosen.setdefault(field.strip().lower(), []).append(header)
    return chosen


def warn_of_bad_lines(bad: Sequence[BadLine]) -> None:
    """Show the lines that cannot be read and the reasons, at most ``BAD_LINES_SHOWN``."""
    for line in bad[:BAD_LINES_SHOWN]:
        show_warning(f"{line.lines} {line.error}")
    if len(bad) > BAD_LINES_SHOWN:
        show_warning(f"… and {len(bad) - BAD_LINES_SHOWN:,} more places that cannot be read")
