"""Files of applications: every line is read or reported, in order, and nothing about a person is kept."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from library_validator.errors import FileUnreadable, NotInFile
from library_validator.intake.applications_file import ApplicationsFile, BadLine, Row


def read_file(
    content: bytes | str, name: str = "partners.csv"
) -> tuple[list[Row | BadLine], ApplicationsFile]:
    raw = content.encode() if isinstance(content, str) else content
    file = ApplicationsFile(io.BytesIO(raw), name)
    return list(file), file


def rows(content: bytes | str) -> list[Row]:
    found, _ = read_file(content)
    assert all(isinstance(row, Row) for row in found)
    return [row for row in found if isinstance(row, Row)]


def test_csv_rows_keep_their_columns_and_lines() -> None:
    (first, second) = rows("application_id,name,city\nA-1,Anytown PL,Anytown\n\nA-2,Elsewhere PL,\n")
    assert first == Row(2, "A-1", {"application_id": "A-1", "name": "Anytown PL", "city": "Anytown"})
    assert second == Row(4, "A-2", {"application_id": "A-2", "name": "Elsewhere PL"})


def test_headers_are_recognised_in_any_case_and_with_blanks() -> None:
    (row,) = rows("Application ID, NAME ,FSCS-ID\nA-1,Anytown PL,ak0001\n")
    assert row.fields == {"application_id": "A-1", "name": "Anytown PL", "fscs_id": "ak0001"}


def test_json_lines_keep_values_as_they_are() -> None:
    (row, numbered) = rows('{"application_id": "A-1", "name": ["no", "text"]}\n{"name": "X", "zip": 1234}\n')
    assert row.fields["name"] == ["no", "text"]
    assert numbered.fields["zip"] == 1234


def test_a_row_without_an_id_gets_an_id_of_file_name_and_row_number() -> None:
    found, file = read_file("name\nAnytown PL\nElsewhere PL\n", "partners.csv")
    assert [row.application_id for row in found] == ["partners-1", "partners-2"]
    assert file.notices.generated_ids == 2


def test_unknown_columns_and_columns_about_persons_are_left_out_with_a_notice() -> None:
    found, file = read_file(
        "name,label,Contact E-Mail,director,first_name\nAnytown PL,AK1,a@b.example,A. P.,A\n"
    )
    assert [row.fields for row in found if isinstance(row, Row)] == [
        {"application_id": "partners-1", "name": "Anytown PL"}
    ]
    assert file.notices.ignored == {"label"}
    assert file.notices.personal == {"Contact E-Mail", "director", "first_name"}


def test_keys_about_persons_in_json_lines_are_left_out_too() -> None:
    found, file = read_file(
        '{"application_id": "A-1", "name": "Anytown PL", "contact_email": "a@b.example"}\n'
    )
    assert "a@b.example" not in str(found)
    assert file.notices.personal == {"contact_email"}


def test_a_line_with_a_comma_too_many_is_a_bad_line_and_the_next_line_is_read() -> None:
    found, _ = read_file("application_id,name\nA-1,Library, Anytown\nA-2,Elsewhere PL\n")
    assert isinstance(found[0], BadLine)
    assert (found[0].lines, "3 cells" in found[0].error) == ("line 2", True)
    assert isinstance(found[1], Row)


def test_commas_at_the_end_of_a_line_are_allowed() -> None:
    (row,) = rows("application_id,name\nA-1,Anytown PL,,,\n")
    assert row.fields["name"] == "Anytown PL"


def test_lines_that_cannot_be_read_are_reported_with_their_range() -> None:
    found, _ = read_file('application_id,name,city\nA-1,"Anytown PL,Any\ntown\nA-2,Elsewhere PL,Elsewhere\n')
    assert isinstance(found[0], BadLine)
    assert found[0].lines == "lines 2 to 3"
    assert found[0].as_json == {
        "line": 2,
        "last_line": 3,
        "error": "cannot be read: a quotation mark is opened and not closed: "
        "close it, or write it twice if it belongs to the text",
    }
    assert isinstance(found[1], Row)


def test_a_cell_may_hold_a_line_break() -> None:
    (row, following) = rows('name,street,city\nAnytown PL,"1 Main St\nSuite 4",Anytown\nElsewhere PL,,\n')
    assert row.fields["street"] == "1 Main St\nSuite 4"
    assert following.line == 4


def test_bad_json_is_reported_with_its_line() -> None:
    found, _ = read_file('{"application_id": "A-1", "name": "X"}\n{"application_id": \n[1]\n')
    assert [type(row) for row in found] == [Row, BadLine, BadLine]
    assert [row.line for row in found] == [1, 2, 3]


def test_an_oversized_line_is_reported() -> None:
    found, _ = read_file(json.dumps({"application_id": "A-1", "name": "x" * 70_000}) + "\n")
    assert isinstance(found[0], BadLine)
    assert "65,536" in found[0].error


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"  \n\n", "is empty"),
        (
            b"bibliothek,stadt\nAnytown PL,Anytown\n",
            "no column for",
        ),
        (b"name,name\na,b\n", "more than once"),
        (b"Library Name,LIBNAME\na,b\n", "two columns that could be the name"),
        (
            b'application_id,"name,city\nA-1,Anytown PL,Anytown\n',
            "has no header: line 1 has a quotation mark",
        ),
    ],
)
def test_a_file_without_applications_is_refused_in_one_sentence(content: bytes, said: str) -> None:
    with pytest.raises(FileUnreadable, match=said):
        read_file(content)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("first_line", ["", "sep={}\r\n", '"sep={}"\r\n'])
def test_exports_of_spreadsheets_are_read(encoding: str, separator: str, first_line: str) -> None:
    table = "Record ID,Library Name,Zip Code\r\nA-1,Biblioteca de Añasco,00610\r\n".replace(",", separator)
    (row,) = rows((first_line.format(separator) + table).encode(encoding))
    assert row.fields == {"application_id": "A-1", "name": "Biblioteca de Añasco", "zip": "00610"}


def test_a_separator_that_is_not_a_comma_is_in_the_notices() -> None:
    _, file = read_file("name;city\nAnytown PL;Anytown, North\n")
    assert file.notices.sentences()[0] == "columns are separated by semicolons"


def test_a_row_in_another_encoding_does_not_change_other_rows() -> None:
    content = b"name,city\n" + "Peñuelas PL,Peñuelas\n".encode() + "Añasco PL,Añasco\n".encode("cp1252")
    found, file = read_file(content)
    assert [row.fields["city"] for row in found if isinstance(row, Row)] == ["Peñuelas", "Añasco"]
    assert "not UTF-8, read as Windows-1252: line 3" in file.notices.sentences()


def test_a_utf_8_cell_in_a_row_of_another_encoding_is_read_as_utf_8() -> None:
    content = b"name,city\n" + "Peñuelas PL,".encode() + "Añasco\n".encode("cp1252")
    (row,) = rows(content)
    assert (row.fields["name"], row.fields["city"]) == ("Peñuelas PL", "Añasco")


def test_titles_above_the_header_are_in_the_notices_and_rows_above_it_are_bad_lines() -> None:
    text = "Applications 2026\nGenerated:,May 5,,\n\nid,name,city,state\nA-1,Anytown PL,Anytown,ME\n"
    found, file = read_file(text)
    assert [row.line for row in found] == [5]
    assert file.notices.sentences()[0] == (
        'above the header, not read: line 1 "Applications 2026", line 2 "Generated: May 5"'
    )
    found, _ = read_file("A-0,Elsewhere PL,Elsewhere\nid,name,city\nA-1,Anytown PL,Anytown\n")
    assert [type(row) for row in found] == [BadLine, Row]
    assert found[0].line == 1


def test_a_repeated_header_is_reported_and_the_rows_under_it_are_read() -> None:
    found, _ = read_file(
        "ID,Name,City\nA-1,Anytown PL,Anytown\n\ufeffid,NAME, City\nA-2,Elsewhere PL,Elsewhere\n"
    )
    assert [type(row) for row in found] == [Row, BadLine, Row]
    assert "repeats the header" in str(found[1])


@pytest.mark.parametrize("other", ["Name,Record ID,City", "Record ID,Library Name,Town,Zip", "name,id"])
def test_rows_under_a_header_with_other_columns_are_not_read(other: str) -> None:
    header = "id,name,city\n"
    found, _ = read_file(
        f"{header}A-1,Anytown PL,Anytown\n{other}\nA-2,Elsewhere PL,Elsewhere\n\n{header}A-3,B PL,B\n"
    )
    assert [type(row) for row in found] == [Row, BadLine, BadLine, Row]
    assert isinstance(found[1], BadLine)
    assert (found[1].lines, "has other columns" in found[1].error) == ("lines 3 to 4", True)
    assert found[2].line == 6


def test_a_row_is_read_although_the_librarys_name_has_only_header_words() -> None:
    assert [
        row.fields["name"] for row in rows("id,name,city\n1,City Library,Library\n2,State Library,\n")
    ] == [
        "City Library",
        "State Library",
    ]


def test_the_null_sign_of_a_database_is_read_as_an_empty_cell() -> None:
    (row,) = rows("id,name,city\nA-1,Anytown PL,\\N\n")
    assert "city" not in row.fields


def test_blank_rows_are_skipped() -> None:
    found = rows('id,name,city\n,,\n"","",""\nA-1,Anytown PL,Anytown\n , ,\n')
    assert [row.line for row in found] == [4]


def test_values_in_a_column_without_a_header_are_in_the_notices() -> None:
    found, file = read_file(",name,city\n0,Anytown PL,Anytown\n")
    assert len(found) == 1
    assert "rows with values in columns without a header, which are not read: 1" in file.notices.sentences()


def test_two_lines_of_an_address_are_joined_to_one_street() -> None:
    (row,) = rows("name,Address 1,Address 2\nAnytown PL,12 Main St,Suite 4\n")
    assert row.fields["street"] == "12 Main St, Suite 4"


def test_an_address_line_that_names_a_person_is_left_out_and_reported() -> None:
    found, file = read_file("name,Address 1,Address 2\nAnytown PL,12 Main St,Attn: A. Person\n")
    assert "Person" not in str(found)
    assert file.notices.lines_of_persons == 1


def test_the_notices_list_the_columns_that_were_read() -> None:
    _, file = read_file(
        "Record ID,name,Mailing Address,Physical Address,Contact Name,Notes\nA-1,Anytown PL,x,y,z,n\n"
    )
    assert file.notices.sentences() == [
        'columns read: application_id from "Record ID", name, street from "Physical Address"',
        (
            'columns not read, because another column is read: "Mailing Address" '
            '(street is read from "Physical Address")'
        ),
        "unknown columns, not read: Notes",
        "columns about persons, which are not read: Contact Name",
    ]


def test_a_row_is_always_sent_as_the_same_text() -> None:
    (row,) = rows("application_id,name\nA-1,Peñasco Library\n")
    assert row.message() == '{"application_id":"A-1","name":"Pe\\u00f1asco Library"}'


@given(st.binary(max_size=300))
def test_any_bytes_give_rows_and_bad_lines_in_order(tail: bytes) -> None:
    found, _ = read_file(b"application_id,name\n" + tail)
    lines = [row.line for row in found]
    assert lines == sorted(lines)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20), max_size=8))
def test_every_name_is_read_as_it_was_written(names: list[str]) -> None:
    names = [name for name in names if name.strip()]
    content = "".join(json.dumps({"application_id": "A", "name": name}) + "\n" for name in names)
    if names:
        assert [row.fields["name"] for row in rows(content)] == names


def is_utf_8(line: bytes) -> bool:
    """Whether a line has letters beyond ASCII, and is UTF-8."""
    try:
        return not line.isascii() and bool(line.decode())
    except UnicodeDecodeError:
        return False


CELLS = st.text(st.sampled_from("aZ é’ñ,;\t\"'9-"), max_size=8)
TABLES = st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=6)


@given(
    TABLES,
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_every_table_of_a_spreadsheet_is_read_as_it_was_written(
    cells: list[tuple[str, str]], encoding: str, separator: str, quoting: int, end: str
) -> None:
    if end == "\r" and encoding == "cp1252":
        encoding = "mac_roman"  # Excel for Mac writes this encoding
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=separator, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
    writer.writerow(["Record ID", "Library Name", "City"])
    writer.writerows([f"A-{number}", *row] for number, row in enumerate(cells))
    content = buffer.getvalue().encode(encoding)
    # Two letters of an old encoding and one letter in UTF-8 can be the same bytes (\u2019\u00e9 of Mac Roman
    # is \u054e): they cannot be distinguished.
    assume(encoding not in ("cp1252", "mac_roman") or not any(map(is_utf_8, content.splitlines())))
    found = rows(content)
    assert [
        (row.application_id, row.fields.get("name", ""), row.fields.get("city", "")) for row in found
    ] == [(f"A-{number}", name.strip(), city.strip()) for number, (name, city) in enumerate(cells)]


def test_keys_of_json_lines_are_recognised_like_headers() -> None:
    (row,) = rows(
        '{"Record ID": 7, "Library Name": "Anytown PL", "address1": "1 Main St", "address2": "Unit 4"}\n'
    )
    assert row.fields == {"application_id": 7, "name": "Anytown PL", "street": "1 Main St, Unit 4"}


def test_a_documented_key_of_json_lines_comes_before_other_keys() -> None:
    (row,) = rows('{"organization": {"id": 1}, "application_id": "A-1", "name": "Anytown PL"}\n')
    assert row.fields == {"application_id": "A-1", "name": "Anytown PL"}


def test_an_object_with_a_repeated_key_is_a_bad_line() -> None:
    found, _ = read_file('{"application_id": "A-1", "name": "X", "name": "Y"}\n')
    assert isinstance(found[0], BadLine)
    assert "has a key twice" in found[0].error


def test_the_user_can_choose_a_key_of_json_lines() -> None:
    source = io.BytesIO(b'{"application_id": "A-1", "wer": "X"}\n{"application_id": "A-2", "name": "Y"}\n')
    found = list(ApplicationsFile(source, "a.jsonl", columns={"name": ["wer"]}))
    assert [row.fields.get("name") for row in found if isinstance(row, Row)] == ["X", "Y"]
    with pytest.raises(NotInFile, match="'org'"):
        ApplicationsFile(io.BytesIO(b'{"name": "X"}\n'), "a.jsonl", columns={"name": ["org"]})


def test_json_lines_in_utf_16_are_read() -> None:
    (row,) = rows('{"application_id": "A-1", "name": "Añasco"}\n'.encode("utf-16"))
    assert row.fields["name"] == "Añasco"
