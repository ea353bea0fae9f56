"""The findings that follow from the facts about a deployed service."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from library_validator.matching.stored_entries import INDEX_FORMAT
from library_validator.operations.diagnosis import diagnose
from library_validator.operations.facts import (
    Alarm,
    DeployedStack,
    Facts,
    FunctionFact,
    NotRead,
    OperatorRole,
    PartnerFact,
    QueueFact,
    Rule,
    Schedule,
    StoredUpload,
    Subscriptions,
    Table,
    Trigger,
    Unpublished,
)
from library_validator.operations.findings import FindingCode
from library_validator.registry.bucket import Upload
from library_validator.registry.store import Pointer, Run
from library_validator.views.policy import PolicyView

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
EARLIER = NOW - timedelta(hours=3)
POINTER = Pointer("2025.3.aa", None, 2025, INDEX_FORMAT, EARLIER.isoformat(), "release loaded")
CHECKED = PolicyView("up_to_date", "p", ("p",), EARLIER.isoformat(), 8, 0, ())
HEALTHY = Facts(
    now=NOW,
    is_local=False,
    since=NOW - timedelta(hours=1),
    stack=DeployedStack("lv", "UPDATE_COMPLETE", "", {"AlarmEmail": "a@b.org"}),
    operator_role=OperatorRole("arn:role", may_assume=True),
    registry=POINTER,
    runs=[],
    uploads=[],
    functions=[FunctionFact("revalidate", exists=True, state="Active")],
    triggers=[Trigger("revalidate", "revalidations", "u-1", "Enabled")],
    schedules=[Schedule("ExpirySchedule", "lv-e", "ENABLED")],
    rules=[Rule("ResultsRule", "results", "lv-r", "ENABLED")],
    queues=[QueueFact("results", exists=True, waiting=3, oldest_seconds=20)],
    unpublished=Unpublished(0, True, None),
    policy=CHECKED,
    alarms=[],
    subscriptions=Subscriptions(1, 0),
    tables=[Table("CaseworkTable", exists=True)],
)


def run_with(status: Any, **changes: Any) -> Run:
    run = Run("releases/pls_fy2023.zip@v1", status, "reading", EARLIER.isoformat(), EARLIER.isoformat())
    return replace(run, **changes)


def codes_of(facts: Facts) -> list[FindingCode]:
    return [finding.code for finding in diagnose(facts).findings]


def test_a_healthy_service_has_no_findings() -> None:
    found = diagnose(HEALTHY)
    assert (list(found.findings), list(found.not_checked), found.is_healthy) == ([], [], True)


PROBLEM = {"code": "keys_gone", "severity": "quarantine", "message": "300 systems are gone."}


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"stack": DeployedStack("lv", "UPDATE_ROLLBACK_FAILED", "no role", {"AlarmEmail": "a@b.org"})},
         "stack_failed", "ended as UPDATE_ROLLBACK_FAILED: no role"),
        ({"registry": None, "policy": None}, "no_registry", "nothing is decided"),
        ({"registry": None, "policy": None, "uploads": [StoredUpload(Upload("releases/a", "1"), EARLIER)]},
         "registry_lost", "the releases bucket has uploads"),
        ({"registry": replace(POINTER, index_format=99)}, "format_unreadable", "index format 99"),
        ({"registry": replace(POINTER, index_format=1)}, "format_outdated", "index format 1"),
        ({"registry": replace(POINTER, fiscal_year=2015)}, "registry_old", "fiscal year 2015"),
        ({"functions": [FunctionFact("revalidate", exists=False)]}, "function_missing", "revalidate"),
        ({"functions": [FunctionFact("revalidate", exists=True, state="Failed", state_reason="no key")]},
         "function_broken", "cannot run: no key"),
        ({"functions": [FunctionFact("revalidate", exists=True, errors=2, last_error_at=EARLIER,
                                 last_error="Runtime.ImportModuleError: No module named 'x'")]},
         "function_broken", "cannot be loaded (2 errors, last at 2026-11-29 09:00)"),
        ({"functions": [FunctionFact("revalidate", exists=True, errors=1, last_error="KeyError")]},
         "function_fails", "1 error: KeyError"),
        ({"triggers": [Trigger("revalidate", "revalidations", "", None)]}, "trigger_missing", "revalidate"),
        ({"triggers": [Trigger("revalidate", "revalidations", "u-1", "Disabled")]},
         "trigger_disabled", "is disabled"),
        ({"schedules": [Schedule("ExpirySchedule", "e", None)]}, "schedule_missing", "ExpirySchedule"),
        ({"schedules": [Schedule("ExpirySchedule", "e", "DISABLED")]}, "schedule_disabled", "no parameter"),
        ({"rules": [Rule("ResultsRule", "results", "r", None)]}, "rule_missing", "the queue results"),
        ({"rules": [Rule("ResultsRule", "results", "r", "DISABLED")]}, "rule_disabled", "is disabled"),
        ({"rules": [Rule("ResultsRule", "results", "r", "ENABLED", has_target=False)]},
         "rule_disabled", "has no target"),
        ({"rules": [Rule("ResultsRule", "results", "r", "ENABLED", is_admitted=False)]},
         "rule_not_admitted", "does not let the rule ResultsRule send"),
        ({"queues": [QueueFact("results", exists=False)]}, "queue_missing", "results does not exist"),
        ({"queues": [QueueFact("applications dead letters", exists=True, waiting=2)]},
         "dead_letters", "2 messages of the queue applications"),
        ({"queues": [QueueFact("undelivered events", exists=True, waiting=1)]},
         "undelivered_events", "could not deliver 1 message"),
        ({"queues": [QueueFact("results", exists=True, waiting=9, oldest_seconds=7200)]},
         "results_unread", "120 minutes"),
        ({"queues": [QueueFact("applications", exists=True, waiting=9, oldest_seconds=7200)]},
         "messages_wait", "the queue applications"),
        ({"unpublished": Unpublished(100, False, EARLIER, "AccessDeniedException to sweep_results")},
         "events_unpublished", "at least 100 decided answers since 2026-11-29 09:00"),
        ({"runs": [run_with("failed", problems=[PROBLEM])]}, "load_failed", "300 systems are gone."),
        ({"runs": [run_with("loading")]}, "load_stuck", "in the step reading since 2026-11-29T09:00:00"),
        ({"runs": [run_with("quarantined", problems=[PROBLEM, PROBLEM])]},
         "release_quarantined", "300 systems are gone (and 1 more)."),
        ({"runs": [run_with("refused")]}, "release_refused", "pls_fy2023.zip was refused"),
        ({"uploads": [StoredUpload(Upload("releases/new.zip", "v9"), EARLIER)]},
         "upload_not_loaded", "new.zip was uploaded at 2026-11-29 09:00"),
        ({"policy": replace(CHECKED, state="other_policy")}, "other_policy", "the deployed policy did not"),
        ({"policy": replace(CHECKED, state="under_way", shards_done=3)},
         "revalidation_stuck", "no progress since 2026-11-29T09:00:00: 3 shards are done"),
        ({"policy": replace(CHECKED, failed=4)}, "revalidation_failed", "4 answers"),
        ({"alarms": [Alarm("lv-X", "It fails.", EARLIER)]}, "alarm", "since 2026-11-29 09:00: It fails."),
        ({"stack": DeployedStack("lv", "CREATE_COMPLETE", "", {})}, "alarms_silent", "AlarmEmail"),
        ({"subscriptions": Subscriptions(0, 1)}, "subscription_pending", "Nobody has confirmed"),
        ({"tables": [Table("CaseworkTable", exists=False)]}, "table_missing", "CaseworkTable"),
        ({"tables": [Table("CaseworkTable", exists=True, has_backups=False)]}, "backups_off", "recovery"),
        ({"tables": [Table("CaseworkTable", exists=True, is_protected=False)]},
         "deletion_allowed", "not protected"),
        ({"operator_role": OperatorRole("arn:role", may_assume=False, why="not authorized")},
         "operator_role_denied", "not authorized"),
        ({"partners": [PartnerFact("Portal", is_over_limit=True)]}, "partner_over_limit", "Portal"),
    ],
    ids=lambda value: value if isinstance(value, str) and "_" in value and " " not in value else "",
)  # fmt: skip
def test_each_cause_is_a_finding_that_names_it(changes: dict[str, Any], code: str, words: str) -> None:
    found = diagnose(replace(HEALTHY, **changes))
    assert [finding.code for finding in found.findings] == [FindingCode(code)]
    assert words in found.findings[0].sentence
    assert not found.is_healthy


def test_the_most_important_finding_comes_first_and_notes_come_last() -> None:
    facts = replace(
        HEALTHY,
        partners=[PartnerFact("Portal", is_suspended=True)],
        alarms=[Alarm("lv-X", "It fails.", None)],
        registry=None,
        queues=[QueueFact("applications dead letters", exists=True, waiting=2)],
    )
    assert codes_of(facts) == [
        FindingCode.NO_REGISTRY,
        FindingCode.DEAD_LETTERS,
        FindingCode.ALARM,
        FindingCode.PARTNER_SUSPENDED,
    ]


def test_a_note_does_not_make_a_service_unhealthy() -> None:
    waiting = QueueFact("results", exists=True, waiting=2)
    found = diagnose(replace(HEALTHY, queues=[waiting]))
    assert [finding.code for finding in found.findings] == [FindingCode.RESULTS_UNREAD]
    assert found.findings[0].sentence == (
        "In the queue results, 2 messages are waiting, and nobody is receiving them now."
    )
    assert found.is_healthy


def test_a_fact_that_cannot_be_read_is_named_and_never_taken_for_a_good_fact() -> None:
    single = ("stack", "operator_role", "registry", "runs", "uploads", "unpublished", "policy")
    others = ("alarms", "subscriptions", "partners")
    listed = ("functions", "triggers", "schedules", "rules", "queues", "tables")
    unread: dict[str, Any] = {name: NotRead(f"{name}: denied") for name in (*single, *others)}
    unread |= {name: [NotRead(f"{name}: denied")] for name in listed}
    found = diagnose(replace(HEALTHY, **unread))
    assert list(found.findings) == []
    assert sorted(found.not_checked) == sorted(f"{name}: denied" for name in unread)


def test_a_schedule_that_a_parameter_switches_off_is_no_finding() -> None:
    off = Schedule("FetchReleaseFunctionFetch", "f", "DISABLED", is_off_by_parameter=True)
    assert codes_of(replace(HEALTHY, schedules=[off])) == []


def test_a_failed_load_whose_next_upload_went_live_is_over() -> None:
    loaded = run_with("active", run_id="releases/pls_fy2023.zip@v2")
    assert codes_of(replace(HEALTHY, runs=[loaded, run_with("failed"), run_with("refused")])) == []


def test_an_upload_whose_content_was_loaded_under_another_name_is_over() -> None:
    lost = StoredUpload(Upload("releases/lost.zip", "v8"), EARLIER, "e-1")
    again = StoredUpload(Upload("releases/pls_fy2023.zip", "v1"), EARLIER, "e-1")
    other = StoredUpload(Upload("releases/other.zip", "v9"), EARLIER, "e-2")
    runs = [run_with("active")]
    assert codes_of(replace(HEALTHY, runs=runs, uploads=[lost, again])) == []
    assert codes_of(replace(HEALTHY, runs=runs, uploads=[other, again])) == [FindingCode.UPLOAD_NOT_LOADED]


def test_an_upload_of_a_minute_ago_is_still_expected_to_load() -> None:
    fresh = StoredUpload(Upload("releases/new.zip", "v9"), NOW - timedelta(minutes=1))
    assert codes_of(replace(HEALTHY, uploads=[fresh])) == []


def test_the_local_stack_needs_neither_backups_nor_alarms_by_mail() -> None:
    local = replace(
        HEALTHY,
        is_local=True,
        stack=DeployedStack("lv", "CREATE_COMPLETE", "", {}),
        tables=[Table("CaseworkTable", exists=True, has_backups=False, is_protected=False)],
    )
    assert codes_of(local) == []


def test_no_alarm_limit_means_no_finding_about_unread_results() -> None:
    stack = DeployedStack(
        "lv", "CREATE_COMPLETE", "", {"AlarmEmail": "a@b.org", "ResultsAgeAlarmSeconds": "0"}
    )
    old = QueueFact("results", exists=True, waiting=9, oldest_seconds=90_000)
    assert codes_of(replace(HEALTHY, stack=stack, queues=[old])) == []
