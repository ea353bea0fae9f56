"""Applications of libraries that the newest release no longer lists, or lists under another key."""

from __future__ import annotations

from dataclasses import asdict, replace
from itertools import permutations

from library_validator.decisions.answer import Answer
from library_validator.decisions.decision import Decision
from library_validator.releases.records import Outlet, Release, System
from tests.builders.small_registry import (
    ALDER,
    BRIAR_CITY,
    BRIAR_COUNTY,
    NEWEST,
    OUTLETS,
    SYSTEMS,
    decide,
    outlet,
    registry_of,
    release,
    system,
)

KELP = system("ME0100", "KELP HARBOR LIBRARY", "3 WHARF STREET", "KELP HARBOR", "04950", "2075550150")
KELP_CENTRAL = outlet(
    "ME0100", "002", "KELP HARBOR LIBRARY", "3 WHARF STREET", "KELP HARBOR", "04950", "2075550150"
)
KELP_FIELDS = {
    "name": "Kelp Harbor Library",
    "street": "3 Wharf St",
    "city": "Kelp Harbor",
    "state": "ME",
    "zip": "04950",
    "phone": "207-555-0150",
}
# The same building, once as a branch of the county's system, and once as a system with a new key.
KELP_BRANCH = replace(KELP_CENTRAL, fscs_key="ME0002", sequence="009", libid="ME0002-009")
KELP_RENUMBERED = replace(KELP, fscs_key="ME0200", libid="ME0200")
KELP_RENUMBERED_CENTRAL = replace(KELP_CENTRAL, fscs_key="ME0200", libid="ME0200-002")
POND = outlet("ME0100", "003", "POND BRANCH", "77 POND ROAD", "KELP HARBOR", "04950", "2075550177")
POND_FIELDS = {
    "name": "Pond Branch Library",
    "street": "77 Pond Rd",
    "city": "Kelp Harbor",
    "state": "ME",
    "zip": "04950",
    "phone": "207-555-0177",
}


def release_of(
    fiscal_year: int, systems: tuple[System, ...] = (), outlets: tuple[Outlet, ...] = ()
) -> Release:
    return release(SYSTEMS + systems, OUTLETS + outlets, fiscal_year=fiscal_year)


WITH_KELP = release_of(2020, (KELP,), (KELP_CENTRAL,))
WITHOUT = release_of(2022)


def answer(decision: Decision) -> tuple[Answer, str]:
    return decision.decision, decision.reason_codes[0]


def shown_id(decision: Decision) -> str:
    (comparison,) = (row for row in decision.evidence if row.field == "fscs_id")
    assert comparison.level == "exact"
    return comparison.listed


def test_the_answer_to_a_library_that_is_no_longer_reported_names_its_last_listing() -> None:
    decision = decide(WITH_KELP, WITHOUT, **KELP_FIELDS)
    assert answer(decision) == (Answer.NEEDS_REVIEW, "NO_LONGER_LISTED")
    assert decision.match is not None
    assert (decision.match.fscs_key, decision.match.last_listed) == ("ME0100", 2020)
    assert (decision.match.status, decision.match.fate) == ("no_longer_listed", "no_longer_reported")
    assert decision.match.successor is None
    assert "KELP HARBOR LIBRARY" in decision.reasons[0].staff
    assert "2020" in decision.reasons[0].staff


def test_the_answer_to_a_library_reported_closed_in_its_last_year_says_closed() -> None:
    closed = release_of(2020, (replace(KELP, structure="03"),), (replace(KELP_CENTRAL, structure="03"),))
    decision = decide(closed, WITHOUT, **KELP_FIELDS)
    assert answer(decision) == (Answer.NEEDS_REVIEW, "CLOSED_SINCE")
    assert decision.match is not None
    assert decision.match.fate == "closed"


def test_a_library_that_is_now_a_branch_of_another_system_is_validated_as_that_branch() -> None:
    decision = decide(WITH_KELP, release_of(2022, (), (KELP_BRANCH,)), **KELP_FIELDS)
    assert decision.decision is Answer.VALIDATED
    assert decision.match is not None
    assert (decision.match.fscs_key, decision.match.fscs_id) == ("ME0002", "ME0002-009")
    assert "SUCCEEDED" in decision.reason_codes


