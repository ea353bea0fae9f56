"""The meaning of headers that portals, forms and databases write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library_validator.intake import headers
from library_validator.intake.headers import PERSON, meaning_of


def target_of(header: str) -> str | None:
    meaning = meaning_of(header)
    return meaning.target if meaning else None


# A field, and headers of columns with that field.
KNOWN = """
name: name|Name|NAME |Organization Name|Organisation name|Org. Name|orgName|Library Name|library_name
name: Library's Name|Name of Library|Name of the Organization *|Legal name of organization|LIBNAME
name: What is the name of your library?|What is your organization's legal name?|Library|Organization
name: Institution|Agency Name|Account Name|Billed Entity Name|Library/Organization Name
name: School/Library Name
name: Applicant Organization|Full legal name of applicant organization
name: Library System Name|Branch Name|Main Library Name
name: Requesting Library|Participating library|Name of Applicant Organization/Library
name: Name of your library, as listed in the survey?
name: Public Library Name|Organization Information: Name|Library name (no abbreviations)
application_id: application_id|Application ID|Application #|Application No.|Record ID|record-id|RecordID|ID
application_id: Submission ID|Case Number|Request ID|Entry Id|Response ID|Reference Number|Unique ID|UUID
application_id: Confirmation Number|Account ID
street: street|Address|Street Address|Address 1|Address Line 1|address1|Addr|Mailing Address
street: Physical Address|Library Street Address|Billing Street|Full address of your library|Principal Address
street: Address Line 2|Suite|Apt/Suite/Unit|P.O. Box|Address (street, city, state, zip)|City, State, Zip
city: city|City|Town|City/Town|Mailing City|Physical Address: City|What city is your library in?
state: state|State|ST|STABR|State/Province|Billing State/Province|In which state is the library?
zip: zip|ZIP|Zip Code|ZipCode|zip_code
zip: Postal Code|Postcode|Zip/Postal Code|Mailing Zip|Physical Address - Zip|ZIP+4
country: country|Country|Country/Region|Billing Country
phone: phone|Phone|Phone Number|Phone #|Telephone|Telephone No.|Tel.|Library phone|Main phone number
phone: What is the library's main phone number?|phoneNumber|Work Phone
website: website|Web site|URL|Website URL|Web Address|Home Page|Library website|web_addr
fscs_id: fscs_id|FSCS|FSCS ID|FSCS-ID|FSCSKEY|FSCS Key|FSCS ID (if known)|FSCS number of your library
revision: revision|Revision
"""
PERSONS = """
Contact Name|Contact|Primary Contact Phone|First Name|Last Name|Full Name|Your Name|What is your name?
Name of person submitting|Director|Library Director|Name of library director|Library contact name
Director's name|Applicant|Applicant Name|Submitted By|Created By|Email|E-mail address|Library e-mail
Mobile|Cell phone|Home Address|Job Title|Authorized Signer|Account Owner|Username|Name and title of signer
Contact Information - Name|Organization Contact|Head Librarian|Attn
"""
OTHERS = """
Timestamp|Notes|County|Fax|EIN|Is your organization a public library?|Is this a library?|Library Type
Type of organization|Does your library have a website?|How did you hear about the library program?
Why does your library need computers?|Which library?|State Library|Project Name|Program Name|Phone 2
FSCS_SEQ|Number of branches|Date Submitted|Phone type|Population of your city|label|Public library||###|\0
"""


def headers_in(text: str) -> list[str]:
    return [header for line in text.strip().splitlines() for header in line.split("|")]


@pytest.mark.parametrize("line", KNOWN.strip().splitlines())
def test_every_spelling_of_a_header_is_recognised(line: str) -> None:
    field, _, written = line.partition(": ")
    assert {header: target_of(header) for header in written.split("|") if target_of(header) != field} == {}


@pytest.mark.parametrize("header", headers_in(PERSONS))
def test_headers_about_persons_are_recognised(header: str) -> None:
    assert target_of(header) == PERSON


@pytest.mark.parametrize("header", headers_in(OTHERS))
def test_a_header_that_asks_for_something_else_is_not_recognised(header: str) -> None:
    assert target_of(header) is None


def headers_by_rank(*written: str) -> list[str]:
    """The headers in the order of preference."""
    ranks = {header: meaning.rank for header in written if (meaning := meaning_of(header))}
    assert len(set(ranks.values())) == len(written)
    return sorted(ranks, key=lambda header: ranks[header])


def test_the_library_comes_before_the_organization_and_a_bare_name_comes_last() -> None:
    assert headers_by_rank(
        "Name", "Organization", "Library", "Organization Name", "Library Name", "Branch Name"
    ) == [
        "Library Name",
        "Organization Name",
        "Library",
        "Organization",
        "Branch Name",
        "Name",
    ]


def test_the_librarys_location_comes_before_its_mailing_address() -> None:
    assert headers_by_rank("Mailing Address", "Shipping Address", "Address", "Physical Address") == [
        "Physical Address",
        "Address",
        "Shipping Address",
        "Mailing Address",
    ]
    assert headers_by_rank("Phone", "Library Phone", "Work Phone") == ["Library Phone", "Phone", "Work Phone"]


def test_parts_of_a_street_are_distinguished() -> None:
    parts = {
        "Address 1": headers.FIRST_LINE,
        "Address 2": headers.SECOND_LINE,
        "Mailing Address Line 3": headers.THIRD_LINE,
        "Suite": headers.UNIT,
        "City, State, Zip": headers.TOWN_LINE,
        "Street Number": headers.HOUSE_NUMBER,
    }
    assert {header: meaning_of(header) and meaning_of(header).part for header in parts} == parts  # type: ignore[union-attr]


@given(st.text(max_size=400))
def test_any_text_may_be_a_header(header: str) -> None:
    meaning = meaning_of(header)
    assert meaning is None or meaning.target
