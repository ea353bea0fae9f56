"""Floors: limits that a measurement must meet.

A TOML file has a ``[[floor]]`` table for each floor: ``sets`` (counted together) or ``set``, optionally
``kind`` and ``only`` (the fields that the applications keep), and limits named ``<measure>_min`` or
``<measure>_max`` after ``summary.MEASURES``. A whole number limits rows, a number with a point limits a
share. ``keys_max`` is the largest permitted number of blocking keys of an application.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from library_validator_cli.evaluation.intervals import Share
from library_validator_cli.evaluation.labelled import fields_to_keep
from library_validator_cli.evaluation.summary import MEASURES, Group
from library_validator_cli.failures import CommandFailed

_ABOUT: Final = ("set", "sets", "kind", "only")
_KEYS: Final = "keys_max"


@dataclass(frozen=True, slots=True)
class Limit:
    """``value`` is a number of rows if it is a whole number, and a share otherwise."""

    measure: str
    is_minimum: bool
    value: int | float

    def __str__(self) -> str:
        sign = "at least" if self.is_minimum else "at most"
        value = f"{self.value:,}" if isinstance(self.value, int) else f"{100 * self.value:g}%"
        return f"{self.measure} {sign} {value}"

    def is_met_by(self, share: Share) -> bool:
        """False if there are no rows, because an untested limit must not look met."""
        if not share.of:
            return False
        measured = share.count if isinstance(self.value, int) else share.count / share.of
        return measured >= self.value if self.is_minimum else measured <= self.value


@dataclass(frozen=True, slots=True)
class Floor:
    sets: tuple[str, ...]
    kind: str
    only: tuple[str, ...]
    limits: tuple[Limit, ...]

    @property
    def about(self) -> str:
        reduced = f" as {', '.join(self.only)}" if self.only else ""
        return " + ".join(self.sets) + (f" / {self.kind}" if self.kind else "") + reduced


class FloorCheck(BaseModel):
    """One limit and its measured value."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    about: str
    limit: str
    measured: str
    met: bool


def read_floors(path: Path) -> list[Floor]:
    """Raises ``CommandFailed`` if the file cannot be read or a floor could never fail."""
    try:
        body = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CommandFailed(f"{path.name} is not TOML ({error})") from error
    tables = body.pop("floor", None)
    if body or not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise CommandFailed(f"{path.name} has something other than [[floor]] tables")
    return [
        _read_floor(table, f"{path.name}, floor {number}") for number, table in enumerate(tables, start=1)
    ]


def check_floors(
    floors: Sequence[Floor], groups: Sequence[Group], only: Sequence[str]
) -> tuple[list[FloorCheck], list[str]]:
    """The checks of the floors whose sets are among these groups, and the names of the other floors.

    A floor over several sets is checked only if all of them were measured.
    """
    measured = {(group.set, group.kind): group for group in groups}
    checks: list[FloorCheck] = []
    others: list[str] = []
    for floor in floors:
        present = [measured[name, floor.kind] for name in floor.sets if (name, floor.kind) in measured]
        if floor.only != tuple(only) or len(present) < len(floor.sets):
            others.append(floor.about)
            continue
        checks.extend(_check_floor(floor.about, limit, present) for limit in floor.limits)
    return checks, others


def _check_floor(about: str, limit: Limit, groups: Sequence[Group]) -> FloorCheck:
    if limit.measure == "keys":
        most = max(group.keys.max for group in groups)
        return FloorCheck(about=about, limit=str(limit), measured=f"{most:,}", met=most <= limit.value)
    share = reduce(add, (group.measures[limit.measure] for group in groups))
    value = "no such row" if share.share is None else f"{100 * share.share:.2f}%"
    measured = f"{share.count:,} of {share.of:,} ({value})"
    return FloorCheck(about=about, limit=str(limit), measured=measured, met=limit.is_met_by(share))


def _read_floor(table: dict[str, Any], at: str) -> Floor:
    sets = table.get("sets", [table["set"]] if "set" in table else [])
    if not sets or not isinstance(sets, list) or not all(isinstance(name, str) for name in sets):
        raise CommandFailed(f'{at}: has no set; write set = "typed" or sets = ["typed", ...]')
    limits = tuple(_read_limit(name, value, at) for name, value in table.items() if name not in _ABOUT)
    if not limits:
        raise CommandFailed(f"{at}: has no limit; add one such as wrong_max = 2")
    return Floor(tuple(sets), str(table.get("kind", "")), fields_to_keep(table.get("only")), limits)


def _read_limit(name: str, value: object, at: str) -> Limit:
    measure, _, end = name.rpartition("_")
    known = name == _KEYS or (measure in MEASURES and end in ("min", "max"))
    if not known:
        raise CommandFailed(
            f"{at}: {name} is not a limit; limits are {_KEYS} and {', '.join(MEASURES)} with _min or _max"
        )
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise CommandFailed(f"{at}: {name} is {value!r}; write a number of rows as 2 and a share as 0.02")
    if isinstance(value, float) and (value > 1 or name == _KEYS):
        raise CommandFailed(f"{at}: {name} is {value!r}; a share is between 0.0 and 1.0")
    if (end == "min" and value == 0) or (end == "max" and value == 1.0 and isinstance(value, float)):
        raise CommandFailed(f"{at}: {name} = {value!r} can never fail; leave it out")
    return Limit(measure, end == "min", value)
