"""The commands as people type them: help, answers, exit codes, and a plain sentence for each failure."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from typer.testing import CliRunner, Result

from library_validator.errors import CaseworkUnavailable, NoActiveRegistry
from library_validator_cli import main
from library_validator_cli.commands import status
from library_validator_cli.local_matching import FLAT_COLUMNS
from library_validator_cli.main import app
from library_validator_devstack.state_folder import LocalStackFailed
from tests.builders.command_lines import every_command
from tests.builders.release_files import SYSTEM, release_zip

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "events" / "sample" / "pls_sample_fy2022_csv.zip"


@pytest.fixture(autouse=True)
def _hide_every_stack(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "LIBRARY_VALIDATOR_STACK"):
        monkeypatch.delenv(name, raising=False)


def run(*arguments: str | Path, given: str | bytes | None = None) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=given)


def answers_of(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize("path", every_command(), ids=" ".join)
def test_every_command_has_help_with_an_example(path: tuple[str, ...]) -> None:
    result = run(*path, "--help")
    assert result.exit_code == 0
    assert f"Example: library-validator {' '.join(path)}" in " ".join(result.stdout.split())


def test_the_help_lists_the_exit_codes() -> None:
    assert "3 the stack or AWS cannot be reached" in " ".join(run("--help").stdout.split())


@pytest.mark.parametrize(
    ("raised", "exit_code", "message"),
    [
        (NoActiveRegistry(), 1, "no registry is active"),
        (CaseworkUnavailable("recent", "throttled"), 3, "throttled"),
        (LocalStackFailed("the port is taken"), 3, "the port is taken"),
        (EndpointConnectionError(endpoint_url="https://sqs.aws"), 3, "AWS cannot be reached"),
        (EndpointConnectionError(endpoint_url="https://127.0.0.1:1"), 3, "the local stack does not answer"),
        (OSError(28, "No space left on device", "out.csv"), 1, "the disk is full: out.csv could not be"),
        (
            ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "GetItem"),
            3,
            "refused GetItem: no",
        ),
        (ClientError({"Error": {"Code": "NoSuchBucket", "Message": "gone"}}, "PutObject"), 1, "gone"),
        (PermissionError(13, "Permission denied", "out.jsonl"), 1, "out.jsonl: Permission denied"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_a_failure_is_one_sentence_and_an_exit_code(
    raised: Exception, exit_code: int, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def raise_failure(_name: str | None) -> None:
        raise raised

    monkeypatch.setattr(status, "open_stack", raise_failure)
    result = run("status")
    assert result.exit_code == exit_code
    assert message in result.stderr
    assert "Traceback" not in result.output


def test_a_command_without_a_stack_and_a_region_fails_as_unreachable() -> None:
    for command in (
        ["status"],
        ["results"],
        ["explain", "A-1"],
        ["release", "list"],
        ["upload", str(SAMPLE)],
    ):
        result = run(*command)
        assert result.exit_code == 3, command
        assert "library-validator up" in result.stderr


def test_starting_the_local_stack_outside_a_checkout_fails() -> None:
    for command in ("up", "down", "demo"):
        result = run(command)
        assert (result.exit_code, "needs a checkout" in result.stderr) == (3, True)


def test_inspect_shows_the_content_of_a_release() -> None:
    (shown,) = [json.loads(run("inspect", SAMPLE, "--json").stdout)]
    assert (shown["status"], shown["fiscal_year"], shown["systems"], shown["outlets"]) == (
        "readable",
        2022,
        300,
        501,
    )
    assert {file["encoding"] for file in shown["files"]} == {"utf-8", "cp1252"}
    table = run("inspect", SAMPLE).stdout
    assert "300 systems, 501 outlets" in table
    assert "temporarily closed" in table


def test_inspect_shows_the_traces_of_a_wrong_encoding(tmp_path: Path) -> None:
    release = tmp_path / "pls_fy2022_csv.zip"
    system = {**SYSTEM, "LIBNAME": "BIBLIOTECA MAYAGÃ¼EZ", "CITY": "MANATÃ\ufffd"}
    release.write_bytes(release_zip([system]).getvalue())
    shown = json.loads(run("inspect", release, "--json").stdout)
    assert shown["repairs"] == {"double-encoded text repaired": 1}
    assert [(problem["code"], problem["severity"]) for problem in shown["problems"]] == [
        ("double_encoded_text", "warning"),
        ("letters_spoiled", "quarantine"),
    ]
    assert "letters_spoiled" in run("inspect", release).stdout


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<!DOCTYPE html><html></html>",
        b"STABR,FSCSKEY,LIBID\nAK,AK0001,AK1\n",
        SAMPLE.read_bytes()[:20_000],
    ],
    ids=["empty", "web page", "lone csv", "truncated"],
)
def test_a_file_that_is_not_a_release_is_refused_in_one_sentence(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "pls_fy2022_csv.zip"
    file.write_bytes(content)
    result = run("inspect", file, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["status"] == "refused"
    assert len(result.stderr.strip().splitlines()) == 1


def test_match_answers_in_order_and_names_the_columns_that_it_ignored(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(
        "application_id,name,city,state,zip,label\n"
        "A-1,Harlow Creek Public Library,Harlow Creek,Iowa,50201,IA7001\n"
        "A-2,one,cell,too,many,x,y\n"
        "A-3,Rolling Pin Bakery,Harlow Creek,IA,50201,NONE\n"
    )
    result = run("match", file, "--release", SAMPLE)
    first, second, third = answers_of(result)
    assert (first["application_id"], first["decision"], first["match"]["fscs_key"]) == (
        "A-1",
        "validated",
        "IA7001",
    )
    assert first["reason_codes"] == ["MATCH"]
    assert first["match"]["fscs_id"] == "IA7001-002"
    assert first["registry_version"].startswith("2022.")
    assert first["evidence"]
    assert first["authority"] == "unproven"
    assert (second["application_id"], second["line"]) == (None, 3)
    assert "7 cells" in second["error"]
    assert (third["decision"], third["match"]) == ("not_validated", None)
    assert "unknown columns, not read: label" in result.stderr


def test_match_reads_json_lines_from_standard_input() -> None:
    given = '{"application_id": "A-1", "name": "Harlow Creek Public Library", "state": "IA"}\n'
    (answer,) = answers_of(run("match", "-", "--release", SAMPLE, given=given))
    assert answer["application_id"] == "A-1"
    (unnamed,) = answers_of(run("match", "-", "--release", SAMPLE, given='{"name": "Anytown"}\n'))
    assert unnamed["application_id"] == "stdin-1"


def test_match_writes_flat_columns_for_sheets(tmp_path: Path) -> None:
    given = "application_id,name,city,state\nA-1,Harlow Creek Public Library,Harlow Creek,IA\nA-2,a,b,c,d\n"
    target = tmp_path / "out.csv"
    result = run("match", "-", "--release", SAMPLE, "--format", "csv", "--output", target, given=given)
    assert (result.exit_code, result.stdout) == (0, "")
    first, second = csv.DictReader(io.StringIO(target.read_text(encoding="utf-8")))
    assert tuple(first) == FLAT_COLUMNS
    assert (first["decision"], first["fscs_key"], first["error"]) == ("validated", "IA7001", "")
    assert (second["decision"], second["error"][:7]) == ("", "line 3:")
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_match_gives_the_same_bytes_for_the_same_files() -> None:
    path = ROOT / "events" / "demo-applications.jsonl"
    once, again = (run("match", path, "--release", SAMPLE).stdout for _ in range(2))
    assert once == again


def test_match_refuses_a_release_that_cannot_be_read(tmp_path: Path) -> None:
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"no zip")
    result = run("match", ROOT / "events" / "demo-applications.jsonl", "--release", broken)
    assert (result.exit_code, "Traceback" in result.output) == (1, False)


def test_a_file_that_does_not_exist_is_wrong_usage() -> None:
    assert run("inspect", "nowhere.zip").exit_code == 2
    assert run("match", "nowhere.csv", "--release", SAMPLE).exit_code == 2
    assert run("results", "--since", "yesterday").exit_code == 2


def test_older_releases_may_be_given_in_any_order(tmp_path: Path) -> None:
    older = tmp_path / "pls_sample_fy2021_csv.zip"
    assert run("sample-release", "--output", older, "--fiscal-year", "2021").exit_code == 0
    given = "application_id,name,city,state\nA-1,Foghorn Point Public Library,Foghorn Point,MA\n"
    decided = answers_of(run("match", "-", "--release", SAMPLE, "--release", older, given=given))
    other = answers_of(run("match", "-", "--release", older, "--release", SAMPLE, given=given))
    assert decided == other
    assert decided[0]["decision"] == "needs_review"
    assert decided[0]["match"]["last_listed"] == 2021


@pytest.fixture
def sample_csv(tmp_path: Path) -> Path:
    target = tmp_path / "applications.csv"
    target.write_text(run("sample-applications", "--release", SAMPLE, "--count", "40", "--seed", "3").stdout)
    return target


def test_sample_applications_can_be_matched(sample_csv: Path) -> None:
    labels = {
        row["application_id"]: row["label"] for row in csv.DictReader(sample_csv.read_text().splitlines())
    }
    decided = answers_of(run("match", sample_csv, "--release", SAMPLE))
    assert [answer["application_id"] for answer in decided] == list(labels)
    validated = {
        answer["application_id"]: answer["match"]["fscs_key"]
        for answer in decided
        if answer["decision"] == "validated"
    }
    assert validated
    assert all(labels[application_id] == key for application_id, key in validated.items())


def test_sample_applications_can_be_written_as_json_lines() -> None:
    result = run("sample-applications", "--release", SAMPLE, "--count", "2", "--format", "jsonl")
    assert [answer["application_id"] for answer in answers_of(result)] == [
        "sample-1-000001",
        "sample-1-000002",
    ]


def test_the_installed_command_runs_the_application() -> None:
    assert main.app is app


def write_file(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_match_names_the_columns_that_it_read_and_reads_columns_named_by_an_option(tmp_path: Path) -> None:
    row = "Harlow Creek Public Library,Harlow Creek,IA,A. Person"
    file = write_file(tmp_path / "a.csv", f"Organization,Town,State,Contact Name\n{row}\n")
    result = run("match", file, "--release", SAMPLE)
    assert answers_of(result)[0]["decision"] == "validated"
    assert 'columns read: name from "Organization", city from "Town", state from "State"' in result.stderr
    assert "columns about persons, which are not read: Contact Name" in result.stderr
    file = write_file(tmp_path / "b.csv", f"Wer,Wo,State,Contact Name\n{row}\n")
    refused = run("match", file, "--release", SAMPLE)
    assert refused.exit_code == 1
    assert '--column name="Organization"' in refused.stderr
    result = run("match", file, "--release", SAMPLE, "--column", "name=wer", "--column", "city=Wo")
    assert answers_of(result)[0]["decision"] == "validated"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--column", "name=Org"], "has no column 'Org'; its columns are"),
        (["--column", "nmae=Library"], "'nmae' is not a field of an application"),
        (["--column", "Library"], "is not written as FIELD=HEADER"),
    ],
)
def test_a_column_that_does_not_exist_is_wrong_usage(
    options: list[str], message: str, tmp_path: Path
) -> None:
    file = write_file(tmp_path / "a.csv", "Library,City\nHarlow Creek Public Library,Harlow Creek\n")
    result = run("match", file, "--release", SAMPLE, *options)
    assert (result.exit_code, message in result.stderr) == (2, True)
    result = run("evaluate", file, "--release", SAMPLE, *options)
    assert (result.exit_code, message in result.stderr) == (2, True)


def test_match_reports_and_counts_ranges_of_lines_that_cannot_be_read(tmp_path: Path) -> None:
    file = write_file(
        tmp_path / "a.csv", 'id,name,city\nA-1,"Harlow Creek,Har\nlow\nA-2,Elsewhere PL,Elsewhere\n'
    )
    result = run("match", file, "--release", SAMPLE)
    first, second = answers_of(result)
    assert first == {
        "application_id": None,
        "line": 2,
        "last_line": 3,
        "error": "cannot be read: a quotation mark is opened and not closed: "
        "close it, or write it twice if it belongs to the text",
    }
    assert second["application_id"] == "A-2"
    assert "1 unreadable" in result.stderr
    assert "lines 2 to 3 cannot be read: a quotation mark is opened" in result.stderr
    flat = run("match", file, "--release", SAMPLE, "--format", "csv").stdout
    assert next(csv.DictReader(io.StringIO(flat)))["error"].startswith("lines 2 to 3: cannot be read")


def test_match_writes_no_cell_that_a_spreadsheet_executes(tmp_path: Path) -> None:
    file = write_file(
        tmp_path / "a.csv", "id,name\n\"=1+cmd|' /C calc'!A0\",Harlow Creek PL\n-5,Rolling Pin Bakery\n"
    )
    flat = run("match", file, "--release", SAMPLE, "--format", "csv").stdout
    ids = [row["application_id"] for row in csv.DictReader(io.StringIO(flat))]
    assert ids == ["'=1+cmd|' /C calc'!A0", "'-5"]


def test_match_reads_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Case Number", "Library Name", "City", "State"])
    sheet.append([17, "Harlow Creek Public Library", "Harlow Creek", "IA"])
    book.create_sheet("Other").append(["Library Name", "City"])
    path = tmp_path / "partners.xlsx"
    book.save(path)
    refused = run("match", path, "--release", SAMPLE)
    assert (refused.exit_code, "name one of them with --sheet" in refused.stderr) == (1, True)
    result = run("match", path, "--release", SAMPLE, "--sheet", sheet.title)
    (answer,) = answers_of(result)
    assert (answer["application_id"], answer["decision"]) == ("17", "validated")
    assert f"sheet read: {sheet.title}; sheets not read: Other" in result.stderr


@pytest.mark.parametrize("command", ["match", "release delta"])
def test_a_refused_release_is_named(command: str, tmp_path: Path) -> None:
    other = tmp_path / "notes.md"
    other.write_text("no release")
    good = ROOT / "events" / "sample" / "pls_sample_fy2021_csv.zip"
    applications = ROOT / "events" / "demo-applications.jsonl"
    options = [applications, "--release", good, "--release", other] if command == "match" else [good, other]
    result = run(*command.split(), *options)
    assert result.exit_code == 1
    assert "notes.md is refused: " in result.stderr
