"""Finding the stack that a command works with."""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest
from botocore.stub import Stubber

from library_validator_cli.failures import CommandFailed, StackUnreachable
from library_validator_cli.stack_access import Stack, outputs_of, project_root

ROOT = Path(__file__).parents[3]


def test_the_checkout_is_found_from_any_folder_in_it(tmp_path: Path) -> None:
    assert project_root(ROOT / "layers" / "core") == ROOT
    assert project_root(tmp_path) is None


def test_a_stacks_outputs_are_read_by_name() -> None:
    client = boto3.client("cloudformation")
    with Stubber(client) as stub:
        stub.add_response(
            "describe_stacks",
            {
                "Stacks": [
                    {
                        "StackName": "mine",
                        "CreationTime": "2026-11-23T12:00:00Z",
                        "StackStatus": "CREATE_COMPLETE",
                        "Outputs": [{"OutputKey": "RegistryTable", "OutputValue": "t-1"}],
                    }
                ]
            },
            {"StackName": "mine"},
        )
        assert outputs_of(client, "mine", "stack mine") == {"RegistryTable": "t-1"}


def test_the_message_about_a_stack_that_cannot_be_read_says_what_to_do() -> None:
    client = boto3.client("cloudformation")
    with Stubber(client) as stub:
        stub.add_client_error("describe_stacks", "ValidationError", "Stack with id mine does not exist")
        with pytest.raises(StackUnreachable, match=r"does not exist; deploy it with sam build.*--stack-name"):
            outputs_of(client, "mine", "stack mine")


def test_the_message_names_an_output_that_an_older_template_does_not_have() -> None:
    stack = Stack("stack mine", False, {}, boto3.Session(), boto3.Session())
    with pytest.raises(CommandFailed, match="stack mine has no output ReleasesBucket"):
        stack.output("ReleasesBucket")
