"""Reason codes in words: ``reasons.toml``, read."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import Any, Final

from library_validator.decisions.decision import NextStep, Reason

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
    return Reason(**reason_texts(code, seen))


@lru_cache(maxsize=1024)
def reason_texts(code: str, seen: str) -> Mapping[str, str]:
    """The fields of a reason: ``seen`` is what its rule saw."""
    texts = _texts()[code]
    return {
        "code": code,
        "staff": texts["staff"].replace("{about}", seen),
        "applicant": texts["applicant"].replace("{about}", seen),
    }


def next_step_of(codes: Sequence[str], about: Mapping[str, str]) -> NextStep:
    """What would bring the answer forward, by the reason code that says so."""
    return _step(*_deciding(codes, about))


def next_step_texts(codes: Sequence[str], about: Mapping[str, str]) -> Mapping[str, str]:
    """Its fields."""
    return _step_texts(*_deciding(codes, about))


def _deciding(codes: Sequence[str], about: Mapping[str, str]) -> tuple[str, str]:
    """The code that says the next step, and about what: the first, or one that asks for a call."""
    code = OWN_STEP if OWN_STEP in codes else codes[0]
    return code, about.get(code, "")


@lru_cache(maxsize=1024)
def _step(code: str, seen: str) -> NextStep:
    return NextStep(**_step_texts(code, seen))


@lru_cache(maxsize=1024)
def _step_texts(code: str, seen: str) -> Mapping[str, str]:
    step = _texts()[code]["next"]
    return {"code": step, "text": next_steps()[step].replace("{about}", seen)}


def next_steps() -> dict[str, str]:
    """Every next step, by its code."""
    steps: dict[str, str] = _texts()["next_steps"]
    return steps
