"""The material changes between two answers to an application, which an event reports.

A new score, runner-up or wording is not material. A new phone, population or expenditure is not material
either: these change often, and the answer stays.
"""

from __future__ import annotations

from typing import Literal, Protocol

from library_validator.decisions.answer import Answer, Match

MaterialChange = Literal["decision", "identity", "status", "name", "address"]

_NAME = ("name", "system_name", "outlet_name")
_ADDRESS = ("street", "city", "state", "zip")
_STATUS = ("status", "meets_fscs_definition", "fate", "successor")
_IDENTITY = ("fscs_key", "fscs_id")


class ComparableAnswer(Protocol):
    """An answer that can be compared: a ``Decision``, or its ``Before``."""

    @property
    def decision(self) -> Answer: ...

    @property
    def match(self) -> Match | None: ...


def material_changes(before: ComparableAnswer, after: ComparableAnswer) -> list[MaterialChange]:
    """The parts of the answer that differ, in a fixed order; empty: nothing material changed."""
    changes: list[MaterialChange] = [] if before.decision == after.decision else ["decision"]
    old, new = before.match, after.match
    if old is None or new is None:
        return changes if old is new else [*changes, "identity"]
    parts: tuple[tuple[MaterialChange, tuple[str, ...]], ...] = (
        ("identity", _IDENTITY),
        ("status", _STATUS),
        ("name", _NAME),
        ("address", _ADDRESS),
    )
    changes += [
        change for change, fields in parts if any(getattr(old, name) != getattr(new, name) for name in fields)
    ]
    return changes
