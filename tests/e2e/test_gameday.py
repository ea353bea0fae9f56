"""An incident of a game day comes to its end on the local stack. ``make gameday`` plays all of them."""

from __future__ import annotations

from pathlib import Path

from lab.gameday.__main__ import play, report_of
from lab.gameday.desk import desk_at
from lab.gameday.incidents import INCIDENTS
from library_validator_devstack.local_stack import LocalStack
from tests.e2e.service import Service


def test_lost_results_are_replayed(local_stack: LocalStack, service: Service, tmp_path: Path) -> None:
    (incident,) = [each for each in INCIDENTS if each.name == "lost results"]
    with desk_at(local_stack, tmp_path, seed=13) as desk:
        played = play(incident, desk)
    assert played.over, played.problem
    assert "nothing arrives in the queue results" in played.said[0]
    assert played.typed[-1].startswith("replay --since")
    assert "| yes |" in report_of([played])


def test_a_release_whose_message_was_lost_is_uploaded_again(
    local_stack: LocalStack, service: Service, tmp_path: Path
) -> None:
    assert service.active_version()
    (incident,) = [each for each in INCIDENTS if each.name == "lost release message"]
    with desk_at(local_stack, tmp_path, seed=13) as desk:
        played = play(incident, desk)
    assert played.over, played.problem
