"""Official releases are loaded one after another while applications arrive, on a stack of their own.

``LIBRARY_VALIDATOR_REVALIDATED=5000`` follows 5,000 answers through all official years;
without it, 300 through the last two.
"""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from library_validator.releases.reading.release import read_release
from tests.e2e.full_comparison import (
    Answers,
    Change,
    Fields,
    answers_of,
    change_in,
    changes_between,
    counts_of_kinds,
    registry_of,
    without_rivals,
)
from tests.e2e.service import ROOT, Service, deployed_service, wait_until
from tests.realdata.official_years import FILES

pytestmark = pytest.mark.realdata

DATA: Final = Path(os.environ.get("LIBRARY_VALIDATOR_DATA", ROOT.parent / "shared" / "data"))
ASKED: Final = os.environ.get("LIBRARY_VALIDATOR_REVALIDATED", "")
YEARS: Final = tuple(FILES) if ASKED else (2021, 2022)
FOLLOWED: Final = int(ASKED or 300)  # applications
LABELLED: Final = ("gone17", "fscs_id", "typed", "drift17_ae")
COLUMNS: Final = ("application_id", "name", "street", "city", "state", "zip", "phone", "fscs_id")
LOAD_DEADLINE: Final = 600.0  # seconds
SYSTEMS, OUTLETS = 9_248, 17_546  # FY2022, as IMLS counts its files


@dataclass(frozen=True, slots=True)
class ExpectedAnswers:
    """The answers of the rules after each load, computed without the service."""

    applications: list[Fields]  # no two of them claim the same system
    answers: list[Answers]  # after each of ``YEARS``


@dataclass(frozen=True, slots=True)
class Chapter:
    """A release that went live, and the events until the end of its revalidation."""

    year: int
    version: str
    events: list[dict[str, Any]]

    @property
    def change_events(self) -> list[dict[str, Any]]:
        return [event for event in self.events if event["detail-type"] == "Library Status Changed"]


@dataclass(slots=True)
class ApplicationFlow:
    """Applications that are sent while a release is loaded."""

    service: Service
    sent: list[str]

    def send_one(self) -> None:
        application = {"application_id": f"flow-{len(self.sent)}", "name": "Carnegie Library", "state": "PA"}
        self.sent.append(application["application_id"])
        self.service.send(json.dumps(application))


@pytest.fixture(scope="module")
def expected() -> ExpectedAnswers:
    asked = Random(FOLLOWED).sample(
        _labelled_applications(), k=FOLLOWED + FOLLOWED // 5
    )  # some of them are dropped below
    releases, answers = [], []
    for year in YEARS:
        releases.append(read_release(DATA / "pls" / FILES[year]))
        answers.append(answers_of(registry_of(releases), asked))
    kept = without_rivals(asked, answers)[:FOLLOWED]
    assert len(kept) == FOLLOWED
    return ExpectedAnswers(kept, answers)


