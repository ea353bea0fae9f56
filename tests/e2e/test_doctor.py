"""``doctor`` names the cause in situations that are made on purpose, on the local stack."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from unittest import mock

import pytest

from lab.gameday import breaking
from library_validator.operations.facts import Facts
from library_validator.operations.findings import FindingCode
from library_validator_cli.commands.doctor import Examination, examination_of
from library_validator_cli.diagnosing.gathering import Gathering
from library_validator_cli.stack_access import Stack, open_local_stack
from library_validator_devstack.local_stack import LocalStack
from tests.e2e.service import ROOT, Service, sample_release, wait_until

HANDLER = (ROOT / "functions" / "validate_applications" / "handler.py").read_text()
AT_ONCE = timedelta(0)


@pytest.fixture
def stack(local_stack: LocalStack, service: Service) -> Iterator[Stack]:
    with mock.patch.dict(os.environ):
        yield open_local_stack(local_stack)


def examine(stack: Stack) -> Examination:
    return examination_of(stack, unpublished_after=AT_ONCE)


def sentences_of(found: Examination, code: FindingCode) -> list[str]:
    return [finding.sentence for finding in found.diagnosis.findings if finding.code == code]


Situation = Callable[[Stack], AbstractContextManager[None]]


@pytest.mark.parametrize(
    ("situation", "code", "words"),
    [
        (breaking.nothing_live, FindingCode.NO_REGISTRY, "No registry is live"),
        (
            lambda stack: breaking.trigger_disabled(stack, "ApplicationsQueue"),
            FindingCode.TRIGGER_DISABLED,
            "The event source mapping of validate_applications is disabl",
        ),
        (
            lambda stack: breaking.schedule_deleted(stack, "SweepResultsFunctionSweep"),
            FindingCode.SCHEDULE_MISSING,
            "SweepResultsFunctionSweep does not exist",
        ),
        (
            lambda stack: breaking.rule_deleted(stack, "ResultsRule"),
            FindingCode.RULE_MISSING,
            "nothing arrives in the queue results",
        ),
        (
            lambda stack: breaking.queue_policy_deleted(stack, "RevalidationsQueue"),
            FindingCode.RULE_NOT_ADMITTED,
            "does not let the rule ActivationsRule send",
        ),
        (
            lambda stack: breaking.message_in(stack, "ApplicationsDeadLetterQueue", "{"),
            FindingCode.DEAD_LETTERS,
            "of the queue applications failed in every try",
        ),
        (
            lambda stack: breaking.message_in(stack, "ResultsQueue", "{}"),
            FindingCode.RESULTS_UNREAD,
            "nobody is receiving them now",
        ),
    ],
    ids=lambda value: value.value if isinstance(value, FindingCode) else "",
)
def test_doctor_names_the_cause(stack: Stack, situation: Situation, code: FindingCode, words: str) -> None:
    with situation(stack):
        assert words in " ".join(sentences_of(examine(stack), code))


def test_doctor_names_a_role_that_nobody_may_assume(stack: Stack, local_stack: LocalStack) -> None:
    with breaking.operator_role_denied(stack):
        found = examine(open_local_stack(local_stack))
    assert "not authorized to perform: sts:AssumeRole" in " ".join(
        sentences_of(found, FindingCode.OPERATOR_ROLE_DENIED)
    )


def test_doctor_names_code_that_cannot_be_loaded(stack: Stack, service: Service) -> None:
    code = FindingCode.FUNCTION_BROKEN
    name = stack.output("ValidateApplicationsFunction")
    with breaking.code_broken(stack, "ValidateApplicationsFunction", HANDLER):
        service.functions.invoke(FunctionName=name, Payload=b'{"Records": []}')
        sentences = wait_until(lambda: sentences_of(examine(stack), code) or None, "it is found")
    assert "no_such_module" in sentences[0]
    answer = service.functions.invoke(FunctionName=name, Payload=b'{"Records": []}')
    assert "FunctionError" not in answer
    assert sentences_of(examine(stack), code) == []


def test_doctor_names_the_refusal_of_the_bus(stack: Stack, service: Service) -> None:
    code = FindingCode.EVENTS_UNPUBLISHED
    with breaking.publishing_denied(stack):
        service.send(json.dumps({"application_id": "doctor-bus", "name": "A library"}))

        def refusals() -> list[str] | None:
            found = sentences_of(examine(stack), code)
            return [sentence for sentence in found if "the bus answered" in sentence] or None

        sentences = wait_until(refusals, "the answer is unpublished, and the log has the refusal")
    assert "AccessDenied" in sentences[0]
    assert "Nobody has been informed" in sentences[0]
    service.invoke("SweepResultsFunction")
    service.wait_for_decisions(["doctor-bus"])


def test_doctor_names_a_release_that_waits_for_a_person(stack: Stack, service: Service) -> None:
    service.upload("sample 2020 for the doctor.zip", sample_release(2020, seed=4))
    wait_until(lambda: service.ended_runs(["sample 2020 for the doctor.zip"]), "the load has ended")
    found = " ".join(sentences_of(examine(stack), FindingCode.RELEASE_QUARANTINED))
    assert "sample 2020 for the doctor.zip waits for a person" in found


# The local stack checks these actions on another ARN than AWS does: of the log group without ":*", and of
# every stack. tests/template checks the permissions.
CHECKED_OTHERWISE = ("DescribeStacks", "ListStackResources", "FilterLogEvents")


def test_the_operator_role_alone_may_read_every_fact(stack: Stack) -> None:
    only = Stack(stack.place, True, stack.outputs, stack.session, stack.session, stack.name, log=stack.log)
    facts: Facts = Gathering(only).facts()
    missing = [sentence for sentence in facts.not_read() if "the local stack" not in sentence]
    assert [sentence for sentence in missing if not sentence.endswith(CHECKED_OTHERWISE)] == []