def test_the_old_key_of_a_branch_of_another_system_does_not_contradict() -> None:
    now = release_of(2022, (), (KELP_BRANCH,))
    for old in ("ME0100", "ME0100-002"):
        decision = decide(WITH_KELP, now, **KELP_FIELDS, fscs_id=old)
        assert decision.decision is Answer.VALIDATED
        assert decision.match is not None
        assert decision.match.fscs_id == "ME0002-009"


def test_the_old_key_of_a_system_that_listed_no_outlet_leads_to_its_branch() -> None:
    decision = decide(
        release_of(2020, (KELP,)), release_of(2022, (), (KELP_BRANCH,)), **KELP_FIELDS, fscs_id="ME0100"
    )
    assert decision.decision is Answer.VALIDATED
    assert decision.match is not None
    assert decision.match.fscs_id == "ME0002-009"
    assert "SUCCEEDED" in decision.reason_codes


def test_the_old_key_and_name_lead_to_a_branch_of_another_name_in_the_same_building() -> None:
    """The system and its only library had different names; the library is now the branch."""
    office = replace(KELP, name="WHARFSIDE LIBRARY SYSTEM")
    fields = {**KELP_FIELDS, "name": "Wharfside Library System"}
    for old in ("ME0100", "ME0100-002"):
        then, now = release_of(2020, (office,), (KELP_CENTRAL,)), release_of(2022, (), (KELP_BRANCH,))
        decision = decide(then, now, **fields, fscs_id=old)
        assert decision.decision is Answer.VALIDATED
        assert decision.match is not None
        assert decision.match.fscs_id == "ME0002-009"
        assert "SUCCEEDED" in decision.reason_codes


def test_an_old_key_is_shown_beside_the_new_key() -> None:
    now = release_of(2022, (KELP_RENUMBERED,), (KELP_RENUMBERED_CENTRAL,))
    shown = {
        old: shown_id(decide(WITH_KELP, now, **KELP_FIELDS, fscs_id=old))
        for old in ("ME0100", "ME0100-002", "ME0200")
    }
    assert shown == {
        "ME0100": "ME0200, formerly ME0100",
        "ME0100-002": "ME0200, formerly ME0100-002",
        "ME0200": "ME0200",
    }


def test_a_release_without_the_library_does_not_hide_its_successor() -> None:
    """The library is listed in 2020, not in 2021, and in 2022 as a branch of the county's system."""
    for old in ("", "ME0100", "ME0100-002"):
        decision = decide(
            WITH_KELP, release_of(2021), release_of(2022, (), (KELP_BRANCH,)), **KELP_FIELDS, fscs_id=old
        )
        assert decision.decision is Answer.VALIDATED
        assert decision.match is not None
        assert decision.match.fscs_id == "ME0002-009"
        assert "SUCCEEDED" in decision.reason_codes


def test_a_vanished_branch_does_not_get_the_successor_of_its_system() -> None:
    then = release_of(2020, (KELP,), (KELP_CENTRAL, POND))
    decision = decide(then, release_of(2022, (), (KELP_BRANCH,)), **POND_FIELDS)
    assert answer(decision) == (Answer.NEEDS_REVIEW, "NO_LONGER_LISTED")
    assert decision.match is not None
    assert (decision.match.fscs_id, decision.match.successor) == ("ME0100-003", None)


def test_the_answer_to_a_branch_reported_closed_says_closed_whatever_became_of_its_system() -> None:
    then = release_of(2020, (KELP,), (KELP_CENTRAL, replace(POND, structure="03")))
    decision = decide(then, WITHOUT, **POND_FIELDS)
    assert answer(decision) == (Answer.NEEDS_REVIEW, "CLOSED_SINCE")


