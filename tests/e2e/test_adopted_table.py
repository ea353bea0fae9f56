"""The restore drill: a person follows "Restore decisions" of the runbook. Then the stack gets its table back.

The local stack has no point-in-time recovery, so step 2 is a copy of the items here. On AWS, DynamoDB
restores them (``tests/flow/test_restore.py`` restores in moto). In steps 1 and 5, the test sends the requests
that the command line of AWS sends.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from library_validator.adapters.aws.casework_access import CaseworkAccess
from library_validator.adapters.aws.decision_table import DecisionTable
from library_validator_devstack.local_stack import LocalStack
from tests.builders.runbook import commands_of, sections
from tests.e2e.runbook_world import World
from tests.e2e.service import Service

RESTORED: Final = "casework-restored"
STOPPED: Final = ("ValidateApplications", "Revalidate")  # those of the runbook
OF_THE_TESTS: Final = {"SweepAfterSeconds": "1"}
BATCH: Final = 25  # the most items of one BatchWriteItem


@dataclass(frozen=True, slots=True)
class Drill:
    """What a person does with the command line of AWS."""

    service: Service
    dynamodb: Any
    local_stack: LocalStack

    def let_functions_read(self, enabled: bool) -> None:
        """Steps 1 and 5."""
        functions = self.service.functions
        for name in STOPPED:
            function = self.service.outputs[f"{name}Function"]
            mappings = functions.list_event_source_mappings(FunctionName=function)["EventSourceMappings"]
            assert mappings
            for mapping in mappings:
                functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=enabled)

    def restore(self, own: str) -> None:
        """Step 2, without the service that does it on AWS."""
        described = self.dynamodb.describe_table(TableName=own)["Table"]
        indexes = [
            {name: index[name] for name in ("IndexName", "KeySchema", "Projection")}
            for index in described["GlobalSecondaryIndexes"]
        ]
        self.dynamodb.create_table(
            TableName=RESTORED,
            BillingMode="PAY_PER_REQUEST",
            GlobalSecondaryIndexes=indexes,
            **{name: described[name] for name in ("KeySchema", "AttributeDefinitions")},
        )
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=own)
        items = [item for page in pages for item in page["Items"]]
        for start in range(0, len(items), BATCH):
            puts = [{"PutRequest": {"Item": item}} for item in items[start : start + BATCH]]
            answer = self.dynamodb.batch_write_item(RequestItems={RESTORED: puts})
            assert not answer.get("UnprocessedItems")

    def adopt(self, table: str) -> str:
        """Step 3; returns the table that the stack then names."""
        return self.local_stack.deploy(OF_THE_TESTS | {"CaseworkTableName": table})["CaseworkTable"]


@pytest.fixture
def drill(service: Service, local_stack: LocalStack) -> Iterator[Drill]:
    own = service.outputs["CaseworkTable"]
    drill = Drill(service, service.decisions._table._client, local_stack)
    yield drill
    drill.let_functions_read(True)
    if local_stack.outputs()["CaseworkTable"] != own:
        drill.adopt("")
    drill.dynamodb.delete_table(TableName=RESTORED)


def test_the_restore_of_the_runbook_is_drilled_and_the_stack_gets_its_own_table_back(
    drill: Drill, service: Service, tmp_path: Path
) -> None:
    own, world = service.outputs["CaseworkTable"], World(service, tmp_path)
    before = world.decided("clean-match.json")
    drill.let_functions_read(False)
    drill.restore(own)
    waiting = world.application("college.json")  # it arrives while the functions are stopped
    service.send(json.dumps(waiting))
    assert drill.adopt(RESTORED) == RESTORED
    drill.let_functions_read(True)
    service.wait_for_decisions([waiting["application_id"]])
    for command in commands_of(sections()["Restore decisions"]):
        if command.startswith("library-validator"):
            done = world.type(command.replace("APPLICATION_ID", before.application_id))
            assert done.exit_code == 0, f"{command}\n{done.stderr}"
    service.wait_until_done("RevalidationsQueue")
    adopted = DecisionTable(CaseworkAccess(drill.dynamodb, RESTORED))
    assert adopted.get(before.source, before.application_id) == before
    assert adopted.get(before.source, waiting["application_id"])
    assert service.decisions.get(before.source, waiting["application_id"]) is None

    assert drill.adopt("") == own
    after = world.decided("clean-match.json")
    assert adopted.get(after.source, after.application_id) is None
