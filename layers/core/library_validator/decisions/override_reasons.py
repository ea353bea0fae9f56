"""The reason codes that a person can give for an override, read from ``overrides.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Literal

from library_validator.decisions.answer import Answer, NextStep, Reason
from library_validator.decisions.reasons import next_steps


@dataclass(frozen=True, slots=True)
class OverrideReason:
    """A reason code with the answers that it fits and its sentences."""

    code: str
    answers: frozenset[Answer]
    key: Literal["required", "optional", "none"]  # whether the answer names an FSCS key
    staff: str
    applicant: str
    next: str  # code of the next step

    @property
    def reason(self) -> Reason:
        return Reason(code=self.code, staff=self.staff, applicant=self.applicant)

    @property
    def next_step(self) -> NextStep:
        return NextStep(code=self.next, text=next_steps()[self.next])


@lru_cache(maxsize=1)
def override_reasons() -> dict[str, OverrideReason]:
    """Every reason code of an override, in the order of the file."""
    texts = tomllib.loads(resources.files(__package__).joinpath("overrides.toml").read_text("utf-8"))
    return {
        code: OverrideReason(
            code=code,
            answers=frozenset(Answer(answer) for answer in text["answers"]),
            key=text.get("key", "none"),
            staff=text["staff"],
            applicant=text["applicant"],
            next=text["next"],
        )
        for code, text in texts.items()
    }
