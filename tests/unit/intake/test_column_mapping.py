"""Which column is read for which field, and what is said of the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from library_validator.errors import FileUnreadable, NotInFile
from library_validator.intake import column_mapping
from library_validator.intake.column_mapping import ColumnMapping, map_columns


def mapped(
    header: str, chosen: Mapping[str, Sequence[str]] | None = None, *, beside: Sequence[str] = ()
) -> ColumnMapping:
    return map_columns("partners.csv", header.split(","), chosen=chosen or {}, beside=beside)


def read(header: str, chosen: Mapping[str, Sequence[str]] | None = None) -> dict[str, str]:
    """Field -> the headers it is read from."""
    return {choice.field: " + ".join(choice.headers) for choice in mapped(header, chosen).choices}


def refusal(header: str, chosen: Mapping[str, Sequence[str]] | None = None) -> str:
    with pytest.raises((FileUnreadable, NotInFile)) as refused:
        mapped(header, chosen)
    return str(refused.value)


def test_a_salesforce_report_is_read_without_help() -> None:
    header = (
        "Account Name,Billing Street,Billing City,Billing State/Province,Billing Zip/Postal Code,Phone,"
        "Website,Account Owner,Account ID,Last Modified Date"
    )
    assert read(header) == {
        "application_id": "Account ID",
        "name": "Account Name",
        "street": "Billing Street",
        "city": "Billing City",
        "state": "Billing State/Province",
        "zip": "Billing Zip/Postal Code",
        "phone": "Phone",
        "website": "Website",
    }
    assert mapped(header).personal == ("Account Owner", "Last Modified Date")


def test_a_form_with_questions_is_read_without_help() -> None:
    header = (
        "Timestamp,Email Address,What is the name of your library?,Your name,Street address,"
        "What city is your library located in?,State,ZIP code,What is the library's main phone number?,"
        "Is your library open to the public?"
    )
    assert read(header)["name"] == "What is the name of your library?"
    assert mapped(header).personal == ("Email Address", "Your name")
    assert mapped(header).ignored == ("Timestamp", "Is your library open to the public?")


def test_a_persons_name_is_never_the_organizations() -> None:
    assert read("Name,Organization,Email")["name"] == "Organization"
    assert read("First Name,Last Name,Name,Library Name")["name"] == "Library Name"
    assert "organization's name" in refusal("Contact Name,Applicant,City")


def test_a_column_that_is_passed_over_is_named_with_the_column_that_is_read() -> None:
    found = mapped("Library Name,Name,Physical Address,Mailing Address,City,Mailing City,Phone,Work Phone")
    assert found.passed_over == (
        ("Name", 'name is read from "Library Name"'),
        ("Mailing Address", 'street is read from "Physical Address"'),
        ("Mailing City", 'city is read from "City"'),
        ("Work Phone", 'phone is read from "Phone"'),
    )


def test_a_country_is_read_where_applications_have_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(column_mapping, "COLUMNS", ("application_id", "name", "revision"))
    assert mapped("name,Country").ignored == ("Country",)
    monkeypatch.setattr(column_mapping, "COLUMNS", ("application_id", "name", "country", "revision"))
    assert read("name,Country/Region")["country"] == "Country/Region"


def test_a_mailing_address_is_read_where_it_is_the_only_address() -> None:
    assert read("name,Mailing Address,Mailing City,Mailing Zip")["street"] == "Mailing Address"


def test_lines_of_one_address_are_read_together_and_no_lines_of_another() -> None:
    assert read("name,Address 1,Address 2,City")["street"] == "Address 1 + Address 2"
    assert read("name,Street Address,Suite,City")["street"] == "Street Address + Suite"
    found = "name,Physical Address 1,Physical Address 2,Mailing Address 1,Mailing Address 2"
    assert read(found)["street"] == "Physical Address 1 + Physical Address 2"
    assert read("name,Street Number,Street Name,City")["street"] == "Street Number + Street Name"
    assert read("name,Address,City State Zip")["street"] == "Address + City State Zip"
    assert read("name,Address,City State Zip,City,Zip")["street"] == "Address"


def test_two_columns_that_could_as_well_be_the_name_are_refused() -> None:
    said = refusal("application_id,Library Name,LIBNAME")
    assert said == 'partners.csv has two columns that could be the name: "Library Name" and "LIBNAME"'
    assert read("Legal name of organization,Organization Name")["name"] == "Organization Name"


def test_of_other_columns_that_are_equal_the_leftmost_is_read() -> None:
    found = mapped("name,Telephone,Phone Number")
    assert found.passed_over == (("Phone Number", 'phone is read from "Telephone"'),)


def test_a_repeated_header_is_refused_where_it_would_be_read() -> None:
    assert "'phone' more than once" in refusal("name,phone,phone")
    assert read("name,notes,notes") == {"name": "name"}


def test_a_column_that_is_named_is_read_and_no_other_for_that_field() -> None:
    assert read("Id,Wer,Name", {"name": ["wer"]}) == {"application_id": "Id", "name": "Wer"}
    assert read("Contact Name,City", {"name": ["Contact Name"]})["name"] == "Contact Name"
    assert read("name,A,B", {"street": ["B", "A"]})["street"] == "B + A"


def test_a_column_or_field_that_does_not_exist_is_refused_with_those_that_do() -> None:
    assert refusal("name,city", {"name": ["Org"]}) == (
        'partners.csv has no column \'Org\'; its columns are "name", "city"'
    )
    assert "'nmae' is not a field of an application" in refusal("name,city", {"nmae": ["name"]})
    assert "read from one column" in refusal("name,city", {"name": ["name", "city"]})


def test_columns_that_are_kept_beside_an_application_are_found_by_their_very_names() -> None:
    found = mapped("application_id,name,Label,set", beside=("label", "set", "kind"))
    assert found.fields == {"application_id", "name", "label", "set"}


def test_a_file_without_a_name_is_refused_with_the_columns_found() -> None:
    said = refusal("Bibliothek,Stadt")
    assert said.startswith("partners.csv has no column for the organization's name")
    assert '(found: "Bibliothek", "Stadt")' in said


def test_columns_without_a_header_are_known_where_others_follow() -> None:
    assert mapped(",name,,city,,").unnamed == (0, 2)
