"""The restore drill: the functions go on with a casework table that was restored to a moment.

moto restores the whole table, whatever the moment, so the decisions of the time after the moment are made
after the restore. That AWS restores items, keys and indexes, and nothing of protection and recovery, is from
its documentation; ``tests/e2e/test_adopted_table.py`` adopts a table by the template's parameter.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import boto3
import pytest
from moto import mock_aws

from functions.index_release import handler as index_release
from functions.revalidate import handler as revalidate
from functions.sweep_results import handler as sweep_results
from functions.validate_applications import handler as validate_applications
from library_validator.adapters.aws.casework_access import CaseworkAccess
from library_validator.adapters.aws.decision_table import DecisionTable
from library_validator.adapters.aws.override_table import OverrideTable
from library_validator.casework.overriding import Ruling, carry_out, propose
from library_validator.decisions.answer import Answer
from library_validator.decisions.decision import Decision
from library_validator_cli.sample_release import write_sample_release
from tests.builders.aws_resources import (
    CASEWORK_TABLE,
    ENVIRONMENT,
    RELEASES_BUCKET,
    create_results_bus,
    create_stores,
    take_bodies,
)
from tests.builders.events import application_record, batch_of, queue_message, release_uploaded
from tests.builders.lambda_context import CONTEXT

RESTORED: Final = "casework-restored"
SENDER: Final = "AROAPARTNERONE"
_FUNCTIONS: Final = (index_release, validate_applications, revalidate, sweep_results)
CLEAN: Final = {
    "name": "Harlow Creek Public Library",
    "street": "1328 Orchard Road",
    "city": "Harlow Creek",
    "state": "IA",
    "zip": "50201",
    "phone": "641-555-1000",
}


class Service:
    def __init__(self, monkeypatch: pytest.MonkeyPatch, results: str) -> None:
        self._monkeypatch = monkeypatch
        self.results = results
        self.sqs, self.dynamodb = boto3.client("sqs"), boto3.client("dynamodb")

    def use(self, table: str) -> None:
        """What a deployment with ``CaseworkTableName`` does."""
        self._monkeypatch.setenv("CASEWORK_TABLE", table)
        for function in _FUNCTIONS:
            function.build_runtime.cache_clear()
        access = CaseworkAccess(self.dynamodb, table)
        self.decisions, self.overrides = DecisionTable(access), OverrideTable(access)

    def load(self) -> None:
        content = io.BytesIO()
        write_sample_release(content, 2022, seed=1)
        key = "releases/pls_fy2022_csv.zip"
        put = boto3.client("s3").put_object(Bucket=RELEASES_BUCKET, Key=key, Body=content.getvalue())
        index_release.lambda_handler(release_uploaded(key, put["VersionId"]), CONTEXT)

    def submit(self, application_id: str, **changed: Any) -> Decision:
        fields = CLEAN | {"application_id": application_id} | changed
        record = application_record(fields, sent_ms=int(datetime.now(UTC).timestamp() * 1_000))
        assert validate_applications.lambda_handler(batch_of(record), CONTEXT) == {"batchItemFailures": []}
        return self.current(application_id)

    def current(self, application_id: str) -> Decision:
        found = self.decisions.get(SENDER, application_id)
        assert found
        return found

    def override(self, application_id: str) -> None:
        ports = revalidate.build_runtime().ports
        ruling = Ruling(SENDER, application_id, Answer.NOT_VALIDATED, "NO_REPLY", "No reply in May.", "dana")
        proposal = propose(ruling, self.decisions, self.overrides, ports.decider, datetime.now(UTC))
        carry_out(proposal, self.decisions, self.overrides, ports.bus)

    def published(self) -> list[str]:
        return [body["detail"]["metadata"]["event_id"] for body in take_bodies(self.sqs, self.results)]


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    with mock_aws():
        sqs = boto3.client("sqs")
        create_stores()
        results = create_results_bus(boto3.client("events"), sqs)
        for name, value in {
            **ENVIRONMENT,
            "REVALIDATIONS_QUEUE_URL": sqs.create_queue(QueueName="revalidations")["QueueUrl"],
            "UNPUBLISHED_AFTER_SECONDS": "0",
        }.items():
            monkeypatch.setenv(name, value)
        made = Service(monkeypatch, results)
        made.use(CASEWORK_TABLE)
        made.load()
        yield made
    for function in _FUNCTIONS:
        function.build_runtime.cache_clear()


def test_the_service_goes_on_with_a_table_that_was_restored_to_a_moment(service: Service) -> None:
    validated = service.submit("A-1")
    second = service.submit("A-2")
    assert (validated.decision, second.reason_codes[0]) == (Answer.VALIDATED, "SAME_SENDER_AGAIN")
    service.override("A-2")
    unpublished = service.submit("A-3", name="Harlow Creek Museum")
    service.published()
    mark_unpublished(service, unpublished)

    service.dynamodb.update_continuous_backups(
        TableName=CASEWORK_TABLE, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    service.dynamodb.restore_table_to_point_in_time(
        SourceTableName=CASEWORK_TABLE, TargetTableName=RESTORED, UseLatestRestorableTime=True
    )
    lost = service.submit("A-4", name="Nothing of This Name")  # after the moment
    service.use(RESTORED)

    # Decisions, overrides and claims
    assert service.current("A-1") == validated
    assert [each.words for each in service.overrides.of_application(SENDER, "A-2")] == ["No reply in May."]
    assert service.decisions.get(SENDER, "A-4") is None
    assert service.submit("A-5").reason_codes[0] == "SAME_SENDER_AGAIN"
    assert service.submit("A-2").decision is Answer.NOT_VALIDATED  # the override is restated
    # A decision of the time after the moment: its sender sends it again.
    assert service.submit("A-4", name="Nothing of This Name").decision is lost.decision
    service.published()
    # The event that was not published at that moment
    sweep_results.lambda_handler({}, CONTEXT)
    assert str(unpublished.event_id) in service.published()
    # The indexes: each current decision is decided again, and the newest decisions are listed.
    pages = [service.decisions.current_page(shard, None, 100).decisions for shard in range(8)]
    names = {decision.application_id for page in pages for decision in page}
    assert names == {"A-1", "A-2", "A-3", "A-4", "A-5"}
    since = datetime.now(UTC) - timedelta(hours=1)
    assert {each.application_id for each in service.decisions.recent_decisions(since)} == names
    asked_at = datetime.now(UTC).isoformat()
    done = [
        revalidate.lambda_handler(
            queue_message(json.dumps({"task": "revalidate", "shard": shard, "asked_at": asked_at})), CONTEXT
        )
        for shard in range(8)
    ]
    assert sum(each["checked"] for each in done) == len(names)


def mark_unpublished(service: Service, decision: Decision) -> None:
    """As after a crash between the decision and its event."""
    service.dynamodb.update_item(
        TableName=CASEWORK_TABLE,
        Key={
            "pk": {"S": f"APP#{SENDER}#{decision.application_id}"},
            "sk": {"S": f"DECISION#{decision.event_id}"},
        },
        UpdateExpression="SET unpublished = :yes, stored_at = :at",
        ExpressionAttributeValues={":yes": {"S": "yes"}, ":at": {"S": decision.decided_at.isoformat()}},
    )
