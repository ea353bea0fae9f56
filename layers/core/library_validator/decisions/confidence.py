"""The probability that an applicant, of whatever kind, is the library that the answer names.

For an applicant that is a library, the match weight alone would give the probability. An impostor has a
library's street and phone too, so the probability also depends on the answer. ``confidence.json`` counts, for
each answer and each step of the match weight, how many labelled applicants were the library that the answer
names.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Final, NamedTuple

from library_validator.decisions.answer import Answer

# The bits at which the steps of the match weight begin.
STEPS: Final = (-4.0, -2.0, 0.0, 1.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 16.0)


class WeightStep(NamedTuple):
    """The labelled applicants with one answer and a match weight from ``bits`` to the next step."""

    bits: float
    right: int  # number of applicants that were the library that the answer names
    of: int  # number of all applicants

    @property
    def confidence(self) -> float:
        """The share of right answers by Laplace's rule of succession: it is never 0 or 1."""
        return (self.right + 1) / (self.of + 2)


def confidence_of(answer: Answer, bits: float) -> float:
    """The probability that the applicant is the library that the answer names; ``bits``: its match weight."""
    steps, confidences = _table()[answer]
    return confidences[max(0, bisect_right(steps, bits) - 1)]


@lru_cache(maxsize=1)
def _table() -> Mapping[Answer, tuple[tuple[float, ...], tuple[float, ...]]]:
    text = resources.files(__package__).joinpath("confidence.json").read_text("utf-8")
    table = {}
    for answer, listed in json.loads(text)["steps"].items():
        steps = [WeightStep(*step) for step in listed]
        table[Answer(answer)] = (
            tuple([step.bits for step in steps]),
            tuple([round(step.confidence, 6) for step in steps]),
        )
    return table
