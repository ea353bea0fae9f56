"""Strict CSV: each row is read as one row, and lines that are not certainly a row are reported."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from library_validator.intake.column_mapping import map_columns
from library_validator.intake.encodings import TextLines
from library_validator.intake.table_rows import RowShape, TableRow
from library_validator.intake.table_text import TextTable
from library_validator.intake.text_header import find_header

HEADER = "application_id,name,street,city,state,zip,phone"
ALDER = "A-1,Alder Point Library,12 Fork Rd,Alder,ME,04901,207-555-0101"
BRIAR = "A-2,Briar Library,3 Mill St,Briar,VT,05602,802-555-0102"
CEDAR = 'A-3,"Cedar Library",9 Hill Rd,Cedar,NH,03301,603-555-0103'


def table_rows(text: str) -> list[TableRow]:
    """The rows below the header of ``text``."""
    lines = iter(TextLines(io.BytesIO(text.encode())))
    header = find_header(lines, {})
    mapping = map_columns("a.csv", header.cells, chosen={})
    shape = RowShape.of_header(header.cells, header.delimiter, mapping)
    return list(TextTable(chain(header.below, lines), shape))


def ids_or_ranges(*lines: str, end: str = "\n") -> list[str]:
    """For ``lines`` below ``HEADER``: the id of each row, or the range of lines that cannot be read."""
    return [
        f"{row.line}-{row.last_line}" if row.problem else row.cells[0]
        for row in table_rows(end.join([HEADER, *lines, ""]))
    ]


def problems(*lines: str) -> list[str]:
    return [row.problem for row in table_rows("\n".join([HEADER, *lines, ""])) if row.problem]


@pytest.mark.parametrize(
    "broken",
    [
        'A-9,"Elm Library,1 Main St,Elm,CT,06001,860-555-0104',
        '"A-9,Elm Library,1 Main St,Elm,CT,06001,860-555-0104',
        'A-9,Elm Library,1 Main St,Elm,CT,06001,"860-555-0104',
        'A-9,Elm Library",1 Main St,Elm,CT,06001,860-555-0104',
        'A-9,Elm "Library,1 Main St,Elm,CT,06001,860-555-0104',
        'A-9,"Elm Library”,1 Main St,Elm,CT,06001,860-555-0104',
        'A-9,"Elm Library"",1 Main St,Elm,CT,06001,860-555-0104',
        'A-9,""Elm Library",1 Main St,Elm,CT,06001,860-555-0104',
        'A-9,"Elm" Library,1 Main St,Elm,CT,06001,860-555-0104',
        'A-9,"The \\"Old\\" Elm Library",1 Main St,Elm,CT,06001,860-555-0104',
        'A-9,The Elm \\"Library,1 Main St,Elm,CT,06001,860-555-0104',
        "A-9,Elm\0Library,1 Main St,Elm,CT,06001,860-555-0104",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_broken_line_does_not_affect_other_rows(broken: str, end: str) -> None:
    assert ids_or_ranges(ALDER, broken, BRIAR, CEDAR, end=end) == ["A-1", "3-3", "A-2", "A-3"]
    assert ids_or_ranges(ALDER, broken, CEDAR, BRIAR, end=end) == ["A-1", "3-3", "A-3", "A-2"]
    assert ids_or_ranges(broken, end=end) == ["2-2"]
    assert ids_or_ranges(broken, broken, CEDAR, end=end) in (["2-3", "A-3"], ["2-2", "3-3", "A-3"])


def test_the_error_names_the_fault_of_a_broken_line() -> None:
    assert problems('A-9,"Elm,1,Elm,CT,06001,') == [
        (
            "cannot be read: a quotation mark is opened and not closed: "
            "close it, or write it twice if it belongs to the text"
        )
    ]
    assert problems('A-9,"Elm" x,1,Elm,CT,06001,') == [
        (
            "cannot be read: text follows a closing quotation mark: "
            "put the whole cell in quotation marks and write each inner quotation mark twice"
        )
    ]
    assert problems('A-9,El"m,1,Elm,CT,06001,') == [
        (
            "cannot be read: a cell has a quotation mark without a second one: "
            "put the whole cell in quotation marks and write each inner quotation mark twice"
        )
    ]
    assert "a backslash" in problems('A-9,"\\"Elm\\"",1,Elm,CT,06001,')[0]
    assert "zero byte" in problems("A-9,E\0lm,1,Elm,CT,06001,")[0]


def test_two_broken_rows_are_not_joined_even_if_their_quotation_marks_match() -> None:
    opened = 'A-8,"Elm Library,1 Main St,Elm,CT,06001,860-555-0104'
    closed = 'A-9,Fir Library",2 Main St,Fir,CT,06002,860-555-0105'
    assert ids_or_ranges(opened, closed, BRIAR) == ["2-3", "A-2"]
    assert ids_or_ranges(opened, ALDER, closed, BRIAR) == ["2-4", "A-2"]
    rest = ["A-9,Fir Library,2 Main St", 'Rear",Fir,CT,06002,']
    assert ids_or_ranges('A-8,Elm Library,"1 Main St,Elm,CT,06001,860-555-0104', *rest, BRIAR) == [
        "2-4",
        "A-2",
    ]
    twice = ['A-8,Elm Library,"1 Main St', "Rear,Elm,CT,06001,860-555-0104", *rest]
    assert ids_or_ranges(*twice, BRIAR) == ["2-5", "A-2"]
    last = 'A-8,Elm Library,1 Main St,Elm,CT,06001,"860-555-0104'
    closing = 'A-9,Fir Library,2 Main St,Fir,CT,06002,860-555-0105"'
    assert ids_or_ranges(last, closing, BRIAR) == ["2-3", "A-2"]


@pytest.mark.parametrize(
    ("lines", "cell", "value"),
    [
        (['A-9,Elm,"1 Main St', 'Suite 4",Elm,CT,06001,'], 2, "1 Main St\nSuite 4"),
        (
            ['A-9,Elm,"Town Hall', "", "1 Main St, Suite 4, Rear", 'Elm",Elm,CT,06001,'],
            2,
            "1 Main St, Suite 4",
        ),
        (['"A-9","Elm","1 Main St', 'Suite 4","Elm","CT","06001",""'], 2, "1 Main St\nSuite 4"),
        (['A-9,"Elm', 'Library","1 Main St', 'Rear",Elm,CT,06001,'], 1, "Elm\nLibrary"),
        (['A-9,Elm,1 Main St,Elm,CT,06001,"860-555-0104', '(ask for the desk)"'], 6, "860-555-0104\n(ask"),
        (['"A', '9",Elm,1 Main St,Elm,CT,06001,860-555-0104'], 0, "A\n9"),
        (
            ['A-9,Elm,"We lend 1,000 books', "and 2,000 maps, in 3,000 visits,", 'all told",Elm,CT,06001,'],
            2,
            "maps",
        ),
        (['A-9,"The ""Old', 'Elm"" Library",1 Main St,Elm,CT,06001,'], 1, 'The "Old\nElm" Library'),
    ],
)
def test_a_quoted_cell_may_hold_line_breaks(lines: list[str], cell: int, value: str) -> None:
    found = table_rows("\n".join([HEADER, ALDER, *lines, BRIAR, ""]))
    assert [row.problem for row in found] == ["", "", ""]
    assert value in found[1].cells[cell]
    assert (found[1].line, found[1].last_line) == (3, 2 + len(lines))


def test_lines_that_may_be_one_row_or_several_are_not_read() -> None:
    assert ids_or_ranges('A-9,Elm,"1 Main St', BRIAR, '",Elm,CT,06001,', ALDER) == ["2-4", "A-1"]
    assert "one row with line breaks" in problems('A-9,Elm,"1 Main St', BRIAR, '",Elm,CT,06001,')[0]


def test_a_mark_that_opens_a_cell_of_the_next_row_does_not_close_a_cell_of_this_row() -> None:
    opened = 'A-8,Elm Library,1 Main St,Elm,CT,06001,"860-555-0104'
    after = ['"', 'A-9",Fir Library,2 Main St,Fir,CT,06002,860-555-0105']
    assert ids_or_ranges(opened, *after, BRIAR) == ["2-2", "\nA-9", "A-2"]


def test_half_a_row_with_line_breaks_is_not_read_as_a_row() -> None:
    header = "name,street,city,state,zip"
    text = f'{header}\n"Elm\nLibrary,1 Main St,Elm,CT,06001\nFir Library,2 Main St,Fir,CT,06002\n'
    assert [(row.line, row.last_line, bool(row.problem)) for row in table_rows(text)] == [
        (2, 3, True),
        (4, 4, False),
    ]


def test_a_row_after_a_broken_row_may_have_line_breaks() -> None:
    broken = 'A-9,"Elm Library,1 Main St,Elm,CT,06001,860-555-0104'
    assert ids_or_ranges(broken, 'A-4,Fir,"2 Main St', 'Rear",Fir,CT,06002,', ALDER) == ["2-2", "A-4", "A-1"]


def test_quotation_marks_in_pairs_are_part_of_the_cell() -> None:
    (row,) = table_rows(f'{HEADER}\nA-9,The "Old" Elm Library,1 Main St,Elm,CT,06001,\n')
    assert row.cells[1] == 'The "Old" Elm Library'


def test_blanks_around_quotation_marks_are_ignored() -> None:
    text = 'application_id, name, city\nA-9, "Elm, the Library" , Elm\n'
    assert [cell.strip() for cell in table_rows(text)[0].cells] == ["A-9", "Elm, the Library", "Elm"]


@pytest.mark.parametrize(
    "shifted",
    [
        "A-9,Elm Library, Inc,1 Main St,Elm,CT,06001,",
        "A-9,Elm Library,Inc,1 Main St,Elm,CT,06001,",
        "A-9,Elm Library,1 Main St, Suite 4,Elm,CT,06001,",
        "A-9,Elm Library, Inc,1 Main St,Elm,CT,,",
        "A-9,Elm Library, Inc,1 Main St,Elm,,,",
        "A-9,Elm Library, Inc,,Elm,,,",
        "A-9,Elm Library, Inc,1 Main St, Suite 4,Elm,CT,06001,,",
        "A-9,Elm Library,1 Main St,Elm,CT,06001,860-555-0104,desk",
        "A-9,Elm Library, Inc,1 Main St,Elm,CT,06001",
        "A-9,Elm Library,Elm,CT,06001,860-555-0104,",
        "A-9,Elm Library,Elm,CT,,860-555-0104",
        "A-9,Elm Library,Elm,CT,,860-555-0104,",
        "A-9,Elm Library,Inc,Oregon,,,,",
        "A-9,Elm Library,Elm,CT,06001,860-555-0104",
        "A-9,Elm Library",
        "A-9",
    ],
)
def test_a_line_is_not_read_if_its_values_may_be_under_the_wrong_headers(shifted: str) -> None:
    assert ids_or_ranges(ALDER, shifted, BRIAR) == ["A-1", "3-3", "A-2"]


@pytest.mark.parametrize(
    "uneven",
    [
        "A-9,Elm Library,1 Main St,Elm,CT,06001",
        "A-9,Elm Library,1 Main St,Elm,CT",
        "A-9,Elm Library,1 Main St,Elm,CT,06001,860-555-0104,",
        "A-9,Elm Library,1 Main St,Elm,CT,06001,860-555-0104,,,",
        "A-9,Elm Library,,,,,,,,,",
    ],
)
def test_empty_cells_at_the_end_may_be_missing_or_too_many(uneven: str) -> None:
    (row,) = table_rows(f"{HEADER}\n{uneven}\n")
    assert (row.problem, len(row.cells), row.cells[1]) == ("", 7, "Elm Library")


def test_a_value_beyond_the_last_header_is_reported() -> None:
    text = "application_id,name,\nA-1,Alder Library,\nA-2,Briar Library, Inc\nA-3,Cedar Library\n"
    assert [row.problem for row in table_rows(text)] == [
        "",
        "has a value in column 3, which has no header",
        "",
    ]


def test_blank_lines_are_left_out() -> None:
    assert ids_or_ranges("", ALDER, "   ", "\t", BRIAR) == ["A-1", "A-2"]


def test_a_file_of_one_column_has_one_row_in_each_line() -> None:
    rows = table_rows('name\n"Alder Library"\n"Briar\nCedar Library"\nElm Library\n')
    assert [row.cells[0] if not row.problem else row.line for row in rows] == [
        "Alder Library",
        3,
        "Elm Library",
    ]


def test_a_file_full_of_unclosed_quotation_marks_is_read_in_bounded_time() -> None:
    rows = table_rows("application_id,name,notes\n" + 'A-1,"Alder\n' * 20_000)
    assert {row.problem for row in rows} == {
        (
            "cannot be read: a quotation mark is opened and not closed: "
            "close it, or write it twice if it belongs to the text"
        )
    }


# Pieces of cells that make reading hard: quotation marks, separators and line ends.
HARD = st.lists(
    st.sampled_from(['"', '""', ",", ", ", ";", "\t", "\n", "\r\n", " ", "x", "’", "é"]), max_size=6
)
ROWS = st.lists(st.lists(HARD, min_size=4, max_size=4), min_size=1, max_size=5)
NAMES = ["application_id", "name", "notes", "remarks"]


def csv_text(rows: Sequence[Sequence[str]], delimiter: str, quoting: int, end: str) -> str:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
    writer.writerows([NAMES, *rows])
    return buffer.getvalue()


def mark_pieces(rows: Sequence[Sequence[Sequence[str]]]) -> list[list[str]]:
    """Cells with their row after every piece ("r3"), to find out whether two rows were read as one row."""
    return [
        ["".join(f"{piece}r{number}" for piece in cell) for cell in row] for number, row in enumerate(rows)
    ]


def rows_in(row: TableRow) -> set[int]:
    """The rows that the cells of a row come from."""
    return {number for number in range(5) if any(f"r{number}" in cell for cell in row.cells)}


WRITING = (
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    st.sampled_from(["\n", "\r\n"]),
)


@given(ROWS, *WRITING)
@settings(max_examples=300)
def test_every_row_of_a_written_table_is_read_unchanged_or_reported(
    pieces: list[list[list[str]]], delimiter: str, quoting: int, end: str
) -> None:
    rows = [row for row in mark_pieces(pieces) if any(cell.strip() for cell in row)]
    found = [row.cells for row in table_rows(csv_text(rows, delimiter, quoting, end)) if not row.problem]
    remaining = iter(rows)
    assert all(cells in remaining for cells in found)  # in order, and each as it was written
    if not any("\n" in cell or "\r" in cell for row in rows for cell in row):
        assert found == rows


@given(ROWS, *WRITING, st.data())
@settings(max_examples=500)
def test_a_lost_quotation_mark_never_joins_two_rows(
    pieces: list[list[list[str]]], delimiter: str, quoting: int, end: str, data: st.DataObject
) -> None:
    text = csv_text(mark_pieces(pieces), delimiter, quoting, end)
    marks = [at for at, sign in enumerate(text) if sign == '"' and at > text.index(end)]
    if not marks:
        return
    lost = data.draw(st.sampled_from(marks))
    for row in table_rows(text[:lost] + text[lost + 1 :]):
        if not row.problem:
            assert len(rows_in(row)) <= 1, row


@given(ROWS, *WRITING, st.data())
@settings(max_examples=300)
def test_an_added_quotation_mark_never_joins_two_rows(
    pieces: list[list[list[str]]], delimiter: str, quoting: int, end: str, data: st.DataObject
) -> None:
    text = csv_text(mark_pieces(pieces), delimiter, quoting, end)
    at = data.draw(st.integers(text.index(end) + len(end), len(text)))
    for row in table_rows(text[:at] + '"' + text[at:]):
        if not row.problem:
            assert len(rows_in(row)) <= 1, row


LINES = st.lists(
    st.lists(st.sampled_from(['"', ",", "a", "b c", "\\", "\0", " ", "CT", "06001"]), max_size=9).map("".join)
)


@given(LINES)
@settings(max_examples=500)
def test_every_line_is_in_exactly_one_row_or_one_range(lines: list[str]) -> None:
    found = table_rows("\n".join(["application_id,name,state,zip", *lines]))
    covered = [number for row in found for number in range(row.line, row.last_line + 1)]
    assert covered == sorted(set(covered))
    missing = set(range(2, len(lines) + 2)) - set(covered)
    assert all(not lines[number - 2].strip() for number in missing)
