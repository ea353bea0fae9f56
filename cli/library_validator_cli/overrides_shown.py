"""What people decided on an application, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.table import Table

from library_validator.casework.overriding import effects
from library_validator.decisions.decision import Decision, Override
from library_validator_cli.terminal import NOTHING, cells, table


def overrides_table(
    overrides: Sequence[Override], history: Sequence[Decision], current: Decision | None
) -> Table:
    """Oldest first, with whether each stands."""
    shown = table("decided", "answer", "as", "reason", "words", "by", "effect", title="by a person")
    effect = effects(overrides, history, current)
    for one in overrides:
        row = cells(
            f"{one.at:%Y-%m-%d %H:%M:%S}",
            _answer(one),
            one.fscs_id or one.fscs_key or NOTHING,
            one.reason_code,
            one.words,
            one.by,
            effect[one.override_id],
        )
        shown.add_row(*row)
    return shown


def overrides_as_json(
    overrides: Sequence[Override], history: Sequence[Decision], current: Decision | None
) -> list[dict[str, Any]]:
    effect = effects(overrides, history, current)
    return [{**one.model_dump(mode="json"), "effect": effect[one.override_id]} for one in overrides]


def _answer(override: Override) -> str:
    return "rules decide" if override.answer == "needs_review" else override.answer.value.replace("_", " ")
