"""Successors of invented systems and outlets that a newer release does not list any more."""

from __future__ import annotations

import pytest

from library_validator.releases.lineage.successions import Continuation, ReleasePair
from library_validator.releases.records import Release
from tests.builders.release_files import OUTLET, SYSTEM, Row, release_of

PLACE = {"ADDRESS": "12 NORTH MAIN STREET", "CITY": "BIRCH", "ZIP": "05700", "PHONE": "8025550200"}
BIRCH = {"FSCSKEY": "VT0002", "LIBNAME": "BIRCH PUBLIC LIBRARY", **PLACE}
HILL = {"LIBNAME": "HILL BRANCH", "ADDRESS": "9 HILL ROAD", "ZIP": "05701", "PHONE": "8025550300"}


def release(year: int, systems: list[Row], outlets: list[Row]) -> Release:
    return release_of(
        year,
        [SYSTEM, *({**SYSTEM, **row} for row in systems)],
        [OUTLET, *({**OUTLET, **row} for row in outlets)],
    )


OLDER = release(2021, [BIRCH], [{**BIRCH, "FSCS_SEQ": "001"}])


def outlet_under_key(key: str, sequence: str, **other: str) -> dict[str, str]:
    return {**BIRCH, "FSCSKEY": key, "FSCS_SEQ": sequence, **other}


def test_a_library_that_became_a_branch_of_another_system_is_absorbed() -> None:
    newer = release(2022, [], [outlet_under_key("VT0001", "003", C_OUT_TY="BR", STATSTRU="11")])
    (found,) = ReleasePair(OLDER, newer).successions.items()
    key, succession = found
    assert key == "VT0002"
    assert (succession.how, succession.fscs_key, succession.fscs_id) == ("absorbed", "VT0001", "VT0001-003")
    assert succession.evidence == ("name", "street", "phone", "STATSTRU 11")


def test_a_library_with_another_key_is_re_keyed() -> None:
    newer = release(2022, [{**BIRCH, "FSCSKEY": "VT9002"}], [outlet_under_key("VT9002", "001")])
    succession = ReleasePair(OLDER, newer).successions["VT0002"]
    assert (succession.how, succession.fscs_key, succession.fscs_id) == ("re_keyed", "VT9002", "VT9002-001")


def test_a_renamed_library_with_another_key_is_re_keyed_if_it_has_all_its_outlets() -> None:
    name = {"LIBNAME": "TRI-TOWN LIBRARY"}
    newer = release(
        2022, [{**BIRCH, **name, "FSCSKEY": "VT9002"}], [outlet_under_key("VT9002", "001", **name)]
    )
    assert ReleasePair(OLDER, newer).successions["VT0002"].how == "re_keyed"


def test_systems_that_were_merged_into_a_new_one_are_absorbed() -> None:
    older = release(
        2021,
        [BIRCH, {**HILL, "FSCSKEY": "VT0003"}],
        [{**BIRCH, "FSCS_SEQ": "001"}, {**HILL, "FSCSKEY": "VT0003", "FSCS_SEQ": "001"}],
    )
    newer = release(
        2022,
        [{**BIRCH, "FSCSKEY": "VT9002", "LIBNAME": "BIRCH AND HILL LIBRARY SYSTEM"}],
        [outlet_under_key("VT9002", "001"), {**HILL, "FSCSKEY": "VT9002", "FSCS_SEQ": "002"}],
    )
    found = ReleasePair(older, newer).successions
    assert {key: (s.how, s.fscs_id) for key, s in found.items()} == {
        "VT0002": ("absorbed", "VT9002-001"),
        "VT0003": ("absorbed", "VT9002-002"),
    }


def test_a_divided_system_has_no_successor() -> None:
    older = release(
        2021, [BIRCH], [{**BIRCH, "FSCS_SEQ": "001"}, {**BIRCH, **HILL, "FSCS_SEQ": "002", "C_OUT_TY": "BR"}]
    )
    newer = release(
        2022,
        [{**BIRCH, "FSCSKEY": "VT9002"}, {**HILL, "FSCSKEY": "VT9003"}],
        [outlet_under_key("VT9002", "001"), {**HILL, "FSCSKEY": "VT9003", "FSCS_SEQ": "001"}],
    )
    assert ReleasePair(older, newer).successions == {}
    assert ReleasePair(older, newer).continued_outlets == {
        "VT0002-001": Continuation("VT9002-001", ("name", "street", "phone")),
        "VT0002-002": Continuation("VT9003-001", ("name", "street", "phone")),
    }


@pytest.mark.parametrize(
    "now",
    [
        {"ZIP": "05999"},
        {"STABR": "NH"},
        {"LIBNAME": "ELM LIBRARY", "PHONE": "8025550999"},
        {"LIBNAME": "ELM LIBRARY", "ADDRESS": "1 ELM STREET"},
        {"ADDRESS": "1 ELM STREET", "PHONE": "8025550999"},
        {"C_OUT_TY": "BS"},
    ],
    ids=["another ZIP", "another state", "street alone", "phone alone", "name alone", "a bookmobile"],
)
def test_an_uncertain_successor_does_not_count(now: dict[str, str]) -> None:
    assert ReleasePair(OLDER, release(2022, [], [outlet_under_key("VT0001", "003", **now)])).successions == {}


def test_a_neighbour_that_was_listed_before_is_not_a_successor() -> None:
    neighbour = outlet_under_key("VT0001", "003", C_OUT_TY="BR")
    older = release(2021, [BIRCH], [{**BIRCH, "FSCS_SEQ": "001"}, neighbour])
    assert ReleasePair(older, release(2022, [], [neighbour])).successions == {}


def test_two_equally_good_successors_do_not_count() -> None:
    newer = release(2022, [], [outlet_under_key("VT0001", "003"), outlet_under_key("VT0001", "004")])
    assert ReleasePair(OLDER, newer).successions == {}


@pytest.mark.parametrize(
    "street", ["12 N. Main St.", "12 N MAIN ST, SUITE 4", "12 North Main Street", "12  N.  MAIN  STREET"]
)
def test_usual_spellings_of_a_street_are_equal(street: str) -> None:
    moved = outlet_under_key("VT0001", "003", ADDRESS=street.replace(",", ""), PHONE="8025550999")
    assert ReleasePair(OLDER, release(2022, [], [moved])).successions["VT0002"].evidence == ("name", "street")


def test_a_closed_system_without_outlets_is_found_by_its_own_address() -> None:
    older = release(2021, [{**BIRCH, "STATSTRU": "03"}], [])
    newer = release(2022, [], [outlet_under_key("VT0001", "003")])
    assert ReleasePair(older, newer).successions["VT0002"].fscs_id == "VT0001-003"
