"""Invented measured rows, as an evaluation makes them."""

from __future__ import annotations

import math
from dataclasses import replace

from library_validator.decisions.answer import Answer
from library_validator.decisions.application import application_from_fields
from library_validator.matching.weights import match_probability
from library_validator_cli.evaluation.labelled import LabelledRow
from library_validator_cli.evaluation.measure import MeasuredRow

V, R, N = Answer.VALIDATED, Answer.NEEDS_REVIEW, Answer.NOT_VALIDATED


def labelled_row(
    application_id: str = "a-1", label: str = "ME0001", *, of: str = "typed", kind: str = ""
) -> LabelledRow:
    read = application_from_fields({"application_id": application_id, "name": "Alder Point Library"})
    return LabelledRow(of, kind, label, read.application, read.problems)


def measured_row(
    answer: Answer = V,
    key: str = "ME0001",
    *,
    application_id: str = "a-1",
    label: str = "ME0001",
    of: str = "typed",
    kind: str = "",
    bits: float = 10.0,
    code: str = "MATCH",
    **other_fields: object,
) -> MeasuredRow:
    """A row with this answer and ``key``. A validated row stays validated up to a threshold of its bits."""
    found = bool(key or other_fields.get("best_key"))
    made = MeasuredRow(
        row=labelled_row(application_id, label, of=of, kind=kind),
        answer=answer,
        codes=(code,),
        key=key,
        best_key=key,
        bits=bits if found else -math.inf,
        margin=None,
        confidence=match_probability(bits) if found else 0.0,
        right_rank=1 if key == label else 0,
        candidates=3,
        keys=5,
        same_place=True,
        validated_up_to=bits if answer is V else -math.inf,
        validated_key=key if answer is V else "",
    )
    return replace(made, **other_fields)  # type: ignore[arg-type]  # fields of MeasuredRow, by name
