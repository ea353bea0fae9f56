"""The command ``doctor``: remedies, errors in logs, and stacks that cannot be opened."""

from __future__ import annotations

import fcntl
import json
import shlex
from datetime import UTC, datetime
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner

from library_validator.operations.facts import NotRead
from library_validator.operations.findings import Finding, FindingCode
from library_validator_cli.commands import doctor
from library_validator_cli.diagnosing.delivering import RULES, SCHEDULES, TRIGGERS
from library_validator_cli.diagnosing.function_logs import FUNCTIONS, error_of_line, errors_of_local_log
from library_validator_cli.diagnosing.gathering import TABLES
from library_validator_cli.diagnosing.reading import Missing, Reader, fact_or_reason
from library_validator_cli.diagnosing.remedies import REMEDIES
from library_validator_cli.diagnosing.unreachable import diagnosis_of_unreachable
from library_validator_cli.main import app
from library_validator_cli.stack_access import QUEUES
from library_validator_devstack.local_stack import LocalStack
from tests.builders.command_lines import every_command
from tests.template.template_reader import read_template
from tests.unit.test_documents import anchors_of

ROOT = Path(__file__).parents[3]


def denied(operation: str) -> ClientError:
    return ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, operation)


@pytest.mark.parametrize("code", FindingCode)
def test_each_finding_has_a_command_that_exists_and_a_section_of_the_runbook(code: FindingCode) -> None:
    remedy = REMEDIES[code]
    queues = [name for name in QUEUES if name.endswith("dead letters")]
    for subject in queues if code is FindingCode.DEAD_LETTERS else [""]:
        section = remedy.section_for(Finding(code, "…", subject))
        anchor = section.lower().replace(":", "").replace(" ", "-")
        assert anchor in anchors_of(ROOT / "docs" / "runbook.md")
    for line in filter(None, (remedy.command, remedy.local)):
        for part in line.split("&&"):
            program, *words = shlex.split(part)
            assert program in {"library-validator", "aws", "sam"}
            if program == "library-validator":
                assert any(tuple(words[: len(path)]) == path for path in every_command()), line


def test_dead_letters_of_each_queue_have_a_section_of_their_own() -> None:
    letters = Finding(FindingCode.DEAD_LETTERS, "…", "releases dead letters")
    assert REMEDIES[letters.code].section_for(letters) == "Releases in the dead-letter queue"


def test_a_command_names_the_subject_and_the_stack() -> None:
    finding = Finding(FindingCode.TRIGGER_DISABLED, "…", "u-1")
    remedy = REMEDIES[finding.code]
    assert remedy.command_for(finding, "lv", is_local=False).endswith("--uuid u-1")
    letters = Finding(FindingCode.DEAD_LETTERS, "…", "applications dead letters")
    assert REMEDIES[letters.code].command_for(letters, "lv", is_local=True).endswith("dlq show applications")
    lost = Finding(FindingCode.UNDELIVERED_EVENTS, "…", "undelivered events")
    assert REMEDIES[lost.code].command_for(lost, "lv", is_local=True).endswith("dlq show undelivered")
    broken = Finding(FindingCode.FUNCTION_BROKEN, "…", "revalidate")
    assert "sam deploy" in REMEDIES[broken.code].command_for(broken, "lv", is_local=False)
    assert "up --redeploy" in REMEDIES[broken.code].command_for(broken, "lv", is_local=True)


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("START RequestId: 1 Version: $LATEST", ""),
        ('{"level":"WARNING","message":"event not taken"}', ""),
        ('{"level":"ERROR","message":"load failed","problem":"IndexIncomplete"}', "IndexIncomplete"),
        ('{"level":"ERROR","errorType":"KeyError","errorMessage":"\'Jane Doe\'"}', "KeyError"),
        ("[ERROR] ValueError: Jane Doe\nTraceback (most recent call last):", "ValueError"),
        (
            "[ERROR] Runtime.ImportModuleError: Unable to import module 'handler': No module named 'x'",
            "Runtime.ImportModuleError: Unable to import module 'handler': No module named 'x'",
        ),
        (
            "2026-11-29T12:00:00Z 1 Task timed out after 60.00 s",
            "a try ended at the time limit of the function",
        ),
    ],
)
def test_an_error_in_a_log_is_named_without_the_words_of_an_applicant(line: str, error: str) -> None:
    assert error_of_line(line) == error


def test_the_local_servers_log_has_errors_that_no_function_could_log() -> None:
    since = datetime(2026, 1, 1, tzinfo=UTC)
    start = "2026-11-29 22:34:00 ERROR [lambda] Warm worker execution error for"
    lines = [
        f"{start} lv-One: Worker init failed: No module named 'x'",
        f"{start} lv-One: a text of an applicant",
        f"{start} lv-Two: Worker init failed: No module named 'y'",
        "2025-11-29 22:34:00 ERROR [lambda] Warm worker execution error for lv-One: old",
    ]
    assert [error.text for error in errors_of_local_log(lines, "lv-One", since)] == [
        "Runtime.ImportModuleError: No module named 'x'",
        "its process failed; see .local/run/server.log",
    ]


