"""Each alarm reports harm, is silent without harm, and says what to do. The numbers are compared here."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest

from library_validator.registry.age import registry_ages
from library_validator.registry.store import Pointer
from library_validator.terms import RunStatus
from tests.template.counted_metrics import metrics_in
from tests.template.template_reader import ROOT, Template

OURS = {"Fn::Sub": "LibraryValidator/${AWS::StackName}"}
SERVICE = "service"  # a dimension of every metric of this project: the function's folder
MAIL = {"Fn::If": ["HasAlarmEmail", [{"Ref": "AlarmTopic"}], {"Ref": "AWS::NoValue"}]}
EVENTS_OF_FUNCTIONS = {"Errors", "Throttles"}
HARM = {
    "ApplicationsUndecided",
    "DecisionsUnsettled",
    "RegistryUnavailable",
    "DecisionsUndecidedAgain",
    "ClaimsOverLimit",
    "PartnersOverRate",
}
HEARTBEATS = {"SweepsMissingAlarm", "DailyRunMissingAlarm"}
# Metrics that no alarm watches. Each has the reason.
UNWATCHED = {
    "ApplicationsDecided": "the work itself",
    "ApplicationsNotDecidedAgain": "a resend, which has its answer already",
    "ApplicationsUnreadable": "the message goes to the dead-letter queue, which has an alarm",
    "DaysSinceActivation": "RegistryAgeDays is the age that matters: a release comes once a year",
    "DecisionsChangedAgain": "a new release changes answers; the event Registry Revalidated counts them",
    "EventsLeftToSweeper": "the sweeper publishes them; EventsLeftUnpublished counts those that it cannot",
    "DecisionsErased": "the work itself",
    "EventsPublished": "the work itself",
    "EventsPublishedBySweeper": "healed; the log has a warning",
    "FetchAttempts": "a search asks several sources; FetchFailed counts the searches without an answer",
    "NoticesGiven": "the work itself",
    "RedriveAttributesIgnored": "an attempt of a sender that changed nothing; the log names the message",
    "RegistryRequests": "the cost of the work",
    "ReleaseOutlets": "the size of a release, which the guard compares",
    "ReleaseSystems": "the size of a release, which the guard compares",
    "ReleaseValuesRepaired": "the guard quarantines a release with too many",
}
UNWATCHED_RUNS = {
    "active": "the work itself",
    "unchanged": "the work itself",
    "accepted": "a person decided",
    "rejected": "a person decided",
    "failed": "the exception raises the alarm on errors",
}


def _alarms(template: Template) -> dict[str, dict[str, Any]]:
    return {name: dict(alarm) for name, alarm in template.of_type("AWS::CloudWatch::Alarm").items()}


def _alarms_on(template: Template, metric: str) -> dict[str, Any]:
    """Alarms on a metric, by the resource that they watch."""
    found = {}
    for alarm in _alarms(template).values():
        if alarm["MetricName"] == metric:
            (dimension,) = alarm["Dimensions"]
            value = dimension["Value"]
            found[value["Ref"] if "Ref" in value else value["Fn::GetAtt"][0]] = alarm
    return found


def _seconds_until_dead(template: Template, queue: str) -> int:
    """How old a message can be that fails each time, before SQS puts it in the dead-letter queue."""
    properties = template.properties(queue)
    receives = template.resolve(properties["RedrivePolicy"]["maxReceiveCount"])
    visibility = template.resolve(properties["VisibilityTimeout"])
    return int(receives * visibility + template.resolve(properties.get("DelaySeconds", 0)))


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


def test_a_dead_letter_that_sqs_stops_to_report_keeps_its_alarm(template: Template) -> None:
    # SQS reports a queue for six hours after its last use.
    for alarm in _alarms(template).values():
        if alarm["Namespace"] == "AWS/SQS":
            assert alarm["TreatMissingData"] == "ignore"


def test_a_message_that_waits_too_long_raises_an_alarm(template: Template) -> None:
    alarms = _alarms_on(template, "ApproximateAgeOfOldestMessage")
    assert set(alarms) == {"ReleasesQueue", "ApplicationsQueue", "ResultsQueue", "RevalidationsQueue"}


@pytest.mark.parametrize(
    "queue", ["ReleasesQueue", "RevalidationsQueue", "ApplicationsQueue", "ResultsQueue"]
)
def test_a_message_that_fails_until_it_is_dead_raises_only_the_alarm_of_the_dead_letters(
    template: Template, queue: str
) -> None:
    alarm = _alarms_on(template, "ApproximateAgeOfOldestMessage")[queue]
    assert template.resolve(alarm["Threshold"]) > _seconds_until_dead(template, queue)


def test_no_limit_of_applications_can_be_chosen_that_one_malformed_message_passes(template: Template) -> None:
    chosen = template.body["Parameters"]["ApplicationsAgeAlarmSeconds"]
    assert chosen["MinValue"] > _seconds_until_dead(template, "ApplicationsQueue")
    assert chosen["MaxValue"] == template.properties("ApplicationsQueue")["MessageRetentionPeriod"]


def test_without_a_consumer_the_alarm_on_results_can_be_switched_off_alone(template: Template) -> None:
    assert template.resources["ResultsQueueAgeAlarm"]["Condition"] == "HasResultsAgeAlarm"
    assert template.body["Conditions"]["HasResultsAgeAlarm"] == {
        "Fn::Not": [{"Fn::Equals": [{"Ref": "ResultsAgeAlarmSeconds"}, "0"]}]
    }
    chosen = template.body["Parameters"]["ResultsAgeAlarmSeconds"]
    assert chosen["MinValue"] == 0
    # A consumer that reads once a week may let results wait as long as they are kept.
    assert chosen["MaxValue"] == template.body["Parameters"]["ResultsRetentionSeconds"]["MaxValue"]


@pytest.mark.parametrize("metric", sorted(EVENTS_OF_FUNCTIONS))
def test_a_function_that_fails_or_is_throttled_raises_an_alarm(template: Template, metric: str) -> None:
    alarms = _alarms_on(template, metric)
    assert set(alarms) == set(template.of_type("AWS::Serverless::Function"))
    for alarm in alarms.values():
        assert alarm["Statistic"] == "Sum"


def _minutes(rate: str) -> int:
    return int(rate.removeprefix("rate(").split()[0])


def test_events_that_two_sweeps_left_unpublished_raise_an_alarm(template: Template) -> None:
    alarm = _alarms(template)["UnpublishedEventsAlarm"]
    rates = template.body["Parameters"]["SweepRate"]["AllowedValues"]
    # Each period has at least one sweep at the slowest rate. Its minimum is the best of its sweeps.
    assert alarm["Period"] >= 60 * max(map(_minutes, rates))
    assert alarm["EvaluationPeriods"] == 2
    assert (alarm["Statistic"], alarm["Threshold"]) == ("Minimum", 0)
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
    assert alarm["TreatMissingData"] == "ignore"


def test_a_schedule_that_stops_raises_an_alarm(template: Template) -> None:
    rates = template.body["Parameters"]["SweepRate"]["AllowedValues"]
    intervals = {"SweepsMissingAlarm": 60 * max(map(_minutes, rates)), "DailyRunMissingAlarm": 86_400}
    assert set(intervals) == HEARTBEATS
    for name, interval in intervals.items():
        alarm = _alarms(template)[name]
        assert alarm["TreatMissingData"] == "breaching", name
        assert (alarm["Statistic"], alarm["Threshold"]) == ("SampleCount", 1), name
        assert alarm["ComparisonOperator"] == "LessThanThreshold", name
        # A run may start a little late and miss one period, but never two in a row.
        assert alarm["Period"] >= interval, name
        assert alarm["EvaluationPeriods"] == 2, name


def test_a_search_that_stops_raises_an_alarm_after_three_weeks(template: Template) -> None:
    alarm = _alarms(template)["FetchesMissingAlarm"]
    parameters = template.body["Parameters"]
    days = int(parameters["FetchRate"]["Default"].removeprefix("rate(").split()[0])
    # One missed search is no reason for an alarm: the next search may have an answer.
    assert template.resolve(alarm["Threshold"]) > 3 * days
    # The daily run reports it. Two days without it are a search that never had an answer.
    assert (alarm["Period"], alarm["EvaluationPeriods"]) == (86_400, 2)
    assert alarm["TreatMissingData"] == "breaching"
    # Whoever uploads by hand switches the schedule off.
    assert template.resources["FetchesMissingAlarm"]["Condition"] == "Fetches"


def test_an_alarm_looks_back_no_longer_than_cloudwatch_permits(template: Template) -> None:
    for name, alarm in _alarms(template).items():
        seconds = alarm["Period"] * alarm["EvaluationPeriods"]
        assert seconds <= (7 * 86_400 if alarm["Period"] >= 3_600 else 86_400), name


def _metrics_counted_by(folder: str) -> set[tuple[str, frozenset[str]]]:
    """Every metric that a function's code counts, with the names of its dimensions except ``service``."""
    core = (ROOT / "layers" / "core" / "library_validator").rglob("*.py")
    sources = (path for path in core if path.parent.name != "entrypoints" or path.stem == folder)
    return {metric for source in sources for metric in metrics_in(source)}


