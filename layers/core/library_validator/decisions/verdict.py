"""The verdict of the rules on one applicant."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from library_validator.decisions.answer import Answer
from library_validator.decisions.application import FieldProblem
from library_validator.matching.match import ScoredCandidate


class Verdict(NamedTuple):
    """An answer with its reason codes, the deciding one first.

    ``match`` is the entry that the answer names. ``about`` has, by code, the detail that the rule found.
    """

    answer: Answer
    codes: tuple[str, ...]
    match: ScoredCandidate | None = None
    about: Mapping[str, str] = MappingProxyType({})
    problems: tuple[FieldProblem, ...] = ()  # the problems of fields that could not be used
