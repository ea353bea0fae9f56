"""What a registry changes in earlier answers, worked out apart from the service.

Every application is decided anew against each registry, in memory, with nothing stored and nothing
claimed; two answers are then laid side by side. The service goes another way (queues, shards, chunks,
stored decisions) and must end with the same changes.
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

Fields = Mapping[str, str]  # of one application, as a partner sends it
Answers = Mapping[str, Decision]  # by application id
Change = Mapping[str, Any]  # what an event says of one changed answer


def registry_of(releases: Iterable[Release]) -> MemoryRegistry:
    """The registry that the service builds when exactly these releases are accepted."""
    given = list(releases)
    accepted = [AcceptedRelease(one.fiscal_year, one.content_sha256, "", "") for one in given]
    return MemoryRegistry.holding(build_index(given), accepted, _SOMETIME)


def answers_of(registry: MemoryRegistry, applications: Sequence[Fields]) -> Answers:
    """What the rules answer, as if nobody had asked before."""
    decider = Decider(registry)
    found: dict[str, Decision] = {}
    for start in range(0, len(applications), _CHUNK):
        read = [application_from_fields(dict(one)) for one in applications[start : start + _CHUNK]]
        submissions = [
            Submission(source="", application=one.application, sent_at=_SOMETIME, problems=one.problems)
            for one in read
        ]
        for decision in decider.decide(submissions, _SOMETIME):
            found[decision.application_id] = decision
    return found


def without_rivals(applications: Sequence[Fields], answers: Sequence[Answers]) -> list[Fields]:
    """The applications of which no two are ever validated as one system, the first ones kept.

    Two that claim one system are answered by who came first, which a comparison cannot know.
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
    """The news that the second answers bring to those who had the first, by application id."""
    found: dict[str, Change] = {}
    for application in applications:
        name = application["application_id"]
        old, new = before[name], after[name]
        if changes := material_changes(old, new):
            found[name] = {
                "before": _facts(old.model_dump(mode="json")),
                "after": _facts(new.model_dump(mode="json")),
                "match": asdict(new.match) if new.match else None,
                "changes": changes,
            }
    return found


def change_told_by(event: Mapping[str, Any]) -> Change:
    """The same, as a Library Status Changed event tells it."""
    data = event["detail"]["data"]
    return {
        "before": _facts(data["before"]),
        "after": _facts(data),
        "match": data["match"],
        "changes": data["changes"],
    }


def _facts(answer: Mapping[str, Any]) -> tuple[str, str | None, str | None]:
    match = answer["match"] or {}
    return answer["decision"], match.get("fscs_key"), match.get("name")


def kinds_of(changes: Iterable[Change]) -> dict[str, int]:
    """How many answers changed in what, to print: "validated -> needs_review: decision, status"."""
    counted: defaultdict[str, int] = defaultdict(int)
    for one in changes:
        counted[f"{one['before'][0]} -> {one['after'][0]}: {', '.join(one['changes'])}"] += 1
    return dict(sorted(counted.items(), key=lambda pair: -pair[1]))
