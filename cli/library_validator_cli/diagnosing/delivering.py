"""Facts about everything that delivers: queues, event source mappings, rules and schedules."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from botocore.exceptions import ClientError

from library_validator.operations.facts import NotRead, QueueFact, Rule, Schedule, Trigger
from library_validator.recovery.queues import EVERY_QUEUE, Queue
from library_validator_cli.diagnosing.reading import Missing, Reader, fact_or_reason, sentence_of
from library_validator_cli.stack_access import QUEUES, Stack

# The queue and the output of the function of each event source mapping.
TRIGGERS: Final = {
    "validate_applications": ("applications", "ValidateApplicationsFunctionArn"),
    "index_release": ("releases", "IndexReleaseFunctionArn"),
    "revalidate": ("revalidations", "RevalidateFunctionArn"),
}
# The name in the template of each rule, with its queue and whether it is on the bus of results.
RULES: Final = {
    "ResultsRule": ("results", True),
    "ActivationsRule": ("revalidations", True),
    "ReleasesRule": ("releases", False),
}
# The name in the template of each schedule, and the parameter that switches it off.
SCHEDULES: Final = {
    "SweepResultsFunctionSweep": "",
    "FetchReleaseFunctionFetch": "FetchState",
    "ExpirySchedule": "",
}
_AGE_PERIOD: Final = timedelta(minutes=15)


class Delivering:
    """Reads each part of the delivery once."""

    def __init__(
        self, reader: Reader, stack: Stack, resources: Mapping[str, str] | NotRead, now: datetime
    ) -> None:
        self._reader = reader
        self._stack = stack
        self._resources = resources
        self._now = now
        self._attributes: dict[str, Mapping[str, str]] = {}
        self._no_age: list[NotRead] = []

    def queues(self) -> list[QueueFact | NotRead]:
        return [fact_or_reason(f"the queue {name}", self._queue, name) for name in QUEUES]

    def triggers(self) -> list[Trigger | NotRead]:
        return [
            fact_or_reason(f"the event source mapping of {function}", self._trigger, function, *named)
            for function, named in TRIGGERS.items()
        ]

    def rules(self) -> list[Rule | NotRead]:
        return [fact_or_reason(f"the rule {name}", self._rule, name) for name in RULES]

    def schedules(self, parameters: Mapping[str, str]) -> list[Schedule | NotRead]:
        off = {name: parameters.get(switch) == "DISABLED" for name, switch in SCHEDULES.items()}
        return [fact_or_reason(f"the schedule {name}", self._schedule, name, off[name]) for name in SCHEDULES]

    def without_age(self) -> Sequence[NotRead]:
        return self._no_age

    def _queue(self, name: str) -> QueueFact:
        try:
            attributes = self._read_attributes(name)
        except Missing:
            return QueueFact(name, exists=False)
        return QueueFact(
            name,
            exists=True,
            waiting=int(attributes["ApproximateNumberOfMessages"]),
            in_work=int(attributes["ApproximateNumberOfMessagesNotVisible"]),
            oldest_seconds=self._age(attributes) if isinstance(EVERY_QUEUE[name], Queue) else None,
        )

    def _read_attributes(self, name: str) -> Mapping[str, str]:
        if name not in self._attributes:
            url = self._stack.output(f"{QUEUES[name]}Url")
            answer = self._reader.ask("sqs", "get_queue_attributes", QueueUrl=url, AttributeNames=["All"])
            self._attributes[name] = answer["Attributes"]
        return self._attributes[name]

    def _age(self, attributes: Mapping[str, str]) -> float | None:
        """Seconds that the oldest message has waited, as CloudWatch measured it in the last minutes."""
        if self._stack.is_local:
            return None
        name = attributes["QueueArn"].rpartition(":")[2]
        try:
            answer = self._reader.ask(
                "cloudwatch",
                "get_metric_data",
                MetricDataQueries=[_age_query(name)],
                StartTime=self._now - _AGE_PERIOD,
                EndTime=self._now,
                ScanBy="TimestampDescending",
            )
        except ClientError as error:
            self._no_age.append(NotRead(f"the age of the oldest message: {sentence_of(error)}"))
            return None
        values: list[float] = answer["MetricDataResults"][0]["Values"]
        return values[0] if values else None

    def _trigger(self, function: str, queue: str, output: str) -> Trigger:
        arn = self._stack.output(f"{QUEUES[queue]}Arn")
        pages = self._reader.ask_all("lambda", "list_event_source_mappings", EventSourceArn=arn)
        found = [mapping for page in pages for mapping in page["EventSourceMappings"]]
        ours = [mapping for mapping in found if mapping["FunctionArn"] == self._stack.output(output)]
        if not ours:
            return Trigger(function, queue, "", None)
        return Trigger(function, queue, ours[0]["UUID"], ours[0]["State"])

    def _rule(self, name: str) -> Rule | NotRead:
        if isinstance(self._resources, NotRead):
            return self._resources
        queue, is_on_results_bus = RULES[name]
        physical = self._resources.get(name, "").rpartition("|")[2].rpartition("/")[2]
        bus = {"EventBusName": self._stack.output("ResultsBus")} if is_on_results_bus else {}
        try:
            found = self._reader.ask("events", "describe_rule", Name=physical, **bus)
            targets = self._reader.ask("events", "list_targets_by_rule", Rule=physical, **bus)["Targets"]
        except Missing:
            return Rule(name, queue, physical, None)
        arns = {target["Arn"] for target in targets}
        return Rule(
            name,
            queue,
            physical,
            found["State"],
            has_target=self._stack.output(f"{QUEUES[queue]}Arn") in arns,
            is_admitted=self._admits(queue, found["Arn"]),
        )

    def _admits(self, queue: str, rule_arn: str) -> bool:
        """Whether the policy of the queue has a statement that lets the rule send."""
        try:
            policy = json.loads(self._read_attributes(queue).get("Policy") or "{}")
        except Missing:
            return True  # the missing queue is a finding of its own
        statements: list[Any] = policy.get("Statement", [])
        return any(
            statement["Effect"] == "Allow" and rule_arn in json.dumps(statement) for statement in statements
        )

    def _schedule(self, name: str, is_off_by_parameter: bool) -> Schedule | NotRead:
        if isinstance(self._resources, NotRead):
            return self._resources
        physical = self._resources.get(name, "")
        try:
            state = (
                self._reader.ask("scheduler", "get_schedule", Name=physical)["State"] if physical else None
            )
        except Missing:
            state = None
        return Schedule(name, physical, state, is_off_by_parameter)


def _age_query(queue_name: str) -> dict[str, Any]:
    metric = {
        "Namespace": "AWS/SQS",
        "MetricName": "ApproximateAgeOfOldestMessage",
        "Dimensions": [{"Name": "QueueName", "Value": queue_name}],
    }
    return {"Id": "age", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Maximum"}}
