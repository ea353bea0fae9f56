"""``library-validator fetch`` against a real web server and a stack on moto."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from typer.testing import CliRunner, Result

from library_validator_cli import stack_access
from library_validator_cli.main import app
from tests.builders.aws_resources import REGISTRY_TABLE, RELEASES_BUCKET, RESULTS_BUS
from tests.builders.web_server import (
    WebServer,
    page_with_links,
    page_with_status,
    web_server,
    zip_page_with_etag,
)
from tests.flow.release_stack import ReleaseStack, load_beside_a_command, sample

ZIP = "/files/pls_fy2022_csv.zip"


class Service:
    """The stack, a thread that loads uploads, and a web server that replaces the agency's."""

    def __init__(self, stack: ReleaseStack, web: WebServer, sources: Path) -> None:
        self.stack, self.web, self.sources = stack, web, sources
        self._over = threading.Event()
        self._loader = threading.Thread(target=self._load)
        self._loader.start()

    def fetch(self, *arguments: str) -> Result:
        given = ["fetch", "--sources", str(self.sources), "--timeout", "60", *arguments]
        return CliRunner().invoke(app, given)

    def uploads(self) -> list[str]:
        listed = boto3.client("s3").list_object_versions(Bucket=RELEASES_BUCKET, Prefix="releases/")
        return [version["Key"] for version in listed.get("Versions", [])]

    def stop_loader(self) -> None:
        self._over.set()
        self._loader.join(60)

    def _load(self) -> None:
        while not self._over.is_set():
            self.stack.deliver(load_beside_a_command)
            time.sleep(0.05)


@pytest.fixture
def service(
    release_stack: ReleaseStack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Service]:
    monkeypatch.chdir(tmp_path)  # outside of a checkout: the commands use the stack in AWS
    role = boto3.client("iam").create_role(RoleName="operator", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    outputs = {
        "ReleasesBucket": RELEASES_BUCKET,
        "RegistryTable": REGISTRY_TABLE,
        "ResultsBus": RESULTS_BUS,
        "OperatorRoleArn": role,
    }
    monkeypatch.setattr(stack_access, "outputs_of", lambda _client, _name, _place: outputs)
    with web_server() as web:
        page = {
            "id": "page",
            "kind": "page",
            "official": True,
            "url": f"{web.url}/survey",
            "hosts": ["127.0.0.1"],
        }
        sources = tmp_path / "sources.json"
        sources.write_text(json.dumps({"plain_http": True, "sources": [page]}))
        web.serve("/survey", page_with_links(ZIP))
        web.serve(ZIP, zip_page_with_etag(sample(2022), '"v1"'))
        service = Service(release_stack, web, sources)
        yield service
        service.stop_loader()


def test_a_new_release_is_fetched_and_followed_until_it_is_live(service: Service) -> None:
    result = service.fetch()
    assert result.exit_code == 0, result.output
    assert "has a release of fiscal year 2022" in result.stdout
    assert "active: fiscal year 2022, 300 systems, 501 outlets" in result.stdout
    assert service.stack.pointer().fiscal_year == 2022
    (run,) = service.stack.runs()
    assert (run.provenance["official"], run.provenance["source-id"]) == ("yes", "page")


def test_a_second_fetch_finds_no_new_release(service: Service) -> None:
    service.fetch()
    result = service.fetch("--json")
    assert result.exit_code == 0, result.output
    shown = json.loads(result.stdout)
    assert (shown["outcome"], shown["run"], len(service.uploads())) == ("not_modified", None, 1)


def test_a_dry_run_shows_a_release_and_uploads_nothing(service: Service) -> None:
    shown = json.loads(service.fetch("--dry-run", "--json").stdout)
    (attempt,) = shown["attempts"]
    assert (shown["outcome"], attempt["fiscal_year"], attempt["run_id"]) == ("found", 2022, "")
    assert service.uploads() == []


def test_if_no_source_answers_the_command_shows_why_and_fails(service: Service) -> None:
    service.fetch()
    service.web.serve("/survey", page_with_status(403))
    result = service.fetch()
    assert result.exit_code == 1
    assert "refuses the request (HTTP 403)" in result.stdout
    assert "its fiscal year ended" in result.stderr
    published = [event["detail-type"] for event in service.stack.published()]
    assert published == ["Registry Activated", "Release Fetch Failed"]


def test_a_release_from_another_address_waits_for_a_person(service: Service, tmp_path: Path) -> None:
    url = service.web.serve("/mirror.zip", zip_page_with_etag(sample(2022), '"m"'))
    written = json.loads(service.sources.read_text())
    written["sources"][0] |= {"hosts": ["agency.example"], "url": "https://agency.example/survey"}
    service.sources.write_text(json.dumps(written))
    result = service.fetch("--url", url)
    assert result.exit_code == 1
    assert "quarantined" in result.stdout
    (run,) = service.stack.runs()
    assert run.run_id.startswith("releases/fetched/mirror.zip@")
    assert [problem["code"] for problem in run.problems] == ["from_mirror"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--url", "http://mirror.example/x.zip"), "is not an https address"),
        (("--url", "x"), "is not an https"),
    ],
)
def test_a_wrong_address_is_refused_as_wrong_usage(
    service: Service, arguments: tuple[str, ...], said: str
) -> None:
    result = service.fetch(*arguments)
    assert (result.exit_code, said in result.stderr) == (2, True)


def test_a_wrong_list_of_sources_is_refused_as_wrong_usage(service: Service) -> None:
    service.sources.write_text('{"sources": []}')
    assert service.fetch().exit_code == 2