def test_a_branch_closed_earlier_does_not_set_the_last_year_of_its_system() -> None:
    """The older branch has every word of the name, and the same phone."""
    archive = replace(
        KELP_CENTRAL, sequence="004", type="BR", name="KELP HARBOR ARCHIVE LIBRARY", structure="03"
    )
    decision = decide(
        release_of(2019, (KELP,), (KELP_CENTRAL, archive)),
        release_of(2020, (replace(KELP, street="3 WHARF ROAD"),)),
        WITHOUT,
        **{**KELP_FIELDS, "name": "Kelp Harbor Archive Library"},
    )
    assert answer(decision) == (Answer.NEEDS_REVIEW, "NO_LONGER_LISTED")
    assert decision.match is not None
    assert (decision.match.fscs_id, decision.match.last_listed) == (None, 2020)


def test_the_answer_to_a_library_whose_branch_closed_after_a_merger_names_its_successor() -> None:
    office = replace(KELP, name="WHARFSIDE LIBRARIES")
    fields = {**KELP_FIELDS, "name": "Wharfside Libraries"}
    then = release_of(2020, (office,), (KELP_CENTRAL,))
    decision = decide(then, release_of(2021, (), (KELP_BRANCH,)), WITHOUT, **fields)
    assert answer(decision) == (Answer.NEEDS_REVIEW, "ABSORBED")
    assert decision.match is not None
    assert decision.match.successor is not None
    assert asdict(decision.match.successor) == {
        "fscs_key": "ME0002",
        "fscs_id": None,
        "name": BRIAR_COUNTY.name,
        "since": 2021,
    }


def test_a_library_with_a_new_key_is_found_by_its_old_key_too() -> None:
    now = release_of(2022, (KELP_RENUMBERED,), (KELP_RENUMBERED_CENTRAL,))
    for fscs_id in ("", "ME0100", "ME0100-002", "ME0200"):
        decision = decide(WITH_KELP, now, **KELP_FIELDS, fscs_id=fscs_id)
        assert answer(decision) == (Answer.VALIDATED, "MATCH")
        assert decision.match is not None
        assert (decision.match.fscs_key, decision.match.fate) == ("ME0200", None)
        assert {candidate.fscs_key for candidate in decision.candidates} == {"ME0200"}


def test_an_old_key_with_another_librarys_name_and_place_contradicts() -> None:
    now = release_of(2022, (KELP_RENUMBERED,), (KELP_RENUMBERED_CENTRAL,))
    decision = decide(
        WITH_KELP,
        now,
        name="Briar City Library",
        street="15 Elm St",
        city="Briarton",
        state="ME",
        zip="04902",
        fscs_id="ME0100",
    )
    assert answer(decision) == (Answer.NEEDS_REVIEW, "FSCS_ID_CONTRADICTS")


def test_a_neighbour_listed_in_the_same_years_is_not_the_successor() -> None:
    """A system office closed; the town library beside it has the same phone."""
    office = replace(
        KELP, name="BRIARTON LIBRARY SERVICE", city="BRIARTON", zip="04902", phone=BRIAR_CITY.phone
    )
    decision = decide(
        release_of(2020, (office,)),
        WITHOUT,
        name="Briarton Library Service",
        street="3 Wharf Street",
        city="Briarton",
        state="ME",
        zip="04902",
        phone=BRIAR_CITY.phone,
    )
    assert answer(decision) == (Answer.NEEDS_REVIEW, "NO_LONGER_LISTED")
    assert decision.match is not None
    assert decision.match.fscs_key == "ME0100"


def test_a_listed_library_is_answered_the_same_beside_any_number_of_older_years() -> None:
    fields = {"name": "Alder Point Public Library", "city": "Alder Point", "state": "ME", "zip": "04901"}
    alone, beside = decide(NEWEST, **fields), decide(WITH_KELP, NEWEST, **fields)
    assert (alone.decision, alone.match and alone.match.fscs_key) == (Answer.VALIDATED, ALDER.fscs_key)
    assert (beside.decision, beside.match) == (alone.decision, alone.match)


def test_the_order_in_which_releases_were_accepted_changes_nothing() -> None:
    years = [WITH_KELP, release_of(2021, (), (KELP_BRANCH,)), WITHOUT]
    postings = [registry_of(*order).items for order in permutations(years)]
    assert all(items == postings[0] for items in postings)