def _age_metrics() -> Iterator[tuple[str, frozenset[str]]]:
    """The metrics of the live registry's age, counted by name."""
    at = datetime(2026, 11, 23, tzinfo=UTC)
    pointer = Pointer("2022.1.abc", None, 2022, 1, at.isoformat(), "")
    return ((name, frozenset()) for name in registry_ages(pointer, at))


def _every_metric() -> set[str]:
    folders = (path.parent.name for path in (ROOT / "functions").glob("*/handler.py"))
    counted = {name for folder in folders for name, _ in _metrics_counted_by(folder)}
    return counted | {name for name, _ in _age_metrics()}


def _own_alarms(template: Template) -> dict[str, dict[str, Any]]:
    """Alarms on the metrics of this project, which its functions count."""
    return {
        name: alarm
        for name, alarm in _alarms(template).items()
        if not str(alarm["Namespace"]).startswith("AWS/")
    }


def test_every_metric_has_an_alarm_or_a_reason_to_have_none(template: Template) -> None:
    watched = {alarm["MetricName"] for alarm in _own_alarms(template).values()}
    assert watched >= HARM
    # DecisionsCheckedAgain is watched as the heartbeat of the daily run.
    assert watched & set(UNWATCHED) == set()
    assert _every_metric() == watched | set(UNWATCHED)


