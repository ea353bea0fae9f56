"""Reason codes and their sentences, read from ``reasons.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import Any, Final

from library_validator.decisions.answer import NextStep, Reason

OWN_STEP: Final = (
    "CONTACT_DIFFERS"  # the next step of this code, a call, comes before the next step of any other code
)


@lru_cache(maxsize=1)
def _texts() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("reasons.toml").read_text("utf-8"))


def reason_codes() -> list[str]:
    """Every reason code, in the order of the file."""
    return [code for code in _texts() if code != "next_steps"]


def reasons_of(codes: Sequence[str], about: Mapping[str, str]) -> list[Reason]:
    """The sentences of ``codes``; ``about`` has, by code, the detail that the rule found."""
    return [_reason_of(code, about.get(code, "")) for code in codes]


@lru_cache(maxsize=1024)
def _reason_of(code: str, detail: str) -> Reason:
    texts = _texts()[code]
    return Reason(
        code, texts["staff"].replace("{about}", detail), texts["applicant"].replace("{about}", detail)
    )


def next_step_of(codes: Sequence[str], about: Mapping[str, str]) -> NextStep:
    """The next step of the first reason code; of ``CONTACT_DIFFERS`` if that is among them."""
    code = OWN_STEP if OWN_STEP in codes else codes[0]
    return _step(code, about.get(code, ""))


@lru_cache(maxsize=1024)
def _step(code: str, detail: str) -> NextStep:
    step = _texts()[code]["next"]
    return NextStep(step, next_steps()[step].replace("{about}", detail))


def next_steps() -> dict[str, str]:
    """Every next step, by its code."""
    steps: dict[str, str] = _texts()["next_steps"]
    return steps
