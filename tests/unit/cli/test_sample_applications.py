"""Applications drawn from a release: the same for the same seed, every kind, with the right answer."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library_validator.releases.reading.release import read_release
from library_validator.releases.records import Release
from library_validator_cli.sample_applications import NONE, SampleApplication, sample_applications
from library_validator_cli.typing_mistakes import abbreviate, change_case, mistype, swap_words, title_case

ROOT = Path(__file__).parents[3]
LIBRARIES = {"clean", "typo", "abbreviated", "swapped", "sparse", "mailing_address", "branch", "fscs_id"}
IMPOSTORS = {"friends", "foundation", "college", "museum", "namesake", "school", "bookshop"}


@pytest.fixture(scope="module")
def release() -> Release:
    return read_release(ROOT / "events" / "sample" / "pls_sample_fy2022_csv.zip")


@pytest.fixture(scope="module")
def drawn_applications(release: Release) -> list[SampleApplication]:
    return list(sample_applications(release, 600, seed=7))


def test_the_same_seed_draws_the_same_applications(
    release: Release, drawn_applications: list[SampleApplication]
) -> None:
    assert list(sample_applications(release, 600, seed=7)) == drawn_applications
    assert list(sample_applications(release, 600, seed=8)) != drawn_applications


def test_every_kind_of_application_is_drawn_and_only_impostors_are_labelled_none(
    drawn_applications: list[SampleApplication],
) -> None:
    assert {drawn.kind for drawn in drawn_applications if drawn.label == NONE} == IMPOSTORS
    assert {drawn.kind for drawn in drawn_applications if drawn.label != NONE} == LIBRARIES
    assert (
        0.2
        < Counter(drawn.label == NONE for drawn in drawn_applications)[True] / len(drawn_applications)
        < 0.4
    )


def test_labels_are_keys_of_the_release_and_ids_are_unique(
    release: Release, drawn_applications: list[SampleApplication]
) -> None:
    keys = {system.fscs_key for system in release.systems}
    assert {drawn.label for drawn in drawn_applications} - {NONE} <= keys
    assert len({drawn.application_id for drawn in drawn_applications}) == len(drawn_applications)


def test_a_namesake_is_in_a_state_without_a_library_of_its_name(
    release: Release, drawn_applications: list[SampleApplication]
) -> None:
    states: dict[str, set[str]] = {}
    for system in release.systems:
        states.setdefault(system.name, set()).add(system.state)
    full_names = {"Oregon": "OR", "Iowa": "IA", "Texas": "TX"}
    for drawn in drawn_applications:
        if drawn.kind == "namesake":
            assert full_names.get(drawn.state, drawn.state) not in states.get(drawn.name.upper(), set())


def test_friends_groups_have_the_address_of_their_library(
    release: Release, drawn_applications: list[SampleApplication]
) -> None:
    streets = {system.street for system in release.systems}
    friends = [drawn for drawn in drawn_applications if drawn.kind == "friends"]
    assert friends
    assert all(drawn.street.upper() in streets for drawn in friends)


def test_the_code_for_a_missing_value_never_appears_in_an_application(
    drawn_applications: list[SampleApplication],
) -> None:
    assert not {"M", "-3", "-4"} & {
        value for drawn in drawn_applications for value in (drawn.zip, drawn.phone, drawn.street)
    }


def test_a_release_with_one_state_is_refused(release: Release) -> None:
    alone = [system for system in release.systems if system.state == "IA"]
    only = Release(2022, "", tuple(alone), (), release.report)
    with pytest.raises(ValueError, match="two states"):
        next(sample_applications(only, 1, seed=1))


@given(st.text(max_size=60), st.integers(0, 1000))
def test_mistakes_can_be_made_in_any_text(text: str, seed: int) -> None:
    for mistake in (
        mistype,
        abbreviate,
        swap_words,
        change_case,
    ):
        assert mistake(text, Random(seed)) == mistake(text, Random(seed))


def test_st_is_a_saint_in_a_name_and_a_street_at_its_end() -> None:
    typed = {abbreviate("ST. PAUL PUBLIC LIBRARY", Random(seed)) for seed in range(40)}
    assert all(name.startswith("ST. PAUL") for name in typed)
    assert "12 MAIN Street" in {abbreviate("12 MAIN ST", Random(seed)) for seed in range(40)}


def test_names_in_title_case_are_as_people_write_them() -> None:
    assert (
        title_case("FRIEND'S OF THE O'BRIEN-SMITH P.L. AT 2ND") == "Friend's of the O'Brien-Smith P.L. at 2nd"
    )
