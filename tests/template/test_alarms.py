"""Nothing waits, fails or is put aside unseen."""

from typing import Any

import pytest

from tests.template.template_reader import Template


def _alarms(template: Template, metric: str) -> dict[str, Any]:
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
    # Sent messages do not count those that SQS itself moves there: only visible ones do.
    alarms = _alarms(template, "ApproximateNumberOfMessagesVisible")
    assert set(alarms) == dead_letters | {"UndeliveredEventsQueue"}
    for alarm in alarms.values():
        assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (0, "GreaterThanThreshold")


def test_a_message_that_waits_too_long_raises_an_alarm(template: Template) -> None:
    alarms = _alarms(template, "ApproximateAgeOfOldestMessage")
    assert set(alarms) == {"ReleasesQueue", "ApplicationsQueue", "ResultsQueue"}


def test_a_release_may_wait_for_a_retry_without_an_alarm(template: Template) -> None:
    alarm = _alarms(template, "ApproximateAgeOfOldestMessage")["ReleasesQueue"]
    visibility = template.resolve(template.properties("ReleasesQueue")["VisibilityTimeout"])
    assert alarm["Threshold"] > visibility


@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
def test_a_function_that_fails_or_is_held_back_raises_an_alarm(template: Template, metric: str) -> None:
    alarms = _alarms(template, metric)
    assert set(alarms) == set(template.of_type("AWS::Serverless::Function"))
    for alarm in alarms.values():
        assert alarm["Statistic"] == "Sum"


def test_every_alarm_tells_by_mail_where_an_address_is_given(template: Template) -> None:
    told = {"Fn::If": ["HasAlarmEmail", [{"Ref": "AlarmTopic"}], {"Ref": "AWS::NoValue"}]}
    for name, alarm in template.of_type("AWS::CloudWatch::Alarm").items():
        assert alarm["AlarmActions"] == told, name
        assert alarm["TreatMissingData"] == "notBreaching", name
        assert "Runbook" in alarm["AlarmDescription"], name
    for name in ("AlarmTopic", "AlarmTopicPolicy"):
        assert template.resources[name]["Condition"] == "HasAlarmEmail"