class SessionOf:
    """A session whose clients answer with a value or an error."""

    def __init__(self, answer: object) -> None:
        self._answer = answer

    def client(self, *_names: object, **_settings: object) -> SessionOf:
        return self

    def describe(self) -> object:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def reader_of(*answers: object) -> Reader:
    sessions: list[object] = [SessionOf(answer) for answer in answers]
    return Reader(sessions)  # type: ignore[arg-type]


def test_what_the_operator_role_may_not_read_is_read_with_the_callers_own_permissions() -> None:
    assert reader_of(denied("Describe"), "found").ask("any", "describe") == "found"


def test_a_refused_read_is_a_reason_and_not_a_fact() -> None:
    reader = reader_of(denied("Describe"), denied("Describe"))
    assert fact_or_reason("the table", reader.ask, "any", "describe") == NotRead(
        "the table: your permissions do not include Describe"
    )


def test_a_resource_that_does_not_exist_is_told_apart_from_a_refusal() -> None:
    gone = ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": "gone"}}, "Describe")
    with pytest.raises(Missing):
        reader_of(gone).ask("any", "describe")


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("crashed", "local_stack_crashed"),
        ("silent", "local_stack_silent"),
        ("empty", "nothing_deployed"),
        ("never", "local_stack_down"),
        ("other", "stack_unreachable"),
    ],
)
def test_a_stack_that_cannot_be_opened_is_one_finding(condition: str, code: str) -> None:
    found = diagnosis_of_unreachable("it is gone", condition)  # type: ignore[arg-type]
    assert [(finding.code.value, finding.sentence) for finding in found.findings] == [(code, "It is gone.")]
    assert not found.is_healthy


def test_doctor_without_a_stack_names_the_cause_and_the_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "LIBRARY_VALIDATOR_STACK"):
        monkeypatch.delenv(name, raising=False)
    result = CliRunner().invoke(app, ["doctor", "--json"])
    assert result.exit_code == 1
    (finding,) = json.loads(result.stdout)["findings"]
    assert finding["code"] == "stack_unreachable"
    assert "no AWS region is set" in finding["sentence"]


def test_credentials_that_are_refused_are_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_name: str | None) -> None:
        raise denied("GetCallerIdentity")

    monkeypatch.setattr(doctor, "open_stack", refuse)
    result = CliRunner().invoke(app, ["doctor", "--stack-name", "lv"])
    assert result.exit_code == 1
    assert "permissions do not include GetCallerIdentity" in result.stdout
    assert "type: aws sts get-caller-identity" in result.stdout


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout in which nothing is installed."""
    (tmp_path / "template.yaml").touch()
    (tmp_path / "layers" / "core").mkdir(parents=True)
    (tmp_path / ".local" / "run").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "LIBRARY_VALIDATOR_STACK"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def findings_shown() -> list[dict[str, str]]:
    result = CliRunner().invoke(app, ["doctor", "--json"])
    assert result.exit_code == 1
    found: list[dict[str, str]] = json.loads(result.stdout)["findings"]
    return found


def test_doctor_names_a_local_stack_that_was_killed(checkout: Path) -> None:
    record = {"pid": 4712, "port": 4711, "started_at": 1_795_991_445.0, "outputs": {}}
    (checkout / ".local" / "run" / "server.json").write_text(json.dumps(record))
    (finding,) = findings_shown()
    assert (finding["code"], finding["command"]) == ("local_stack_crashed", "library-validator up")
    assert "its process 4712 is gone" in finding["sentence"]


def test_doctor_names_a_local_stack_that_is_down(checkout: Path) -> None:
    (finding,) = findings_shown()
    assert finding["code"] == "local_stack_down"
    assert f"the local stack of {checkout} is not up" in finding["sentence"].replace("The", "the")


def test_doctor_names_a_local_stack_on_which_nothing_is_deployed(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = {"pid": 4712, "port": 4711, "started_at": 1_795_991_445.0, "outputs": {}}
    (checkout / ".local" / "run" / "server.json").write_text(json.dumps(record))
    monkeypatch.setattr(LocalStack, "is_healthy", lambda _self: True)
    with (checkout / ".local" / "run" / "server.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        (finding,) = findings_shown()
    assert finding["code"] == "nothing_deployed"


def test_doctor_looks_at_every_queue_function_rule_schedule_and_table_of_the_template() -> None:
    template = read_template()
    assert set(QUEUES.values()) == set(template.of_type("AWS::SQS::Queue"))
    functions = template.of_type("AWS::Serverless::Function")
    assert set(FUNCTIONS.values()) == set(functions)
    assert set(RULES) == set(template.of_type("AWS::Events::Rule"))
    assert set(TABLES) == set(template.of_type("AWS::DynamoDB::Table"))
    events = {
        (function, name, event["Type"])
        for function, properties in functions.items()
        for name, event in properties.get("Events", {}).items()
    }
    scheduled = {f"{function}{name}" for function, name, kind in events if kind == "ScheduleV2"}
    assert set(SCHEDULES) == scheduled | set(template.of_type("AWS::Scheduler::Schedule"))
    fed = {f"{function}Arn" for function, _, kind in events if kind == "SQS"}
    assert {output for _, output in TRIGGERS.values()} == fed
