"""Two stacks with two names are in one account and region: both load and answer, and one can be deleted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing

import pytest

from library_validator_devstack.local_stack import LOCAL_PARAMETERS, LocalStack
from tests.e2e.service import ROOT, Service, deployed_outputs, sample_release, wait_until

NEIGHBOUR = "second-library-validator"
EVENTS = ROOT / "events" / "validate_applications"


@pytest.fixture(scope="module")
def neighbour(local_stack: LocalStack, service: Service) -> Iterator[Service]:
    """A second stack beside the first."""
    parameters = [f'ParameterKey={name},ParameterValue="{value}"' for name, value in LOCAL_PARAMETERS.items()]
    local_stack._sam(
        "deploy", "--template-file", str(local_stack.build() / "template.yaml"),
        "--stack-name", NEIGHBOUR, "--region", "us-east-1", "--resolve-s3",
        "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset", "--no-progressbar",
        "--parameter-overrides", *parameters,
    )  # fmt: skip
    outputs = deployed_outputs(service.cloudformation, NEIGHBOUR)
    with closing(Service(local_stack, outputs)) as second:
        yield second


def _decide(service: Service, application_id: str) -> str:
    body = json.loads((EVENTS / "clean-match.json").read_text())["Records"][0]["body"]
    service.send(json.dumps({**json.loads(body), "application_id": application_id}))
    (event,) = service.wait_for_decisions([application_id])
    assert event["detail"]["data"]["application_id"] == application_id
    return str(event["detail"]["metadata"]["registry_version"])


def test_two_stacks_load_and_answer_side_by_side_and_one_can_be_deleted(
    service: Service, neighbour: Service
) -> None:
    assert not set(service.outputs.values()) & {
        value for name, value in neighbour.outputs.items() if name not in SETTINGS
    }
    neighbour.upload("second.zip", sample_release(2022, seed=3))
    version = wait_until(neighbour.active_version, "the second stack has a registry")
    assert version != service.active_version()
    assert _decide(neighbour, "of the second stack") == version
    assert _decide(service, "of the first stack") == service.active_version()
    service.cloudformation.delete_stack(StackName=NEIGHBOUR)
    wait_until(lambda: _is_deleted(service), "the second stack is deleted")
    assert _decide(service, "after the second stack") == service.active_version()


# Outputs that are equal in both stacks.
SETTINGS = {"DecisionValidityDays", "PolicyVersion"}


def _is_deleted(service: Service) -> bool:
    pages = service.cloudformation.get_paginator("list_stacks").paginate()
    states = {stack["StackName"]: stack["StackStatus"] for page in pages for stack in page["StackSummaries"]}
    assert states.get(NEIGHBOUR) != "DELETE_FAILED"
    return states.get(NEIGHBOUR, "DELETE_COMPLETE") == "DELETE_COMPLETE"
