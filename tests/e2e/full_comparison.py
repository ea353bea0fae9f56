"""The changes that a new registry makes in earlier answers, computed without the service.

Every application is decided again with each registry, in memory, without stored decisions and claims. Then
the two answers are compared. The service uses queues, shards, chunks and stored decisions, and must end with
the same changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator.decisions.application import application_from_fields
from library_validator.decisions.changes import material_changes
from library_validator.decisions.deciding import Decider
from library_validator.decisions.decision import Decision, Submission
from library_validator.matching.index import build_index
from library_validator.registry.store import AcceptedRelease
from library_validator.releases.records import Release

_SOMETIME: Final = datetime(2026, 1, 1, tzinfo=UTC)  # no answer depends on it
_CHUNK: Final = 500

Fields = Mapping[str, str]  # the fields of one application, as a partner sends them
Answers = Mapping[str, Decision]  # by application id
Change = Mapping[str, Any]  # the part of an event that describes one changed answer


def registry_of(releases: Iterable[Release]) -> MemoryRegistry:
    """The registry that the service builds when exactly these releases are accepted."""
    given = list(releases)
    accepted = [AcceptedRelease(release.fiscal_year, release.content_sha256, "", "") for release in given]
    return MemoryRegistry.of_index(build_index(given), accepted, _SOMETIME)


def answers_of(registry: MemoryRegistry, applications: Sequence[Fields]) -> Answers:
    """The answers of the rules, without earlier decisions."""
    decider = Decider(registry)
    found: dict[str, Decision] = {}
    for start in range(0, len(applications), _CHUNK):
        readings = [application_from_fields(dict(fields)) for fields in applications[start : start + _CHUNK]]
        submissions = [
            Submission(
                source="", application=reading.application, sent_at=_SOMETIME, problems=reading.problems
            )
            for reading in readings
        ]
        for decision in decider.decide(submissions, _SOMETIME):
            found[decision.application_id] = decision
    return found


def without_rivals(applications: Sequence[Fields], answers: Sequence[Answers]) -> list[Fields]:
    """The applications, except those that are validated as the same system as an earlier application.

    The answers to two applications for the same system depend on their order; a comparison does not know it.
    """
    holders: dict[str, str] = {}
    kept = []
    for application in applications:
        name = application["application_id"]
        keys = {key for answered in answers if (key := answered[name].claimed_key)}
        if not keys & holders.keys():
            holders |= dict.fromkeys(keys, name)
            kept.append(application)
    return kept


def changes_between(before: Answers, after: Answers, applications: Iterable[Fields]) -> dict[str, Change]:
    """The material changes from the first answers to the second, by application id."""
    found: dict[str, Change] = {}
    for application in applications:
        name = application["application_id"]
        old, new = before[name], after[name]
        if changes := material_changes(old, new):
            found[name] = {
                "before": _facts_of(old.model_dump(mode="json")),
                "after": _facts_of(new.model_dump(mode="json")),
                "match": asdict(new.match) if new.match else None,
                "changes": changes,
            }
    return found


def change_in(event: Mapping[str, Any]) -> Change:
    """The change that a Library Status Changed event describes, in the same form."""
    data = event["detail"]["data"]
    return {
        "before": _facts_of(data["before"]),
        "after": _facts_of(data),
        "match": data["match"],
        "changes": data["changes"],
    }


def _facts_of(answer: Mapping[str, Any]) -> tuple[str, str | None, str | None]:
    match = answer["match"] or {}
    return answer["decision"], match.get("fscs_key"), match.get("name")


def counts_of_kinds(changes: Iterable[Change]) -> dict[str, int]:
    """Counts of the kinds of change, to print: "validated -> needs_review: decision, status"."""
    counted: defaultdict[str, int] = defaultdict(int)
    for change in changes:
        counted[f"{change['before'][0]} -> {change['after'][0]}: {', '.join(change['changes'])}"] += 1
    return dict(sorted(counted.items(), key=lambda pair: -pair[1]))
