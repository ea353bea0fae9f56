"""``doctor``: what is wrong with a stack, and what to type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.text import Text

from library_validator.operations.diagnosis import diagnose
from library_validator.operations.findings import Diagnosis, Finding
from library_validator_cli.diagnosing.gathering import Gathering
from library_validator_cli.diagnosing.reading import sentence_of
from library_validator_cli.diagnosing.remedies import REMEDIES
from library_validator_cli.diagnosing.unreachable import diagnosis_of_unreachable
from library_validator_cli.failures import FAILED, StackUnreachable
from library_validator_cli.options import SERVICE, AsJson
from library_validator_cli.stack_access import (
    DEFAULT_NAME,
    Stack,
    StackName,
    local_condition,
    open_stack,
)
from library_validator_cli.terminal import show, show_json, show_notice


def register(app: typer.Typer) -> None:
    app.command(rich_help_panel=SERVICE, epilog="Example: library-validator doctor")(doctor)


@dataclass(frozen=True, slots=True)
class Examination:
    """The diagnosis of one stack."""

    place: str
    stack_name: str
    is_local: bool
    diagnosis: Diagnosis

    def command_for(self, finding: Finding) -> str:
        return REMEDIES[finding.code].command_for(finding, self.stack_name, is_local=self.is_local)

    def as_json(self) -> dict[str, Any]:
        findings = [
            {
                "code": finding.code.value,
                "sentence": finding.sentence,
                "note": finding.is_note,
                "command": self.command_for(finding),
                "runbook": REMEDIES[finding.code].section_for(finding),
            }
            for finding in self.diagnosis.findings
        ]
        return {
            "place": self.place,
            "healthy": self.diagnosis.is_healthy,
            "findings": findings,
            "not_checked": list(self.diagnosis.not_checked),
        }


def doctor(stack_name: StackName = None, as_json: AsJson = False) -> None:
    """Show what is wrong, the most important first, with the command to type and the section of the runbook.

    It only reads. A fact that cannot be read is listed as not checked. Exit code 1: something is wrong. Notes
    are worth a look, but do not change the exit code.
    """
    found = examine(stack_name)
    if as_json:
        show_json(found.as_json())
    else:
        _show(found)
    if not found.diagnosis.is_healthy:
        raise typer.Exit(FAILED)


def examine(stack_name: str | None) -> Examination:
    """The diagnosis of a stack. A stack that cannot be opened is a finding."""
    try:
        stack = open_stack(stack_name)
    except StackUnreachable as error:
        return _unreachable(str(error), stack_name)
    except ClientError as error:
        return _unreachable(sentence_of(error), stack_name)
    except BotoCoreError as error:
        return _unreachable(str(error), stack_name)
    return examination_of(stack)


def examination_of(stack: Stack, **settings: Any) -> Examination:
    return Examination(
        stack.place, stack.name, stack.is_local, diagnose(Gathering(stack, **settings).facts())
    )


def _unreachable(why: str, stack_name: str | None) -> Examination:
    condition = local_condition() if stack_name is None else "other"
    name = stack_name or DEFAULT_NAME
    found = diagnosis_of_unreachable(why, condition)
    place = f"stack {name} in AWS" if condition == "other" else "the local stack"
    return Examination(place, name, condition != "other", found)


def _show(found: Examination) -> None:
    show(Text(found.place, style="bold"))
    findings = found.diagnosis.findings
    wrong = [finding for finding in findings if not finding.is_note]
    if not wrong:
        show("Nothing that was checked is wrong.")
    for number, finding in enumerate(wrong, start=1):
        _show_finding(f"{number}.", finding, found)
    for finding in findings:
        if finding.is_note:
            _show_finding("note:", finding, found)
    for sentence in found.diagnosis.not_checked:
        show_notice(f"not checked: {sentence}")


def _show_finding(label: str, finding: Finding, found: Examination) -> None:
    show(Text(f"{label} {finding.sentence}"))
    show(Text(f"   type: {found.command_for(finding)}", style="bold"))
    show(Text(f"   runbook: {REMEDIES[finding.code].section_for(finding)}", style="dim"))
