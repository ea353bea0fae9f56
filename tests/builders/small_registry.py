"""A registry of a few invented libraries, for comparisons and decisions."""

from __future__ import annotations

from typing import Final

from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator.decisions.application import application_from_fields
from library_validator.decisions.deciding import Decider
from library_validator.decisions.decision import Decision, Submission
from library_validator.matching.index import build_index
from library_validator.registry.store import AcceptedRelease
from library_validator.releases.records import Outlet, Release, ReleaseReport, System
from tests.builders.decisions import NOON

NOW: Final = NOON


def system(key: str, name: str, street: str, city: str, zip_code: str, phone: str, **changed: str) -> System:
    values: dict[str, str] = {
        "libid": key,
        "mailing_street": street,
        "mailing_city": city,
        "mailing_zip": zip_code,
        "county": "QUILL",
        "structure": "00",
        "meets_fscs_definition": "Y",
        "legal_basis": "CI",
        **changed,
    }
    return System(
        fscs_key=key,
        state=key[:2],
        name=name,
        street=street,
        city=city,
        zip=zip_code,
        phone=phone,
        name_change="00",
        address_change="00",
        administrative_structure="SO",
        relationship="NO",
        reporting_status="1",
        locale="43",
        population=1200,
        operating_expenditure=-1,
        period_end="06/30/2022",
        **values,
    )


def outlet(key: str, sequence: str, name: str, street: str, city: str, zip_code: str, phone: str) -> Outlet:
    return Outlet(
        fscs_key=key,
        sequence=sequence,
        state=key[:2],
        libid=f"{key}-{sequence}",
        name=name,
        street=street,
        city=city,
        zip=zip_code,
        county="QUILL",
        phone=phone,
        type="CE" if sequence == "002" else "BR",
        structure="00",
        name_change="00",
        address_change="00",
        meets_fscs_definition="Y",
        locale="43",
    )


def release(
    systems: tuple[System, ...], outlets: tuple[Outlet, ...] = (), fiscal_year: int = 2022
) -> Release:
    report = ReleaseReport(fiscal_year, (), len(systems), len(outlets), {}, {}, {})
    return Release(fiscal_year, f"{fiscal_year:064d}", systems, outlets, report)


ALDER = system(
    "ME0001", "ALDER POINT PUBLIC LIBRARY", "12 NORTH FORK ROAD", "ALDER POINT", "04901", "2075550101"
)
BRIAR_COUNTY = system(
    "ME0002", "BRIAR COUNTY LIBRARY", "400 MAIN STREET", "BRIARTON", "04902", "2075550102", legal_basis="CO"
)
BRIAR_CITY = system("ME0003", "BRIAR CITY LIBRARY", "15 ELM STREET", "BRIARTON", "04902", "2075550103")
EAST_CORAL = system("ME0004", "EAST CORAL LIBRARY", "1 HARBOR STREET", "CORAL", "04903", "2075550104")
WEST_CORAL = system("ME0005", "WEST CORAL LIBRARY", "90 MILL STREET", "CORAL", "04903", "2075550105")
CLOSED = system("ME0006", "DUNMORE MEMORIAL LIBRARY", "7 OAK AVE", "DUNMORE", "04904", "-3", structure="23")
STATE_ID = system(
    "ME0007", "ELLERY FREE LIBRARY", "22 ASH ST", "ELLERY", "04905", "2075550107", libid="ME0001"
)
ALDER_ELSEWHERE = system(
    "VT0001", "ALDER POINT PUBLIC LIBRARY", "9 LAKE DRIVE", "ALDER POINT", "05701", "8025550101"
)
COLLEGE_HOST = system(
    "ME0008", "FENWICK COLLEGE AND COMMUNITY LIBRARY", "300 CAMPUS WAY", "FENWICK", "04906", "2075550108"
)
ATHENAEUM = system(
    "ME0009", "GRAYLING ATHENAEUM", "5 STATE ST", "GRAYLING", "04907", "2075550109", legal_basis="NP"
)
SYSTEMS = (
    ALDER,
    BRIAR_COUNTY,
    BRIAR_CITY,
    EAST_CORAL,
    WEST_CORAL,
    CLOSED,
    STATE_ID,
    ALDER_ELSEWHERE,
    COLLEGE_HOST,
    ATHENAEUM,
)
OUTLETS = (
    outlet(
        "ME0001",
        "002",
        "ALDER POINT PUBLIC LIBRARY",
        "12 NORTH FORK ROAD",
        "ALDER POINT",
        "04901",
        "2075550101",
    ),
    outlet("ME0002", "002", "BRIAR COUNTY LIBRARY", "400 MAIN STREET", "BRIARTON", "04902", "2075550102"),
    outlet("ME0002", "003", "HOLLOW RUN BRANCH", "8 CREEK ROAD", "HOLLOW RUN", "04910", "2075550110"),
)
NEWEST = release(SYSTEMS, OUTLETS)


def registry_of(*releases: Release) -> MemoryRegistry:
    """An active registry version of ``releases``."""
    accepted = [AcceptedRelease(each.fiscal_year, each.content_sha256, "a.zip", "1") for each in releases]
    return MemoryRegistry.of_index(build_index(releases), accepted, NOW)


def decide(*releases: Release, **fields: object) -> Decision:
    """The decision on one application with a registry of ``releases``, or with the small registry."""
    read = application_from_fields({"application_id": "a-1", **fields})
    submission = Submission(
        source="partner", application=read.application, sent_at=NOW, problems=read.problems
    )
    decider = Decider(registry_of(*(releases or (NEWEST,))))
    return decider.decide([submission], NOW)[0]
