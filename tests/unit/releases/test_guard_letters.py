"""A release with letters that a wrong encoding spoiled, or that are lost, waits for a person."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library_validator.releases.guarding.guard import LiveRelease, guard, problems_of_file
from library_validator.releases.guarding.letters import has_lost_accents, is_spoiled
from library_validator.releases.records import Problem, Release
from tests.builders.invented_country import Rows, country_rows, release_of_country

TODAY = date(2026, 11, 23)
ACCENTED = ("PEÑUELAS", "MAYAGÜEZ", "BAYAMÓN", "MANATÍ", "CATAÑO")


def country_with(*cities: str) -> tuple[Rows, Rows]:
    """The invented country, with its first systems in the given cities."""
    systems, outlets = country_rows()
    for row, city in zip(systems, cities, strict=False):
        row["CITY"] = city
    return systems, outlets


def problems(release: Release, nearest: Release | None = None) -> list[Problem]:
    live = LiveRelease(nearest.fiscal_year, nearest.content_sha256, 180, 360) if nearest else None
    return list(guard(release, live, TODAY, nearest))


@pytest.mark.parametrize(
    "city",
    [
        "MANATÃ\ufffd",
        "MANAT\ufffd",
        "MANAT?",
        "MANAT\x1a",
        "MANATÃ",
        "PE├æUELAS",
        "PE√ëUELAS",
        "PEĂ±UELAS",
        "PE\x91UELAS",
        "Peña Ã± Española",
    ],
)
def test_a_release_with_a_single_spoiled_name_waits_for_a_person(city: str) -> None:
    release = release_of_country(country_with(city), 2022)
    (problem,) = problems(release)
    assert (problem.code, problem.severity) == ("letters_spoiled", "quarantine")
    assert problem.message == (
        "names or addresses with signs that a wrong encoding leaves in place of letters and that cannot be "
        f"repaired for certain: 1 (VT0001 city {city!r}); download the CSV zip from the agency's page again, "
        "or compare these values with it"
    )
    assert problems_of_file(release) == (problem,)


@pytest.mark.parametrize(
    "city",
    [
        *ACCENTED,
        "O’NEILL",
        "LAND O’ LAKES",
        "KIMBERLY–LITTLE CHUTE",
        "ʻEWA",
        "ĀINA HAINA",
        "PEN\u0303A",
        "Œ",
        "½",
    ],
)
def test_usual_letters_and_signs_of_names_are_not_a_problem(city: str) -> None:
    assert not is_spoiled(city)
    assert problems(release_of_country(country_with(city), 2022)) == []


def test_a_value_of_the_accepted_release_is_not_reported_again() -> None:
    nearest = release_of_country(country_with("SÃO JORGE"), 2021)
    assert [problem.code for problem in problems(nearest)] == ["letters_spoiled"]
    assert problems(release_of_country(country_with("SÃO JORGE"), 2022), nearest) == []
    elsewhere = release_of_country(country_with("SÃO JORGE", "SÃO JORGE"), 2022)
    (problem,) = problems(elsewhere, nearest)
    assert "VT0002 city" in problem.message
    assert "VT0001" not in problem.message


@pytest.mark.parametrize("replaced_by", ["-", "_", "", "+", "&Ntilde;", "ñ)"])
def test_a_release_with_lost_accents_waits_for_a_person(
    replaced_by: str,
) -> None:
    nearest = release_of_country(country_with(*ACCENTED), 2021)
    cities = ["".join(letter if letter < "\x7f" else replaced_by for letter in city) for city in ACCENTED]
    (problem,) = problems(release_of_country(country_with(*cities), 2022), nearest)
    assert (problem.code, problem.severity) == ("accents_lost", "quarantine")
    assert problem.message.startswith(
        "5 of 5 (100.0 %) names and addresses that have accented letters in fiscal year 2021 have something "
        "else in place of these letters, at most 10 % are expected: VT0001 city 'PEÑUELAS' is "
        f"{cities[0]!r}, "
    )
    assert problem.message.endswith(" …; check which program saved this file")


def test_an_accent_is_not_lost_if_the_letter_is_plain_or_the_name_changed() -> None:
    nearest = release_of_country(country_with(*ACCENTED), 2021)
    cities = ("PENUELAS", "MAYAGUEZ", "BAYAMON", "MANATI", "CATANO")
    assert problems(release_of_country(country_with(*cities), 2022), nearest) == []
    assert problems(release_of_country(country_with(*ACCENTED), 2022), nearest) == []
    assert problems(release_of_country(country_rows(), 2022), nearest) == []


def test_two_lost_accents_are_allowed() -> None:
    nearest = release_of_country(country_with(*ACCENTED), 2021)
    cities = ("PE-UELAS", "MAYAG_EZ", *ACCENTED[2:])
    assert problems(release_of_country(country_with(*cities), 2022), nearest) == []


@pytest.mark.parametrize(
    ("before", "now", "lost"),
    [
        ("710 W CÉSAR CHÁVEZ ST", "710 W C+SAR CH-VEZ ST", True),
        ("710 W CÉSAR CHÁVEZ ST", "710 W CESAR CHÁVEZ ST", False),
        ("710 W CÉSAR CHÁVEZ ST", "800 GUADALUPE ST", False),
        ("MUÑOZ", "MUÃ‘OZ", True),
        ("MUÑOZ", "MUN\u0303OZ", False),
        ("MUÑOZ", "Munoz", False),
        ("SACRÉ-CŒUR", "SACRE-COEUR", False),
        ("MÜLLER", "MUELLER", False),
        ("ÉÑ", "EN", False),
        ("ÉÑ", "??", True),
        ("Ñ", "", True),
        ("KIMBERLY–LITTLE CHUTE", "KIMBERLY-LITTLE CHUTE", False),
    ],
)
def test_an_accent_is_lost_unless_its_letter_has_another_spelling(
    before: str, now: str, *, lost: bool
) -> None:
    assert has_lost_accents(before, now) is lost


@given(st.text("AÉÑ-?Ã‘ ", max_size=30), st.text("AEN-?Ã‘ ", max_size=60))
def test_any_two_texts_can_be_compared(before: str, now: str) -> None:
    assert has_lost_accents(before, now) in (True, False)
    assert not has_lost_accents(before, before)
    assert not has_lost_accents(before, before.replace("É", "E").replace("Ñ", "N").replace("Ã", "A"))
