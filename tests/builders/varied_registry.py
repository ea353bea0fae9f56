"""A registry of invented libraries; their names have the forms of names in the survey."""

from __future__ import annotations

from typing import Final

from library_validator.decisions.application import application_from_fields
from library_validator.decisions.deciding import Decider
from library_validator.decisions.decision import Decision, Submission
from library_validator.decisions.evidence import Evidence
from library_validator.decisions.policy_file import load_policy
from library_validator.matching.applicant import Applicant
from library_validator.matching.index import build_index
from library_validator.matching.match import rank
from library_validator.matching.query import Query, read_applicant
from library_validator.matching.statistics import Statistics
from library_validator.matching.weights import load_weights
from library_validator.releases.records import Outlet, System
from tests.builders.small_registry import NOW, outlet, registry_of, release, system

LARCHMERE: Final = system(
    "ME0101", "LARCHMERE PUBLIC LIBRARY", "14 BELFRY STREET", "LARCHMERE", "04101", "2075550121"
)
SABLE_COUNTY: Final = system(
    "ME0102", "SABLE COUNTY LIBRARY SYSTEM", "300 COURT SQUARE", "SABLETON", "04102", "2075550122",
    county="SABLE", legal_basis="CO",
)  # fmt: skip
HASTWELL: Final = system(
    "ME0103", "OLIVER T HASTWELL MEMORIAL LIBRARY", "7 TANNERY LANE", "THORNBY", "04103", "2075550123",
    legal_basis="NP",
)  # fmt: skip
SPINDRIFT: Final = system(
    "ME0104", "SPINDRIFT ISLAND LIBRARY ASSOCIATION", "2 FERRY LANDING", "SPINDRIFT", "04104", "2075550124",
    legal_basis="NP",
)  # fmt: skip
# Two systems in one town.
HAVENPORT: Final = system(
    "ME0106", "HAVENPORT PUBLIC LIBRARY", "88 CUSTOM HOUSE STREET", "HAVENPORT", "04106", "2075550126"
)
ORDWAY: Final = system(
    "ME0107", "MABEL ORDWAY LIBRARY", "19 CHANDLERY ROW", "HAVENPORT", "04106", "2075550127", legal_basis="NP"
)
OAKHOLLOW: Final = system(
    "ME0108",
    "HELEN BRANDRETH OAKHOLLOW PUBLIC LIBRARY",
    "5 MILL POND ROAD",
    "OAKHOLLOW",
    "04108",
    "2075550128",
)
MUSEUM: Final = system(
    "ME0109", "TOLLGATE MUSEUM AND LIBRARY", "61 TURNPIKE ROAD", "TOLLGATE", "04109", "2075550129",
    legal_basis="NP",
)  # fmt: skip
# Names that do not say library.
QUILLET: Final = system("VT0101", "QUILLET FREE", "33 GREEN STREET", "QUILLET", "05101", "8025550121")
MARLOCK: Final = system("VT0102", "MARLOCK", "1 SLATE STREET", "MARLOCK", "05102", "8025550122")
ROWANFIELD: Final = system(
    "VT0103", "CITY OF ROWANFIELD", "12 CIVIC STREET", "ROWANFIELD", "05103", "8025550123"
)
# The same name in two states, and a similar name.
GLENWARDEN_COMMUNITY: Final = system(
    "VT0104", "GLENWARDEN COMMUNITY LIBRARY", "9 ORCHARD STREET", "GLENWARDEN", "05104", "8025550124"
)
GLENWARDEN_PUBLIC: Final = system(
    "NH0101", "GLENWARDEN PUBLIC LIBRARY", "40 DEPOT STREET", "GLENWARDEN", "03101", "6035550121"
)
# A name with a number in words, and a name with an apostrophe.
SEVEN_ELMS: Final = system(
    "ME0110", "SEVEN ELMS PUBLIC LIBRARY", "70 RIDGE ROAD", "SEVEN ELMS", "04110", "2075550140"
)
OFENNEL: Final = system(
    "ME0111", "O'FENNEL PUBLIC LIBRARY DISTRICT", "3 KILN STREET", "O'FENNEL", "04111", "2075550141",
    legal_basis="LD",
)  # fmt: skip
ARROYO: Final = system(
    "PR0101",
    "BIBLIOTECA PUBLICA MUNICIPAL ARROYO VERDE",
    "14 CALLE LUNA",
    "ARROYO VERDE",
    "00601",
    "7875550121",
)
SYSTEMS: Final = (
    LARCHMERE, SABLE_COUNTY, HASTWELL, SPINDRIFT, HAVENPORT, ORDWAY, OAKHOLLOW, MUSEUM, QUILLET, MARLOCK,
    ROWANFIELD, GLENWARDEN_COMMUNITY, GLENWARDEN_PUBLIC, SEVEN_ELMS, OFENNEL, ARROYO,
)  # fmt: skip
SABLE_CENTRAL: Final = outlet(
    "ME0102", "002", "SABLE COUNTY LIBRARY", "300 COURT SQUARE", "SABLETON", "04102", "2075550122"
)
JUNIPER_CREEK: Final = outlet(
    "ME0102", "003", "JUNIPER CREEK BRANCH", "6 SPRING STREET", "JUNIPER CREEK", "04112", "2075550132"
)
PELLWOOD: Final = outlet(
    "ME0102", "004", "PELLWOOD BRANCH LIBRARY", "21 SCHOOL STREET", "PELLWOOD", "04113", "2075550133"
)
COLLEGE_HILL: Final = outlet(
    "ME0102", "005", "COLLEGE HILL BRANCH", "2 DORMITORY ROAD", "COLLEGE HILL", "04114", "2075550134"
)
OUTLETS: Final = (SABLE_CENTRAL, JUNIPER_CREEK, PELLWOOD, COLLEGE_HILL)
VARIED: Final = release(SYSTEMS, OUTLETS)
_DECIDER: Final = Decider(registry_of(VARIED))
_INDEX: Final = build_index([VARIED])
STATISTICS: Final = Statistics.decode(_INDEX.statistics)


