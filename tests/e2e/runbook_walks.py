"""What the walk of each section of the runbook needs: the situation, the placeholders, and its end.

A new section needs a walk here, or a reason in ``NOT_WALKED``. A command that is not run needs its reason in
the walk's ``not_run``.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from library_validator.decisions.decision import Decision
from library_validator.releases.reading.release import read_release
from tests.builders.dead_letters import FAILED_CALL
from tests.e2e.runbook_world import Values, Walk, World, no_situation, nothing_to_end
from tests.e2e.service import ROOT, sample_release, wait_until

NEEDS_AWS: Final = "it needs an account of AWS and its own command line"
NEEDS_NETWORK: Final = "the local stack never uses the network"

NAMED_REBUILD: Final = (
    'library-validator release rebuild pls_fy2021_csv.zip pls_fy2022_csv.zip --reason "REASON"'
)

DOCTOR: Final = "library-validator doctor"
FINDINGS: Final = {DOCTOR: (0, 1)}  # 1: other tests left something in this stack that is worth a look


def a_malformed_message(world: World) -> Values:
    return {"MESSAGE_ID": world.put("ApplicationsDeadLetterQueue", "not an application")}


def doctor_finds_the_message(world: World, values: Values) -> None:
    codes = {finding["code"] for finding in json.loads(world.type(f"{DOCTOR} --json").stdout)["findings"]}
    assert "dead_letters" in codes
    world.type(
        f"library-validator dlq discard applications --id {values['MESSAGE_ID']} --reason 'end of the walk'"
    )


def a_missed_release(world: World) -> Values:
    (world.folder / "pls_fy2024_csv.zip").write_bytes(sample_release(2024))
    return {}


def the_newer_year_is_live(world: World, _values: Values) -> None:
    assert world.service.registry.pointer().fiscal_year == 2024


def a_release_that_failed(world: World) -> Values:
    run = world.loaded("walk failed.zip", sample_release(2021))
    example = json.loads((ROOT / "events" / "index_release" / "release-uploaded.json").read_text())
    event = json.loads(example["Records"][0]["body"])
    key, _, version = run.run_id.rpartition("@")
    event["detail"]["bucket"]["name"] = world.service.outputs["ReleasesBucket"]
    event["detail"]["object"] |= {"key": key, "version-id": version}
    world.put("ReleasesDeadLetterQueue", json.dumps(event))
    return {}


def both_release_queues_are_empty(world: World, _values: Values) -> None:
    world.service.wait_until_done("ReleasesDeadLetterQueue")
    world.service.wait_until_done("ReleasesQueue")
    assert world.run_of("walk failed.zip").status in {"active", "unchanged", "quarantined"}


def two_quarantined_releases(world: World) -> Values:
    assert world.loaded("walk-right-2020.zip", sample_release(2020)).status == "quarantined"
    assert world.loaded("walk-wrong-2020.zip", sample_release(2020, seed=2)).status == "quarantined"
    return {"pls_fy2015": "walk-right", "pls_fy2023": "walk-wrong", "REASON": "checked by hand"}


def one_is_accepted_and_one_rejected(world: World, _values: Values) -> None:
    assert world.run_of("walk-right").status == "accepted"
    assert world.run_of("walk-wrong").status == "rejected"


def a_page_instead_of_a_release(world: World) -> Values:
    run = world.loaded("walk page.zip", b"<!DOCTYPE html><title>moved</title>")
    assert run.status == "refused"
    return {}


def dead_applications(world: World) -> Values:
    """A malformed message, an application, and the earlier version of a corrected application."""
    body = world.application("college.json")
    world.put("ApplicationsDeadLetterQueue", json.dumps(body))
    earlier = world.application("clean-match.json")
    world.put("ApplicationsDeadLetterQueue", json.dumps(earlier))
    corrected = world.application("college.json") | {"application_id": earlier["application_id"]}
    world.service.send(json.dumps(corrected))
    world.service.wait_for_decisions([corrected["application_id"]])
    malformed = world.put("ApplicationsDeadLetterQueue", "not an application")
    values = {
        "MESSAGE_ID": malformed,
        "APPLICATION_ID": body["application_id"],
        "REASON": "sent again",
        "CORRECTED": corrected["application_id"],
    }
    for message in _other_dead_applications(world, {malformed}):
        world.type(f"library-validator dlq discard applications --id {message} --reason 'another test'")
    return values


def _other_dead_applications(world: World, ours: set[str]) -> list[str]:
    """Malformed messages that other tests left."""
    letters = world.answer("library-validator dlq show applications --limit 100")
    return [
        letter["message_id"]
        for letter in letters
        if letter["redrive"].startswith("refuses") and letter["message_id"] not in ours
    ]


def the_answers_are_there_and_the_newer_one_stands(world: World, values: Values) -> None:
    the_application_has_its_answer(world, values)
    (event, *_) = world.service.wait_for_decisions([values["CORRECTED"]])
    source = event["detail"]["data"]["source"]
    history = wait_until(
        lambda: history_with_both_versions(world, source, values["CORRECTED"]), "the earlier version is late"
    )
    current = world.service.decisions.get(source, values["CORRECTED"])
    assert current
    assert current.sent_at == max(decision.sent_at for decision in history)
    assert current.decision == "not_validated"


def history_with_both_versions(world: World, source: str, application_id: str) -> list[Decision] | None:
    history = world.service.decisions.history(source, application_id)
    return history if len(history) > 1 else None


def the_application_has_its_answer(world: World, values: Values) -> None:
    world.service.wait_until_done("ApplicationsDeadLetterQueue")
    world.service.wait_for_decisions([values["APPLICATION_ID"]])


def a_failed_task(world: World) -> Values:
    world.put("RevalidationsDeadLetterQueue", json.dumps({"task": "expiry"}))
    return {}


def every_shard_is_done(world: World, _values: Values) -> None:
    world.service.wait_until_done("RevalidationsDeadLetterQueue")
    world.service.wait_until_done("RevalidationsQueue")
    status = world.answer("library-validator revalidate status")
    assert all(shard["done"] for shard in status["shards"])


def a_decision(world: World) -> Values:
    return {"APPLICATION_ID": world.decided("college.json").application.application_id}


def the_deployed_policy_decided(world: World, values: Values) -> None:
    every_shard_is_done(world, values)
    assert world.answer("library-validator status")["policy"]["state"] == "up_to_date"
    assert (world.folder / "changes.jsonl").read_text() == ""


def a_dead_result(world: World) -> Values:
    world.put("ResultsDeadLetterQueue", json.dumps(_result("walk-dead-result")))
    return {"ID": "walk-dead-result"}


def _result(application_id: str) -> dict[str, Any]:
    detail = json.loads((ROOT / "events" / "out" / "1.0" / "library-application-validated.json").read_text())
    detail = detail.get("detail", detail)
    detail["data"]["application_id"] = application_id
    return {
        "source": "library-validator", "detail-type": "Library Application Validated", "detail": detail,
    }  # fmt: skip


def the_result_comes_again(world: World, values: Values) -> None:
    world.service.wait_until_done("ResultsDeadLetterQueue")
    wait_until(lambda: world.service.decision_events([values["ID"]]) or None, "the result comes again")


def a_lost_event(world: World) -> Values:
    decision = world.decided("college.json")
    world.service.take_results()
    world.service.events.clear()
    return {"ID": decision.application.application_id}


def the_event_comes_again(world: World, values: Values) -> None:
    (event,) = wait_until(lambda: world.service.decision_events([values["ID"]]) or None, "the event")
    decision = world.service.decisions.get(event["detail"]["data"]["source"], values["ID"])
    assert decision
    assert event["detail"]["metadata"]["event_id"] == str(decision.event_id)


def undelivered_events(world: World) -> Values:
    for body in (json.dumps(_result("walk-undelivered")), json.dumps({"task": "expiry"}), FAILED_CALL):
        world.put("UndeliveredEventsQueue", body)
    return {"ID": "walk-undelivered"}


def the_events_are_delivered(world: World, values: Values) -> None:
    world.service.wait_until_done("UndeliveredEventsQueue")
    wait_until(lambda: world.service.decision_events([values["ID"]]) or None, "the result is delivered")


def an_unpublished_decision(world: World) -> Values:
    made = world.decided("college.json")
    application = replace(made.application, application_id=f"walk-unpublished-{uuid4()}")
    killed = made.model_copy(update={"event_id": uuid4(), "application": application})
    world.service.decisions.record(killed, None)
    return {"APPLICATION_ID": application.application_id}


def the_sweep_published_it(world: World, values: Values) -> None:
    world.service.invoke("SweepResultsFunction", UNPUBLISHED_AFTER_SECONDS="0")
    assert list(world.service.decisions.unpublished_decisions(datetime.now(UTC))) == []
    world.service.wait_for_decisions([values["APPLICATION_ID"]])


def a_run_of_the_schedule(world: World) -> Values:
    world.service.invoke("SweepResultsFunction")
    return {}


def a_dead_application(world: World) -> Values:
    body = world.application("college.json")
    malformed = world.put("ApplicationsDeadLetterQueue", "not an application")
    world.put("ApplicationsDeadLetterQueue", json.dumps(body))
    values = {"QUEUE": "applications", "MESSAGE_ID": malformed, "REASON": "not needed"}
    return values | {"APPLICATION_ID": body["application_id"]}


def the_discard_is_on_record(world: World, values: Values) -> None:
    the_application_has_its_answer(world, values)
    records = world.answer("library-validator dlq discarded")
    assert values["MESSAGE_ID"] in {record["message_id"] for record in records}


def an_application_to_override(world: World) -> Values:
    decision = world.decided("college.json")
    path = world.folder / "sample.zip"
    path.write_bytes(sample_release(2021))
    return {
        "APPLICATION_ID": decision.application.application_id,
        "FSCS_KEY": read_release(path).systems[-1].fscs_key,
        "WORDS": "the director confirmed it",
    }


def the_override_is_in_force(world: World, values: Values) -> None:
    (row,) = world.answer(f"library-validator override list {values['APPLICATION_ID']}")
    assert row["effect"] == "stands"


def a_wrong_release(world: World) -> Values:
    if not world.service.registry.pointer().previous:
        world.loaded("walk newer 2024.zip", sample_release(2024))
    pointer = world.service.registry.pointer()
    return {"LIVE": pointer.active, "REASON": "it was complete after all"}


def the_release_is_restored(world: World, values: Values) -> None:
    assert world.service.registry.pointer().active == values["LIVE"]
    every_shard_is_done(world, values)


def a_damaged_table(world: World) -> Values:
    pointer = world.service.registry.pointer()
    return {"LIVE": pointer.active, "SINCE": pointer.activated_at, "REASON": "the table was damaged"}


def the_same_version_is_live_again(world: World, values: Values) -> None:
    pointer = world.service.registry.pointer()
    assert pointer.active == values["LIVE"]
    assert pointer.activated_at > values["SINCE"]
    every_shard_is_done(world, values)


def a_partner(world: World) -> Values:
    key = f"AROAWALK{uuid4().hex[:12].upper()}"
    assert world.type(f"library-validator partner add {key} --name 'A partner of the walk'").exit_code == 0
    return {"KEY": key}


def the_partner_is_not_suspended(world: World, values: Values) -> None:
    partners = world.answer("library-validator partner list")
    (partner,) = [partner for partner in partners if partner["key"] == values["KEY"]]
    assert partner["state"] == "active"


def new_principals(_world: World) -> Values:
    first, second = (f"AROAWALK{uuid4().hex[:12].upper()}" for _ in range(2))
    return {"AROAEXAMPLE": first, "KEY": first, "AROAANOTHER": second}


def the_partner_has_both_principals(world: World, values: Values) -> None:
    partners = world.answer("library-validator partner list")
    (partner,) = [partner for partner in partners if partner["key"] == values["KEY"]]
    assert {values["AROAEXAMPLE"], values["AROAANOTHER"]} <= set(str(partner).replace("'", " ").split())


WALKS: Final[dict[str, Walk]] = {
    "Start here: doctor": Walk(a_malformed_message, doctor_finds_the_message, exit_codes={DOCTOR: (1,)}),
    "Refresh": Walk(
        a_missed_release,
        the_newer_year_is_live,
        mentioned=frozenset({"library-validator upload"}),
        not_run={
            "library-validator fetch": NEEDS_NETWORK,
        },
    ),
    "Releases in the dead-letter queue": Walk(a_release_that_failed, both_release_queues_are_empty),
    "A release is quarantined": Walk(two_quarantined_releases, one_is_accepted_and_one_rejected),
    "A release is refused": Walk(a_page_instead_of_a_release, nothing_to_end),
    "Applications without an answer": Walk(no_situation, nothing_to_end),
    "Applications in the dead-letter queue": Walk(
        dead_applications,
        the_answers_are_there_and_the_newer_one_stands,
        repeated=frozenset({"library-validator explain APPLICATION_ID"}),
    ),
    "Revalidations in the dead-letter queue": Walk(a_failed_task, every_shard_is_done),
    "After a deployment with other decision rules": Walk(
        a_decision, the_deployed_policy_decided, mentioned=frozenset({"library-validator explain"})
    ),
    "What a new registry changed": Walk(no_situation, every_shard_is_done),
    "Results in the dead-letter queue": Walk(a_dead_result, the_result_comes_again),
    "A consumer lost events": Walk(a_lost_event, the_event_comes_again),
    "Undelivered events": Walk(undelivered_events, the_events_are_delivered, exit_codes=FINDINGS),
    "A resource is missing": Walk(
        no_situation,
        nothing_to_end,
        not_run={"aws ": NEEDS_AWS},
        exit_codes=FINDINGS,
    ),
    "Results are not published": Walk(an_unpublished_decision, the_sweep_published_it, exit_codes=FINDINGS),
    "A schedule does not run": Walk(a_run_of_the_schedule, nothing_to_end, exit_codes=FINDINGS),
    "The oldest message": Walk(no_situation, nothing_to_end, exit_codes=FINDINGS),
    "Errors": Walk(no_situation, nothing_to_end),
    "Throttles": Walk(no_situation, nothing_to_end),
    "Redrive": Walk(
        a_dead_application,
        the_discard_is_on_record,
        # The malformed message is refused, which is the reason to discard it.
        exit_codes={"library-validator dlq redrive QUEUE": (1,)},
    ),
    "The index format changed": Walk(no_situation, nothing_to_end),
    "A sender is over a limit": Walk(
        a_partner,
        the_partner_is_not_suspended,
        not_run={
            "library-validator partner release-claims": "it waits half a minute, until every function "
            "knows of the suspension; tests in memory run it"
        },
    ),
    "Onboard a partner": Walk(new_principals, the_partner_has_both_principals),
    "Override an answer": Walk(
        an_application_to_override,
        the_override_is_in_force,
        mentioned=frozenset({"library-validator override set"}),
    ),
    "Roll back": Walk(a_wrong_release, the_release_is_restored),
    "Rebuild the registry": Walk(
        a_damaged_table,
        the_same_version_is_live_again,
        not_run={NAMED_REBUILD: "the stack has no releases under these names"},
    ),
}

# Sections without a command that can be typed on the local stack.
NOT_WALKED: Final[dict[str, str]] = {
    "Before the first deployment": NEEDS_AWS,
    "Restore decisions": "it needs a deployment; tests/e2e/test_adopted_table.py walks it",
    "Tear down": "it would delete the stack of all other tests",
    "Change a parameter": "it deploys to AWS; the tests of the local stack deploy with other parameters",
}
