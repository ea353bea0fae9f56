from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from library_validator_cli.evaluation.labelled import fields_to_keep, read_labelled
from library_validator_cli.failures import CommandFailed, WrongUsage

HEADER = "application_id,name,street,city,state,zip,phone,label,set"


@pytest.fixture
def labelled_path(tmp_path: Path) -> Path:
    return tmp_path / "mine.csv"


def message_of_refusal(path: Path, text: str) -> str:
    path.write_text(text, "utf-8")
    with pytest.raises(CommandFailed) as refused:
        read_labelled([path])
    return str(refused.value)


def test_each_row_has_its_application_its_label_its_set_and_its_kind(labelled_path: Path) -> None:
    text = (
        f"{HEADER},kind,why\n"
        "t-1,Alder Point Library,12 North Fork Rd,Alder Point,ME,04901,,ME0001,typed,typo,because\n"
        "t-2,Friends of Alder,,,ME,,,NONE,neg,,\n"
        "t-3,Old Library,,,ME,,,GONE,gone,,\n"
    )
    labelled_path.write_text("\ufeff" + text, "utf-8")
    (file,) = read_labelled([labelled_path])
    first, friends, gone = file.rows
    assert (first.set, first.kind, first.label, first.is_library) == ("typed", "typo", "ME0001", True)
    assert (first.application.street, first.application.zip) == ("12 North Fork Rd", "04901")
    assert (friends.label, friends.is_library, gone.is_library) == ("NONE", False, False)
    assert file.notices == ("unknown columns, not read: why",)
    assert file.sha256 == hashlib.sha256(labelled_path.read_bytes()).hexdigest()


def test_rows_without_a_set_are_in_a_set_with_the_name_of_the_file(labelled_path: Path) -> None:
    labelled_path.write_text("application_id,name,label\na,Alder,ME0001\n", "utf-8")
    assert read_labelled([labelled_path])[0].rows[0].set == "mine"


def test_only_the_fields_of_the_only_option_are_kept(labelled_path: Path) -> None:
    labelled_path.write_text(
        f"{HEADER}\na,Alder,12 Fork Rd,Alder,ME,04901,2075550101,ME0001,typed\n", "utf-8"
    )
    (file,) = read_labelled([labelled_path], fields_to_keep("state, name,CITY"))
    given = file.rows[0].application
    assert (given.name, given.city, given.state) == ("Alder", "Alder", "ME")
    assert (given.street, given.zip, given.phone) == ("", "", "")


def test_a_row_keeps_the_problem_of_a_field_that_cannot_be_used(labelled_path: Path) -> None:
    labelled_path.write_text(f"application_id,name,label\na,{'x' * 400},ME0001\n", "utf-8")
    assert [problem.field for problem in read_labelled([labelled_path])[0].rows[0].problems] == ["name"]


@pytest.mark.parametrize("label", ["", "none", "ME001", "ME0001-002", "ME0001 ", "maybe"])
def test_an_unknown_label_is_refused_with_its_line_number(labelled_path: Path, label: str) -> None:
    text = f"application_id,name,label\na,Alder,ME0001\nb,Briar,{label}\n"
    if label.strip() == "ME0001":
        labelled_path.write_text(text, "utf-8")
        assert read_labelled([labelled_path])[0].rows[1].label == "ME0001"
        return
    message = message_of_refusal(labelled_path, text)
    assert "mine.csv, line 3" in message
    assert repr(label) in message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,label\nAlder,ME0001\n", "no column application_id"),
        ("application_id,name\na,Alder\n", "no column label"),
        ("application_id,name,label\n", "no labelled row"),
        ("application_id,name,label\na,Alder\n", "mine.csv, line 2: has 2 cells"),
        ("application_id,name,label\na,Alder,ME0001,more\n", "mine.csv, line 2: has 4 cells"),
        ("application_id,name,label\n,Alder,ME0001\n", "line 2: application_id is missing"),
        ("application_id,name,label\na,Alder,ME0001\na,Briar,ME0002\n", "a is twice in the set mine"),
        ('application_id,name,label\na,"Alder"x,ME0001\n', "line 2: cannot be read: text follows"),
        ('application_id,name,label\na,"Alder,ME0001\nb\n', "lines 2 to 3: cannot be read"),
    ],
)
def test_a_file_that_is_not_labelled_is_refused_with_the_reason(
    labelled_path: Path, text: str, message: str
) -> None:
    assert message in message_of_refusal(labelled_path, text)


def test_a_row_in_another_encoding_is_read_and_noted(labelled_path: Path) -> None:
    labelled_path.write_bytes("application_id,name,label\na,Añasco,NONE\n".encode("cp1252"))
    (file,) = read_labelled([labelled_path])
    assert file.rows[0].application.name == "Añasco"
    assert file.notices == ("not UTF-8, read as Windows-1252: line 2",)


def test_columns_are_found_by_their_headers_or_by_the_column_option(labelled_path: Path) -> None:
    labelled_path.write_text("Record ID,Wer,label\na,Alder,ME0001\n", "utf-8")
    (file,) = read_labelled([labelled_path], columns=["name=Wer"])
    assert file.rows[0].application.name == "Alder"
    assert file.notices[0].endswith('application_id from "Record ID", name from "Wer"')


def test_the_only_option_must_name_known_fields_and_the_name() -> None:
    assert fields_to_keep(None) == ()
    assert fields_to_keep("zip,name") == ("name", "zip")
    with pytest.raises(WrongUsage, match="colour"):
        fields_to_keep("name,colour")
    with pytest.raises(WrongUsage, match="needs the name"):
        fields_to_keep("city,state")
