"""A few hundred answers over two sample releases: the published changes are those of a full comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from io import BytesIO
from typing import Any

import pytest

from library_validator.decisions.changes import material_changes
from library_validator.decisions.decision import Decision
from library_validator.releases.reading.release import read_release
from library_validator.releases.records import Release
from library_validator_cli.sample_applications import sample_applications
from library_validator_cli.sample_release import write_sample_release
from tests.builders.decisions import PARTNER
from tests.unit.casework.world import World

Answers = Mapping[str, Decision]
APPLICATIONS = 400


@pytest.fixture(scope="module")
def releases() -> dict[int, Release]:
    found = {}
    for year in (2021, 2022):
        packed = BytesIO()
        write_sample_release(packed, year, seed=1)
        packed.seek(0)
        found[year] = read_release(packed, file_name=f"pls_fy{year}.zip")
    return found


def answers_alone(releases: Sequence[Release], applications: Mapping[str, dict[str, Any]]) -> Answers:
    """The answer to each application as if no other application existed."""
    world = World()
    world.activate(*releases)
    answers = {}
    for application_id, fields in applications.items():
        world.decisions.claims.clear()
        answers[application_id] = world.submit(application_id, **fields)
    return answers


def test_the_published_changes_are_those_of_a_full_comparison(releases: dict[int, Release]) -> None:
    stages = [[releases[2021]], [*releases.values()]]
    drawn = {}
    for year in (2021, 2022):
        for sample in sample_applications(releases[year], APPLICATIONS // 2, seed=year):
            fields = asdict(sample)
            for unsent in ("application_id", "label", "kind"):
                del fields[unsent]
            drawn[sample.application_id] = fields
    alone = [answers_alone(stage, drawn) for stage in stages]
    # The answers to rivals depend on their order. Other tests cover them.
    holders: dict[str, str] = {}
    applications = {}
    for application_id, fields in drawn.items():
        keys = {key for answers in alone if (key := answers[application_id].claimed_key)}
        if not keys & holders.keys():
            holders |= dict.fromkeys(keys, application_id)
            applications[application_id] = fields
    assert len(applications) > APPLICATIONS / 4

    world = World()
    world.activate(*stages[0])
    for application_id, fields in applications.items():
        world.submit(application_id, **fields)
    old, new = alone
    for earlier, later in ((old, new), (new, old), (old, new)):
        world.bus.events.clear()
        if world.registry.pointer().previous:
            world.roll_back()
        else:
            world.activate(*stages[1])
        world.run()

        expected = {
            application_id: changes
            for application_id in applications
            if (changes := material_changes(earlier[application_id], later[application_id]))
        }
        assert expected, "the sample releases change nothing"
        assert {event.data.application_id: event.data.changes for event in world.changes} == expected
        assert len(world.changes) == len(expected)
        for event in world.changes:
            answer = later[event.data.application_id]
            assert (event.data.decision, event.data.match) == (answer.decision, answer.match)
        for application_id in applications:
            stored = world.decisions.get(PARTNER, application_id)
            assert stored
            assert not material_changes(stored, later[application_id])
