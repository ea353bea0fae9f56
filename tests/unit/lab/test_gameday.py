"""A game day has at least five incidents, bounds every wait, and reports an incident that is not over."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from lab.gameday.__main__ import play, report_of
from lab.gameday.desk import Desk, NotOver, wait_for
from lab.gameday.incidents import INCIDENTS, Incident
from library_validator_cli.stack_access import Stack


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(cast("Stack", None), tmp_path, seed=13)


def test_a_game_day_has_five_incidents_or_more_with_names_of_their_own() -> None:
    assert len({incident.name for incident in INCIDENTS}) == len(INCIDENTS) >= 5


def test_every_wait_is_bounded() -> None:
    with pytest.raises(NotOver, match="not within 0 s: it ends"):
        wait_for(lambda: False, "it ends", deadline=0)


def test_the_report_has_what_was_said_and_typed(desk: Desk) -> None:
    def end_it(desk: Desk) -> None:
        desk.said.append("The rule does not exist.")
        desk.typed += ["dlq list", "dlq list"]

    played = play(Incident("a rule", "a rule is deleted", end_it), desk)
    assert (played.over, played.typed) == (True, ["dlq list"])
    row = report_of([played]).splitlines()[-1]
    assert row.startswith("| a rule | a rule is deleted | The rule does not exist. | `dlq list` | yes |")


def test_an_incident_that_is_not_over_is_reported_with_its_reason(desk: Desk) -> None:
    def fail(_desk: Desk) -> None:
        raise NotOver("the queue is full")

    played = play(Incident("a queue", "it is full", fail), desk)
    assert not played.over
    assert "| no: the queue is full |" in report_of([played])
