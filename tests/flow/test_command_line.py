"""The command line against a stack in AWS, in moto: upload, submit, decide, results, explain."""

from __future__ import annotations

import json
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner, Result

from functions.index_release import handler as index_release
from functions.validate_applications import handler as validate_applications
from library_validator_cli import stack_access
from library_validator_cli.main import app
from library_validator_cli.sample_release import write_sample_release
from tests.builders.aws_resources import (
    ENVIRONMENT,
    OUTPUTS,
    RELEASES_BUCKET,
    create_results_bus,
    create_stores,
)
from tests.builders.events import application_record, batch_of, release_uploaded
from tests.builders.lambda_context import CONTEXT
from tests.flow.release_stack import load_beside_a_command

ROOT: Final = Path(__file__).parents[2]
SAMPLE: Final = ROOT / "events" / "sample" / "pls_sample_fy2022_csv.zip"
PARTNER: Final = "AROAPARTNERONE"
QUEUES: Final = (
    "ApplicationsQueue",
    "ApplicationsDeadLetterQueue",
    "ReleasesQueue",
    "ReleasesDeadLetterQueue",
    "ResultsDeadLetterQueue",
    "UndeliveredEventsQueue",
    "RevalidationsQueue",
    "RevalidationsDeadLetterQueue",
)


