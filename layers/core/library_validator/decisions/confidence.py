"""How sure an answer is that the applicant is the library it speaks of: for arbitrary applicants.

The match weight alone is the probability for an applicant that is some library. Impostors have a library's
street and phone too, so what a weight is worth depends on what the rules say of it. ``confidence.json``
counts, for each answer and each step of the weight, how many labelled applicants were the library named.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Final, NamedTuple

from library_validator.decisions.answer import Answer

# Bits of match weight at which a new step begins.
STEPS: Final = (-4.0, -2.0, 0.0, 1.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 16.0)


class Step(NamedTuple):
    """Applicants with one answer whose match weight is ``bits`` or more, and less than the next step's."""

    bits: float
    right: int  # how many were the library that the answer speaks of
    of: int

    @property
    def confidence(self) -> float:
        """The share that is right, by Laplace's rule of succession: few applicants make nobody certain."""
        return (self.right + 1) / (self.of + 2)


def confidence_of(answer: Answer, bits: float) -> float:
    """The probability that the applicant is the library that the answer speaks of, from its match weight."""
    steps, confidences = _table()[answer]
    return confidences[max(0, bisect_right(steps, bits) - 1)]


@lru_cache(maxsize=1)
def _table() -> Mapping[Answer, tuple[tuple[float, ...], tuple[float, ...]]]:
    text = resources.files(__package__).joinpath("confidence.json").read_text("utf-8")
    table = {}
    for answer, listed in json.loads(text)["steps"].items():
        steps = [Step(*step) for step in listed]
        table[Answer(answer)] = (
            tuple([step.bits for step in steps]),
            tuple([round(step.confidence, 6) for step in steps]),
        )
    return table
