"""The incidents of a game day. Each breaks something, finds it with ``doctor``, and repairs it by commands.

What no command of the project repairs (a role's policy, the code of a function, a deleted rule) comes back as
a deployment of the right template would bring it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final
from zipfile import ZipFile

from lab.gameday import breaking
from lab.gameday.desk import NEWEST, OLDER, ROOT, Desk, NotOver, wait_for
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
    url = desk.stack.output("ApplicationsQueueUrl")
    with breaking.code_broken(desk.stack, "ValidateApplicationsFunction", _HANDLER.read_text()):
        ids = desk.submit("outage", _APPLICATIONS)
        poison = desk.stack.own_sqs.send_message(QueueUrl=url, MessageBody="not an application")
        desk.find(FindingCode.FUNCTION_BROKEN)
        wait_for(lambda: desk.waiting("ApplicationsDeadLetterQueue") > _APPLICATIONS, "all are dead letters")
        desk.find(FindingCode.DEAD_LETTERS)
    why = "not an application"
    desk.type("dlq", "discard", "applications", "--id", poison["MessageId"], "--reason", why)
    desk.type("dlq", "redrive", "applications")
    desk.wait_until_decided(ids)
    desk.wait_until_gone(FindingCode.DEAD_LETTERS)


def play_lost_registry(desk: Desk) -> None:
    version = desk.stack.registry.pointer().active
    breaking.empty_table(desk.stack, "RegistryTable")
    desk.find(FindingCode.REGISTRY_LOST, later=_LATER)
    names = [f"releases/{release.name}" for release in (OLDER, NEWEST)]
    desk.type("release", "rebuild", *names, "--reason", "game day", "--yes")
    if desk.stack.registry.pointer().active != version:
        raise NotOver(f"the registry that was live is {version}; the rebuilt one is another")
    desk.wait_until_gone(FindingCode.REGISTRY_LOST)


def play_lost_release_message(desk: Desk) -> None:
    lost = zip_with_other_bytes(NEWEST, desk.folder / f"lost-{desk.seed}-{NEWEST.name}")
    with breaking.rule_deleted(desk.stack, "ReleasesRule", is_on_results_bus=False):
        desk.stack.s3.put_object(
            Bucket=desk.stack.output("ReleasesBucket"), Key=f"releases/{lost.name}", Body=lost.read_bytes()
        )
        desk.find(FindingCode.RULE_MISSING)
        desk.find(FindingCode.UPLOAD_NOT_LOADED, later=_LATER)
    desk.type("upload", lost.name)
    desk.wait_until_gone(FindingCode.UPLOAD_NOT_LOADED, later=_LATER)


def zip_with_other_bytes(release: Path, copy: Path) -> Path:
    """A copy with the same rows and other bytes: ``doctor`` does not miss a file that was loaded before."""
    copy.write_bytes(release.read_bytes())
    with ZipFile(copy, "a") as opened:
        opened.comment = copy.name.encode()
    return copy


def play_lost_results(desk: Desk) -> None:
    with breaking.rule_deleted(desk.stack, "ResultsRule"):
        ids = desk.submit("unheard", _APPLICATIONS)
        desk.wait_until_decided(ids)
        desk.find(FindingCode.RULE_MISSING)
    desk.type("replay", "--since", "5m", "--yes")
    desk.wait_for_results(ids)


INCIDENTS: Final = (
    Incident("publishing denied", "the bus refuses the functions' events", play_publishing_denied),
    Incident("lost release message", "the rule to the queue of loads is deleted", play_lost_release_message),
    Incident("lost results", "the rule to the results queue is deleted", play_lost_results),
    Incident("lost registry", "every item of the registry table is deleted", play_lost_registry),
    Incident("bad deployment", "the code of the decider cannot be loaded", play_bad_deployment),
)
