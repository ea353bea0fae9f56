"""Reads every fact about a deployed stack that the diagnosis needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final, TypeVar

from library_validator.decisions.rivals import CLAIM_LIMIT
from library_validator.errors import NoActiveRegistry
from library_validator.operations.facts import (
    Alarm,
    DeployedStack,
    Facts,
    NotRead,
    OperatorRole,
    PartnerFact,
    StoredUpload,
    Subscriptions,
    Table,
    Unpublished,
)
from library_validator.registry.bucket import Upload
from library_validator.registry.store import Pointer
from library_validator.views.policy import PolicyView, policy_view
from library_validator_cli.diagnosing.delivering import Delivering
from library_validator_cli.diagnosing.function_logs import FunctionReader
from library_validator_cli.diagnosing.reading import Missing, Reader, fact_or_reason
from library_validator_cli.stack_access import Stack
from library_validator_cli.uploading import PREFIX

_ERRORS_OF: Final = timedelta(hours=1)
_PUBLISHED_WITHIN: Final = timedelta(minutes=10)
_COUNTED_UNPUBLISHED: Final = 100
_DECISIONS_LOOKED_AT: Final = 500  # for claims that a limit stopped
TABLES: Final = ("CaseworkTable", "RegistryTable")
_PROTECTED: Final = ("CaseworkTable",)

Fact = TypeVar("Fact")


class Gathering:
    """One visit to a stack. ``unpublished_after``: how long the service has to publish an answer."""

    def __init__(
        self, stack: Stack, now: datetime | None = None, unpublished_after: timedelta = _PUBLISHED_WITHIN
    ) -> None:
        self._stack = stack
        self._reader = Reader((stack.session, stack.own))
        self._now = now or datetime.now(UTC)
        self._unpublished_after = unpublished_after
        self._since = self._now - _ERRORS_OF

    def facts(self) -> Facts:
        stack = fact_or_reason("the deployment", self._deployed)
        resources = fact_or_reason("the resources of the stack", self._resources)
        delivering = Delivering(self._reader, self._stack, resources, self._now)
        logs = FunctionReader(self._reader, self._stack, self._since)
        pointer = fact_or_reason("the live registry", self._pointer)
        return Facts(
            now=self._now,
            is_local=self._stack.is_local,
            since=self._since,
            stack=stack,
            operator_role=fact_or_reason("the operator role", self._operator_role),
            registry=pointer,
            runs=fact_or_reason("the loads of releases", self._stack.registry.runs),
            uploads=fact_or_reason("the uploads in the releases bucket", self._uploads),
            functions=logs.functions(),
            triggers=delivering.triggers(),
            schedules=delivering.schedules(_parameters(stack)),
            rules=delivering.rules(),
            queues=delivering.queues(),
            unpublished=fact_or_reason("unpublished answers", self._unpublished, logs),
            policy=fact_or_reason("the policy of the answers", self._policy, pointer),
            alarms=self._on_aws("alarms", self._alarms),
            subscriptions=self._on_aws("the subscription of the alarms", self._topic, resources),
            tables=[fact_or_reason(f"the {name}", self._table, name) for name in TABLES],
            partners=fact_or_reason("the partners", self._partners),
            also_not_read=self._not_read_here(delivering),
        )

    def _on_aws(self, what: str, read: Callable[..., Fact], *given: Any) -> Fact | NotRead:
        """A fact that the local stack does not have."""
        if self._stack.is_local:
            return NotRead(f"{what}: the local stack has none that work")
        return fact_or_reason(what, read, *given)

    def _not_read_here(self, delivering: Delivering) -> Sequence[NotRead]:
        if not self._stack.is_local:
            return delivering.without_age()
        return (
            NotRead("the age of the oldest message in each queue: the local stack does not measure it"),
            NotRead("backups and protection of the tables: the local stack does not keep these settings"),
        )

    def _deployed(self) -> DeployedStack:
        (found,) = self._reader.ask("cloudformation", "describe_stacks", StackName=self._stack.name)["Stacks"]
        parameters = {
            each["ParameterKey"]: each.get("ParameterValue", "") for each in found.get("Parameters", [])
        }
        return DeployedStack(
            found["StackName"], found["StackStatus"], found.get("StackStatusReason", ""), parameters
        )

    def _resources(self) -> dict[str, str]:
        """Physical names by the names in the template."""
        pages = self._reader.ask_all("cloudformation", "list_stack_resources", StackName=self._stack.name)
        found = [resource for page in pages for resource in page["StackResourceSummaries"]]
        return {each["LogicalResourceId"]: each.get("PhysicalResourceId", "") for each in found}

    def _operator_role(self) -> OperatorRole:
        role = self._stack.outputs.get("OperatorRoleArn", "")
        return OperatorRole(role, not self._stack.role_refusal, self._stack.role_refusal)

    def _pointer(self) -> Pointer | None:
        try:
            return self._stack.registry.pointer()
        except NoActiveRegistry:
            return None

    def _uploads(self) -> list[StoredUpload]:
        bucket = self._stack.output("ReleasesBucket")
        pages = self._reader.ask_all("s3", "list_object_versions", Bucket=bucket, Prefix=PREFIX)
        versions = [version for page in pages for version in page.get("Versions", [])]
        return [
            StoredUpload(
                Upload(version["Key"], version["VersionId"]), version["LastModified"], version.get("ETag", "")
            )
            for version in versions
        ]

    def _unpublished(self, logs: FunctionReader) -> Unpublished:
        before = self._now - self._unpublished_after
        unpublished = self._stack.decisions.unpublished_decisions(before)
        found = list(islice(unpublished, _COUNTED_UNPUBLISHED))
        oldest = min((decision.decided_at for decision in found), default=None)
        refusal = logs.refusal_of_bus() if found else ""
        return Unpublished(len(found), len(found) < _COUNTED_UNPUBLISHED, oldest, refusal)

    def _policy(self, pointer: Pointer | NotRead | None) -> PolicyView | None:
        if not isinstance(pointer, Pointer):
            return None
        progress = self._stack.revalidations.progress(str(pointer.activation))
        return policy_view(progress, self._stack.policy_version)

    def _partners(self) -> list[PartnerFact]:
        partners = self._stack.partners.partners()
        recent = islice(self._stack.decisions.recent_decisions(self._since), _DECISIONS_LOOKED_AT)
        stopped = {made.source for made in recent if CLAIM_LIMIT in made.reason_codes}
        return [
            PartnerFact(partner.name, not partner.is_active, not stopped.isdisjoint(partner.sources))
            for partner in partners.registered
        ]

    def _alarms(self) -> list[Alarm]:
        pages = self._reader.ask_all(
            "cloudwatch",
            "describe_alarms",
            AlarmNamePrefix=f"{self._stack.name}-",
            AlarmTypes=["MetricAlarm"],
        )
        found = [alarm for page in pages for alarm in page["MetricAlarms"]]
        return [
            Alarm(alarm["AlarmName"], alarm.get("AlarmDescription", ""), alarm.get("StateUpdatedTimestamp"))
            for alarm in found
            if alarm["StateValue"] == "ALARM"
        ]

    def _topic(self, resources: dict[str, str] | NotRead) -> Subscriptions | NotRead | None:
        if isinstance(resources, NotRead):
            return resources
        topic = resources.get("AlarmTopic")
        if not topic:
            return None
        pages = self._reader.ask_all("sns", "list_subscriptions_by_topic", TopicArn=topic)
        arns = [each["SubscriptionArn"] for page in pages for each in page["Subscriptions"]]
        confirmed = sum(arn.startswith("arn:") for arn in arns)
        return Subscriptions(confirmed, len(arns) - confirmed)

    def _table(self, name: str) -> Table:
        table = self._stack.output(name)
        try:
            found = self._reader.ask("dynamodb", "describe_table", TableName=table)["Table"]
        except Missing:
            return Table(name, exists=False)
        backups = self._reader.ask("dynamodb", "describe_continuous_backups", TableName=table)
        recovery = backups["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
        return Table(
            name,
            exists=True,
            has_backups=recovery.get("PointInTimeRecoveryStatus") == "ENABLED",
            is_protected=bool(found.get("DeletionProtectionEnabled")) or name not in _PROTECTED,
        )


def _parameters(stack: DeployedStack | NotRead) -> dict[str, str]:
    return {} if isinstance(stack, NotRead) else dict(stack.parameters)
