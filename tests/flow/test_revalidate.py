"""A second release goes live after applications were decided: functions and commands decide them again."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner, Result

from functions.index_release import handler as index_release
from functions.revalidate import handler as revalidate
from functions.validate_applications import handler as validate_applications
from library_validator.adapters.aws.registry_table import RegistryTable
from library_validator.decisions.deciding import policy_version
from library_validator.decisions.decision import SHARDS
from library_validator.registry.bucket import FETCHED, Upload
from library_validator.registry.store import Run
from library_validator.releases.reading.release import read_release
from library_validator_cli import previewing, stack_access
from library_validator_cli.commands import release_rebuild, release_review
from library_validator_cli.main import app
from library_validator_cli.sample_applications import sample_applications
from library_validator_cli.sample_release import write_sample_release
from library_validator_cli.stack_access import QUEUES
from tests.builders.aws_resources import (
    CASEWORK_TABLE,
    ENVIRONMENT,
    OUTPUTS,
    REGISTRY_TABLE,
    RELEASES_BUCKET,
    RESULTS_BUS,
    create_registry_table,
    create_results_bus,
    create_stores,
    take_bodies,
)
from tests.builders.events import application_record, batch_of, queue_message, release_uploaded
from tests.builders.lambda_context import CONTEXT
from tests.unit.casework.policies import Deployments, rule_against

APPLICATIONS: Final = 60
_FUNCTIONS: Final = (index_release, validate_applications, revalidate)


def sample_zip(fiscal_year: int) -> bytes:
    target = io.BytesIO()
    write_sample_release(target, fiscal_year, seed=1)
    return target.getvalue()


class Service:
    """The functions and the queues that connect them."""

    def __init__(self, results: str, outputs: dict[str, str]) -> None:
        self.results = results
        self.outputs = outputs
        self.revalidations = outputs["RevalidationsQueueUrl"]
        self.sqs = boto3.client("sqs")

    def load(self, fiscal_year: int, folder: str = "releases/", status: str = "active") -> None:
        key = f"{folder}pls_fy{fiscal_year}_csv.zip"
        put = boto3.client("s3").put_object(Bucket=RELEASES_BUCKET, Key=key, Body=sample_zip(fiscal_year))
        answer = index_release.lambda_handler(release_uploaded(key, put["VersionId"]), CONTEXT)
        assert answer["status"] == status

    def changes(self) -> int:
        """The changed answers that were published since the last call."""
        self.decide_again()
        return sum(event["detail-type"] == "Library Status Changed" for event in self.published())

    def submit(self, fiscal_year: int) -> None:
        release = read_release(io.BytesIO(sample_zip(fiscal_year)), file_name=f"pls_fy{fiscal_year}.zip")
        for sample in sample_applications(release, APPLICATIONS, seed=fiscal_year):
            fields = {name: value for name, value in asdict(sample).items() if name not in ("label", "kind")}
            validate_applications.lambda_handler(batch_of(application_record(fields)), CONTEXT)

    def decide_again(self) -> int:
        """Give the function every message of its queue. Returns their number."""
        worked = 0
        while messages := self.sqs.receive_message(QueueUrl=self.revalidations).get("Messages"):
            for message in messages:
                revalidate.lambda_handler(queue_message(message["Body"], message["MessageId"]), CONTEXT)
                self.sqs.delete_message(QueueUrl=self.revalidations, ReceiptHandle=message["ReceiptHandle"])
                worked += 1
        return worked

    def published(self) -> list[dict[str, Any]]:
        """The events since the last call."""
        return take_bodies(self.sqs, self.results)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Service]:
    monkeypatch.chdir(tmp_path)  # outside of a checkout, commands use the stack in AWS
    with mock_aws():
        sqs, events = boto3.client("sqs"), boto3.client("events")
        create_stores()
        results = create_results_bus(events, sqs)
        revalidations = sqs.create_queue(QueueName="revalidations")["QueueUrl"]
        pattern = json.dumps({"source": ["library-validator"], "detail-type": ["Registry Activated"]})
        events.put_rule(Name="activations", EventBusName=RESULTS_BUS, EventPattern=pattern)
        target: Any = {"Id": "queue", "Arn": "arn:aws:sqs:us-east-1:123456789012:revalidations"}
        events.put_targets(Rule="activations", EventBusName=RESULTS_BUS, Targets=[target])
        for name, value in {**ENVIRONMENT, "REVALIDATIONS_QUEUE_URL": revalidations}.items():
            monkeypatch.setenv(name, value)
        outputs = {
            **dict.fromkeys((f"{queue}Url" for queue in QUEUES.values()), results),
            "RevalidationsQueueUrl": revalidations,
            **OUTPUTS,
        }
        monkeypatch.setattr(stack_access, "outputs_of", lambda _client, _name, _place: outputs)
        for function in _FUNCTIONS:
            function.build_runtime.cache_clear()
        yield Service(results, outputs)
    for function in _FUNCTIONS:
        function.build_runtime.cache_clear()


def test_a_second_release_changes_answers_once_and_the_command_shows_it(service: Service) -> None:
    service.load(2021)
    service.submit(2021)
    service.submit(2022)
    service.decide_again()
    service.published()

    service.load(2022)
    assert service.decide_again() == 1 + SHARDS
    published = service.published()

    changes = [event["detail"] for event in published if event["detail-type"] == "Library Status Changed"]
    assert changes
    assert all(event["data"]["before"] and event["data"]["changes"] for event in changes)
    (end,) = (
        event["detail"]["data"] for event in published if event["detail-type"] == "Registry Revalidated"
    )
    assert (end["checked"], end["changed"], end["failed"]) == (2 * APPLICATIONS, len(changes), 0)

    shown = json_printed_by("revalidate", "status")
    assert (shown["done"], shown["checked"], shown["changed"]) == (True, 2 * APPLICATIONS, len(changes))

    started = json_printed_by("revalidate")
    assert service.decide_again() == 1 + SHARDS
    assert [event["detail-type"] for event in service.published()] == ["Registry Revalidated"]
    shown = json_printed_by("revalidate", "status")
    assert shown["asked_at"] == started["asked_at"]
    assert (shown["done"], shown["checked"], shown["changed"]) == (True, 2 * APPLICATIONS, 0)
    assert "8 of 8 shards done" in run_command("revalidate", "status").stderr


def deliver_and_follow(registry: RegistryTable, run_id: str, _said: object, _timeout: float) -> Run:
    """In place of ``follow_run``: the function loads the upload."""
    upload = Upload.of_run(run_id)
    with redirect_stdout(io.StringIO()):  # the function's metrics are not output of the command
        index_release.lambda_handler(release_uploaded(upload.key, upload.version), CONTEXT)
    run = registry.run(run_id)
    assert run
    return run


def test_a_roll_back_first_counts_the_answers_that_would_change_and_asks(service: Service) -> None:
    for year in (2021, 2022):
        service.load(year)
    service.submit(2022)
    service.changes()
    refused = CliRunner().invoke(app, ["release", "rollback", "--reason", "wrong file"], input="n\n")
    assert refused.exit_code == 1
    assert "error: nothing was changed" in refused.stderr
    assert f"{APPLICATIONS} answers checked" in refused.stderr
    assert service.changes() == 0

    rolled_back = json_printed_by("release", "rollback", "--reason", "wrong file", "--yes")
    preview = rolled_back["preview"]
    assert preview["registry_version"] == rolled_back["active"]
    assert (preview["checked"], preview["complete"]) == (APPLICATIONS, True)
    assert service.changes() == preview["changed"] > 0


def test_an_acceptance_first_counts_the_answers_that_would_change(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release_review, "follow_run", deliver_and_follow)
    service.load(2021)
    service.submit(2022)
    service.load(2022, FETCHED, status="quarantined")  # it is from a mirror
    service.changes()
    accepted = json_printed_by("release", "accept", "fy2022", "--reason", "same file", "--yes")
    assert accepted["preview"]["registry_version"] == accepted["version"]
    assert accepted["preview"]["checked"] == APPLICATIONS
    assert service.changes() == accepted["preview"]["changed"] > 0


def test_a_preview_whose_time_is_up_says_that_it_is_not_complete(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    for year in (2021, 2022):
        service.load(year)
    service.submit(2022)
    monkeypatch.setattr(previewing, "PREVIEW_SECONDS", 0.0)
    result = CliRunner().invoke(app, ["release", "rollback", "--reason", "wrong file"], input="n\n")
    assert "not all answers were checked" in result.stderr


def test_a_rebuild_after_the_table_was_lost_goes_live_once_and_changes_no_answer(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    for year in (2021, 2022):
        service.load(year)
    service.submit(2022)
    service.decide_again()
    service.published()
    before = RegistryTable(boto3.client("dynamodb"), REGISTRY_TABLE).pointer()
    boto3.client("dynamodb").delete_table(TableName=REGISTRY_TABLE)
    create_registry_table(boto3.client("dynamodb"))
    monkeypatch.setattr(release_rebuild, "follow_run", deliver_and_follow)
    result = run_command("release", "rebuild", "--reason", "the table was lost", "--yes", "--json")
    assert result.exit_code == 0, result.output

    assert json.loads(result.stdout)["version"] == before.active
    assert service.decide_again() == 1 + SHARDS
    assert [event["detail-type"] for event in service.published()] == [
        "Registry Activated",
        "Registry Revalidated",
    ]


def run_command(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, list(map(str, arguments)))


def json_printed_by(*arguments: str | Path) -> Any:
    """The JSON document that a command prints."""
    result = run_command(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def stored_items() -> list[dict[str, Any]]:
    """Everything in the casework table."""
    pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName=CASEWORK_TABLE)
    return sorted((dict(item) for page in pages for item in page["Items"]), key=repr)


class TestAnotherPolicy:
    """The deployed rules reject every applicant whose name has a certain word."""

    @pytest.fixture
    def service_with_answers(self, service: Service, monkeypatch: pytest.MonkeyPatch) -> Service:
        deployments = Deployments(monkeypatch)
        service.load(2021)
        service.submit(2021)
        service.decide_again()
        service.published()
        self.before = policy_version()
        service.outputs["PolicyVersion"] = self.before
        deployments.deploy("another", rule_against("Public"))
        return service

    def test_a_dry_run_shows_the_changes_that_the_revalidation_then_makes(
        self, service_with_answers: Service, tmp_path: Path
    ) -> None:
        service_with_answers.outputs["PolicyVersion"] = policy_version()
        before, listed = stored_items(), tmp_path / "changes.jsonl"

        said = json_printed_by("revalidate", "start", "--dry-run", "--output", listed)

        assert (stored_items(), service_with_answers.published(), service_with_answers.decide_again()) == (
            before,
            [],
            0,
        )
        everything = [json.loads(line) for line in listed.read_text().splitlines()]
        lines = [line for line in everything if "changes" in line]
        assert said["stopped_without_holder"] == len(everything) - len(lines) == 1
        assert (said["checked"], said["changed"], said["undecided"]) == (APPLICATIONS, len(lines), 0)
        assert said["answers_by_policy_version"] == {self.before: APPLICATIONS}
        assert said["policy_version"] == said["deployed_policy_version"] == policy_version()
        assert sum(kind["applications"] for kind in said["changes"]) == len(lines) > 0

        json_printed_by("revalidate")
        service_with_answers.decide_again()
        events = [
            event
            for event in service_with_answers.published()
            if event["detail-type"] == "Library Status Changed"
        ]
        changed = [event["detail"]["data"] for event in events]
        assert {data["cause"]["kind"] for data in changed} == {"policy"}
        assert set(map(_facts_of, changed)) == {_facts_of(_line_as_event(line)) for line in lines}
        assert json_printed_by("revalidate", "start", "--dry-run")["changed"] == 0

    def test_the_commands_name_the_policy_and_the_command_to_run(self, service_with_answers: Service) -> None:
        result = run_command("revalidate", "start", "--dry-run")
        assert result.exit_code == 0, result.output
        assert "not validated" in result.stdout
        assert f"decided by policy {policy_version()} (of this command's own code)" in result.stderr
        assert f"the deployed service decides by another policy, {self.before}: these are" in result.stderr
        assert json_printed_by("status")["policy"]["state"] == "up_to_date"

        service_with_answers.outputs["PolicyVersion"] = policy_version()

        policy = json_printed_by("status")["policy"]
        assert (policy["state"], policy["checked_by"]) == ("other_policy", [self.before])
        shown = run_command("status")
        assert f"policy {policy_version()}: policy {self.before} checked the current answers" in shown.stdout
        assert "library-validator revalidate start --dry-run" in shown.stderr
        run_command("revalidate")
        service_with_answers.decide_again()
        assert json_printed_by("status")["policy"]["state"] == "up_to_date"


@pytest.mark.parametrize("wrong", [("status", "--dry-run"), ("start", "--output", "changes.jsonl")])
def test_options_that_contradict_each_other_are_refused(wrong: tuple[str, ...]) -> None:
    result = run_command("revalidate", *wrong)
    assert (result.exit_code, "--output needs --dry-run" in result.stderr) == (2, True)


def _line_as_event(line: dict[str, Any]) -> dict[str, Any]:
    """A line of the dry run with the field names of the event."""
    after: dict[str, Any] = line["after"]
    return line | after | {"match": after["fscs_key"] and {"fscs_key": after["fscs_key"]}}


def _facts_of(data: dict[str, Any]) -> tuple[Any, ...]:
    before = data["before"]
    return (
        data["application_id"],
        *(before["decision"], *before["reason_codes"], data["decision"], *data["reason_codes"]),
        *data["changes"],
        data["match"] and data["match"]["fscs_key"],
    )
