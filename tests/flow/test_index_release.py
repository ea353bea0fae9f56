"""An upload passes from the bucket through the queue and the function to the table and the bus."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from functions.index_release.handler import build_runtime, lambda_handler
from library_validator.adapters.aws.early_retries import Delivery
from library_validator.adapters.aws.releases_queue import ReleasesMessage
from library_validator.entrypoints.index_release import handler
from library_validator.errors import IndexIncomplete, NoActiveRegistry
from tests.builders.aws_resources import RELEASES_BUCKET
from tests.builders.events import queue_message, release_uploaded
from tests.builders.lambda_context import CONTEXT
from tests.flow.release_stack import ReleaseStack, sample


def test_an_uploaded_release_is_live_and_announced(release_stack: ReleaseStack) -> None:
    release_stack.upload(sample(2022))
    [response] = release_stack.deliver()

    assert response["status"] == "active"
    record = release_stack.table.version(release_stack.pointer().active)
    assert record.version == response["version"]
    assert (record.fiscal_year, record.state) == (2022, "active")
    [run] = release_stack.runs()
    assert run.report
    assert (run.report["systems"], run.report["outlets"]) == (record.systems, record.outlets)
    [event] = release_stack.published()
    assert (event["source"], event["detail-type"]) == ("library-validator", "Registry Activated")
    assert event["detail"]["metadata"]["registry_version"] == record.version
    assert event["detail"]["data"]["systems"] == record.systems > 100


def test_the_manifest_in_the_bucket_lists_the_postings(release_stack: ReleaseStack) -> None:
    release_stack.upload(sample(2022))
    release_stack.deliver()

    runtime = build_runtime()
    record = release_stack.table.version(release_stack.pointer().active)
    keys = runtime.bucket.manifest(record.version)
    assert len(keys) == record.postings
    assert release_stack.table.postings(record.version, keys).keys() == keys


def test_a_newer_release_goes_live_and_the_older_version_stays_readable(release_stack: ReleaseStack) -> None:
    release_stack.upload(sample(2021), key="releases/pls_sample_fy2021_csv.zip")
    release_stack.upload(sample(2022))
    first, second = release_stack.deliver()

    pointer = release_stack.pointer()
    assert (pointer.active, pointer.previous) == (second["version"], first["version"])
    record = release_stack.table.version(second["version"])
    assert [release.fiscal_year for release in record.releases] == [2021, 2022]


def test_a_load_that_fails_is_asked_for_again_soon_and_then_succeeds(release_stack: ReleaseStack) -> None:
    release_stack.upload(sample(2022))
    [message] = release_stack.messages()
    asked: list[Delivery] = []
    hurried = replace(build_runtime(), time_left=lambda: 1.0, retry_soon=asked.append)
    event = ReleasesMessage.model_validate(message)
    with pytest.raises(IndexIncomplete):
        handler(event, hurried, lambda: datetime.now(UTC))
    assert asked == [event.delivery]
    assert handler(event, build_runtime(), lambda: datetime.now(UTC)).status == "active"


def test_the_account_that_uploaded_a_release_is_the_one_that_s3_names(release_stack: ReleaseStack) -> None:
    forged = {"uploaded-by": "arn:aws:iam::1:user/pat", "requester": "forged"}
    put = release_stack.s3.put_object(
        Bucket=RELEASES_BUCKET, Key="releases/a.zip", Body=sample(2022), Metadata=forged
    )
    lambda_handler(release_uploaded("releases/a.zip", put["VersionId"]), CONTEXT)
    [run] = release_stack.runs()
    assert run.provenance == {"uploaded-by": "arn:aws:iam::1:user/pat", "requester": "123456789012"}


def test_a_second_delivery_of_a_message_changes_nothing(release_stack: ReleaseStack) -> None:
    release_stack.upload(sample(2022))
    [message] = release_stack.messages()
    first = lambda_handler(message, CONTEXT)
    pointer = release_stack.pointer()
    assert lambda_handler(message, CONTEXT) == first
    assert release_stack.pointer() == pointer
    assert len(release_stack.published()) == 1


def test_an_upload_event_without_a_version_loads_the_newest_object(release_stack: ReleaseStack) -> None:
    release_stack.upload(sample(2022))
    [message] = release_stack.messages()
    body = json.loads(message["Records"][0]["body"])
    version = body["detail"]["object"].pop("version-id")
    message["Records"][0]["body"] = json.dumps(body)

    response = lambda_handler(message, CONTEXT)
    assert response["status"] == "active"
    assert response["run_id"] == f"releases/pls_sample_fy2022_csv.zip@{version}"


def test_an_object_key_is_not_decoded(release_stack: ReleaseStack) -> None:
    """EventBridge does not encode keys, and a release can have any name."""
    release_stack.upload(sample(2022), key="releases/pls fy2022+ä%20.zip")
    [response] = release_stack.deliver()
    assert response["status"] == "active"
    assert response["run_id"].startswith("releases/pls fy2022+ä%20.zip@")


@pytest.mark.parametrize("content", [b"", b"<html>Not found</html>", sample(2022)[:5_000]])
def test_a_file_that_is_not_a_release_is_refused(release_stack: ReleaseStack, content: bytes) -> None:
    release_stack.upload(content)
    [response] = release_stack.deliver()

    assert response["status"] == "refused"
    with pytest.raises(NoActiveRegistry):
        release_stack.pointer()
    [event] = release_stack.published()
    assert event["detail-type"] == "Release Refused"
    assert event["detail"]["data"]["problems"][0]["message"] == release_stack.runs()[0].problems[0]["message"]


def test_other_content_for_the_live_year_is_quarantined(release_stack: ReleaseStack) -> None:
    release_stack.upload(sample(2022))
    release_stack.upload(sample(2022, seed=2))
    first, second = release_stack.deliver()

    assert second["status"] == "quarantined"
    assert release_stack.pointer().active == first["version"]
    assert {event["detail-type"] for event in release_stack.published()} == {
        "Registry Activated",
        "Release Refused",
    }


def test_a_folder_made_in_the_console_is_ignored(release_stack: ReleaseStack) -> None:
    release_stack.upload(b"", key="releases/2022/")
    assert [response["status"] for response in release_stack.deliver()] == ["ignored"]
    assert release_stack.runs() == []


def test_an_object_that_is_gone_before_its_event_is_refused(release_stack: ReleaseStack) -> None:
    release_stack.upload(sample(2022))
    [message] = release_stack.messages()
    for version in release_stack.s3.list_object_versions(Bucket=RELEASES_BUCKET)["Versions"]:
        release_stack.s3.delete_object(
            Bucket=RELEASES_BUCKET, Key=version["Key"], VersionId=version["VersionId"]
        )
    assert lambda_handler(message, CONTEXT)["status"] == "refused"


def test_an_unreadable_message_goes_back_to_the_queue(release_stack: ReleaseStack) -> None:
    with pytest.raises(ValueError, match="body"):
        lambda_handler(queue_message("{}"), CONTEXT)


def test_the_metrics_and_the_log_have_the_counts_of_the_release(
    release_stack: ReleaseStack, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    release_stack.upload(sample(2022))
    release_stack.deliver()

    record = release_stack.table.version(release_stack.pointer().active)
    metrics = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    counts = {name: value for line in metrics for name, value in line.items() if name.startswith("Release")}
    assert counts["ReleaseRuns"] == [1.0]
    assert counts["ReleaseSystems"] == [record.systems]
    [logged] = [vars(line) for line in caplog.records if line.message == "release loaded"]
    assert (logged["version"], logged["outlets"]) == (record.version, record.outlets)