def town_fields_of(listed: System | Outlet) -> dict[str, str]:
    """Town and state of a listed library, in an applicant's spelling."""
    return {"city": listed.city.title(), "state": listed.state}


def address_fields_of(listed: System | Outlet) -> dict[str, str]:
    """The address of a listed library: street, town, state and ZIP code."""
    return {**town_fields_of(listed), "street": listed.street.title(), "zip": listed.zip}


def address_and_phone_fields_of(listed: System | Outlet) -> dict[str, str]:
    """The address and telephone number of a listed library: all that the library itself can give."""
    return {**address_fields_of(listed), "phone": listed.phone}


def decision_on_applicant(name: str, **fields: str) -> Decision:
    """The decision on an applicant against the whole registry."""
    read = application_from_fields({"application_id": "a-1", "name": name, **fields})
    submission = Submission(
        source="partner", application=read.application, sent_at=NOW, problems=read.problems
    )
    return _DECIDER.decide([submission], NOW)[0]


def key_of(decision: Decision) -> str | None:
    """The FSCS key of the system that a decision is about."""
    return decision.match.fscs_key if decision.match else None


def query_of(name: str, **fields: str) -> Query:
    return read_applicant(Applicant(name, **fields), STATISTICS)


def evidence_of(listed: System | Outlet, name: str, **fields: str) -> Evidence:
    """The evidence that an applicant is the library ``listed``, even if another entry has a higher score."""
    query = query_of(name, **fields)
    ranking = rank(query, _INDEX.postings, load_weights(), _INDEX.fiscal_year, compare_all=True)
    listed_id = listed.fscs_key if isinstance(listed, System) else listed.fscs_id
    about = next(scored for scored in ranking.scored if scored.entry.id == listed_id)
    return Evidence(query, about, ranking, load_policy())
