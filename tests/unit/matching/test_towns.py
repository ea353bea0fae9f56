"""Towns that are written with or without a blank after a short first word."""

from __future__ import annotations

import pytest

from library_validator.matching.applicant import Applicant
from library_validator.matching.compare_addresses import compare_places
from library_validator.matching.normalize import city
from library_validator.matching.query import read_applicant
from library_validator.matching.statistics import Statistics

NO_WORDS = Statistics(0, {}, frozenset())


@pytest.mark.parametrize(
    ("written", "listed"),
    [
        ("O Fallon", "O'FALLON"),
        ("O'Fallon", "O FALLON"),
        ("De Kalb", "DEKALB"),
        ("DeKalb", "DE KALB"),
        ("La Moille", "LAMOILLE"),
        ("Mc Allen", "MCALLEN"),
    ],
)
def test_a_town_is_the_same_with_and_without_the_blank(written: str, listed: str) -> None:
    assert compare_places(city(written), "", city(listed), "") == "city"


@pytest.mark.parametrize(
    "written", ["O Fallon", "O&#39;Fallon", "OFallon", "O\u2019Fallon", "O\u00e2\u20ac\u2122Fallon"]
)
def test_the_keys_have_the_town_without_the_blank(written: str) -> None:
    query = read_applicant(Applicant("Quill Library", city=written, state="IL"), NO_WORDS)
    assert "CILOFALLON" in query.keys
    assert "OFALLON" in query.place_words


def test_other_words_of_a_town_are_not_joined() -> None:
    query = read_applicant(Applicant("Quill Library", city="Alder Point", state="IL"), NO_WORDS)
    assert [key for key in query.keys if key.startswith("C")] == ["CILALDER POINT"]