@dataclass
class DeployedStack:
    """Tables, bucket, bus, queues, role and outputs, as the template deploys them."""

    applications: str
    loader: threading.Thread | None = None

    def load_next_upload(self) -> None:
        """Wait for the next object in the bucket and load it, as the queue and the function would."""
        s3 = boto3.client("s3")
        known = {
            version["VersionId"]
            for version in s3.list_object_versions(Bucket=RELEASES_BUCKET).get("Versions", [])
        }

        def load() -> None:
            for _ in range(400):
                there = s3.list_object_versions(Bucket=RELEASES_BUCKET).get("Versions", [])
                new = [
                    version
                    for version in there
                    if version["VersionId"] not in known and version["Key"].startswith("releases/")
                ]
                if new:
                    load_beside_a_command(release_uploaded(new[0]["Key"], new[0]["VersionId"]))
                    return
                time.sleep(0.02)

        self.loader = threading.Thread(target=load)
        self.loader.start()

    def wait_for_loader(self) -> None:
        """Wait until the function has ended: it ends later than the run that it stores."""
        if self.loader:
            self.loader.join(timeout=60)

    def decide_all(self, sender: str = PARTNER) -> None:
        """Give the function the messages of the applications queue; their sender is ``sender``."""
        sqs = boto3.client("sqs")
        while messages := sqs.receive_message(QueueUrl=self.applications, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            records = [
                application_record(
                    message["Body"],
                    message_id=message["MessageId"],
                    sender_id=f"{sender}:portal",
                    sent_ms=now_ms(),
                )
                for message in messages
            ]
            validate_applications.lambda_handler(batch_of(*records), CONTEXT)
            for message in messages:
                sqs.delete_message(QueueUrl=self.applications, ReceiptHandle=message["ReceiptHandle"])


def now_ms() -> int:
    return int(datetime.now(UTC).timestamp() * 1000)


@pytest.fixture
def deployed_stack(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[DeployedStack]:
    monkeypatch.chdir(tmp_path)  # outside of a checkout, commands use the stack in AWS
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        sqs = boto3.client("sqs")
        create_stores()
        results = create_results_bus(boto3.client("events"), sqs)
        urls = {f"{name}Url": sqs.create_queue(QueueName=name)["QueueUrl"] for name in QUEUES}
        role = boto3.client("iam").create_role(RoleName="operator", AssumeRolePolicyDocument="{}")["Role"][
            "Arn"
        ]
        outputs = {
            **urls,
            **OUTPUTS,
            "ResultsQueueUrl": results,
            "OperatorRoleArn": role,
        }
        monkeypatch.setattr(stack_access, "outputs_of", lambda _client, _name, _place: outputs)
        stack = DeployedStack(urls["ApplicationsQueueUrl"])
        yield stack
        stack.wait_for_loader()
    index_release.build_runtime.cache_clear()
    validate_applications.build_runtime.cache_clear()


def run_command(*arguments: str | Path, given: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=given)


def upload_and_load(deployed_stack: DeployedStack, path: Path = SAMPLE) -> Result:
    deployed_stack.load_next_upload()
    result = run_command("upload", path, "--timeout", "60")
    deployed_stack.wait_for_loader()
    return result


@pytest.fixture
def older_release(tmp_path: Path) -> Path:
    path = tmp_path / "pls_sample_fy2021_csv.zip"
    with path.open("wb") as target:
        write_sample_release(target, 2021, 1)
    return path


def test_an_upload_is_followed_until_it_is_live_with_its_counts(deployed_stack: DeployedStack) -> None:
    result = upload_and_load(deployed_stack)
    assert result.exit_code == 0, result.output
    assert "active: fiscal year 2022, 300 systems, 501 outlets" in result.stdout
    shown = json.loads(run_command("status", "--json").stdout)
    assert (shown["registry"]["fiscal_year"], shown["registry"]["systems"]) == (2022, 300)
    assert shown["queues"]["applications"] == {"waiting": 0, "in_work": 0}


def test_a_release_that_is_unlike_the_live_sample_is_quarantined_with_a_word_about_the_sample(
    deployed_stack: DeployedStack, tmp_path: Path
) -> None:
    upload_and_load(deployed_stack)
    other = tmp_path / "pls_fy2022_csv.zip"
    with other.open("wb") as target:
        write_sample_release(target, 2022, 7)
    result = upload_and_load(deployed_stack, other)
    assert result.exit_code == 1
    assert "built from the invented sample pls_sample_fy2022_csv.zip" in result.stderr


def test_the_list_of_releases_names_the_person_who_uploaded_a_release(deployed_stack: DeployedStack) -> None:
    upload_and_load(deployed_stack)
    (run,) = json.loads(run_command("release", "list", "--json").stdout)["runs"]
    person = unquote(run["provenance"]["uploaded-by"])
    assert person.startswith("arn:aws:sts::123456789012:assumed-role/operator/")
    shown = " ".join(run_command("release", "list").stdout.split())
    assert f"uploaded by {person}, as the command says" in shown


def test_a_refused_release_fails_the_command_and_leaves_the_live_version(
    deployed_stack: DeployedStack, tmp_path: Path
) -> None:
    upload_and_load(deployed_stack)
    broken = tmp_path / "pls_fy2023_csv.zip"
    broken.write_bytes(SAMPLE.read_bytes()[:20_000])
    result = upload_and_load(deployed_stack, broken)
    assert result.exit_code == 1
    assert "refused" in result.stdout
    runs = json.loads(run_command("release", "list", "--json").stdout)
    assert [run_command["status"] for run_command in runs["runs"]] == ["refused", "active"]
    assert runs["active"] == runs["runs"][1]["version"]


def test_a_pair_of_csv_files_is_zipped_and_loaded(
    deployed_stack: DeployedStack, unzipped_sample: tuple[Path, Path]
) -> None:
    systems, outlets = unzipped_sample
    deployed_stack.load_next_upload()
    result = run_command("upload", systems, outlets, "--timeout", "60")
    assert result.exit_code == 0, result.output
    assert "300 systems, 501 outlets" in result.stdout


@pytest.fixture
def unzipped_sample(tmp_path: Path) -> tuple[Path, Path]:
    with zipfile.ZipFile(SAMPLE) as archive:
        archive.extractall(tmp_path)
        names = [name for name in archive.namelist() if name.endswith(".csv")]
    systems = next(name for name in names if "AE" in name)
    return tmp_path / systems, tmp_path / next(name for name in names if name != systems)


def test_a_roll_back_keeps_its_reason_and_its_operator(
    deployed_stack: DeployedStack, older_release: Path
) -> None:
    upload_and_load(deployed_stack, older_release)
    upload_and_load(deployed_stack)
    pointer = json.loads(
        run_command(
            "release", "rollback", "--reason", "Kansas is missing", "--json", "--yes", "--no-preview"
        ).stdout
    )
    assert pointer["fiscal_year"] == 2021
    newest = json.loads(run_command("release", "list", "--json").stdout)["runs"][0]
    assert newest["reason"] == "Kansas is missing"
    assert "assumed-role/operator/" in newest["by"]
    again = run_command("release", "rollback", "--reason", "once more", "--yes", "--no-preview")
    assert (again.exit_code, "rolled back itself" in again.stderr) == (1, True)


def submit_applications(deployed_stack: DeployedStack, *, sender: str = PARTNER) -> Result:
    result = run_command("submit", ROOT / "events" / "demo-applications.jsonl")
    deployed_stack.decide_all(sender)
    return result


def test_submitted_applications_are_decided_and_listed(deployed_stack: DeployedStack) -> None:
    upload_and_load(deployed_stack)
    assert "23 applications sent" in submit_applications(deployed_stack).stdout
    decided = [json.loads(line) for line in run_command("results", "--json").stdout.splitlines()]
    assert len(decided) == 23
    assert {decision["source"] for decision in decided} == {PARTNER}
    needing = run_command("results", "--decision", "needs_review").stdout
    assert "demo-23-second-claimant" in needing
    assert "demo-01-clean" not in needing
    newest = run_command("results", "--limit", "1")
    assert "the newest 1 of 23 decisions" in newest.stderr


def test_sending_a_file_again_changes_nothing(deployed_stack: DeployedStack) -> None:
    upload_and_load(deployed_stack)
    submit_applications(deployed_stack)
    before = decisions_shown()
    submit_applications(deployed_stack)
    assert decisions_shown() == before


def decisions_shown() -> list[dict[str, object]]:
    """Every decision, without the time that orders its application: a resend is noted there."""
    lines = run_command("results", "--json").stdout.splitlines()
    return [{**json.loads(line), "order_time": None} for line in lines]


def test_unreadable_lines_are_reported_and_the_others_sent(deployed_stack: DeployedStack) -> None:
    lines = '{"application_id": "A-1", "name": "X"}\nno json\n{"application_id": "\\u0007", "name": "Y"}\n'
    result = run_command("submit", "-", "--json", given=lines)
    assert result.exit_code == 1
    shown = json.loads(result.stdout)
    assert shown["sent"] == 1
    assert [line["line"] for line in shown["unreadable"]] == [2, 3]


def test_a_block_of_unreadable_lines_is_reported_with_its_range(deployed_stack: DeployedStack) -> None:
    lines = 'Record ID,Organization,City\nA-1,"Anytown PL,Any\ntown\nA-2,Elsewhere PL,Elsewhere\n'
    result = run_command("submit", "-", "--column", "name=Organization", given=lines)
    assert (result.exit_code, "1 application sent" in result.stdout) == (1, True)
    assert "lines 2 to 3 cannot be read: a quotation mark is opened and not closed" in result.stderr
    assert 'columns read: application_id from "Record ID", name from "Organization"' in result.stderr


def test_fields_about_a_person_are_not_sent(deployed_stack: DeployedStack) -> None:
    lines = "application_id,name,contact_email\nA-1,Anytown PL,a@b.example\n"
    result = run_command("submit", "-", given=lines)
    assert "contact_email" in result.stderr
    (message,) = boto3.client("sqs").receive_message(QueueUrl=deployed_stack.applications)["Messages"]
    assert json.loads(message["Body"]) == {"application_id": "A-1", "name": "Anytown PL"}


def test_a_decision_of_any_sender_is_explained(deployed_stack: DeployedStack) -> None:
    upload_and_load(deployed_stack)
    submit_applications(deployed_stack)
    result = run_command("explain", "demo-04-branch")
    assert result.exit_code == 0, result.output
    for said in ("VALIDATED", "OR7002-003", "CALDERA VALLEY LIBRARY SYSTEM", "(branch)", "street", PARTNER):
        assert said in result.stdout
    whole = json.loads(run_command("explain", "demo-04-branch", "--source", PARTNER, "--json").stdout)
    assert whole["match"]["fscs_id"] == "OR7002-003"
    assert len(whole["history"]) == 1


def test_an_id_that_two_senders_use_needs_the_source(deployed_stack: DeployedStack) -> None:
    upload_and_load(deployed_stack)
    submit_applications(deployed_stack)
    submit_applications(deployed_stack, sender="AROAPARTNERTWO")
    result = run_command("explain", "demo-04-branch")
    assert result.exit_code == 1
    assert "AROAPARTNERONE, AROAPARTNERTWO" in result.stderr
    assert run_command("explain", "demo-04-branch", "--source", "AROAPARTNERTWO").exit_code == 0


def test_an_unknown_application_cannot_be_explained(deployed_stack: DeployedStack) -> None:
    assert run_command("explain", "nobody").exit_code == 1
    assert run_command("explain", "nobody", "--source", PARTNER).exit_code == 1


def run_override(*arguments: str, given: str | None = None) -> Result:
    return run_command("override", "set", *arguments, "--words", "called; they knew of it", given=given)


CALLED: Final = ("--answer", "validated", "--as", "ia7009-3", "--reason", "CONFIRMED_BY_PHONE")


def test_an_override_is_recorded_after_a_person_has_confirmed_it(deployed_stack: DeployedStack) -> None:
    upload_and_load(deployed_stack)
    submit_applications(deployed_stack)
    declined = run_override("demo-17-friends", *CALLED, given="n\n")
    assert (declined.exit_code, "no override was recorded" in declined.stderr) == (1, True)
    assert "NOT VALIDATED" in declined.stdout
    assert "would become: validated as IA7009-003" in declined.stdout
    assert "[AFFILIATE]" in declined.stdout
    assert json.loads(run_command("override", "list", "demo-17-friends", "--json").stdout) == []

    result = run_override("demo-17-friends", *CALLED, given="y\n")
    assert result.exit_code == 0, result.output
    explained = run_command("explain", "demo-17-friends").stdout
    for said in ("[OVERRIDDEN_BY_PERSON]", "called; they knew of it", "assumed-role/operator/", "in force"):
        assert said in explained
    (kept,) = json.loads(run_command("override", "list", "demo-17-friends", "--json").stdout)
    assert (kept["fscs_id"], kept["effect"]) == ("IA7009-003", "stands")


def test_an_override_is_in_effect_until_it_is_withdrawn(deployed_stack: DeployedStack) -> None:
    upload_and_load(deployed_stack)
    submit_applications(deployed_stack)
    run_override("demo-17-friends", *CALLED, "--yes")
    submit_applications(deployed_stack)
    current = json.loads(run_command("explain", "demo-17-friends", "--json").stdout)
    assert current["reason_codes"] == ["OVERRIDDEN_BY_PERSON", "CONFIRMED_BY_PHONE"]

    back = ("--answer", "needs_review", "--reason", "decided_in_error", "--yes", "--json")
    decided = json.loads(run_override("demo-17-friends", *back).stdout)
    assert (decided["decision"], decided["reason_codes"]) == ("not_validated", ["AFFILIATE"])
    shown = json.loads(run_command("explain", "demo-17-friends", "--json").stdout)
    assert [override["effect"] for override in shown["overrides"]] == ["replaced", "replaced"]
    assert [decision["cause"]["kind"] for decision in shown["history"]] == [
        "submission",
        "override",
        "override",
    ]


def test_an_impossible_override_is_refused(deployed_stack: DeployedStack) -> None:
    upload_and_load(deployed_stack)
    submit_applications(deployed_stack)
    unlisted = run_override("demo-17-friends", *CALLED[:3], "IA7999", *CALLED[4:], "--yes")
    assert (unlisted.exit_code, "IA7999 is not in the registry" in unlisted.stderr) == (1, True)
    held = run_override("demo-17-friends", *CALLED[:3], "IA7001", *CALLED[4:], "--yes")
    assert (held.exit_code, "IA7001 is held by application" in held.stderr) == (1, True)
    assert run_override("demo-17-friends", *CALLED, "--yes", "--beside-holder").exit_code == 0
    stale = "00000000-0000-0000-0000-000000000001"
    late = run_override("demo-17-friends", *CALLED, "--yes", "--seen", stale)
    assert (late.exit_code, "decided meanwhile" in late.stderr) == (1, True)


@pytest.mark.parametrize("command", [("status",), ("results",), ("release", "list")], ids=" ".join)
def test_a_command_says_that_a_new_stack_has_nothing_to_show(
    deployed_stack: DeployedStack, command: tuple[str, ...]
) -> None:
    assert run_command(*command).exit_code == 0
