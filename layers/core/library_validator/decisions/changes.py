"""Which differences between two answers to one application are news.

A wobble of the score, another runner-up or another wording is not. Phone, population and expenditure
change every year and change no answer.
"""

from __future__ import annotations

from typing import Literal, Protocol

from library_validator.decisions.decision import Answer, Match

Change = Literal["decision", "identity", "status", "name", "address"]

_NAME = ("name", "system_name", "outlet_name")
_ADDRESS = ("street", "city", "state", "zip")
_STATUS = ("status", "meets_fscs_definition", "fate", "successor")
_IDENTITY = ("fscs_key", "fscs_id")


class Answered(Protocol):
    """What two answers are compared by: a ``Decision``, or the ``Before`` of one."""

    @property
    def decision(self) -> Answer: ...

    @property
    def match(self) -> Match | None: ...


def material_changes(before: Answered, after: Answered) -> list[Change]:
    """What is news in ``after``, in a fixed order; empty where nobody needs to hear of it."""
    changes: list[Change] = [] if before.decision == after.decision else ["decision"]
    old, new = before.match, after.match
    if old is None or new is None:
        return changes if old is new else [*changes, "identity"]
    parts: tuple[tuple[Change, tuple[str, ...]], ...] = (
        ("identity", _IDENTITY),
        ("status", _STATUS),
        ("name", _NAME),
        ("address", _ADDRESS),
    )
    changes += [
        change for change, fields in parts if any(getattr(old, one) != getattr(new, one) for one in fields)
    ]
    return changes
