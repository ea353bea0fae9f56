"""``partner``: registering senders, changing their principals and limits, and the record of the changes."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner, Result

from library_validator.adapters.memory.partners import MemoryPartners
from library_validator.adapters.memory.source_counts import MemorySourceCounts
from library_validator_cli.commands import partner
from library_validator_cli.main import app

ANN = "arn:aws:sts::111122223333:assumed-role/operators/ann"


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> MemoryPartners:
    store = MemoryPartners()
    stack = SimpleNamespace(partners=store, counts=MemorySourceCounts(), operator=lambda: ANN)
    monkeypatch.setattr(partner, "open_stack", lambda _: stack)
    return store


def run(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(app, ["partner", *arguments], input=given, env={"COLUMNS": "180"})


def test_a_registered_partner_is_listed_with_its_name_and_the_record_of_its_changes(
    store: MemoryPartners,
) -> None:
    added = run("add", "AROAONE", "--name", "A  foundation", "--claims-share", "0.25", "--yes")
    run("principal", "add", "AROAONE", "AROATWO", "--yes")
    run("principal", "remove", "AROAONE", "AROAONE", "--yes")
    run("limit", "AROAONE", "--applications-per-hour", "500", "--yes")

    assert added.exit_code == 0, added.output
    assert "A foundation" in run("list").stdout
    (listed,) = json.loads(run("list", "--json").stdout)
    assert listed["key"] == "AROAONE"
    assert listed["principals"] == ["AROATWO"]
    assert listed["limits"] == {"claims_share": None, "applications_per_hour": 500}
    assert [change["action"] for change in listed["changes"]] == [
        "add",
        "principal add",
        "principal remove",
        "limit",
    ]
    assert {change["by"] for change in listed["changes"]} == {ANN}


@pytest.mark.parametrize(
    "arguments",
    [
        ("add", "AROATWO", "--name", "Another"),
        ("principal", "add", "AROAONE", "AROATWO"),
        ("principal", "remove", "AROAONE", "AROAONE"),
        ("limit", "AROAONE", "--claims-share", "0.9"),
    ],
)
def test_nothing_is_changed_before_a_person_agrees(store: MemoryPartners, arguments: tuple[str, ...]) -> None:
    run("add", "AROAONE", "--name", "A foundation", "--yes")
    before = store.partners()

    refused = run(*arguments, given="n\n")

    assert refused.exit_code == 1
    assert "nothing was changed" in refused.output
    assert store.partners() == before


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("add", "arn:aws:iam::111122223333:role/x", "--name", "A"), "RoleId"),
        (("add", "AROAONE", "--name", " "), "needs a name"),
        (("principal", "add", "AROANOBODY", "AROATWO"), "there is no partner with the key 'AROANOBODY'"),
    ],
)
def test_a_refused_change_says_what_to_do(
    store: MemoryPartners, arguments: tuple[str, ...], sentence: str
) -> None:
    refused = run(*arguments, "--yes")

    assert refused.exit_code == 1
    assert sentence in " ".join(refused.output.split())
    assert not store.record


def test_without_partners_the_list_says_that_each_sender_is_its_own_source(store: MemoryPartners) -> None:
    assert not store.kept
    assert "every sender is its own source" in " ".join(run("list").output.split())
