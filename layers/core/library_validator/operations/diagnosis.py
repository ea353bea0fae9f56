"""Diagnosis: the findings that follow from the facts about a deployed service.

It reads nothing and knows no commands: whoever shows a finding adds the command to type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain
from typing import Final, TypeVar

from library_validator.matching.stored_entries import INDEX_FORMAT, READABLE_FORMATS
from library_validator.operations.diagnosis_of_releases import findings_of_releases, uploads_without_any_load
from library_validator.operations.facts import (
    Facts,
    FunctionFact,
    NotRead,
    PartnerFact,
    QueueFact,
    Rule,
    Schedule,
    Table,
    Trigger,
)
from library_validator.operations.findings import Diagnosis, Finding, FindingCode, in_order
from library_validator.registry.age import registry_ages
from library_validator.registry.store import Pointer

# The seconds after which the template's alarm reports the oldest message of a queue, and the parameter that
# changes them. 0: no alarm.
_AGE_LIMITS: Final = {
    "applications": ("ApplicationsAgeAlarmSeconds", 2400.0),
    "results": ("ResultsAgeAlarmSeconds", 3600.0),
    "releases": ("", 18000.0),
    "revalidations": ("", 28800.0),
}
_REGISTRY_AGE_DAYS: Final = 1100  # the default of RegistryAgeAlarmDays
_REVALIDATION_STANDSTILL: Final = timedelta(hours=2)
_DEAD: Final = "dead letters"  # the end of the name of each dead-letter queue
_UNDELIVERED: Final = "undelivered events"
_RESULTS: Final = "results"

Part = TypeVar("Part")
_Findings = Iterator[Finding]


def diagnose(facts: Facts) -> Diagnosis:
    """Every finding, the most important first, and a sentence for each fact that could not be read."""
    parts: tuple[Callable[[Facts], Iterable[Finding]], ...] = (
        _of_stack,
        _of_registry,
        _of_functions,
        _of_queues,
        _of_unpublished,
        findings_of_releases,
        _of_policy,
        _of_partners,
        _of_alarms,
        _of_operator_role,
    )
    delivering = chain(
        _each(facts.triggers, _of_trigger),
        _each(facts.rules, _of_rule),
        _each(facts.schedules, _of_schedule),
        _each(facts.tables, lambda table: _of_table(table, facts)),
    )
    findings = [*chain.from_iterable(part(facts) for part in parts), *delivering]
    return Diagnosis(in_order(findings), facts.not_read())


def _each(parts: Iterable[Part | NotRead], findings: Callable[[Part], _Findings]) -> _Findings:
    return chain.from_iterable(findings(part) for part in parts if not isinstance(part, NotRead))


def _parameter(facts: Facts, name: str, default: float) -> float:
    if isinstance(facts.stack, NotRead):
        return default
    return float(facts.stack.parameters.get(name, default))


def _of_stack(facts: Facts) -> _Findings:
    stack = facts.stack
    if isinstance(stack, NotRead):
        return
    if stack.status.endswith("FAILED") or "ROLLBACK" in stack.status:
        why = f": {stack.reason}" if stack.reason else ""
        yield Finding(
            FindingCode.STACK_FAILED, f"The last deployment of {stack.name} ended as {stack.status}{why}."
        )


def _of_registry(facts: Facts) -> _Findings:
    pointer = facts.registry
    if isinstance(pointer, NotRead):
        return
    if pointer is None and uploads_without_any_load(facts):
        yield Finding(
            FindingCode.REGISTRY_LOST,
            "No registry is live and no load is on record, but the releases bucket has uploads: the registry "
            "table was lost, or the events of the uploads were. Nothing is decided.",
        )
        return
    if pointer is None:
        yield Finding(
            FindingCode.NO_REGISTRY, "No registry is live: applications wait, and nothing is decided."
        )
        return
    yield from _of_index_format(pointer)
    age = registry_ages(pointer, facts.now)["RegistryAgeDays"]
    if age > _parameter(facts, "RegistryAgeAlarmDays", _REGISTRY_AGE_DAYS):
        yield Finding(
            FindingCode.REGISTRY_OLD,
            f"The live registry is for fiscal year {pointer.fiscal_year}, which ended {age:,} days ago.",
            is_note=facts.is_local,
        )


def _of_index_format(pointer: Pointer) -> _Findings:
    version = f"Registry {pointer.active} has index format {pointer.index_format}"
    if pointer.index_format not in READABLE_FORMATS:
        readable = ", ".join(map(str, READABLE_FORMATS))
        yield Finding(
            FindingCode.FORMAT_UNREADABLE,
            f"{version}, and this version of the code reads {readable}: nothing is decided.",
        )
    elif pointer.index_format < INDEX_FORMAT:
        yield Finding(
            FindingCode.FORMAT_OUTDATED, f"{version}; this version of the code builds {INDEX_FORMAT}."
        )


def _of_functions(facts: Facts) -> _Findings:
    return _each(facts.functions, _of_function)


def _of_function(function: FunctionFact) -> _Findings:
    if not function.exists:
        yield Finding(
            FindingCode.FUNCTION_MISSING, f"The function {function.name} does not exist.", function.name
        )
        return
    if function.state == "Failed":
        yield Finding(
            FindingCode.FUNCTION_BROKEN,
            f"The function {function.name} cannot run: {function.state_reason}.",
            function.name,
        )
    if not function.errors:
        return
    at = f", last at {_clock_time(function.last_error_at)}" if function.last_error_at else ""
    times = "1 error" if function.errors == 1 else f"{function.errors:,} errors"
    if "ImportModuleError" in function.last_error or "HandlerNotFound" in function.last_error:
        yield Finding(
            FindingCode.FUNCTION_BROKEN,
            f"The code of {function.name} cannot be loaded ({times}{at}): {function.last_error}.",
            function.name,
        )
    else:
        yield Finding(
            FindingCode.FUNCTION_FAILS,
            f"The log of {function.name} has {times}{at}: {function.last_error}.",
            function.name,
        )


def _of_trigger(trigger: Trigger) -> _Findings:
    nobody = f"nobody gives the messages of the queue {trigger.queue} to {trigger.function}"
    if trigger.state is None:
        yield Finding(
            FindingCode.TRIGGER_MISSING,
            f"The event source mapping of {trigger.function} does not exist: {nobody}.",
            trigger.function,
        )
    elif not trigger.state.startswith(("Enabl", "Creat", "Updat")):
        yield Finding(
            FindingCode.TRIGGER_DISABLED,
            f"The event source mapping of {trigger.function} is {trigger.state.lower()}: {nobody}.",
            trigger.uuid,
        )


def _of_schedule(schedule: Schedule) -> _Findings:
    if schedule.state is None:
        yield Finding(
            FindingCode.SCHEDULE_MISSING,
            f"The schedule {schedule.name} does not exist any more.",
            schedule.physical_name,
        )
    elif schedule.state != "ENABLED" and not schedule.is_off_by_parameter:
        yield Finding(
            FindingCode.SCHEDULE_DISABLED,
            f"The schedule {schedule.name} is disabled, and no parameter of the stack says so.",
            schedule.physical_name,
        )


def _of_rule(rule: Rule) -> _Findings:
    lost = f"nothing arrives in the queue {rule.queue}"
    if rule.state is None:
        yield Finding(
            FindingCode.RULE_MISSING,
            f"The rule {rule.name} does not exist any more: {lost}.",
            rule.physical_name,
        )
    elif rule.state != "ENABLED" or not rule.has_target:
        problem = "is disabled" if rule.state != "ENABLED" else "has no target"
        yield Finding(
            FindingCode.RULE_DISABLED, f"The rule {rule.name} {problem}: {lost}.", rule.physical_name
        )
    elif not rule.is_admitted:
        yield Finding(
            FindingCode.RULE_NOT_ADMITTED,
            f"The policy of the queue {rule.queue} does not let the rule {rule.name} send: {lost}.",
            rule.queue,
        )


def _of_queues(facts: Facts) -> _Findings:
    return _each(facts.queues, lambda queue: _of_queue(queue, facts))


def _of_queue(queue: QueueFact, facts: Facts) -> _Findings:
    if not queue.exists:
        yield Finding(FindingCode.QUEUE_MISSING, f"The queue {queue.name} does not exist.", queue.name)
        return
    count = f"{queue.waiting:,} message{'' if queue.waiting == 1 else 's'}"
    verb = "is" if queue.waiting == 1 else "are"
    if queue.name == _UNDELIVERED:
        if queue.waiting:
            yield Finding(
                FindingCode.UNDELIVERED_EVENTS,
                f"EventBridge or Scheduler could not deliver {count}: they are in the queue {queue.name}.",
                queue.name,
            )
    elif queue.name.endswith(_DEAD):
        if queue.waiting:
            work = queue.name.removesuffix(_DEAD).strip()
            yield Finding(
                FindingCode.DEAD_LETTERS, f"{count} of the queue {work} failed in every try.", queue.name
            )
    else:
        yield from _of_waiting(queue, f"{count} {verb}", facts)


def _of_waiting(queue: QueueFact, count: str, facts: Facts) -> _Findings:
    limit = _parameter(facts, *_AGE_LIMITS[queue.name])
    code = FindingCode.RESULTS_UNREAD if queue.name == _RESULTS else FindingCode.MESSAGES_WAIT
    if queue.oldest_seconds is not None:
        if limit and queue.oldest_seconds > limit:
            age = f"{queue.oldest_seconds / 60:,.0f} minutes"
            yield Finding(
                code, f"The oldest message in the queue {queue.name} has waited for {age}.", queue.name
            )
    elif queue.waiting and not queue.in_work:
        # Without its age, nobody can see whether a message has waited for a second or for a day.
        yield Finding(
            code,
            f"In the queue {queue.name}, {count} waiting, and nobody is receiving them now.",
            queue.name,
            is_note=True,
        )


def _of_unpublished(facts: Facts) -> _Findings:
    found = facts.unpublished
    if isinstance(found, NotRead) or not found.count:
        return
    more = "" if found.is_all else "at least "
    since = f" since {_clock_time(found.oldest)}" if found.oldest else ""
    why = f"; the bus answered {found.refusal}" if found.refusal else ""
    yield Finding(
        FindingCode.EVENTS_UNPUBLISHED,
        f"Nobody has been informed of {more}{found.count:,} decided answer{'' if found.count == 1 else 's'}"
        f"{since}: no event is published{why}.",
    )


def _of_policy(facts: Facts) -> _Findings:
    view = facts.policy
    if view is None or isinstance(view, NotRead):
        return
    if view.state in ("other_policy", "unknown"):
        yield Finding(FindingCode.OTHER_POLICY, f"{view.sentence[0].upper()}{view.sentence[1:]}.")
    stopped = (
        view.checked_at and datetime.fromisoformat(view.checked_at) + _REVALIDATION_STANDSTILL < facts.now
    )
    if view.state == "under_way" and stopped:
        yield Finding(
            FindingCode.REVALIDATION_STUCK,
            f"The revalidation has made no progress since {(view.checked_at or '')[:19]}: "
            f"{view.shards_done} shards are done.",
        )
    if view.failed:
        yield Finding(
            FindingCode.REVALIDATION_FAILED,
            f"{view.failed:,} answers could not be checked on the live registry, and are as they were.",
        )


def _of_partners(facts: Facts) -> _Findings:
    if isinstance(facts.partners, NotRead):
        return
    yield from chain.from_iterable(map(_of_partner, facts.partners))


def _of_partner(partner: PartnerFact) -> _Findings:
    if partner.is_over_limit:
        yield Finding(
            FindingCode.PARTNER_OVER_LIMIT,
            f"The partner {partner.name} has reached its limit of claims: people decide what follows.",
            partner.name,
        )
    if partner.is_suspended:
        yield Finding(
            FindingCode.PARTNER_SUSPENDED,
            f"The partner {partner.name} is suspended: its applications are not decided.",
            partner.name,
            is_note=True,
        )


def _of_alarms(facts: Facts) -> _Findings:
    if not isinstance(facts.alarms, NotRead):
        for alarm in facts.alarms:
            since = f" since {_clock_time(alarm.since)}" if alarm.since else ""
            yield Finding(
                FindingCode.ALARM, f"The alarm {alarm.name} reports{since}: {alarm.description}", alarm.name
            )
    if facts.is_local:
        return
    if not isinstance(facts.stack, NotRead) and not facts.stack.parameters.get("AlarmEmail"):
        yield Finding(
            FindingCode.ALARMS_SILENT, "The parameter AlarmEmail is not set: no alarm is sent to a person."
        )
    subscriptions = facts.subscriptions
    if subscriptions is not None and not isinstance(subscriptions, NotRead) and not subscriptions.confirmed:
        yield Finding(
            FindingCode.SUBSCRIPTION_PENDING,
            "Nobody has confirmed the e-mail subscription of the alarms: no alarm is sent to a person.",
        )


def _of_table(table: Table, facts: Facts) -> _Findings:
    if not table.exists:
        yield Finding(FindingCode.TABLE_MISSING, f"The table {table.name} does not exist.", table.name)
        return
    if facts.is_local:
        return
    if not table.has_backups:
        yield Finding(
            FindingCode.BACKUPS_OFF, f"Point-in-time recovery of the {table.name} is off.", table.name
        )
    if not table.is_protected:
        yield Finding(
            FindingCode.DELETION_ALLOWED,
            f"The {table.name} is not protected against deletion.",
            table.name,
        )


def _of_operator_role(facts: Facts) -> _Findings:
    role = facts.operator_role
    if not isinstance(role, NotRead) and not role.may_assume:
        yield Finding(
            FindingCode.OPERATOR_ROLE_DENIED,
            f"You may not assume the operator role, so commands use your own permissions: {role.why}.",
            role.name,
        )


def _clock_time(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else "an unknown time"
