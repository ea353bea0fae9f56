"""Official releases, each damaged in a different way, and the status and message that the run must have."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import PurePosixPath
from typing import Final

NAME: Final = "releases/pls_fy2022_csv.zip"
SPOILED: Final = (
    "half a file",
    "half an outlets file",
    "swapped columns",
    "systems without outlets",
    "outlets of another year",
    "last year's file again",
    "last year's file, called this year's",
    "an older year",
    "a file that claims FY2099",
    "the live year with other content",
    "30 % of the rows gone",
    "one state gone",
    "every key renumbered",
    "keys twice",
    "a zip bomb",
    "a zip that claims 5 GB",
    "an object of 5 GB",
    "a member outside of its folder",
    "an HTML error page",
    "a tab separated file",
    "an Excel workbook",
    "a question mark for a letter",
)


@dataclass(frozen=True, slots=True)
class SpoiledRelease:
    """One upload, and the expected end of its run."""

    case: str
    content: bytes
    status: str
    message: str  # the code of a problem, or a part of the refusal's sentence
    key: str = NAME


class ReleaseTable:
    """One CSV file of a release, as rows; untouched bytes stay the same."""

    def __init__(self, member: str, content: bytes) -> None:
        self.member = member
        rows = list(csv.reader(io.StringIO(content.decode("latin-1"), newline="")))
        self.header, self.rows = rows[0], rows[1:]

    @property
    def is_systems(self) -> bool:
        return "C_OUT_TY" not in self.header

    def column(self, name: str) -> int:
        return next(number for number, title in enumerate(self.header) if title.endswith(name))

    def as_csv(self, separator: str = ",") -> bytes:
        target = io.StringIO(newline="")
        csv.writer(target, delimiter=separator, lineterminator="\r\n").writerows([self.header, *self.rows])
        return target.getvalue().encode("latin-1")


def tables_of(release: bytes) -> tuple[ReleaseTable, ReleaseTable]:
    """The systems and the outlets of a release."""
    with zipfile.ZipFile(io.BytesIO(release)) as archive:
        names = [name for name in archive.namelist() if re.search(r"(?i)(ae|outlet)_\w+\.csv$", name)]
        tables = [ReleaseTable(PurePosixPath(name).name, archive.read(name)) for name in names]
    systems, outlets = sorted(tables, key=lambda table: not table.is_systems)
    return systems, outlets


def zip_of_tables(*tables: ReleaseTable, more: dict[str, bytes] | None = None, claimed: int = 0) -> bytes:
    """A zip of tables; ``claimed``: the size in bytes that the directory states for its first member."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in tables:
            archive.writestr(table.member, table.as_csv())
        for name, content in (more or {}).items():
            archive.writestr(name, content)
        if claimed:
            archive.filelist[0].file_size = claimed
    return target.getvalue()


def changed_release(release: bytes, change: Callable[[ReleaseTable], None]) -> bytes:
    tables = tables_of(release)
    for table in tables:
        change(table)
    return zip_of_tables(*tables)


