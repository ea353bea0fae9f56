"""A message that waits too long, fails or is in a dead-letter queue raises an alarm."""

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from library_validator.registry.age import registry_ages
from library_validator.registry.store import Pointer
from tests.template.template_reader import ROOT, Template

OURS = {"Fn::Sub": "LibraryValidator/${AWS::StackName}"}
SERVICE = "service"  # a dimension of every metric of this project: the function's folder


def _alarms_on(template: Template, metric: str) -> dict[str, Any]:
    """Alarms on a metric, by the resource that they watch."""
    found = {}
    for alarm in template.of_type("AWS::CloudWatch::Alarm").values():
        if alarm["MetricName"] == metric:
            (dimension,) = alarm["Dimensions"]
            value = dimension["Value"]
            found[value["Ref"] if "Ref" in value else value["Fn::GetAtt"][0]] = alarm
    return found


def test_one_message_in_any_dead_letter_queue_raises_an_alarm(template: Template) -> None:
    queues = template.of_type("AWS::SQS::Queue")
    dead_letters = {queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
                    for queue in queues.values() if "RedrivePolicy" in queue}  # fmt: skip
    # The metric of sent messages does not count messages that SQS itself moves there; the metric of visible
    # messages does.
    alarms = _alarms_on(template, "ApproximateNumberOfMessagesVisible")
    assert set(alarms) == dead_letters | {"UndeliveredEventsQueue"}
    for alarm in alarms.values():
        assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (0, "GreaterThanThreshold")


def test_a_message_that_waits_too_long_raises_an_alarm(template: Template) -> None:
    alarms = _alarms_on(template, "ApproximateAgeOfOldestMessage")
    assert set(alarms) == {"ReleasesQueue", "ApplicationsQueue", "ResultsQueue", "RevalidationsQueue"}


@pytest.mark.parametrize("queue", ["ReleasesQueue", "RevalidationsQueue"])
def test_a_release_or_a_revalidation_may_wait_for_a_retry_without_an_alarm(
    template: Template, queue: str
) -> None:
    alarm = _alarms_on(template, "ApproximateAgeOfOldestMessage")[queue]
    properties = template.properties(queue)
    visibility = template.resolve(properties["VisibilityTimeout"])
    assert alarm["Threshold"] > visibility + template.resolve(properties.get("DelaySeconds", 0))


@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
def test_a_function_that_fails_or_is_throttled_raises_an_alarm(template: Template, metric: str) -> None:
    alarms = _alarms_on(template, metric)
    assert set(alarms) == set(template.of_type("AWS::Serverless::Function"))
    for alarm in alarms.values():
        assert alarm["Statistic"] == "Sum"


def _metrics_counted_by(folder: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Every metric that a function's code counts, with the names of its dimensions except ``service``."""
    sources = [ROOT / "functions" / folder / "handler.py"]
    core = (ROOT / "layers" / "core" / "library_validator").rglob("*.py")
    sources += (path for path in core if path.parent.name != "entrypoints" or path.stem == folder)
    for source in sources:
        for node in ast.walk(ast.parse(source.read_text())):
            match node:
                case ast.Call(ast.Attribute(attr="count"), [ast.Constant(str(name)), *_], keywords):
                    dimensions = {
                        keyword.arg for keyword in keywords if keyword.arg and keyword.arg != "value"
                    }
                    yield name, frozenset(dimensions)


def _age_metrics() -> Iterator[tuple[str, frozenset[str]]]:
    """The metrics of the live registry's age, counted by name."""
    at = datetime(2026, 11, 23, tzinfo=UTC)
    pointer = Pointer("2022.1.abc", None, 2022, 1, at.isoformat(), "")
    return ((name, frozenset()) for name in registry_ages(pointer, at))


def _own_alarms(template: Template) -> dict[str, dict[str, Any]]:
    """Alarms on the metrics of this project, which its functions count."""
    alarms = template.of_type("AWS::CloudWatch::Alarm")
    return {
        name: dict(alarm) for name, alarm in alarms.items() if not str(alarm["Namespace"]).startswith("AWS/")
    }


def test_these_metrics_of_the_functions_have_alarms(template: Template) -> None:
    watched = {
        name: (
            alarm["MetricName"],
            {dimension["Name"]: dimension["Value"] for dimension in alarm["Dimensions"]},
        )
        for name, alarm in _own_alarms(template).items()
    }
    assert watched == {
        "RegistryAgeAlarm": ("RegistryAgeDays", {SERVICE: "revalidate"}),
        "FetchFailedAlarm": ("FetchFailed", {SERVICE: "fetch_release"}),
        "ReleaseQuarantinedAlarm": ("ReleaseRuns", {SERVICE: "index_release", "status": "quarantined"}),
        "ReleaseRefusedAlarm": ("ReleaseRuns", {SERVICE: "index_release", "status": "refused"}),
    }


def test_an_alarm_watches_a_metric_with_the_dimensions_that_the_code_counts(template: Template) -> None:
    # CloudWatch matches namespace and dimensions exactly. An alarm with one dimension too many is never
    # raised.
    common = template.body["Globals"]["Function"]["Environment"]["Variables"]
    assert common["POWERTOOLS_METRICS_NAMESPACE"] == OURS
    for name, alarm in _own_alarms(template).items():
        assert alarm["Namespace"] == OURS, name
        dimensions = {dimension["Name"]: dimension["Value"] for dimension in alarm["Dimensions"]}
        folder = dimensions.pop(SERVICE)
        assert (ROOT / "functions" / folder / "handler.py").is_file(), name
        counted = {*_metrics_counted_by(folder), *_age_metrics()}
        assert (alarm["MetricName"], frozenset(dimensions)) in counted, name


def test_the_age_alarm_allows_for_the_delay_of_the_survey(template: Template) -> None:
    alarm = _own_alarms(template)["RegistryAgeAlarm"]
    # A release is live until the next release, a year later. A release is published at most two years late.
    assert template.resolve(alarm["Threshold"]) > (2 + 1) * 365
    # The daily run may start a little later than on the day before.
    assert alarm["Period"] == 24 * 3600


def test_every_alarm_names_a_section_of_the_runbook(template: Template) -> None:
    sections = {
        line.removeprefix("## ").strip().lower()
        for line in Path(ROOT, "docs", "runbook.md").read_text().splitlines()
        if line.startswith("## ")
    }
    for name, alarm in template.of_type("AWS::CloudWatch::Alarm").items():
        section = alarm["AlarmDescription"].rpartition("Runbook, ")[2].removesuffix(".")
        assert section in sections, name


def test_every_alarm_sends_mail_if_there_is_an_address(template: Template) -> None:
    mail = {"Fn::If": ["HasAlarmEmail", [{"Ref": "AlarmTopic"}], {"Ref": "AWS::NoValue"}]}
    for name, alarm in template.of_type("AWS::CloudWatch::Alarm").items():
        assert alarm["AlarmActions"] == mail, name
        assert alarm["TreatMissingData"] == "notBreaching", name
        assert "Runbook" in alarm["AlarmDescription"], name
    for name in ("AlarmTopic", "AlarmTopicPolicy"):
        assert template.resources[name]["Condition"] == "HasAlarmEmail"
