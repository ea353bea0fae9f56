"""Reason codes and their sentences, read from ``reasons.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import Any, Final

from library_validator.decisions.answer import NextStep, Reason

OWN_STEP: Final = "CONTACT_DIFFERS"  # asks for a call also where the answer is validated


@lru_cache(maxsize=1)
def _texts() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("reasons.toml").read_text("utf-8"))


def reason_codes() -> list[str]:
    """Every reason code there is."""
    return [code for code in _texts() if code != "next_steps"]


def reasons_of(codes: Sequence[str], about: Mapping[str, str]) -> list[Reason]:
    """The sentences of ``codes``; ``about`` says for a code what its rule saw."""
    return [_reason_of(code, about.get(code, "")) for code in codes]


@lru_cache(maxsize=1024)
def _reason_of(code: str, seen: str) -> Reason:
    texts = _texts()[code]
    return Reason(code, texts["staff"].replace("{about}", seen), texts["applicant"].replace("{about}", seen))


def next_step_of(codes: Sequence[str], about: Mapping[str, str]) -> NextStep:
    """The next step of the deciding reason code: the first, or the one that asks for a call."""
    code = OWN_STEP if OWN_STEP in codes else codes[0]
    return _step(code, about.get(code, ""))


@lru_cache(maxsize=1024)
def _step(code: str, seen: str) -> NextStep:
    step = _texts()[code]["next"]
    return NextStep(step, next_steps()[step].replace("{about}", seen))


def next_steps() -> dict[str, str]:
    """Every next step, by its code."""
    steps: dict[str, str] = _texts()["next_steps"]
    return steps
