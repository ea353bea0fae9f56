"""A decision and an override without the texts of the applicant: the pseudonymous record that remains.

The record keeps the ids, the source, the times, the answer, the reason codes, the matched library with its
registry entry, the levels and bits of the evidence, and the versions that decided. The sentences of reasons
may quote the applicant, so they are written again without the quotation.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from library_validator.decisions.answer import NextStep, Reason
from library_validator.decisions.application import Application, FieldProblem
from library_validator.decisions.decision import Decision, Erasure, Override
from library_validator.decisions.override_reasons import override_reasons
from library_validator.decisions.reasons import next_steps, reason_codes, reasons_of

QUOTATION: Final = "(erased)"  # in place of a detail that a sentence quotes


def erased_decision(decision: Decision, erasure: Erasure) -> Decision:
    """The record of ``decision``. Its ids, also that of its event, are those of ``decision``."""
    return decision.model_copy(
        update={
            "application": Application(decision.application_id, revision=decision.revision),
            "correlation_id": "",
            "problems": tuple(
                FieldProblem(each.field, "was erased", each.kind) for each in decision.problems
            ),
            "reasons": [_reason_without_details(reason.code) for reason in decision.reasons],
            "next_step": _step_without_details(decision.next_step.code),
            "evidence": [replace(comparison, applied="") for comparison in decision.evidence],
            "override": erased_override(decision.override) if decision.override else None,
            "erased": erasure,
        }
    )


def erased_override(override: Override) -> Override:
    """The override without its words, which may quote the applicant, and without the hash of the fields."""
    return override.model_copy(update={"words": QUOTATION, "fields_sha256": ""})


def _reason_without_details(code: str) -> Reason:
    if code in reason_codes():
        (reason,) = reasons_of([code], {code: QUOTATION})
        return reason
    if code in override_reasons():
        return override_reasons()[code].reason
    return Reason(code, "", "")  # an older version of this code had the code


def _step_without_details(code: str) -> NextStep:
    return NextStep(code, next_steps().get(code, "").replace("{about}", QUOTATION))
