"""A column is chosen for each field, and the notices mention the other columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from library_validator.errors import FileUnreadable, NotInFile
from library_validator.intake import column_mapping
from library_validator.intake.column_mapping import ColumnMapping, map_columns


def mapping_of(
    header: str, chosen: Mapping[str, Sequence[str]] | None = None, *, beside: Sequence[str] = ()
) -> ColumnMapping:
    return map_columns("partners.csv", header.split(","), chosen=chosen or {}, beside=beside)


def headers_read(header: str, chosen: Mapping[str, Sequence[str]] | None = None) -> dict[str, str]:
    """Field -> the headers that it is read from."""
    return {choice.field: " + ".join(choice.headers) for choice in mapping_of(header, chosen).choices}


def refusal(header: str, chosen: Mapping[str, Sequence[str]] | None = None) -> str:
    with pytest.raises((FileUnreadable, NotInFile)) as refused:
        mapping_of(header, chosen)
    return str(refused.value)


def test_the_columns_of_a_salesforce_report_are_recognised() -> None:
    header = (
        "Account Name,Billing Street,Billing City,Billing State/Province,Billing Zip/Postal Code,Phone,"
        "Website,Account Owner,Account ID,Last Modified Date"
    )
    assert headers_read(header) == {
        "application_id": "Account ID",
        "name": "Account Name",
        "street": "Billing Street",
        "city": "Billing City",
        "state": "Billing State/Province",
        "zip": "Billing Zip/Postal Code",
        "phone": "Phone",
        "website": "Website",
    }
    assert mapping_of(header).personal == ("Account Owner", "Last Modified Date")


def test_the_questions_of_a_form_are_recognised_as_headers() -> None:
    header = (
        "Timestamp,Email Address,What is the name of your library?,Your name,Street address,"
        "What city is your library located in?,State,ZIP code,What is the library's main phone number?,"
        "Is your library open to the public?"
    )
    assert headers_read(header)["name"] == "What is the name of your library?"
    assert mapping_of(header).personal == ("Email Address", "Your name")
    assert mapping_of(header).ignored == ("Timestamp", "Is your library open to the public?")


def test_a_persons_name_is_never_read_as_the_organizations_name() -> None:
    assert headers_read("Name,Organization,Email")["name"] == "Organization"
    assert headers_read("First Name,Last Name,Name,Library Name")["name"] == "Library Name"
    assert "organization's name" in refusal("Contact Name,Applicant,City")


def test_a_column_is_reported_with_the_column_that_is_read_instead() -> None:
    found = mapping_of(
        "Library Name,Name,Physical Address,Mailing Address,City,Mailing City,Phone,Work Phone"
    )
    assert found.passed_over == (
        ("Name", 'name is read from "Library Name"'),
        ("Mailing Address", 'street is read from "Physical Address"'),
        ("Mailing City", 'city is read from "City"'),
        ("Work Phone", 'phone is read from "Phone"'),
    )


def test_a_country_is_read_if_applications_have_a_country(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(column_mapping, "COLUMNS", ("application_id", "name", "revision"))
    assert mapping_of("name,Country").ignored == ("Country",)
    monkeypatch.setattr(column_mapping, "COLUMNS", ("application_id", "name", "country", "revision"))
    assert headers_read("name,Country/Region")["country"] == "Country/Region"


def test_a_mailing_address_is_read_if_it_is_the_only_address() -> None:
    assert headers_read("name,Mailing Address,Mailing City,Mailing Zip")["street"] == "Mailing Address"


def test_all_lines_of_one_address_are_read_and_no_line_of_another_address() -> None:
    assert headers_read("name,Address 1,Address 2,City")["street"] == "Address 1 + Address 2"
    assert headers_read("name,Street Address,Suite,City")["street"] == "Street Address + Suite"
    found = "name,Physical Address 1,Physical Address 2,Mailing Address 1,Mailing Address 2"
    assert headers_read(found)["street"] == "Physical Address 1 + Physical Address 2"
    assert headers_read("name,Street Number,Street Name,City")["street"] == "Street Number + Street Name"
    assert headers_read("name,Address,City State Zip")["street"] == "Address + City State Zip"
    assert headers_read("name,Address,City State Zip,City,Zip")["street"] == "Address"


def test_a_file_is_refused_if_two_columns_could_be_the_name() -> None:
    said = refusal("application_id,Library Name,LIBNAME")
    assert said == 'partners.csv has two columns that could be the name: "Library Name" and "LIBNAME"'
    assert headers_read("Legal name of organization,Organization Name")["name"] == "Organization Name"


def test_the_leftmost_of_two_equal_columns_is_read() -> None:
    found = mapping_of("name,Telephone,Phone Number")
    assert found.passed_over == (("Phone Number", 'phone is read from "Telephone"'),)


def test_a_repeated_header_is_refused_if_its_column_would_be_read() -> None:
    assert "'phone' more than once" in refusal("name,phone,phone")
    assert headers_read("name,notes,notes") == {"name": "name"}


def test_only_the_column_that_the_user_named_is_read_for_a_field() -> None:
    assert headers_read("Id,Wer,Name", {"name": ["wer"]}) == {"application_id": "Id", "name": "Wer"}
    assert headers_read("Contact Name,City", {"name": ["Contact Name"]})["name"] == "Contact Name"
    assert headers_read("name,A,B", {"street": ["B", "A"]})["street"] == "B + A"


def test_a_missing_column_or_field_is_refused_with_a_list_of_all_columns_or_fields() -> None:
    assert refusal("name,city", {"name": ["Org"]}) == (
        'partners.csv has no column \'Org\'; its columns are "name", "city"'
    )
    assert "'nmae' is not a field of an application" in refusal("name,city", {"nmae": ["name"]})
    assert "read from one column" in refusal("name,city", {"name": ["name", "city"]})


def test_additional_columns_are_found_by_their_exact_names() -> None:
    found = mapping_of("application_id,name,Label,set", beside=("label", "set", "kind"))
    assert found.fields == {"application_id", "name", "label", "set"}


def test_a_file_without_a_name_column_is_refused_with_a_list_of_its_columns() -> None:
    said = refusal("Bibliothek,Stadt")
    assert said.startswith("partners.csv has no column for the organization's name")
    assert '(found: "Bibliothek", "Stadt")' in said


def test_a_column_without_a_header_is_noted_if_a_header_follows() -> None:
    assert mapping_of(",name,,city,,").unnamed == (0, 2)
