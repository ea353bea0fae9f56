"""The command to type and the section of the runbook for each kind of finding.

``{subject}`` is the finding's subject, ``{letters}`` its queue of dead letters (``{Letters}`` in a heading),
``{stack}`` the name of the stack. A remedy may differ on the local
stack, where CloudFormation does not bring back a resource that was deleted by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from library_validator.operations.findings import Finding, FindingCode

Code = FindingCode
DEPLOY: Final = "sam build && sam deploy"
START_AGAIN: Final = "library-validator down && library-validator up"
_DRIFT: Final = "aws cloudformation detect-stack-drift --stack-name {stack}"


@dataclass(frozen=True, slots=True)
class Remedy:
    """What a person types first, and where they read on: a heading of docs/runbook.md."""

    command: str
    section: str
    local: str = ""  # the command for the local stack, if it is another one

    def command_for(self, finding: Finding, stack: str, *, is_local: bool) -> str:
        command = self.local if is_local and self.local else self.command
        named = {"{subject}": finding.subject, "{letters}": _letters_of(finding), "{stack}": stack}
        for place, name in named.items():
            command = command.replace(place, name)
        return command

    def section_for(self, finding: Finding) -> str:
        return self.section.replace("{Letters}", _letters_of(finding).capitalize())


def _letters_of(finding: Finding) -> str:
    """The queue of dead letters that the finding is about, as the command ``dlq`` names it."""
    return finding.subject.removesuffix(" dead letters").removesuffix(" events")


REMEDIES: Final[dict[FindingCode, Remedy]] = {
    Code.LOCAL_STACK_CRASHED: Remedy("library-validator up", "Start here: doctor"),
    Code.LOCAL_STACK_SILENT: Remedy(START_AGAIN, "Start here: doctor"),
    Code.LOCAL_STACK_DOWN: Remedy("library-validator up", "Start here: doctor"),
    Code.NOTHING_DEPLOYED: Remedy("library-validator up", "Start here: doctor"),
    Code.STACK_UNREACHABLE: Remedy("aws sts get-caller-identity", "Start here: doctor"),
    Code.STACK_FAILED: Remedy(
        "aws cloudformation describe-stack-events --stack-name {stack}",
        "Errors",
        "library-validator up --redeploy",
    ),
    Code.TABLE_MISSING: Remedy(_DRIFT, "Restore decisions", START_AGAIN),
    Code.QUEUE_MISSING: Remedy(_DRIFT, "A resource is missing", START_AGAIN),
    Code.REGISTRY_LOST: Remedy(
        "library-validator release rebuild releases/FILE.zip --reason …", "Rebuild the registry"
    ),
    Code.NO_REGISTRY: Remedy("library-validator upload RELEASE", "Refresh"),
    Code.FORMAT_UNREADABLE: Remedy("library-validator release reindex", "The index format changed"),
    Code.FUNCTION_MISSING: Remedy(_DRIFT, "A resource is missing", START_AGAIN),
    Code.FUNCTION_BROKEN: Remedy(DEPLOY, "Errors", "library-validator up --redeploy"),
    Code.TRIGGER_MISSING: Remedy(_DRIFT, "A resource is missing", START_AGAIN),
    Code.TRIGGER_DISABLED: Remedy(
        "aws lambda update-event-source-mapping --enabled --uuid {subject}", "The oldest message"
    ),
    Code.EVENTS_UNPUBLISHED: Remedy(
        "library-validator logs --function sweep_results --since 1h", "Results are not published"
    ),
    Code.RULE_MISSING: Remedy(_DRIFT, "A resource is missing", START_AGAIN),
    Code.RULE_DISABLED: Remedy(_DRIFT, "A resource is missing"),
    Code.RULE_NOT_ADMITTED: Remedy(_DRIFT, "A resource is missing"),
    Code.UNDELIVERED_EVENTS: Remedy("library-validator dlq show {letters}", "Undelivered events"),
    Code.SCHEDULE_MISSING: Remedy(_DRIFT, "A schedule does not run", START_AGAIN),
    Code.SCHEDULE_DISABLED: Remedy("aws scheduler get-schedule --name {subject}", "A schedule does not run"),
    Code.DEAD_LETTERS: Remedy("library-validator dlq show {letters}", "{Letters} in the dead-letter queue"),
    Code.FUNCTION_FAILS: Remedy("library-validator logs --function {subject} --since 1h", "Errors"),
    Code.LOAD_FAILED: Remedy("library-validator release list", "Releases in the dead-letter queue"),
    Code.LOAD_STUCK: Remedy("library-validator release list", "Releases in the dead-letter queue"),
    Code.UPLOAD_NOT_LOADED: Remedy("library-validator upload {subject}", "Undelivered events"),
    Code.RELEASE_QUARANTINED: Remedy("library-validator release list", "A release is quarantined"),
    Code.RELEASE_REFUSED: Remedy("library-validator release list", "A release is refused"),
    Code.FORMAT_OUTDATED: Remedy("library-validator release reindex", "The index format changed"),
    Code.REVALIDATION_STUCK: Remedy(
        "library-validator revalidate start", "Revalidations in the dead-letter queue"
    ),
    Code.REVALIDATION_FAILED: Remedy("library-validator revalidate start", "What a new registry changed"),
    Code.OTHER_POLICY: Remedy(
        "library-validator revalidate start --dry-run", "After a deployment with other decision rules"
    ),
    Code.REGISTRY_OLD: Remedy("library-validator fetch --dry-run", "Refresh"),
    Code.MESSAGES_WAIT: Remedy("library-validator status", "The oldest message"),
    Code.RESULTS_UNREAD: Remedy("library-validator status", "The oldest message"),
    Code.PARTNER_OVER_LIMIT: Remedy("library-validator partner list", "A sender is over a limit"),
    Code.PARTNER_SUSPENDED: Remedy("library-validator partner list", "A sender is over a limit"),
    Code.ALARM: Remedy("aws cloudwatch describe-alarms --alarm-names {subject}", "Start here: doctor"),
    Code.ALARMS_SILENT: Remedy(f"{DEPLOY} --parameter-overrides AlarmEmail=…", "Change a parameter"),
    Code.SUBSCRIPTION_PENDING: Remedy("aws sns list-subscriptions", "Start here: doctor"),
    Code.BACKUPS_OFF: Remedy(_DRIFT, "Restore decisions"),
    Code.DELETION_ALLOWED: Remedy(_DRIFT, "Restore decisions"),
    Code.OPERATOR_ROLE_DENIED: Remedy(
        f"{DEPLOY} --parameter-overrides OperatorPrincipals=…", "Change a parameter"
    ),
}