def _labelled_applications() -> list[Fields]:
    """Applications of labelled libraries: moved, renamed, mistyped, with an FSCS id, and gone."""
    rows: dict[str, Fields] = {}
    for name in LABELLED:
        with (DATA / "labelled" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                fields = {column: row[column] for column in COLUMNS if row.get(column)}
                rows.setdefault(row["application_id"], fields)
    return list(rows.values())


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with deployed_service("e2e-releases") as service:
        yield service


@pytest.fixture(scope="module")
def flow(service: Service) -> ApplicationFlow:
    return ApplicationFlow(service, [])


@pytest.fixture(scope="module")
def chapters(service: Service, expected: ExpectedAnswers, flow: ApplicationFlow) -> list[Chapter]:
    """Every release is loaded after the one before, oldest first. Applications are sent after the first."""
    chapters = [_load_release(service, YEARS[0], flow, newest=False)]
    service.send_all(expected.applications)
    service.wait_for_decisions(
        [application["application_id"] for application in expected.applications], LOAD_DEADLINE
    )
    chapters += [_load_release(service, year, flow, newest=year == YEARS[-1]) for year in YEARS[1:]]
    flow.send_one()
    return chapters


def _load_release(service: Service, year: int, flow: ApplicationFlow, *, newest: bool) -> Chapter:
    """Loads a release and waits for the end of its revalidation."""
    service.take_results()
    since = len(service.events)
    before = service.active_version()
    service.upload(FILES[year], (DATA / "pls" / FILES[year]).read_bytes())

    def new_active_version() -> str | None:
        if newest:
            flow.send_one()
        active = service.active_version()
        return active if active != before else None

    version = wait_until(new_active_version, f"FY{year} is active", LOAD_DEADLINE)

    def revalidation_has_ended() -> bool:
        ends = service.events_of("Registry Revalidated")
        return any(event["detail"]["metadata"]["registry_version"] == version for event in ends)

    wait_until(revalidation_has_ended, f"every answer is revalidated with FY{year}", LOAD_DEADLINE)
    service.wait_until_done("RevalidationsQueue")
    service.take_results()
    return Chapter(year, version, service.events[since:])


def test_a_newer_release_takes_over_while_applications_flow(
    service: Service, chapters: list[Chapter], flow: ApplicationFlow
) -> None:
    older, newer = chapters[-2:]
    version = service.registry.version(newer.version)
    assert (version.systems, version.outlets) == (SYSTEMS, OUTLETS)
    events = service.wait_for_decisions(flow.sent)
    decided = [event for event in events if event["detail-type"].startswith("Library Application")]
    named = {event["detail"]["data"]["application_id"]: event["detail"]["metadata"] for event in decided}
    assert {metadata["registry_version"] for metadata in named.values()} == {older.version, newer.version}
    assert named[flow.sent[-1]]["registry_version"] == newer.version


def test_every_release_publishes_exactly_its_changes(
    chapters: list[Chapter], expected: ExpectedAnswers, capsys: pytest.CaptureFixture[str]
) -> None:
    followed = {application["application_id"] for application in expected.applications}
    for (older, newer), (before, after) in zip(pairwise(chapters), pairwise(expected.answers), strict=True):
        changed = [
            event for event in newer.change_events if event["detail"]["data"]["application_id"] in followed
        ]
        changes = changes_between(before, after, expected.applications)
        with capsys.disabled():
            sys.stdout.write(_text_of_changes(older, newer, changes, len(followed)))
        assert changes
        names = [event["detail"]["data"]["application_id"] for event in changed]
        assert sorted(names) == sorted(changes)  # each change once
        assert {event["detail"]["data"]["application_id"]: change_in(event) for event in changed} == changes


def test_a_second_revalidation_of_the_same_registry_publishes_nothing(
    service: Service, chapters: list[Chapter]
) -> None:
    (activated,) = [event for event in chapters[-1].events if event["detail-type"] == "Registry Activated"]
    service.take_results()
    since = len(service.events)
    service.put_event("Registry Activated", activated["detail"])
    wait_until(lambda: service.waiting("RevalidationsQueue") > 0, "the event reached the queue")
    service.wait_until_done("RevalidationsQueue")
    service.take_results()
    assert [event["detail-type"] for event in service.events[since:]] == ["Registry Activated"]


def _text_of_changes(older: Chapter, newer: Chapter, changes: Mapping[str, Change], followed: int) -> str:
    seconds = _seconds_of_revalidation(newer)
    lines = [
        f"\nFY{older.year} -> FY{newer.year}: {len(changes)} of {followed} answers changed",
        *(f"  {count:5} {kind}" for kind, count in counts_of_kinds(changes.values()).items()),
        f"  {seconds:.1f} s from the flip on, {seconds * 1000 / followed:.1f} s per 1,000",
    ]
    return "\n".join(lines) + "\n"


def _seconds_of_revalidation(chapter: Chapter) -> float:
    """Seconds from the activation of a release to the end of its revalidation, with the queue's delay."""
    at = {
        event["detail-type"]: datetime.fromisoformat(event["detail"]["metadata"]["occurred_at"])
        for event in chapter.events
        if event["detail-type"].startswith("Registry")
    }
    return (at["Registry Revalidated"] - at["Registry Activated"]).total_seconds()
