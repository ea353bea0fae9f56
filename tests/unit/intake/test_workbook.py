"""Workbooks: rows are read as their sender saw them, and a harmful workbook is refused."""

from __future__ import annotations

import datetime
import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import openpyxl
import pytest

from library_validator.errors import FileUnreadable, NotInFile
from library_validator.intake import workbook as workbook_module
from library_validator.intake.applications_file import ApplicationsFile, BadLine, Row

HEADER = ["Record ID", "Library Name", "Zip", "Phone"]
ALDER = ["A-1", "Alder PL"]
SHEET = "xl/worksheets/sheet1.xml"
MAY_DAY = datetime.datetime(2026, 5, 1)  # noqa: DTZ001 - a sheet knows no time zones


def workbook_of(
    sheets: Mapping[str, Sequence[Sequence[Any]]], also: Callable[[Any], None] | None = None
) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    if also:
        also(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def change_part(content: bytes, member: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one of its parts rewritten."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        assert member in old.namelist()
        for part in old.namelist():
            new.writestr(part, change(old.read(part)) if part == member else old.read(part))
    return buffer.getvalue()


def read(content: bytes, **options: Any) -> tuple[list[Row | BadLine], ApplicationsFile]:
    file = ApplicationsFile(io.BytesIO(content), "partners.xlsx", **options)
    return list(file), file


def fields(content: bytes) -> list[dict[str, Any]]:
    found, _ = read(content)
    return [row.fields for row in found if isinstance(row, Row)]


def refusal(content: bytes, **options: Any) -> str:
    with pytest.raises((FileUnreadable, NotInFile)) as refused:
        read(content, **options)
    return str(refused.value)


def test_the_line_of_a_row_is_its_row_number_in_the_sheet() -> None:
    found, file = read(workbook_of({"Sheet1": [HEADER, ALDER, [], ["A-2", "Briar PL", "04901"]]}))
    assert found == [
        Row(2, "A-1", {"application_id": "A-1", "name": "Alder PL"}),
        Row(4, "A-2", {"application_id": "A-2", "name": "Briar PL", "zip": "04901"}),
    ]
    assert file.notices.sheet == "Sheet1"
    assert file.fields == {"application_id", "name", "zip", "phone"}


def test_numbers_are_read_as_the_sheet_shows_them() -> None:
    def set_formats(book: Any) -> None:
        sheet = book.worksheets[0]
        sheet["A2"].number_format = sheet["C2"].number_format = "00000"
        sheet["C3"].number_format = "00000\\-0000"
        sheet["D2"].number_format = "[<=9999999]###-####;(###) ###-####"

    rows: list[list[Any]] = [
        HEADER,
        [42, "Alder PL", 2138, 2075550101.0],
        [1.5, "Briar PL", 21381234, "207-555-0102"],
    ]
    assert fields(workbook_of({"Sheet1": rows}, set_formats)) == [
        {"application_id": "00042", "name": "Alder PL", "zip": "02138", "phone": "2075550101"},
        {"application_id": "1.5", "name": "Briar PL", "zip": "02138-1234", "phone": "207-555-0102"},
    ]


def test_dates_and_booleans_are_read_as_text() -> None:
    rows: list[list[Any]] = [HEADER, [MAY_DAY, True], [MAY_DAY + datetime.timedelta(hours=9.5), "PL"]]
    assert fields(workbook_of({"Sheet1": rows})) == [
        {"application_id": "2026-05-01", "name": "TRUE"},
        {"application_id": "2026-05-01 09:30:00", "name": "PL"},
    ]


def test_a_cell_with_an_error_is_read_as_empty_and_counted() -> None:
    found, file = read(workbook_of({"Sheet1": [HEADER, [*ALDER, "#N/A", "#REF!"]]}))
    assert found == [Row(2, "A-1", {"application_id": "A-1", "name": "Alder PL"})]
    assert (
        "cells with an error of the spreadsheet (#N/A …), which are read as empty: 2"
        in file.notices.sentences()
    )


def test_a_formula_is_read_as_its_result_and_reported_if_it_has_no_result() -> None:
    content = workbook_of({"Sheet1": [HEADER, ["A-1", '="Alder "&"PL"'], ["A-2", "Briar PL", "=1+1"]]})
    with_result = rb'<c r="B2" t="str">\1<v>Alder PL</v></c>'
    content = change_part(
        content, SHEET, lambda part: re.sub(rb'<c r="B2"[^>]*>(<f>.*?</f>).*?</c>', with_result, part)
    )
    found, _ = read(content)
    assert isinstance(found[0], Row)
    assert found[0].fields["name"] == "Alder PL"
    assert isinstance(found[1], BadLine)
    assert (found[1].line, "formula without its result in cell C3" in found[1].error) == (3, True)


def test_the_visible_sheet_with_a_table_is_read_and_the_others_are_named() -> None:
    def hide_sheet(book: Any) -> None:
        book["Old"].sheet_state = "hidden"

    sheets = {"Read me": [["How to apply"]], "Old": [HEADER, ["X"]], "Applicants": [HEADER, ALDER]}
    found, file = read(workbook_of(sheets, hide_sheet))
    assert [row.application_id for row in found] == ["A-1"]
    assert file.notices.sentences()[0] == "sheet read: Applicants; sheets not read: Read me, Old (hidden)"


def test_if_there_are_two_tables_the_user_must_name_the_sheet() -> None:
    content = workbook_of({"2025": [HEADER, ALDER], "2026": [HEADER, ["A-2", "Briar PL"]]})
    assert refusal(content) == 'partners.xlsx has tables of applications on the sheets "2025" and "2026"'
    found, _ = read(content, sheet="2026")
    assert [row.application_id for row in found] == ["A-2"]
    said = refusal(content, sheet="2027")
    assert said == 'partners.xlsx has no sheet \'2027\'; its sheets are "2025", "2026"'


def test_titles_above_the_header_are_in_the_notices() -> None:
    found, file = read(workbook_of({"Sheet1": [["Applicants of May"], [], HEADER, ALDER]}))
    assert [row.line for row in found] == [4]
    assert 'line 1 "Applicants of May"' in file.notices.sentences()[1]


def test_a_sheet_without_a_name_column_is_refused() -> None:
    assert '(found: "Bibliothek")' in refusal(workbook_of({"Sheet1": [["Bibliothek"], ["Alder PL"]]}))
    assert "no column" in refusal(workbook_of({"Sheet1": []}))


def test_values_beside_the_table_are_counted() -> None:
    found, file = read(workbook_of({"Sheet1": [HEADER, [*ALDER, "", "", "", "call again"]]}))
    assert len(found) == 1
    assert file.notices.unnamed_values == 1


def test_a_cell_at_the_far_end_of_a_sheet_adds_only_one_row() -> None:
    def add_far_cell(book: Any) -> None:
        book.worksheets[0]["XFD1048576"] = "x"

    found, file = read(workbook_of({"Sheet1": [HEADER, ALDER]}, add_far_cell))
    assert [row.line for row in found] == [2]
    assert (file.lines, file.notices.unnamed_values) == (1_048_576, 1)


def test_reading_ends_at_a_row_number_beyond_the_limit_of_a_sheet() -> None:
    far = b'<row r="9000000000"><c><v>1</v></c></row></sheetData>'
    content = workbook_of({"Sheet1": [HEADER, ALDER]})
    found, _ = read(change_part(content, SHEET, lambda part: part.replace(b"</sheetData>", far)))
    assert isinstance(found[-1], BadLine)
    assert found[-1].line == 1_048_577


@pytest.mark.parametrize("member", ["xl/styles.xml", "xl/workbook.xml", SHEET])
def test_xml_entities_are_refused(member: str) -> None:
    entities = b'<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;">]>'
    content = workbook_of({"Sheet1": [HEADER, ALDER]})
    said = refusal(
        change_part(
            content, member, lambda part: re.sub(rb"^(<\?xml[^>]*\?>)?", rb"\1" + entities, part, count=1)
        )
    )
    assert "damaged workbook (EntitiesForbidden" in said


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = workbook_of({"Sheet1": [HEADER, ["A-1", "Alder PL" * 4000]]})
    monkeypatch.setattr(workbook_module, "MAX_PART_BYTES", 20_000)
    monkeypatch.setattr(openpyxl, "load_workbook", None)
    assert f"is too large: {SHEET} unpacks to" in refusal(content)
    monkeypatch.setattr(workbook_module, "MAX_MEMBERS", 3)
    assert "too much for a workbook" in refusal(content)


@pytest.mark.parametrize("member", ["xl/workbook.xml", SHEET, "xl/styles.xml"])
def test_a_damaged_workbook_is_refused_in_one_sentence(member: str) -> None:
    content = workbook_of({"Sheet1": [HEADER, ALDER]})
    said = refusal(change_part(content, member, lambda part: part[: len(part) // 2]))
    assert said.startswith("partners.xlsx is a damaged workbook (")
    assert "\n" not in said


def test_a_workbook_is_refused_if_defusedxml_is_not_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = workbook_of({"Sheet1": [HEADER, ALDER]})
    monkeypatch.setattr(openpyxl, "DEFUSEDXML", False)
    assert "save the sheet as CSV" in refusal(content)


def test_openpyxl_is_imported_only_for_a_workbook() -> None:
    code = "import sys, library_validator.intake.applications_file; print('openpyxl' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"
