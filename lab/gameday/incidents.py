"""The incidents of a game day. Each breaks something, finds it with ``doctor``, and repairs it by commands.

What no command of the project repairs (a role's policy, the code of a function, a deleted rule) comes back as
a deployment of the right template would bring it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from lab.gameday import breaking
from lab.gameday.desk import NEWEST, ROOT, Desk, wait_for
from library_validator.operations.findings import FindingCode

_HANDLER: Final = ROOT / "functions" / "validate_applications" / "handler.py"
_APPLICATIONS: Final = 5
_LATER: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Incident:
    """``play`` returns when the incident is over, and raises ``NotOver`` otherwise."""

    name: str
    broken: str  # one sentence: what was broken on purpose
    play: Callable[[Desk], None]


def play_publishing_denied(desk: Desk) -> None:
    with breaking.publishing_denied(desk.stack):
        ids = desk.submit("denied", _APPLICATIONS)
        desk.wait_until_decided(ids)
        desk.find(FindingCode.EVENTS_UNPUBLISHED)
    # The sweeper publishes what is left, at its next run.
    desk.wait_until_gone(FindingCode.EVENTS_UNPUBLISHED)
    desk.wait_for_results(ids)


def play_bad_deployment(desk: Desk) -> None:
    poison = f"not an application {desk.seed}"
    with breaking.code_broken(desk.stack, "ValidateApplicationsFunction", _HANDLER.read_text()):
        ids = desk.submit("outage", _APPLICATIONS)
        desk.stack.own_sqs.send_message(
            QueueUrl=desk.stack.output("ApplicationsQueueUrl"), MessageBody=poison
        )
        desk.find(FindingCode.FUNCTION_BROKEN)
        desk.find(FindingCode.DEAD_LETTERS)
        wait_for(lambda: len(_letters(desk)) > _APPLICATIONS, "all messages are dead letters")
    bad = [letter for letter in _letters(desk) if letter["application_id"] is None]
    for letter in bad:
        desk.type(
            "dlq", "discard", "applications", "--id", str(letter["id"]), "--reason", "not an application"
        )
    desk.type("dlq", "redrive", "applications")
    desk.wait_until_decided(ids)
    desk.wait_until_gone(FindingCode.DEAD_LETTERS)


def _letters(desk: Desk) -> list[dict[str, object]]:
    shown: list[dict[str, object]] = json.loads(
        desk.type("dlq", "show", "applications", "--limit", "50", "--json")
    )
    return shown


def play_lost_release_message(desk: Desk) -> None:
    name = f"lost-{desk.seed}-{NEWEST.name}"
    with breaking.queue_policy_deleted(desk.stack, "ReleasesQueue"):
        desk.stack.s3.put_object(
            Bucket=desk.stack.output("ReleasesBucket"), Key=f"releases/{name}", Body=NEWEST.read_bytes()
        )
        desk.find(FindingCode.RULE_NOT_ADMITTED)
        desk.find(FindingCode.UPLOAD_NOT_LOADED, later=_LATER)
    desk.type("upload", str(NEWEST))


def play_lost_results(desk: Desk) -> None:
    with breaking.rule_deleted(desk.stack, "ResultsRule"):
        ids = desk.submit("unheard", _APPLICATIONS)
        desk.wait_until_decided(ids)
        desk.find(FindingCode.RULE_MISSING)
    desk.type("replay", "--since", "5m", "--yes")
    desk.wait_for_results(ids)


INCIDENTS: Final = (
    Incident("publishing denied", "the bus refuses the functions' events", play_publishing_denied),
    Incident("lost release message", "the queue of loads admits no rule", play_lost_release_message),
    Incident("lost results", "the rule to the results queue is deleted", play_lost_results),
    Incident("bad deployment", "the code of the decider cannot be loaded", play_bad_deployment),
)
