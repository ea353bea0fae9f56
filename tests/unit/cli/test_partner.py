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
from tests.builders.applicants import ALDER_FIELDS
from tests.builders.decisions import OTHER_PARTNER, PARTNER
from tests.unit.casework.world import World, release_of

ANN = "arn:aws:sts::111122223333:assumed-role/operators/ann"


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> MemoryPartners:
    store = MemoryPartners()
    stack = SimpleNamespace(partners=store, counts=MemorySourceCounts(), operator=lambda: ANN)
    monkeypatch.setattr(partner, "open_stack", lambda _: stack)
    return store


def run(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(app, ["partner", *arguments], input=given, env={"COLUMNS": "180"})


def test_a_key_is_whole_on_a_terminal_of_80_columns(store: MemoryPartners) -> None:
    key = "AROAEXAMPLEEXAMPLE001"
    run("add", key, "--name", "Second foundation of libraries", "--claims-share", "0.25", "--yes")
    shown = CliRunner().invoke(app, ["partner", "list"], env={"COLUMNS": "80"}).stdout
    assert any(line.startswith(f"{key} ") for line in shown.splitlines())


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
    assert listed["limits"] == {"claims_share": 0.25, "applications_per_hour": 500}
    assert [change["action"] for change in listed["changes"]] == [
        "add",
        "principal add",
        "principal remove",
        "limit",
    ]
    assert {change["by"] for change in listed["changes"]} == {ANN}


def test_limits_can_be_set_to_the_defaults_of_the_stack_again(store: MemoryPartners) -> None:
    run("add", "AROAONE", "--name", "A", "--claims-share", "0.25", "--applications-per-hour", "500", "--yes")
    run("limit", "AROAONE", "--defaults", "--applications-per-hour", "9", "--yes")
    (listed,) = json.loads(run("list", "--json").stdout)
    assert listed["limits"] == {"claims_share": None, "applications_per_hour": 9}


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
        (("add", "AROAONE", "--name", "jane@example.org"), "no e-mail address"),
        (("add", "AROAONE", "--name", "A\u202efoundation"), "and no invisible"),
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


def test_a_suspended_partner_gives_its_claims_back_and_is_resumed_from_the_command_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World()
    world.activate(release_of(2022))
    counts = MemorySourceCounts()
    stack = SimpleNamespace(
        partners=world.partners,
        decisions=world.decisions,
        revalidations=world.revalidations,
        registry=world.registry,
        decider=world.decider,
        bus=world.bus,
        counts=counts,
        operator=lambda: ANN,
    )
    monkeypatch.setattr(partner, "open_stack", lambda _: stack)
    monkeypatch.setattr(partner, "NOTICED_SECONDS", 0.0)
    run("add", PARTNER, "--name", "A foundation", "--yes")
    world.submit("squat-1", **ALDER_FIELDS)
    world.submit("A-1", source=OTHER_PARTNER, **ALDER_FIELDS)

    early = run("release-claims", PARTNER, "--yes")
    suspended = json.loads(run("suspend", PARTNER, "--reason", "a list", "--yes", "--json").stdout)
    released = json.loads(run("release-claims", PARTNER, "--yes", "--json").stdout)
    resumed = json.loads(run("resume", PARTNER, "--yes", "--json").stdout)

    assert early.exit_code == 1
    assert "suspend it first" in " ".join(early.output.split())
    assert (suspended["validated"], suspended["partner"]["state"]) == (1, "suspended")
    assert (released["released"], released["decided_again"], released["validated"]) == (1, 1, 1)
    assert (resumed["decided"], resumed["partner"]["state"]) == (1, "active")
    assert world.current("A-1", OTHER_PARTNER).reason_codes == ["MATCH"]
    assert world.current("squat-1").reason_codes[0] == "SECOND_CLAIMANT"
    assert counts.claims == {PARTNER: 0, OTHER_PARTNER: 1}
    assert run("recount").stdout.split() == ["validated", "sender", "1", OTHER_PARTNER]
