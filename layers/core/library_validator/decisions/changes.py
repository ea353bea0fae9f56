"""Which differences between two answers to one application are material, so that an event reports them.

Another score, another runner-up or another wording is not material. Phone, population and expenditure
change every year and change no answer.
"""

from __future__ import annotations

from typing import Literal, Protocol

from library_validator.decisions.answer import Answer, Match

MaterialChange = Literal["decision", "identity", "status", "name", "address"]

_NAME = ("name", "system_name", "outlet_name")
_ADDRESS = ("street", "city", "state", "zip")
_STATUS = ("status", "meets_fscs_definition", "fate", "successor")
_IDENTITY = ("fscs_key", "fscs_id")


class Answered(Protocol):
    """The fields that two answers are compared by: of a ``Decision``, or of the ``Before`` of one."""

    @property
    def decision(self) -> Answer: ...

    @property
    def match(self) -> Match | None: ...


def material_changes(before: Answered, after: Answered) -> list[MaterialChange]:
    """The parts of the answer that differ, in a fixed order; empty where nothing material changed."""
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
