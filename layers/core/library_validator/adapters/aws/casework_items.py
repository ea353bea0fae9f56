"""The items of the casework table: their keys, what they hold, and back.

Items, by ``pk`` and ``sk``:

- ``APP#<source>#<application id>``, ``DECISION#<event id>``: one decision, packed (``body``; older
  deployments stored JSON as text), with its answer in the clear (``decision``). While its event is
  unconfirmed it carries ``unpublished`` and ``stored_at``, the keys of the sparse index ``unpublished``;
  unless it came late, ``day`` and ``decided_at``, the keys of the index ``by_day``.
- ``APP#<source>#<application id>``, ``CURRENT``: which of them is current, with ``shard`` and
  ``valid_until``, the keys of the index ``current``, and the days of the last notice (``notified``).
- ``APP#<source>#<application id>``, ``OVERRIDE#<at>#<override id>``: a person's answer as JSON.
- ``CLAIM#<FSCS key>``, ``HOLDER``: which application was validated as that system.
- ``REVALIDATION#<activation>``, ``SHARD#<nn>``: how far a worker is (``body``, with ``policy_version``,
  ``asked_at`` if a person asked, ``unchanged`` and ``finished`` for the condition that keeps it from going
  back).
- ``REVALIDATION#<activation>``, ``CHANGED#<nn>#<policy version>``, and ``#<asked at>`` if a person asked: how
  many decisions of the shard changed.

The indexes ``unpublished`` and ``by_day`` hold one partition of keys at a time (``unpublished`` always,
``by_day`` a day), and the index ``current`` one a shard, so they project keys and little more: 1,000 writes
a second is what a partition takes, whatever a decision's size. The decisions themselves are then read by
``BatchGetItem``.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Final

from library_validator.adapters.aws.decision_body import pack, unpack
from library_validator.casework.store import shard_of
from library_validator.decisions.decision import Decision, Override

Item = dict[str, Any]  # attributes in DynamoDB's typed JSON

UNPUBLISHED: Final = "yes"
CURRENT: Final = "CURRENT"
DECISION: Final = "DECISION#"
OVERRIDE: Final = "OVERRIDE#"
CLAIM: Final = "CLAIM#"
SHARD: Final = "SHARD#"
CHANGED: Final = "CHANGED#"
_WITHOUT_END: Final = "9999"  # sorts after every moment


def application_pk(source: str, application_id: str) -> str:
    """One key an application: ``#`` in a part is escaped, so that no two applications share a key."""
    return f"APP#{_escaped(source)}#{_escaped(application_id)}"


def _escaped(part: str) -> str:
    return part.replace("%", "%25").replace("#", "%23")


def item_key(pk: str, sk: str) -> Item:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def application_key(decision: Decision, sk: str) -> Item:
    return item_key(application_pk(decision.source, decision.application_id), sk)


def decision_key(decision: Decision) -> Item:
    return application_key(decision, f"{DECISION}{decision.event_id}")


def claim_key(fscs_key: str) -> Item:
    return item_key(CLAIM + fscs_key, "HOLDER")


def revalidation_pk(activation: str) -> str:
    return f"REVALIDATION#{activation}"


def shard_text(shard: int) -> str:
    return f"{shard:02}"


def changed_sk(shard: int, policy_version: str, asked_at: str) -> str:
    asked = f"#{asked_at}" if asked_at else ""
    return f"{CHANGED}{shard_text(shard)}#{policy_version}{asked}"


def decision_item(decision: Decision, *, unpublished: bool) -> Item:
    decided_at = moment_text(decision.decided_at)
    item: Item = decision_key(decision) | {
        "decision": {"S": decision.decision},
        "decided_at": {"S": decided_at},
        "body": {"B": pack(decision)},
    }
    if unpublished:
        item |= {
            "unpublished": {"S": UNPUBLISHED},
            "stored_at": {"S": decided_at},
            "day": {"S": decided_at[:10]},
        }
    return item


def current_item(decision: Decision) -> Item:
    shard = shard_of(decision.source, decision.application_id)
    ends = moment_text(decision.valid_until) if decision.valid_until else _WITHOUT_END
    return application_key(decision, CURRENT) | {
        "event_id": {"S": str(decision.event_id)},
        "shard": {"S": shard_text(shard)},
        "valid_until": {"S": ends},
    }


def override_item(override: Override) -> Item:
    key = item_key(
        application_pk(override.source, override.application_id),
        f"{OVERRIDE}{moment_text(override.at)}#{override.override_id}",
    )
    return key | {"body": {"S": override.model_dump_json()}}


def read_decision(item: Item) -> Decision:
    body = item["body"]
    return unpack(body["B"]) if "B" in body else Decision.model_validate_json(body["S"])


def cursor_text(last: Item) -> str:
    """DynamoDB's key of the last item read, as the text that a message can carry."""
    return json.dumps({name: value["S"] for name, value in last.items()}, separators=(",", ":"))


def cursor_key(cursor: str) -> Item:
    return {name: {"S": value} for name, value in json.loads(cursor).items()}


def moment_text(moment: datetime) -> str:
    """UTC with six digits of a second, always: texts sort as the moments do."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f+00:00")
