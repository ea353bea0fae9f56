"""The guard's limits, from guard.toml: rows in per cent, and numbers of values with spoiled letters."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict, Field


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LimitByYears(_Model):
    """A limit in per cent that grows with the years between two releases."""

    first: float = Field(ge=0, le=100)
    further: float = Field(ge=0, le=100)

    def percent_after(self, years: int) -> float:
        return self.first + self.further * (max(years, 1) - 1)


class LimitsByKind(_Model):
    systems: LimitByYears
    outlets: LimitByYears

    def limit_of(self, kind: str) -> LimitByYears:
        return self.systems if kind == "systems" else self.outlets


class Missing(_Model):
    at_most: float = Field(ge=0, le=100)
    more: float = Field(ge=0, le=100)


class FileRowLimits(_Model):
    repaired: float
    rejected: float
    unreadable: float


class WithoutOutlets(_Model):
    systems: float


class Letters(_Model):
    spoiled: int = Field(ge=0)
    lost: int = Field(ge=0)
    lost_percent: float = Field(ge=0, le=100)


class Limits(_Model):
    few: int = Field(ge=0)
    rows: LimitsByKind
    gone: LimitsByKind
    new: LimitsByKind
    renumbered: LimitsByKind
    reassigned: LimitsByKind
    state_loss: LimitsByKind
    state_growth: LimitsByKind
    changed: Mapping[str, LimitByYears]
    missing: Mapping[str, Missing]
    shape: Mapping[str, float]
    without_outlets: WithoutOutlets
    rows_of_a_file: FileRowLimits
    letters: Letters

    def is_exceeded(self, rows: int, of: int, percent: float) -> bool:
        """Whether ``rows`` are more than ``few`` rows, and more than ``percent`` per cent of ``of`` rows."""
        return rows > self.few and 100 * rows > percent * of


@cache
def guard_limits() -> Limits:
    text = resources.files(__package__).joinpath("guard.toml").read_text(encoding="utf-8")
    return Limits.model_validate(tomllib.loads(text))


def share(rows: int, of: int) -> str:
    """A number of rows out of all, for a sentence: ``12 of 400 (3.0 %)``."""
    return f"{rows} of {of} ({100 * rows / max(of, 1):.1f} %)"
