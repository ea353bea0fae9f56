from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from library_validator_cli.evaluation.labelled import fields_to_keep, read_labelled
from library_validator_cli.failures import CommandFailed, WrongUsage

HEADER = "application_id,name,street,city,state,zip,phone,label,set"


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return tmp_path / "mine.csv"


def refusal(path: Path, text: str) -> str:
    path.write_text(text, "utf-8")
    with pytest.raises(CommandFailed) as refused:
        read_labelled([path])
    return str(refused.value)


def test_rows_have_their_application_label_set_and_kind(written: Path) -> None:
    text = (
        f"{HEADER},kind,why\n"
        "t-1,Alder Point Library,12 North Fork Rd,Alder Point,ME,04901,,ME0001,typed,typo,because\n"
        "t-2,Friends of Alder,,,ME,,,NONE,neg,,\n"
        "t-3,Old Library,,,ME,,,GONE,gone,,\n"
    )
    written.write_text("\ufeff" + text, "utf-8")
    (file,) = read_labelled([written])
    first, friends, gone = file.rows
    assert (first.set, first.kind, first.label, first.is_library) == ("typed", "typo", "ME0001", True)
    assert (first.application.street, first.application.zip) == ("12 North Fork Rd", "04901")
    assert (friends.label, friends.is_library, gone.is_library) == ("NONE", False, False)
    assert file.notices == ("unknown columns, not read: why",)
    assert file.sha256 == hashlib.sha256(written.read_bytes()).hexdigest()


def test_a_file_without_sets_is_a_set_named_after_the_file(written: Path) -> None:
    written.write_text("application_id,name,label\na,Alder,ME0001\n", "utf-8")
    assert read_labelled([written])[0].rows[0].set == "mine"


def test_a_reduction_keeps_only_its_fields(written: Path) -> None:
    written.write_text(f"{HEADER}\na,Alder,12 Fork Rd,Alder,ME,04901,2075550101,ME0001,typed\n", "utf-8")
    (file,) = read_labelled([written], fields_to_keep("state, name,CITY"))
    given = file.rows[0].application
    assert (given.name, given.city, given.state) == ("Alder", "Alder", "ME")
    assert (given.street, given.zip, given.phone) == ("", "", "")


def test_a_field_that_cannot_be_used_stays_with_its_row(written: Path) -> None:
    written.write_text(f"application_id,name,label\na,{'x' * 400},ME0001\n", "utf-8")
    assert [problem.field for problem in read_labelled([written])[0].rows[0].problems] == ["name"]


@pytest.mark.parametrize("label", ["", "none", "ME001", "ME0001-002", "ME0001 ", "maybe"])
def test_an_unknown_label_is_refused_with_its_line(written: Path, label: str) -> None:
    text = f"application_id,name,label\na,Alder,ME0001\nb,Briar,{label}\n"
    if label.strip() == "ME0001":
        written.write_text(text, "utf-8")
        assert read_labelled([written])[0].rows[1].label == "ME0001"
        return
    message = refusal(written, text)
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
    written: Path, text: str, message: str
) -> None:
    assert message in refusal(written, text)


def test_a_row_in_another_encoding_is_read_and_noted(written: Path) -> None:
    written.write_bytes("application_id,name,label\na,Añasco,NONE\n".encode("cp1252"))
    (file,) = read_labelled([written])
    assert file.rows[0].application.name == "Añasco"
    assert file.notices == ("not UTF-8, read as Windows-1252: line 2",)


def test_columns_are_found_by_their_headers_or_by_the_column_option(written: Path) -> None:
    written.write_text("Record ID,Wer,label\na,Alder,ME0001\n", "utf-8")
    (file,) = read_labelled([written], columns=["name=Wer"])
    assert file.rows[0].application.name == "Alder"
    assert file.notices[0].endswith('application_id from "Record ID", name from "Wer"')


def test_a_reduction_names_known_fields_and_keeps_the_name() -> None:
    assert fields_to_keep(None) == ()
    assert fields_to_keep("zip,name") == ("name", "zip")
    with pytest.raises(WrongUsage, match="colour"):
        fields_to_keep("name,colour")
    with pytest.raises(WrongUsage, match="needs the name"):
        fields_to_keep("city,state")