def test_every_status_of_a_load_has_an_alarm_or_a_reason_to_have_none(template: Template) -> None:
    watched = {
        dimension["Value"]
        for alarm in _own_alarms(template).values()
        for dimension in alarm["Dimensions"]
        if dimension["Name"] == "status"
    }
    assert watched == {"quarantined", "refused"}
    # A load ends with another status than "loading", or with an exception.
    assert set(get_args(RunStatus)) == watched | set(UNWATCHED_RUNS) | {"loading"}


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
    # The daily run may start a little later than on the day before: a day without it changes nothing.
    assert alarm["Period"] == 24 * 3600
    assert alarm["TreatMissingData"] == "ignore"


def test_a_failed_search_is_reported_until_a_search_has_an_answer(template: Template) -> None:
    # A search counts 0 or 1, once a week.
    alarm = _own_alarms(template)["FetchFailedAlarm"]
    assert (alarm["Statistic"], alarm["Threshold"]) == ("Maximum", 0)
    assert alarm["TreatMissingData"] == "ignore"


def test_an_alarm_on_an_event_sends_no_mail_that_all_is_well(template: Template) -> None:
    # Its metric is missing five minutes later, and a person may still have to do something.
    for name, alarm in _alarms(template).items():
        is_event = alarm["MetricName"] in {*EVENTS_OF_FUNCTIONS, *HARM, "ReleaseRuns"}
        assert ("OKActions" not in alarm) is is_event, name
        assert (alarm["TreatMissingData"] == "notBreaching") is is_event, name
        if not is_event:
            assert alarm["OKActions"] == MAIL, name


def test_every_alarm_names_a_section_of_the_runbook_which_names_the_alarm(template: Template) -> None:
    page = Path(ROOT, "docs", "runbook.md").read_text()
    sections = {
        text.partition("\n")[0].strip().lower(): text for text in page.removeprefix("# ").split("\n## ")[1:]
    }
    for name, alarm in _alarms(template).items():
        section = alarm["AlarmDescription"].rpartition("Runbook, ")[2].removesuffix(".")
        assert f"`{name}`" in sections[section], name


def test_every_alarm_sends_mail_if_there_is_an_address(template: Template) -> None:
    for name, alarm in _alarms(template).items():
        assert alarm["AlarmActions"] == MAIL, name
        assert "Runbook" in alarm["AlarmDescription"], name
    for name in ("AlarmTopic", "AlarmTopicPolicy"):
        assert template.resources[name]["Condition"] == "HasAlarmEmail"
