"""Commands accept, reject and reindex releases, through the bucket, the queue and the function."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from dataclasses import replace
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner, Result

from library_validator.registry.bucket import REQUESTER
from library_validator.registry.store import Run
from library_validator_cli.commands import release, release_review
from library_validator_cli.main import app
from library_validator_cli.stack_access import Stack
from tests.builders.aws_resources import REGISTRY_TABLE, RELEASES_BUCKET, RESULTS_BUS
from tests.flow.release_stack import ReleaseStack, sample

NEWER, OLDER = "releases/pls_sample_fy2022_csv.zip", "releases/pls_sample_fy2021_csv.zip"


@pytest.fixture(autouse=True)
def _use_this_stack(monkeypatch: pytest.MonkeyPatch, release_stack: ReleaseStack) -> None:
    """The commands use this stack. A command that follows a load delivers the message of the load."""
    outputs = {
        "RegistryTable": REGISTRY_TABLE,
        "ReleasesBucket": RELEASES_BUCKET,
        "ResultsBus": RESULTS_BUS,
    }
    session = boto3.Session()

    def deliver_and_follow(_registry: object, run_id: str, _said: object, _timeout: float) -> Run:
        with redirect_stdout(io.StringIO()):  # the function's metrics are not output of the command
            release_stack.deliver()
        run = release_stack.table.run(run_id)
        assert run
        return run

    for module in (release, release_review):
        monkeypatch.setattr(
            module, "open_stack", lambda _name: Stack("a test", False, outputs, session, session)
        )
    monkeypatch.setattr(release_review, "follow_run", deliver_and_follow)


def run_release_command(*arguments: str) -> Result:
    """The answers that would change are counted in ``test_release_previews.py``."""
    unasked = ["--yes", "--no-preview"] if arguments[0] == "accept" else []
    return CliRunner().invoke(app, ["release", *arguments, *unasked])


def json_of(result: Result) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


@pytest.fixture
def quarantined_run(release_stack: ReleaseStack) -> Run:
    """FY2022 is live, and FY2021 was uploaded after it."""
    for key, year in ((NEWER, 2022), (OLDER, 2021)):
        release_stack.upload(sample(year), key)
        release_stack.deliver()
    run = release_stack.runs()[0]
    assert run.status == "quarantined"
    return run


def test_a_quarantined_release_is_accepted_by_a_part_of_its_name(
    release_stack: ReleaseStack, quarantined_run: Run
) -> None:
    result = run_release_command("accept", "fy2021", "--reason", "older year, checked by hand", "--json")

    assert result.exit_code == 0, result.output
    run = json_of(result)
    assert (run["status"], run["reason"]) == ("active", "older year, checked by hand")
    assert run["by"].startswith("arn:aws:")
    assert release_stack.pointer().active == run["version"]
    assert [accepted.fiscal_year for accepted in release_stack.table.version(run["version"]).releases] == [
        2021,
        2022,
    ]
    kept = release_stack.table.run(quarantined_run.run_id)
    assert kept
    assert (kept.status, kept.accepted_as) == ("accepted", run["run_id"])
    events = [event for event in release_stack.published() if event["detail-type"] == "Registry Activated"]
    assert {event["detail"]["data"]["reason"] for event in events} == {
        "release loaded",
        "older year, checked by hand",
    }


def test_the_list_shows_the_acceptance_and_the_load(quarantined_run: Run) -> None:
    run_release_command("accept", quarantined_run.run_id, "--reason", "checked")
    runs = json_of(run_release_command("list", "--json"))["runs"]
    assert [run["status"] for run in runs] == ["active", "accepted", "active"]
    assert "checked (by arn" in " ".join(run_release_command("list").stdout.split())


def test_a_rejected_release_stays_rejected(release_stack: ReleaseStack, quarantined_run: Run) -> None:
    pointer = release_stack.pointer()
    result = run_release_command("reject", "fy2021", "--reason", "not ours")

    assert (result.exit_code, quarantined_run.run_id in result.stdout) == (0, True)
    assert release_stack.pointer() == pointer
    statuses = [
        event["detail"]["data"]["status"]
        for event in release_stack.published()
        if event["detail-type"] == "Release Refused"
    ]
    assert sorted(statuses) == ["quarantined", "rejected"]
    again = run_release_command("accept", quarantined_run.run_id, "--reason", "after all")
    assert (again.exit_code, "was rejected by" in again.stderr) == (1, True)


def test_a_name_that_several_runs_have_is_refused(release_stack: ReleaseStack, quarantined_run: Run) -> None:
    release_stack.upload(sample(2021, seed=3), OLDER)
    release_stack.deliver()
    result = run_release_command("reject", "fy2021", "--reason", "which one?")
    assert result.exit_code == 1
    assert "2 quarantined runs have fy2021 in their name" in result.stderr
    assert quarantined_run.run_id in result.stderr


@pytest.mark.usefixtures("quarantined_run")
def test_a_name_without_a_quarantined_run_is_refused() -> None:
    for name, said in (("fy2022", "waits for a person (it is active)"), ("fy1999", "release list shows all")):
        result = run_release_command("accept", name, "--reason", "why not")
        assert (result.exit_code, said in " ".join(result.stderr.split())) == (1, True), result.stderr


@pytest.mark.usefixtures("quarantined_run")
@pytest.mark.parametrize("command", ["accept", "reject"])
def test_accepting_and_rejecting_need_a_reason(command: str) -> None:
    assert run_release_command(command, "fy2021", "--reason", "  ").exit_code == 2


def test_reindexing_the_present_format_changes_nothing(release_stack: ReleaseStack) -> None:
    release_stack.upload(sample(2022), NEWER)
    release_stack.deliver()
    pointer = release_stack.pointer()
    result = run_release_command("reindex", "--json")

    assert result.exit_code == 0, result.output
    assert json_of(result)["status"] == "unchanged"
    assert release_stack.pointer() == pointer


def test_a_release_from_a_mirror_waits_with_its_origin(release_stack: ReleaseStack) -> None:
    origin = {"source-url": "https://mirror.example/pls.zip", "official": "no"}
    release_stack.s3.put_object(
        Bucket=RELEASES_BUCKET,
        Key="releases/fetched/pls_sample_fy2022_csv.zip",
        Body=sample(2022),
        Metadata=origin,
    )
    [response] = release_stack.deliver()
    assert response["status"] == "quarantined"
    [run] = release_stack.runs()
    assert (run.provenance, run.problems[0]["code"]) == ({**origin, REQUESTER: "123456789012"}, "from_mirror")
    result = run_release_command("accept", run.run_id, "--reason", "same sum as the agency's", "--json")
    assert json_of(result)["provenance"] == run.provenance
    assert json_of(result)["status"] == "active"


def test_an_unfinished_acceptance_is_found_by_name(release_stack: ReleaseStack, quarantined_run: Run) -> None:
    """The command was killed between the acceptance and the copy."""
    release_stack.table.put_run(replace(quarantined_run, status="accepted", reason="first words", by="pat"))
    result = run_release_command("accept", "fy2021", "--reason", "second words", "--json")
    assert (json_of(result)["status"], json_of(result)["reason"]) == ("active", "first words")
