"""How the registry's records look as DynamoDB items.

Everything has ``pk`` and ``sk``: ``POINTER`` / ``-``, ``RUN`` / run id, ``<version>#`` / ``-``, and
``<version>#<blocking key>`` / ``-`` with the posting in the binary attribute ``b``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final, cast

from library_validator.registry.store import (
    AcceptedRelease,
    Pointer,
    Run,
    VersionRecord,
    VersionState,
)
from library_validator.terms import RunStatus, RunStep

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, UniversalAttributeValueTypeDef

    Item = Mapping[str, AttributeValueTypeDef]
    NewItem = dict[str, UniversalAttributeValueTypeDef]

POINTER_KEY: Final = {"pk": {"S": "POINTER"}, "sk": {"S": "-"}}


def version_key(version: str) -> NewItem:
    return {"pk": {"S": f"{version}#"}, "sk": {"S": "-"}}


def posting_key(version: str, key: str) -> NewItem:
    return {"pk": {"S": f"{version}#{key}"}, "sk": {"S": "-"}}


def run_key(run_id: str) -> NewItem:
    return {"pk": {"S": "RUN"}, "sk": {"S": run_id}}


def pointer_from(item: Item) -> Pointer:
    previous = item.get("previous", {})
    return Pointer(
        active=item["active"]["S"],
        previous=previous.get("S"),
        fiscal_year=int(item["fiscal_year"]["N"]),
        index_format=int(item["index_format"]["N"]),
        activated_at=item["activated_at"]["S"],
        reason=item["reason"]["S"],
    )


def version_item(record: VersionRecord) -> NewItem:
    return {
        **version_key(record.version),
        "index_format": _number(record.index_format),
        "fiscal_year": _number(record.fiscal_year),
        "releases": {"S": json.dumps([asdict(release) for release in record.releases])},
        "systems": _number(record.systems),
        "outlets": _number(record.outlets),
        "entries": _number(record.entries),
        "postings": _number(record.postings),
        "state": {"S": record.state.value},
        "statistics": {"B": record.statistics},
    }


def version_from(item: Item) -> VersionRecord:
    return VersionRecord(
        version=item["pk"]["S"].removesuffix("#"),
        index_format=int(item["index_format"]["N"]),
        fiscal_year=int(item["fiscal_year"]["N"]),
        releases=tuple(AcceptedRelease(**release) for release in json.loads(item["releases"]["S"])),
        systems=int(item["systems"]["N"]),
        outlets=int(item["outlets"]["N"]),
        entries=int(item["entries"]["N"]),
        postings=int(item["postings"]["N"]),
        state=VersionState(item["state"]["S"]),
        statistics=bytes(item["statistics"]["B"]),
    )


def run_item(run: Run) -> NewItem:
    item: NewItem = {
        **run_key(run.run_id),
        "status": {"S": run.status},
        "step": {"S": run.step},
        "started_at": {"S": run.started_at},
        "updated_at": {"S": run.updated_at},
        "reason": {"S": run.reason},
        "by": {"S": run.by},
        "decided_at": {"S": run.decided_at},
        "accepted_as": {"S": run.accepted_as},
        "content_sha256": {"S": run.content_sha256},
        "provenance": {"S": json.dumps(dict(run.provenance))},
        "report": {"S": json.dumps(run.report)},
        "problems": {"S": json.dumps([dict(problem) for problem in run.problems])},
        "events_published": {"BOOL": run.events_published},
    }
    if run.version is not None:
        item["version"] = {"S": run.version}
    if run.replaces is not None:
        item["replaces"] = {"S": run.replaces}
    return item


def run_from(item: Item) -> Run:
    def optional(name: str) -> str | None:
        return item[name]["S"] if name in item else None

    def added_later(name: str, instead: str = "") -> str:
        """Runs that an older version of this code kept do not have everything."""
        return item[name]["S"] if name in item else instead

    problems: list[dict[str, Any]] = json.loads(item["problems"]["S"])
    return Run(
        run_id=item["sk"]["S"],
        status=cast("RunStatus", item["status"]["S"]),
        step=cast("RunStep", item["step"]["S"]),
        started_at=item["started_at"]["S"],
        updated_at=item["updated_at"]["S"],
        version=optional("version"),
        replaces=optional("replaces"),
        reason=item["reason"]["S"],
        by=item["by"]["S"],
        decided_at=added_later("decided_at"),
        accepted_as=added_later("accepted_as"),
        content_sha256=added_later("content_sha256"),
        provenance=json.loads(added_later("provenance", "{}")),
        report=json.loads(item["report"]["S"]),
        problems=tuple(problems),
        events_published=item["events_published"]["BOOL"],
    )


def _number(number: int) -> UniversalAttributeValueTypeDef:
    return {"N": str(number)}
