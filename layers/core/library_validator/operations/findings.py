"""The kinds of findings, in order of importance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class FindingCode(StrEnum):
    """A kind of finding. The order of this list is the order of importance."""

    # nothing answers
    LOCAL_STACK_CRASHED = "local_stack_crashed"
    LOCAL_STACK_SILENT = "local_stack_silent"
    LOCAL_STACK_DOWN = "local_stack_down"
    NOTHING_DEPLOYED = "nothing_deployed"
    STACK_UNREACHABLE = "stack_unreachable"
    STACK_FAILED = "stack_failed"
    # applications are not decided
    TABLE_MISSING = "table_missing"
    QUEUE_MISSING = "queue_missing"
    REGISTRY_LOST = "registry_lost"
    NO_REGISTRY = "no_registry"
    FORMAT_UNREADABLE = "format_unreadable"
    FUNCTION_MISSING = "function_missing"
    FUNCTION_BROKEN = "function_broken"
    TRIGGER_MISSING = "trigger_missing"
    TRIGGER_DISABLED = "trigger_disabled"
    # answers do not go out, or something is not delivered
    EVENTS_UNPUBLISHED = "events_unpublished"
    RULE_MISSING = "rule_missing"
    RULE_DISABLED = "rule_disabled"
    RULE_NOT_ADMITTED = "rule_not_admitted"
    UNDELIVERED_EVENTS = "undelivered_events"
    SCHEDULE_MISSING = "schedule_missing"
    SCHEDULE_DISABLED = "schedule_disabled"
    # work that failed
    DEAD_LETTERS = "dead_letters"
    FUNCTION_FAILS = "function_fails"
    LOAD_FAILED = "load_failed"
    LOAD_STUCK = "load_stuck"
    UPLOAD_NOT_LOADED = "upload_not_loaded"
    RELEASE_QUARANTINED = "release_quarantined"
    RELEASE_REFUSED = "release_refused"
    # answers that may be old
    FORMAT_OUTDATED = "format_outdated"
    REVALIDATION_STUCK = "revalidation_stuck"
    REVALIDATION_FAILED = "revalidation_failed"
    OTHER_POLICY = "other_policy"
    REGISTRY_OLD = "registry_old"
    # work that waits
    MESSAGES_WAIT = "messages_wait"
    RESULTS_UNREAD = "results_unread"
    PARTNER_OVER_LIMIT = "partner_over_limit"
    PARTNER_SUSPENDED = "partner_suspended"
    # the next failure would not be noticed or not be undone
    ALARM = "alarm"
    ALARMS_SILENT = "alarms_silent"
    SUBSCRIPTION_PENDING = "subscription_pending"
    BACKUPS_OFF = "backups_off"
    DELETION_ALLOWED = "deletion_allowed"
    OPERATOR_ROLE_DENIED = "operator_role_denied"


_ORDER: Final = {code: place for place, code in enumerate(FindingCode)}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. A note is worth a look, but the service may be healthy."""

    code: FindingCode
    sentence: str
    subject: str = ""  # the name that a command needs: of a queue, a function, a run, a mapping
    is_note: bool = False


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The findings in order of importance, and a sentence for each fact that could not be read."""

    findings: Sequence[Finding]
    not_checked: Sequence[str]

    @property
    def is_healthy(self) -> bool:
        return all(finding.is_note for finding in self.findings)


def in_order(findings: Sequence[Finding]) -> list[Finding]:
    """Notes come last; otherwise the most important finding comes first."""
    return sorted(findings, key=lambda finding: (finding.is_note, _ORDER[finding.code], finding.subject))
