"""The dashboard shows every resource, within its price; the budget is asked for by a parameter."""

import json
import re
from typing import Any

import pytest

from tests.template.template_reader import ROOT, Template
from tests.template.test_alarms import _alarms, _every_metric

FREE_METRICS = 50  # CloudWatch: three dashboards with at most so many metrics cost nothing


@pytest.fixture(scope="module")
def widgets(template: Template) -> list[dict[str, Any]]:
    body = json.loads(template.properties("Dashboard")["DashboardBody"]["Fn::Sub"][0])
    found: list[dict[str, Any]] = body["widgets"]
    return found


def _metrics(widgets: list[dict[str, Any]]) -> list[list[Any]]:
    rows = [row for widget in widgets for row in widget["properties"]["metrics"]]
    return [row for row in rows if isinstance(row[0], str)]


def _shown(widgets: list[dict[str, Any]], metric: str) -> set[str]:
    """The resources whose metric the dashboard shows."""
    rows = [row for row in _metrics(widgets) if row[1] == metric]
    values = [item for row in rows for item in row if isinstance(item, str) and item.startswith("${")]
    return {value.strip("${}").partition(".")[0] for value in values}


def test_the_dashboard_costs_nothing_in_an_account_with_two_others(widgets: list[dict[str, Any]]) -> None:
    assert len(_metrics(widgets)) <= FREE_METRICS


def test_the_dashboard_shows_depth_and_age_of_every_queue(
    template: Template, widgets: list[dict[str, Any]]
) -> None:
    queues = set(template.of_type("AWS::SQS::Queue"))
    for metric in ("ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"):
        assert _shown(widgets, metric) == queues


def test_the_dashboard_shows_errors_throttles_and_cost_of_every_function(
    template: Template, widgets: list[dict[str, Any]]
) -> None:
    functions = set(template.of_type("AWS::Serverless::Function"))
    for metric in ("Errors", "Throttles", "Invocations", "Duration"):
        assert _shown(widgets, metric) == functions
    # Gigabyte-seconds: each function's duration times its own memory.
    (costs,) = [widget for widget in widgets if "gigabyte" in widget["properties"]["title"]]
    rows = costs["properties"]["metrics"]
    for expression, duration in zip(rows[::2], rows[1::2], strict=True):
        function = template.properties(duration[3].strip("${}"))
        assert "${" + function["MemorySize"]["Ref"] + "}" in expression[0]["expression"]
        assert duration[4]["id"] in expression[0]["expression"]


def test_the_dashboard_shows_what_every_table_and_the_bucket_cost(
    template: Template, widgets: list[dict[str, Any]]
) -> None:
    for metric in ("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"):
        assert _shown(widgets, metric) == set(template.of_type("AWS::DynamoDB::Table"))
    assert _shown(widgets, "BucketSizeBytes") == set(template.of_type("AWS::S3::Bucket"))


def test_the_dashboard_shows_answers_unpublished_results_and_the_age_of_the_registry(
    widgets: list[dict[str, Any]],
) -> None:
    own = [row for row in _metrics(widgets) if row[0] == "LibraryValidator/${AWS::StackName}"]
    assert {row[1] for row in own} == {
        "ApplicationsDecided", "EventsLeftUnpublished", "EventsPublishedBySweeper", "RegistryAgeDays",
    }  # fmt: skip
    assert {row[1] for row in own} <= _every_metric()
    answers = {row[5] for row in own if row[1] == "ApplicationsDecided"}
    assert answers == {"validated", "needs_review", "not_validated"}


def test_every_reference_of_the_dashboard_is_a_resource_or_a_parameter(template: Template) -> None:
    text = template.properties("Dashboard")["DashboardBody"]["Fn::Sub"][0]
    known = set(template.resources) | set(template.body["Parameters"])
    for name in re.findall(r"\$\{(\w+)(?:\.\w+)?\}", text):
        assert name in known


def test_the_widgets_do_not_overlap(widgets: list[dict[str, Any]]) -> None:
    taken: set[tuple[int, int]] = set()
    for widget in widgets:
        place = {
            (x, y)
            for x in range(widget["x"], widget["x"] + widget["width"])
            for y in range(widget["y"], widget["y"] + widget["height"])
        }
        assert not place & taken
        assert max(x for x, _ in place) < 24
        taken |= place


def test_the_budget_is_made_only_if_it_is_asked_for_and_somebody_gets_its_mail(template: Template) -> None:
    assert template.resources["Budget"]["Condition"] == "HasBudget"
    assert template.body["Parameters"]["MonthlyBudgetDollars"]["Default"] == 0
    asked = template.body["Conditions"]["HasBudget"]["Fn::And"]
    assert {"Condition": "HasAlarmEmail"} in asked
    for notification in template.properties("Budget")["NotificationsWithSubscribers"]:
        assert notification["Subscribers"] == [
            {"SubscriptionType": "EMAIL", "Address": {"Ref": "AlarmEmail"}}
        ]


# The alarm that reports harm to a resource which has no metric of its own that means harm.
ALARM_OF = {
    "RegistryTable": "RegistryUnavailableAlarm",
    "CaseworkTable": "DecisionsUnsettledAlarm",
    "ReleasesBucket": "IndexReleaseErrorsAlarm",
    "SweepResultsFunctionSweep": "SweepsMissingAlarm",
    "FetchReleaseFunctionFetch": "FetchesMissingAlarm",
    "ExpirySchedule": "DailyRunMissingAlarm",
    "ReleasesRule": "UndeliveredEventsQueueAlarm",
    "ResultsRule": "UndeliveredEventsQueueAlarm",
    "ActivationsRule": "UndeliveredEventsQueueAlarm",
    "ResultsBus": "UnpublishedEventsAlarm",
}
KINDS_WITH_AN_ALARM = {
    "AWS::Serverless::Function", "AWS::SQS::Queue", "AWS::DynamoDB::Table", "AWS::S3::Bucket",
    "AWS::Scheduler::Schedule", "AWS::Events::Rule", "AWS::Events::EventBus",
}  # fmt: skip


def _schedules_of_functions(template: Template) -> set[str]:
    return {
        function + name
        for function, properties in template.of_type("AWS::Serverless::Function").items()
        for name, event in properties.get("Events", {}).items()
        if event["Type"] == "ScheduleV2"
    }


def test_a_new_resource_needs_an_alarm_and_an_entry_in_the_runbook(template: Template) -> None:
    alarms = _alarms(template)
    runbook = (ROOT / "docs" / "runbook.md").read_text()
    resources = {n for n, resource in template.resources.items() if resource["Type"] in KINDS_WITH_AN_ALARM}
    for name in resources | _schedules_of_functions(template):
        watching = {
            alarm
            for alarm, properties in alarms.items()
            if f'"{name}"' in json.dumps(properties["Dimensions"])
        } | {ALARM_OF.get(name, "")} & set(alarms)
        assert watching, name
        assert any(f"`{alarm}`" in runbook for alarm in watching), name
