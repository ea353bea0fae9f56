"""A release with hidden characters or e-mail addresses waits for a person."""

from __future__ import annotations

from datetime import date

import pytest

from library_validator.releases.guarding.guard import LiveRelease, guard, problems_of_file
from library_validator.releases.guarding.text_checks import has_email
from library_validator.releases.records import Problem, Release
from tests.builders.invented_country import country_rows, release_of_country

TODAY = date(2026, 11, 23)


def country(year: int, **values: str) -> Release:
    """The invented country, with values of its first system."""
    systems, outlets = country_rows()
    systems[0].update(values)
    return release_of_country((systems, outlets), year)


def problems(release: Release, nearest: Release | None = None) -> list[Problem]:
    live = LiveRelease(nearest.fiscal_year, nearest.content_sha256, 180, 360) if nearest else None
    return list(guard(release, live, TODAY, nearest))


@pytest.mark.parametrize(
    ("hidden", "shown"),
    [
        ("\x1b[31m", r"\x1b[31m"),
        ("\x00", r"\x00"),
        ("\x7f", r"\x7f"),
        ("\u202e", r"\u202e"),
        ("\u200b", r"\u200b"),
        ("\ufeff", r"\ufeff"),
        ("\ue000", r"\ue000"),
        ("\u0378", r"\u0378"),
        ("\U000e0041", r"\U000e0041"),
        ("\u2028", r"\u2028"),
        ("\u3164", r"\u3164"),
        ("\ufe0f", r"\ufe0f"),
    ],
)
def test_a_newer_release_with_a_hidden_character_waits_for_a_person(hidden: str, shown: str) -> None:
    release = country(2022, CITY=f"AL{hidden}DER")
    (problem,) = problems(release, country(2021, CITY="ALDER"))
    assert (problem.code, problem.severity) == ("characters_hidden", "quarantine")
    assert f"not seen: 1 (VT0001 city 'AL{shown}DER');" in problem.message
    assert problem.message.isprintable()
    assert problem in problems_of_file(release)


@pytest.mark.parametrize("column", ["LIBID", "RSTATUS", "LOCALE_ADD"])
def test_hidden_characters_are_found_in_every_column_of_text(column: str) -> None:
    release = country(2022, **{column: "1\x1b[2J"})
    assert "characters_hidden" in [problem.code for problem in problems(release)]


def test_an_e_mail_address_is_found_and_the_message_does_not_repeat_the_person() -> None:
    release = country(2022, ADDRESS="1 MAIN ST jane.doe@alder.example")
    (problem,) = problems(release, country(2021, ADDRESS="1 MAIN ST"))
    assert (problem.code, problem.severity) == ("email_addresses", "quarantine")
    assert "an e-mail address: 1 (VT0001 street …@alder.example);" in problem.message
    assert "jane" not in problem.message


def test_an_e_mail_address_with_another_form_of_the_sign_is_found() -> None:
    found = problems(country(2022, ADDRESS="1 MAIN ST jane\uff20alder.example"), country(2021))
    (message,) = [problem.message for problem in found if problem.code == "email_addresses"]
    assert "…@alder.example" in message


@pytest.mark.parametrize(
    "name", ["LIBRARY @ THE DEPOT", "PORTJEFFLIBRARY@GOODTIMES", "NOPL @ N. SYRACUSE", "A@B.C"]
)
def test_the_sign_in_a_name_of_a_place_is_not_an_e_mail_address(name: str) -> None:
    assert not has_email(name)


def test_a_value_of_the_accepted_release_is_not_reported_again() -> None:
    nearest = country(2021, CITY="AL\u200bDER")
    assert [problem.code for problem in problems(nearest)] == ["characters_hidden"]
    assert problems(country(2022, CITY="AL\u200bDER"), nearest) == []
