"""The promises of the service. Each is checked after the faults are over, and lists what broke it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from lab.faults.run import revalidate_again
from lab.faults.service import Service
from library_validator.adapters.aws.applications_queue import ApplicationMessage
from library_validator.adapters.aws.casework_access import read_decision
from library_validator.adapters.aws.decision_table import LATE
from library_validator.adapters.aws.registry_table import RegistryTable
from library_validator.decisions.deciding import Decider
from library_validator.decisions.decision import Decision, Submission
from library_validator.decisions.order import is_newer
from library_validator.registry.live import PinnedRegistry
from tests.builders.aws_resources import CASEWORK_TABLE, REGISTRY_TABLE

Application = tuple[str, str]  # source, application id
_ABOUT_DECISIONS: Final = ("Library Application", "Library Status")  # beginnings of detail types


@dataclass
class Findings:
    """How often a promise was checked, and how it was broken."""

    promise: str
    checked: int = 0
    broken: list[str] = field(default_factory=list)

    def check(self, kept: bool, problem: str) -> None:
        self.checked += 1
        if not kept:
            self.broken.append(problem)


@dataclass
class Casework:
    """What the casework table has at the end."""

    decisions: dict[Application, dict[str, Decision]] = field(default_factory=lambda: defaultdict(dict))
    current: dict[Application, list[str]] = field(default_factory=lambda: defaultdict(list))
    answering: dict[str, Decision] = field(default_factory=dict)  # every decision that was current once
    unpublished: list[str] = field(default_factory=list)
    holders: dict[str, Application] = field(default_factory=dict)

    def current_decision(self, application: Application) -> Decision | None:
        ids = self.current.get(application, [])
        return self.decisions[application].get(ids[0]) if ids else None


def read_casework(service: Service) -> Casework:
    casework = Casework()
    pages = service.clients["dynamodb"].get_paginator("scan").paginate(TableName=CASEWORK_TABLE)
    for item in (item for page in pages for item in page["Items"]):
        pk, sk = item["pk"]["S"], item["sk"]["S"]
        if pk.startswith("CLAIM#") and sk == "HOLDER":
            holder = item["holder_source"]["S"], item["holder_application"]["S"]
            casework.holders[pk.removeprefix("CLAIM#")] = holder
        elif pk.startswith("APP#") and sk == "CURRENT":
            _, source, application_id = pk.split("#")
            casework.current[source, application_id].append(item["event_id"]["S"])
        elif pk.startswith("APP#") and sk.startswith("DECISION#"):
            decision = read_decision(item)
            event_id = str(decision.event_id)
            casework.decisions[decision.source, decision.application_id][event_id] = decision
            if not item.get("day", {"S": LATE})["S"].startswith(LATE):
                casework.answering[event_id] = decision
            if "unpublished" in item:
                casework.unpublished.append(event_id)
    return casework


def check_promises(service: Service) -> list[Findings]:
    """Each promise with its findings. Nothing of ``broken`` means that it was kept."""
    casework = read_casework(service)
    return [check(service, casework) for check in _CHECKS]


def _nothing_is_lost(service: Service, casework: Casework) -> Findings:
    found = Findings("in = decided + dead-lettered + in flight")
    for message in service.applications.messages:
        if message.state == "done":
            submission = _submission_of(message.record)
            decisions = casework.decisions.get((submission.source, submission.application.application_id), {})
            kept = any(each.submission.identity == submission.identity for each in decisions.values())
            found.check(kept, f"{message.message_id} was acknowledged, but there is no decision on it")
        else:
            found.check(message.state == "dead", f"{message.message_id} is still {message.state}")
    return found


def _one_current_decision(_: Service, casework: Casework) -> Findings:
    found = Findings("exactly one current decision for each application")
    for application in casework.decisions:
        ids = casework.current.get(application, [])
        kept = len(ids) == 1 and ids[0] in casework.decisions[application]
        found.check(kept, f"{application} has the current decisions {ids}")
    return found


def _newest_is_current(service: Service, casework: Casework) -> Findings:
    found = Findings("the current decision answers the newest submission")
    for message in service.applications.in_state("done"):
        submission = _submission_of(message.record)
        current = casework.current_decision((submission.source, submission.application.application_id))
        if current:
            same = current.submission.identity == submission.identity
            kept = same or not is_newer(submission, current)
            found.check(kept, f"{message.message_id} is newer than decision {current.event_id}")
    return found


def _each_event_at_least_once(service: Service, casework: Casework) -> Findings:
    found = Findings("each decision has its event, at least once")
    for event_id, decision in casework.answering.items():
        found.check(event_id in service.events, f"no event {event_id} of {decision.application_id}")
    return found


def _no_event_without_decision(service: Service, casework: Casework) -> Findings:
    found = Findings("no event without a stored decision")
    stored = {event_id for decisions in casework.decisions.values() for event_id in decisions}
    for event_id, events in service.events.items():
        if events[0]["detail-type"].startswith(_ABOUT_DECISIONS):
            found.check(event_id in stored, f"event {event_id} is of no stored decision")
    return found


def _one_content_under_one_id(service: Service, _: Casework) -> Findings:
    found = Findings("one event id has one content")
    for event_id, events in service.events.items():
        contents = {json.dumps(event, sort_keys=True) for event in events}
        found.check(len(contents) == 1, f"event {event_id} has {len(contents)} contents")
    return found


def _nothing_unpublished(_: Service, casework: Casework) -> Findings:
    found = Findings("nothing is left unpublished")
    for event_id in casework.answering:
        found.check(event_id not in casework.unpublished, f"decision {event_id} is still marked")
    return found


def _holders_are_validated(_: Service, casework: Casework) -> Findings:
    found = Findings("the holder of a claim is validated as that library")
    for key, application in casework.holders.items():
        current = casework.current_decision(application)
        claimed = current.claimed_key if current else None
        found.check(claimed == key, f"{application} holds {key}, but claims {claimed}")
    return found


def _validated_have_claims(_: Service, casework: Casework) -> Findings:
    found = Findings("a validated application holds the claim, if its street or phone agrees")
    for application in casework.current:
        current = casework.current_decision(application)
        if current and current.claimed_key and current.takes_claim and current.held_by is None:
            holder = casework.holders.get(current.claimed_key)
            found.check(holder == application, f"{application} is validated, but {holder} holds the claim")
    return found


def _version_was_live(service: Service, _: Casework) -> Findings:
    found = Findings("the registry version of each decision was live while its batch ran")
    ends = [step for step, _ in service.flips[1:]] + [service.network.step + 1]
    for stored in service.stored:
        live = {
            version
            for (began, version), ended in zip(service.flips, ends, strict=True)
            if began <= stored.stored and ended > stored.begun
        }
        version = stored.decision.registry_version
        found.check(version in live, f"decision {stored.decision.event_id} names {version}, live: {live}")
    return found


def _pinned(table: RegistryTable, version: str) -> PinnedRegistry:
    record = table.version(version)
    year, index_format = record.fiscal_year, record.index_format
    return PinnedRegistry(
        table, replace(table.pointer(), active=version, fiscal_year=year, index_format=index_format)
    )


def _evidence_from_one_version(service: Service, casework: Casework) -> Findings:
    found = Findings("all evidence of a decision comes from its registry version")
    table = RegistryTable(service.clients["dynamodb"], REGISTRY_TABLE)
    deciders: dict[str, Decider] = {}
    for decision in casework.answering.values():
        version = decision.registry_version
        decider = deciders.setdefault(version, Decider(_pinned(table, version)))
        (again,) = decider.decide([decision.submission], decision.decided_at, decision.cause)
        kept = again.match == decision.match and again.confidence == decision.confidence
        found.check(kept, f"decision {decision.event_id} differs from what {version} says")
        if decision.held_by is None:
            kept = again.decision == decision.decision
            found.check(kept, f"{decision.event_id}: {decision.decision}, not {again.decision}")
    return found


def _revalidation_is_complete(service: Service, casework: Casework) -> Findings:
    found = Findings("a further revalidation changes nothing")
    changed = revalidate_again(service)
    found.check(changed == 0, f"{changed} of {len(casework.current)} answers changed")
    return found


def _submission_of(record: dict[str, Any]) -> Submission:
    return ApplicationMessage.model_validate(record).submission()


_CHECKS: Final[tuple[Callable[[Service, Casework], Findings], ...]] = (
    _nothing_is_lost,
    _one_current_decision,
    _newest_is_current,
    _each_event_at_least_once,
    _no_event_without_decision,
    _one_content_under_one_id,
    _nothing_unpublished,
    _holders_are_validated,
    _validated_have_claims,
    _version_was_live,
    _evidence_from_one_version,
    _revalidation_is_complete,
)