def spoiled_releases(last_year: bytes, this_year: bytes, older: bytes) -> Iterator[SpoiledRelease]:
    """``last_year`` (FY2021) is live; ``this_year`` would be FY2022."""
    systems, outlets = tables_of(this_year)
    yield SpoiledRelease("half a file", this_year[: len(this_year) // 2], "refused", "damaged zip")
    yield SpoiledRelease(
        "half an outlets file", changed_release(this_year, _drop_half_the_outlets), "quarantined", "row_count"
    )
    yield SpoiledRelease(
        "swapped columns", changed_release(this_year, _swap_columns), "quarantined", "columns_swapped"
    )
    yield SpoiledRelease("systems without outlets", zip_of_tables(systems), "refused", "no outlets file")
    other_outlets = zip_of_tables(systems, tables_of(last_year)[1])
    yield SpoiledRelease("outlets of another year", other_outlets, "refused", "two files of different years")
    yield SpoiledRelease("last year's file again", last_year, "unchanged", "", "releases/pls_fy2021_csv.zip")
    yield SpoiledRelease("last year's file, called this year's", last_year, "quarantined", "year_disagrees")
    yield SpoiledRelease("an older year", older, "quarantined", "superseded", "releases/older.zip")
    future = changed_release(this_year, _set_year_to_2099)
    yield SpoiledRelease(
        "a file that claims FY2099", future, "quarantined", "future_year", "releases/fy2099.zip"
    )
    other = changed_release(last_year, _change_a_phone)
    yield SpoiledRelease(
        "the live year with other content", other, "quarantined", "live_year_differs", "releases/x.zip"
    )
    yield SpoiledRelease(
        "30 % of the rows gone",
        changed_release(this_year, _drop_three_rows_in_ten),
        "quarantined",
        "row_count",
    )
    yield SpoiledRelease(
        "one state gone", changed_release(this_year, _drop_a_state), "quarantined", "states_vanished"
    )
    yield SpoiledRelease(
        "every key renumbered", changed_release(this_year, _renumber_keys), "quarantined", "keys_renumbered"
    )
    yield SpoiledRelease(
        "keys twice", changed_release(this_year, _repeat_rows), "quarantined", "keys_repeated"
    )
    bomb = zip_of_tables(
        outlets, more={systems.member: systems.as_csv() + (b"0" * 1_000 + b"\r\n") * 140_000}
    )
    yield SpoiledRelease("a zip bomb", bomb, "refused", "unpacks to more than")
    claim = zip_of_tables(systems, outlets, claimed=5 << 30)
    yield SpoiledRelease("a zip that claims 5 GB", claim, "refused", "MB (it says 5,12")
    yield SpoiledRelease(
        "an object of 5 GB", BytesOfFiveGigabytes(this_year), "refused", "5,368,709,120 bytes"
    )
    escaping = zip_of_tables(systems, outlets, more={"../../etc/cron.d/x.csv": b"a"})
    yield SpoiledRelease("a member outside of its folder", escaping, "refused", "leaves its folder")
    page = b"<!DOCTYPE html><html><title>404 Not Found</title></html>"
    yield SpoiledRelease(
        "an HTML error page", page, "refused", "a web page that was saved with the name of a zip"
    )
    tabs = zip_of_tables(more={table.member: table.as_csv("\t") for table in (systems, outlets)})
    yield SpoiledRelease("a tab separated file", tabs, "refused", "holds a tab separated systems file")
    workbook = zip_of_tables(more={"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"})
    yield SpoiledRelease(
        "an Excel workbook", workbook, "refused", "an Excel workbook (.xlsx); expected CSV files"
    )
    letters = changed_release(this_year, _put_a_question_mark)
    yield SpoiledRelease("a question mark for a letter", letters, "quarantined", "letters_spoiled")


class BytesOfFiveGigabytes(bytes):
    """Bytes that state a size of 5 GB, as the size of an object is known before it is read."""

    def __len__(self) -> int:
        return 5 << 30


def _drop_half_the_outlets(table: ReleaseTable) -> None:
    if not table.is_systems:
        table.rows = table.rows[: len(table.rows) // 2]


def _swap_columns(table: ReleaseTable) -> None:
    city, phone = table.column("CITY"), table.column("PHONE")
    table.header[city], table.header[phone] = table.header[phone], table.header[city]


def _set_year_to_2099(table: ReleaseTable) -> None:
    for row in table.rows:
        row[:] = [re.sub(r"20(?:21|22|23)$", "2099", re.sub(r"_2[0-3]$", "_99", value)) for value in row]
    table.member = re.sub("(?i)(fy|pud)22", r"\g<1>99", table.member)


def _change_a_phone(table: ReleaseTable) -> None:
    table.rows[0][table.column("PHONE")] = "9075550199"


def _put_a_question_mark(table: ReleaseTable) -> None:
    city = table.rows[0][table.column("CITY")]
    table.rows[0][table.column("CITY")] = f"{city[:-1]}?"


def _drop_three_rows_in_ten(table: ReleaseTable) -> None:
    table.rows = [row for number, row in enumerate(table.rows) if number % 10 not in (1, 4, 7)]


def _drop_a_state(table: ReleaseTable) -> None:
    state = table.column("STABR")
    gone = sorted({row[state] for row in table.rows})[1]
    table.rows = [row for row in table.rows if row[state] != gone]


def _renumber_keys(table: ReleaseTable) -> None:
    key = table.column("FSCSKEY")
    for row in table.rows:
        row[key] = f"{row[key][:2]}{9999 - int(row[key][2:]):04}"


def _repeat_rows(table: ReleaseTable) -> None:
    table.rows += [list(row) for row, _ in zip(table.rows, count(1), strict=False)][:20]
