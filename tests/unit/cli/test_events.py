"""The sample events: their functions can read them, and the demo's applications get the expected answers."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from library_validator.adapters.aws.applications_queue import ApplicationsBatch
from library_validator.adapters.aws.releases_queue import ReleasesMessage
from library_validator.adapters.aws.revalidations_queue import ActivationEvent, RevalidationsMessage
from library_validator.decisions.deciding import Judge
from library_validator.decisions.decision import Submission
from library_validator.entrypoints.sweep_results import SweepEvent
from library_validator.errors import ApplicationUnreadable
from library_validator.intake.applications_file import BadLine, Row
from library_validator.registry.store import RegistryReader
from library_validator_cli.applications_file import open_applications
from library_validator_cli.local_matching import match_rows, registry_of
from library_validator_cli.schemas import main as write_schemas
from library_validator_cli.schemas import schemas
from library_validator_devstack.demo import SAMPLE_RELEASES

ROOT = Path(__file__).parents[3]
EVENTS = ROOT / "events"
DEMO = [json.loads(line) for line in (EVENTS / "demo-applications.jsonl").read_text().splitlines()]
OLDER_YEARS = [
    json.loads(line) for line in (EVENTS / "demo-applications-older-years.jsonl").read_text().splitlines()
]
OPERATOR = "AROAEXAMPLEOPERATOR1"
UNREADABLE = {"malformed": 1, "missing-application-id": 1, "poison-among-ten": 1}


def events_of(function: str) -> list[Path]:
    return sorted((EVENTS / function).glob("*.json"))


@pytest.mark.parametrize("path", events_of("validate_applications"), ids=lambda path: path.stem)
def test_applications_are_read_from_the_queues_event(path: Path) -> None:
    batch = ApplicationsBatch.model_validate_json(path.read_text())
    unreadable = 0
    for message in batch.records:
        try:
            submission = message.submission(redrivers=[OPERATOR])
        except ApplicationUnreadable:
            unreadable += 1
        else:
            assert submission.source.startswith("AROAEXAMPLEPARTNER")
            assert "person@example.org" not in submission.model_dump_json()
    assert unreadable == UNREADABLE.get(path.stem, 0)


def test_a_redriven_message_keeps_sender_and_time_and_one_that_sqs_moved_counts_as_the_oldest() -> None:
    def submission_of(case: str, *redrivers: str) -> Submission:
        path = EVENTS / "validate_applications" / f"{case}.json"
        (message,) = ApplicationsBatch.model_validate_json(path.read_text()).records
        return message.submission(redrivers)

    first, redriven = submission_of("clean-match"), submission_of("redriven", OPERATOR)
    assert (redriven.source, redriven.sent_at) == (first.source, first.sent_at)
    assert submission_of("redriven").source == OPERATOR
    assert submission_of("moved-by-sqs").effective_time < first.sent_at


@pytest.mark.parametrize("path", events_of("index_release"), ids=lambda path: path.stem)
def test_uploads_are_read_from_the_queues_event(path: Path) -> None:
    created = ReleasesMessage.model_validate_json(path.read_text()).created
    assert created.key.startswith("releases/")
    assert (created.version_id is None) == (path.stem == "without-version-id")


@pytest.mark.parametrize("path", events_of("revalidate"), ids=lambda path: path.stem)
def test_tasks_are_read_from_the_queues_event(path: Path) -> None:
    asked = RevalidationsMessage.model_validate_json(path.read_text()).request
    if isinstance(asked, ActivationEvent):
        assert path.stem == "registry-activated"
    else:
        other_tasks = {"schedule": "expiry", "ending-in-one-shard": "expiry", "retention": "retention"}
        assert asked.task == other_tasks.get(path.stem, "revalidate")
        assert (asked.shard == 3) == ("one-shard" in path.stem)


def test_the_schedule_is_read_from_its_event() -> None:
    (path,) = events_of("sweep_results")
    SweepEvent.model_validate_json(path.read_text())


def test_the_batch_of_ten_messages_has_one_that_is_not_an_application() -> None:
    batch = ApplicationsBatch.model_validate_json(
        (EVENTS / "validate_applications" / "poison-among-ten.json").read_text()
    )
    assert len(batch.records) == 10


def answers_of(file: Iterable[Row | BadLine], registry: RegistryReader) -> dict[str, str]:
    """The decision on each application of a file, by its id."""
    answers = [answer for answer in match_rows(file, Judge(registry)) if "decision" in answer]
    return {answer["application_id"]: answer["decision"] for answer in answers}


def test_the_applications_of_the_demo_get_the_expected_answers() -> None:
    registry = registry_of([EVENTS / "sample" / "pls_sample_fy2022_csv.zip"], lambda _said: None)
    with open_applications(EVENTS / "demo-applications.jsonl") as file:
        decided = answers_of(file, registry)
    # Without a store, the first claimant is not known.
    expected = {sample["application_id"]: sample["expected"] for sample in DEMO if "after" not in sample}
    assert {application_id: decided[application_id] for application_id in expected} == expected


@pytest.mark.parametrize(
    ("samples", "answers"),
    [
        (SAMPLE_RELEASES, {sample["application_id"]: sample["expected"] for sample in OLDER_YEARS}),
        # The only library of its town may be the applicant. The other town has no listed library.
        (
            SAMPLE_RELEASES[1:],
            {"demo-25-former-name": "needs_review", "demo-26-no-longer-listed": "not_validated"},
        ),
    ],
    ids=["both years", "the newer year alone"],
)
def test_former_names_and_vanished_libraries_are_known_from_the_release_of_the_year_before(
    samples: tuple[Path, ...], answers: dict[str, str]
) -> None:
    registry = registry_of([ROOT / sample for sample in samples], lambda _said: None)
    with open_applications(EVENTS / "demo-applications-older-years.jsonl") as file:
        decided = answers_of(file, registry)
    assert decided == answers


def test_the_demo_has_about_twenty_cases_and_expects_every_answer() -> None:
    assert 20 <= len(DEMO) <= 25
    assert {sample["expected"] for sample in DEMO} == {"validated", "needs_review", "not_validated"}


def test_the_applications_of_the_demo_fit_the_schema_except_for_one_bad_field() -> None:
    validator = Draft202012Validator(schemas()["application.json"])
    faulty = {sample["application_id"] for sample in DEMO if not validator.is_valid(sample)}
    assert faulty == {"demo-22-bad-field"}


def emitted_samples() -> list[Path]:
    return sorted((EVENTS / "out").rglob("*.json"))


def schema_of(sample: Path) -> str:
    """The name of its schema: ``<event>.json``, also for a sample named ``<event>.<what it shows>.json``."""
    return f"{sample.name.partition('.')[0]}.json"


def test_every_event_has_an_emitted_sample() -> None:
    events = set(schemas()) - {"application.json"}
    assert {path.name for path in emitted_samples()} >= events
    assert {schema_of(path) for path in emitted_samples()} == events


@pytest.mark.parametrize("path", emitted_samples(), ids=lambda path: path.stem)
def test_emitted_samples_fit_the_published_schemas(path: Path) -> None:
    published: dict[str, Any] = json.loads((ROOT / "docs" / "schemas" / schema_of(path)).read_text())
    Draft202012Validator.check_schema(published)
    event = json.loads(path.read_text())
    Draft202012Validator(published).validate(event)
    assert event["detail"]["metadata"]["schema_version"] == path.parent.name


@pytest.mark.parametrize(
    ("sample", "code"),
    [
        ("library-application-needs-review.same-sender", "SAME_SENDER_AGAIN"),
        ("library-application-needs-review.claim-limit", "CLAIM_LIMIT"),
        ("library-application-needs-review.suspended", "PARTNER_SUSPENDED"),
        ("library-application-validated.other-outlet", "OTHER_OUTLET_APPLIED"),
    ],
)
def test_each_reason_code_about_senders_has_a_sample(sample: str, code: str) -> None:
    event = json.loads((EVENTS / "out" / "1.0" / f"{sample}.json").read_text())
    assert code in event["detail"]["data"]["reason_codes"]


def test_the_published_schemas_are_those_of_the_models(capsys: pytest.CaptureFixture[str]) -> None:
    assert write_schemas(["--check", "--folder", str(ROOT / "docs" / "schemas")]) == 0, (
        capsys.readouterr().err
    )


def test_the_check_fails_if_a_schema_is_outdated_or_missing(tmp_path: Path) -> None:
    assert write_schemas(["--folder", str(tmp_path)]) == 0
    (tmp_path / "application.json").write_text("{}")
    assert write_schemas(["--check", "--folder", str(tmp_path)]) == 1
    assert write_schemas(["--folder", str(tmp_path)]) == 0
    (tmp_path / "long-gone.json").write_text("{}")
    assert write_schemas(["--check", "--folder", str(tmp_path)]) == 1
    assert write_schemas(["--folder", str(tmp_path)]) == 0
    assert write_schemas(["--check", "--folder", str(tmp_path)]) == 0
