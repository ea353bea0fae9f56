"""Files of applications: every line comes out, in order, and nothing about a person does."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library_validator.intake.applications_file import ApplicationsFile, BadLine, Row
from library_validator_cli.failures import CommandFailed


def read(content: bytes | str, name: str = "partners.csv") -> tuple[list[Row | BadLine], ApplicationsFile]:
    raw = content.encode() if isinstance(content, str) else content
    file = ApplicationsFile(io.BytesIO(raw), name)
    return list(file), file


def rows(content: bytes | str) -> list[Row]:
    found, _ = read(content)
    assert all(isinstance(row, Row) for row in found)
    return [row for row in found if isinstance(row, Row)]


def test_csv_rows_keep_their_columns_and_lines() -> None:
    (first, second) = rows("application_id,name,city\nA-1,Anytown PL,Anytown\n\nA-2,Elsewhere PL,\n")
    assert first == Row(2, "A-1", {"application_id": "A-1", "name": "Anytown PL", "city": "Anytown"})
    assert second == Row(4, "A-2", {"application_id": "A-2", "name": "Elsewhere PL"})


def test_columns_are_known_in_any_case_and_with_blanks() -> None:
    (row,) = rows("Application ID, NAME ,FSCS-ID\nA-1,Anytown PL,ak0001\n")
    assert row.fields == {"application_id": "A-1", "name": "Anytown PL", "fscs_id": "ak0001"}


def test_json_lines_keep_values_as_they_are() -> None:
    (row, numbered) = rows('{"application_id": "A-1", "name": ["no", "text"]}\n{"name": "X", "zip": 1234}\n')
    assert row.fields["name"] == ["no", "text"]
    assert numbered.fields["zip"] == 1234


def test_rows_without_an_id_are_named_after_file_and_row() -> None:
    found, file = read("name\nAnytown PL\nElsewhere PL\n", "partners.csv")
    assert [row.application_id for row in found] == ["partners-1", "partners-2"]
    assert file.notices.generated_ids == 2


def test_unknown_columns_are_ignored_and_personal_ones_dropped_each_with_a_notice() -> None:
    found, file = read(
        "name,label,Contact E-Mail,director,mailing_address,first_name\n"
        "Anytown PL,AK1,a@b.example,A. P.,x,A\n"
    )
    assert [row.fields for row in found if isinstance(row, Row)] == [
        {"application_id": "partners-1", "name": "Anytown PL"}
    ]
    assert file.notices.ignored == {"label", "mailing_address"}
    assert file.notices.personal == {"Contact E-Mail", "director", "first_name"}


def test_persons_in_json_lines_are_dropped_too() -> None:
    found, file = read('{"application_id": "A-1", "name": "Anytown PL", "contact_email": "a@b.example"}\n')
    assert "a@b.example" not in str(found)
    assert file.notices.personal == {"contact_email"}


@pytest.mark.parametrize(
    "content",
    [
        "name,city\nPeñasco Library,Peñasco\n".encode(),
        b"\xef\xbb\xbf" + "name,city\nPeñasco Library,Peñasco\n".encode(),
        "name,city\nPeñasco Library,Peñasco\n".encode("cp1252"),
    ],
    ids=["utf-8", "utf-8 with a mark", "windows-1252"],
)
def test_encodings_of_spreadsheets_are_read(content: bytes) -> None:
    (row,) = rows(content)
    assert row.fields["name"] == "Peñasco Library"


def test_a_comma_too_many_is_a_bad_line_and_the_next_line_is_read() -> None:
    found, _ = read("application_id,name\nA-1,Library, Anytown\nA-2,Elsewhere PL\n")
    assert isinstance(found[0], BadLine)
    assert (found[0].line, "3 cells" in found[0].error) == (2, True)
    assert isinstance(found[1], Row)


def test_trailing_commas_are_no_fault() -> None:
    (row,) = rows("application_id,name\nA-1,Anytown PL,,,\n")
    assert row.fields["name"] == "Anytown PL"


def test_a_quotation_mark_that_is_never_closed_is_reported_with_its_lines() -> None:
    found, _ = read('application_id,name,city\nA-1,"Anytown PL,Anytown\nA-2,Elsewhere PL,Elsewhere\n')
    assert isinstance(found[0], BadLine)
    assert found[0].line == 2
    assert "not closed" in found[0].error


def test_a_cell_may_hold_a_line_break() -> None:
    (row, following) = rows('name,street,city\nAnytown PL,"1 Main St\nSuite 4",Anytown\nElsewhere PL,,\n')
    assert row.fields["street"] == "1 Main St\nSuite 4"
    assert following.line == 4


def test_bad_json_is_reported_with_its_line() -> None:
    found, _ = read('{"application_id": "A-1", "name": "X"}\n{"application_id": \n[1]\n')
    assert [type(row) for row in found] == [Row, BadLine, BadLine]
    assert [row.line for row in found] == [1, 2, 3]


def test_an_oversized_line_is_reported() -> None:
    found, _ = read(json.dumps({"application_id": "A-1", "name": "x" * 70_000}) + "\n")
    assert isinstance(found[0], BadLine)
    assert "65,536" in found[0].error


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"PK\x03\x04rest", "spreadsheet or a zip"),
        ("name\nAnytown\n".encode("utf-16"), "UTF-16"),
        (b"library,city\nAnytown PL,Anytown\n", "no column called name"),
        (b"name;city\nAnytown PL;Anytown\n", "name;city"),
        (b"name,name\na,b\n", "more than once"),
    ],
    ids=["empty", "spreadsheet", "utf-16", "no name", "semicolons", "doubled"],
)
def test_what_holds_no_applications_is_refused_in_one_sentence(content: bytes, said: str) -> None:
    with pytest.raises(CommandFailed, match=said):
        read(content)


def test_a_row_is_always_sent_as_the_same_text() -> None:
    (row,) = rows("application_id,name\nA-1,Peñasco Library\n")
    assert row.body() == '{"application_id":"A-1","name":"Pe\\u00f1asco Library"}'


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail_otherwise_or_lose_order(tail: bytes) -> None:
    found, _ = read(b"application_id,name\n" + tail)
    lines = [row.line for row in found]
    assert lines == sorted(lines)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20), max_size=8))
def test_every_name_that_is_written_is_read_again(names: list[str]) -> None:
    names = [name for name in names if name.strip()]
    content = "".join(json.dumps({"application_id": "A", "name": name}) + "\n" for name in names)
    if names:
        assert [row.fields["name"] for row in rows(content)] == names
