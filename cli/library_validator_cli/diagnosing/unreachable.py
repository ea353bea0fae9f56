"""Findings about a stack that cannot be opened: nothing further can be read."""

from __future__ import annotations

from library_validator.operations.findings import Diagnosis, Finding, FindingCode
from library_validator_cli.stack_access import LocalCondition

_NOT_READ = "everything else: the stack cannot be opened"
_CODES = {
    "crashed": FindingCode.LOCAL_STACK_CRASHED,
    "silent": FindingCode.LOCAL_STACK_SILENT,
    "empty": FindingCode.NOTHING_DEPLOYED,
    "never": FindingCode.LOCAL_STACK_DOWN,
}


def diagnosis_of_unreachable(why: str, condition: LocalCondition) -> Diagnosis:
    """``why``: the sentence with which opening the stack failed."""
    code = _CODES.get(condition, FindingCode.STACK_UNREACHABLE)
    sentence = f"{why[0].upper()}{why[1:]}"
    return Diagnosis([Finding(code, sentence if sentence.endswith(".") else f"{sentence}.")], [_NOT_READ])
