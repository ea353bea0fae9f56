"""A deployment adopts another casework table, and goes back to its own.

The local stack has no point-in-time recovery: here, a copy of the items takes the place of what AWS restores
(``tests/flow/test_restore.py`` restores in moto).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest

from library_validator.adapters.aws.casework_access import CaseworkAccess
from library_validator.adapters.aws.decision_table import DecisionTable
from library_validator_devstack.local_stack import LocalStack
from tests.e2e.service import Service

RESTORED: Final = "casework-restored"
OF_THE_TESTS: Final = {"SweepAfterSeconds": "1"}


def submitted(service: Service, application_id: str) -> str:
    """Send an application, wait for its decision; returns its source."""
    service.send(json.dumps({"application_id": application_id, "name": "A Club of Adoption", "state": "IA"}))
    (event,) = service.wait_for_decisions([application_id])
    return str(event["detail"]["data"]["source"])


@pytest.fixture
def copied_table(service: Service) -> Iterator[str]:
    dynamodb: Any = service.decisions._table._client
    own = service.outputs["CaseworkTable"]
    described = dynamodb.describe_table(TableName=own)["Table"]
    indexes = [
        {name: index[name] for name in ("IndexName", "KeySchema", "Projection")}
        for index in described["GlobalSecondaryIndexes"]
    ]
    dynamodb.create_table(
        TableName=RESTORED,
        BillingMode="PAY_PER_REQUEST",
        GlobalSecondaryIndexes=indexes,
        **{name: described[name] for name in ("KeySchema", "AttributeDefinitions")},
    )
    for page in dynamodb.get_paginator("scan").paginate(TableName=own):
        for item in page["Items"]:
            dynamodb.put_item(TableName=RESTORED, Item=item)
    yield RESTORED
    dynamodb.delete_table(TableName=RESTORED)


def test_a_deployment_goes_on_with_an_adopted_table_and_back_with_its_own(
    service: Service, local_stack: LocalStack, request: pytest.FixtureRequest
) -> None:
    own = service.outputs["CaseworkTable"]
    source = submitted(service, "before-adoption")
    adopted = request.getfixturevalue("copied_table")
    try:
        outputs = local_stack.deploy(OF_THE_TESTS | {"CaseworkTableName": adopted})
        assert outputs["CaseworkTable"] == adopted
        submitted(service, "after-adoption")
    finally:
        assert local_stack.deploy(OF_THE_TESTS)["CaseworkTable"] == own
    decisions = DecisionTable(CaseworkAccess(service.decisions._table._client, adopted))
    assert decisions.get(source, "before-adoption") == service.decisions.get(source, "before-adoption")
    assert decisions.get(source, "after-adoption")
    assert service.decisions.get(source, "after-adoption") is None
    submitted(service, "after-return")
    assert service.decisions.get(source, "after-return")
