"""The counts, lines and messages of a dry run."""

from __future__ import annotations

import json
from collections import Counter
from io import StringIO
from types import SimpleNamespace
from typing import Any, cast

import pytest
from rich.console import Console

from library_validator.casework.preview import Preview
from library_validator.decisions.deciding import policy_version
from library_validator_cli.dry_run import AnswerSide, ChangeKind, DryRun
from library_validator_cli.tables.dry_run import KINDS_SHOWN, dry_run_table
from tests.builders.applicants import ALDER_FIELDS, EAST_FIELDS, WEST_FIELDS
from tests.builders.decisions import OTHER_PARTNER, PARTNER
from tests.unit.casework.policies import Deployments, fail_on_everyone, rule_against
from tests.unit.casework.world import World, release_of


@pytest.fixture
def world() -> World:
    world = World()
    world.activate(release_of(2021))
    world.run()
    world.submit("A-1", **ALDER_FIELDS)
    world.submit("A-2", **EAST_FIELDS)
    world.submit("A-3", **WEST_FIELDS)
    world.submit("A-4", source=OTHER_PARTNER, **ALDER_FIELDS)  # a second claimant
    return world


@pytest.fixture
def deployments(monkeypatch: pytest.MonkeyPatch) -> Deployments:
    return Deployments(monkeypatch)


def run_and_lines(world: World, deployed: str | None) -> tuple[DryRun, list[dict[str, Any]]]:
    run = DryRun(
        Preview(world.decisions, world.revalidations, world.registry, world.decider, world.now), deployed
    )
    steps: list[str] = []
    lines = [json.loads(line) for line in run.lines(steps.append)]
    assert steps
    return run, lines


def test_changes_are_counted_by_their_kind(world: World, deployments: Deployments) -> None:
    given = policy_version()
    deployments.deploy("B", rule_against("Coral"))

    run, _ = run_and_lines(world, None)

    shown = run.as_json()
    assert [shown[name] for name in ("checked", "changed", "unchanged", "undecided")] == [4, 2, 2, 0]
    assert shown["answers_by_policy_version"] == {given: 4}
    assert shown["changes"] == [
        {
            "applications": 2,
            "changes": ["decision", "identity"],
            "before": {"decision": "validated", "reason_codes": ["MATCH"]},
            "after": {"decision": "not_validated", "reason_codes": ["NO_ENTRY"]},
        }
    ]
    assert dry_run_table(run).row_count == 1


def test_codes_are_whole_on_a_terminal_of_80_columns() -> None:
    codes = ("MATCH", "LISTED_NOT_FSCS_DEFINITION", "CONTACT_DIFFERS")
    before, after = AnswerSide("validated", codes[:1]), AnswerSide("needs_review", codes)
    kind = ChangeKind(before, after, ("decision", "identity", "status", "name", "address"))
    run = cast("DryRun", SimpleNamespace(kinds=Counter({kind: 3})))
    written = StringIO()
    Console(width=80, file=written).print(dry_run_table(run))
    assert {*codes, "→", "validated", "needs", "identity"} <= set(written.getvalue().split())


def test_each_changed_answer_is_listed_without_the_text_of_the_applicant(
    world: World, deployments: Deployments
) -> None:
    registry, given = world.registry.pointer().active, policy_version()
    deployments.deploy("B", rule_against("West"))

    _, lines = run_and_lines(world, None)

    versions = {"registry_version": registry}
    assert lines == [
        {
            "source": PARTNER,
            "application_id": "A-3",
            "changes": ["decision", "identity"],
            "before": {
                "decision": "validated",
                "reason_codes": ["MATCH"],
                "fscs_key": "ME0005",
                "fscs_id": None,
                **versions,
                "policy_version": given,
            },
            "after": {
                "decision": "not_validated",
                "reason_codes": ["NO_ENTRY"],
                "fscs_key": None,
                "fscs_id": None,
                **versions,
                "policy_version": policy_version(),
            },
        }
    ]


def test_an_application_that_cannot_be_decided_is_listed_with_a_warning(
    world: World, deployments: Deployments
) -> None:
    deployments.deploy("B", fail_on_everyone)

    run, lines = run_and_lines(world, None)

    assert (run.undecided, run.unchanged) == (4, 0)
    assert {line["undecided"] for line in lines} == {"ZeroDivisionError"}
    assert any("could not be decided and would stay: 4" in sentence for sentence in run.warnings())


def test_a_second_claimant_of_a_library_that_nobody_holds_is_listed_with_a_warning(
    world: World, deployments: Deployments
) -> None:
    world.submit("A-1", **EAST_FIELDS | {"city": "Elsewhere"})  # gives the claim back
    deployments.deploy("B")

    run, lines = run_and_lines(world, None)

    assert {"source": OTHER_PARTNER, "application_id": "A-4", "stopped_without_holder": "ME0001"} in lines
    assert any(
        "SECOND_CLAIMANT for a library that no application holds: 1" in sentence
        for sentence in run.warnings()
    )


@pytest.mark.parametrize(
    ("deployed", "message"),
    [
        ("of-another-checkout", "the deployed service decides by another policy, of-another-checkout"),
        (None, "the policy of the deployed service is unknown"),
    ],
)
def test_another_policy_than_the_deployed_one_gives_a_warning(
    world: World, deployed: str | None, message: str
) -> None:
    run, _ = run_and_lines(world, deployed)

    assert any(message in sentence for sentence in run.warnings())
    assert any(policy_version() in sentence for sentence in run.notices(KINDS_SHOWN))


def test_a_notice_names_the_command_that_makes_the_changes(world: World, deployments: Deployments) -> None:
    deployments.deploy("B", rule_against("Coral"))

    run, _ = run_and_lines(world, policy_version())

    assert run.warnings() == []
    assert any("library-validator revalidate start" in sentence for sentence in run.notices(KINDS_SHOWN))
