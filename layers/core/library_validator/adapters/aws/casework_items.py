"""The casework table: its items, their keys, and the forms of the values that several items have.

Each kind of item, by ``pk`` and ``sk``, with its other attributes:

- ``APP#<source>#<application id>``, ``DECISION#<event id>``: a decision.
  ``body``: all of it, packed (older deployments stored JSON as text). ``decision``: its answer.
  ``unpublished`` and ``stored_at``: the keys of the sparse index ``unpublished``, while the bus has not
  confirmed its event. ``day`` and ``decided_at``: the keys of the index ``by_day``; a late decision has no
  ``day``.
- ``APP#<source>#<application id>``, ``CURRENT``: which decision is current.
  ``event_id``: of that decision. ``shard`` and ``valid_until``: the keys of the index ``current``.
  ``notified``: the days of the last notice of its end.
- ``APP#<source>#<application id>``, ``OVERRIDE#<at>#<override id>``: a person's answer.
  ``body``: all of it, as JSON.
- ``CLAIM#<FSCS key>``, ``HOLDER``: the application that was validated as that system.
  ``holder_source``, ``holder_application``, ``held_since``.
- ``REVALIDATION#<activation>``, ``SHARD#<nn>``: how far a worker is.
  ``body``: all of it, as JSON. ``policy_version``, ``unchanged``, ``finished``, and ``asked_at`` if a person
  asked for it: for the condition that keeps progress from going back.
- ``REVALIDATION#<activation>``, ``CHANGED#<nn>#<policy version>``, and ``#<asked at>`` if a person asked.
  ``changed``: the number of decisions of the shard that changed.

The indexes ``unpublished`` and ``by_day`` hold one partition of keys at a time (``unpublished`` always,
``by_day`` a day), and the index ``current`` one a shard, so they project keys and little more: 1,000 writes
a second is what a partition takes, whatever a decision's size. The decisions themselves are then read by
``BatchGetItem``.

A packed decision is JSON, deflated against a dictionary of texts that decisions have. DynamoDB bills a
transaction two write units for each begun kilobyte of an item. Most of a decision's JSON is field names and
sentences that every decision has; with them in a dictionary nearly every item of a decision fits in one
kilobyte. The first byte names the dictionary. Each dictionary stays for good, under its number: a decision is
read with the dictionary that it was stored with. A text that is not in the dictionary is stored too, only
longer. ``python -m lab.weights.decision_dictionary`` makes a new dictionary. It is used one deployment after
it was shipped: the deployment before can then read everything, should one go back to it.
"""

from __future__ import annotations

import json
import zlib
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Any, Final

from library_validator.decisions.decision import Decision

Item = dict[str, Any]  # attributes in DynamoDB's typed JSON

DECISION: Final = "DECISION#"
CHANGED: Final = "CHANGED#"
DICTIONARY: Final = 1  # the dictionary that decisions are stored with now
_RAW: Final = -15  # deflate without header and checksum: DynamoDB has its own


def application_pk(source: str, application_id: str) -> str:
    """One key an application: ``#`` in a part is escaped, so two applications never share a key."""
    return f"APP#{_escaped(source)}#{_escaped(application_id)}"


def _escaped(part: str) -> str:
    return part.replace("%", "%25").replace("#", "%23")


def revalidation_pk(activation: str) -> str:
    return f"REVALIDATION#{activation}"


def changed_sk(shard: int, policy_version: str, asked_at: str) -> str:
    asked = f"#{asked_at}" if asked_at else ""
    return f"{CHANGED}{shard_text(shard)}#{policy_version}{asked}"


def item_key(pk: str, sk: str) -> Item:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def shard_text(shard: int) -> str:
    return f"{shard:02}"


def moment_text(moment: datetime) -> str:
    """UTC with six digits of a second, always: texts sort as the moments do."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f+00:00")


def cursor_text(last: Item) -> str:
    """DynamoDB's key of the last item read, as the text that a message can carry."""
    return json.dumps({name: value["S"] for name, value in last.items()}, separators=(",", ":"))


def cursor_key(cursor: str) -> Item:
    return {name: {"S": value} for name, value in json.loads(cursor).items()}


def read_decision(item: Item) -> Decision:
    body = item["body"]
    return unpack(body["B"]) if "B" in body else Decision.model_validate_json(body["S"])


def pack(decision: Decision) -> bytes:
    """The stored form of ``decision``."""
    deflating = _deflating(DICTIONARY).copy()
    text = decision.model_dump_json().encode()
    return bytes([DICTIONARY]) + deflating.compress(text) + deflating.flush()


def unpack(body: bytes) -> Decision:
    """The inverse of ``pack``, for every dictionary that there ever was."""
    inflating = zlib.decompressobj(_RAW, zdict=_dictionary(body[0]))
    return Decision.model_validate_json(inflating.decompress(body[1:]) + inflating.flush())


@cache
def _deflating(number: int) -> zlib._Compress:
    """Has read the dictionary: a copy costs a fraction of reading the dictionary again."""
    return zlib.compressobj(zlib.Z_BEST_COMPRESSION, wbits=_RAW, zdict=_dictionary(number))


@cache
def _dictionary(number: int) -> bytes:
    return resources.files(__package__).joinpath(f"decision_dictionary_{number}.txt").read_bytes()
