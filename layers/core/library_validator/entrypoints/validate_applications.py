"""A batch of applications from the queue is decided, stored and published.

The batch is decided together, by one registry version. Messages that are returned as failed come again. If an
exception is raised, all messages come again. A message that keeps failing ends in the queue's DLQ.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from library_validator.adapters.aws.applications_queue import (
    ApplicationMessage,
    ApplicationsBatch,
    BatchResponse,
)
from library_validator.casework.limits import Limits, Reservation, senders_over_rate, settle, within_limits
from library_validator.casework.partners import KnownPartners
from library_validator.casework.sources import decide_unless_suspended, with_sources_of_partners
from library_validator.decisions.deciding import Decider, UndecidedSubmission, decide_despite_errors
from library_validator.decisions.decision import Decision, Submission
from library_validator.decisions.partners import Partners
from library_validator.decisions.recording import PublishCounts, StoredDecision, UnstoredDecision, record_all
from library_validator.decisions.rivals import CLAIM_LIMIT
from library_validator.decisions.store import DecisionStore
from library_validator.entrypoints.invocation import begin_invocation
from library_validator.errors import ApplicationUnreadable, CaseworkUnavailable, RegistryError
from library_validator.event_bus import EventBus
from library_validator.observability import Metrics, describe_error, warn_without_event


@dataclass(frozen=True, slots=True)
class Runtime:
    decider: Decider
    requests: Counter[str]  # requests to the registry, by operation
    store: DecisionStore
    partners: KnownPartners
    limits: Limits
    bus: EventBus
    logger: Logger
    metrics: Metrics
    redrivers: frozenset[str] = frozenset()  # unique ids of the senders that may name a first sender


def entrypoint(
    build_runtime: Callable[[], Runtime], event: dict[str, Any], context: LambdaContext
) -> dict[str, Any]:
    """Lambda calls this function. ``build_runtime`` comes from its ``handler.py``."""
    runtime = build_runtime()
    begin_invocation(context)
    try:
        response = handler(ApplicationsBatch.model_validate(event), runtime, datetime.now(UTC))
    finally:
        for operation, times in runtime.requests.items():
            runtime.metrics.count("RegistryRequests", times, operation=operation)
        runtime.requests.clear()
        runtime.metrics.flush()
    return response.model_dump()


def handler(batch: ApplicationsBatch, runtime: Runtime, now: datetime) -> BatchResponse:
    messages, submissions, failed = _read_messages(batch, runtime)
    try:
        partners = runtime.partners()
        decided = _decide(submissions, runtime, partners, now)
    except RegistryError as error:
        return _response_of_failed(failed, messages, "RegistryUnavailable", error, runtime)
    except CaseworkUnavailable as error:
        return _response_of_failed(failed, messages, "DecisionsUnsettled", error, runtime)
    answered, decisions = [], []
    for message, decision in zip(messages, decided, strict=True):
        if isinstance(decision, UndecidedSubmission):
            failed.append(_report_failure(message, "ApplicationsUndecided", decision.error, runtime))
        else:
            answered.append(message)
            decisions.append(decision)
    try:
        results, publication = _record(decisions, runtime, partners, now)
    except CaseworkUnavailable as error:
        return _response_of_failed(failed, answered, "DecisionsUnsettled", error, runtime)
    for message, result in zip(answered, results, strict=True):
        if isinstance(result, UnstoredDecision):
            failed.append(_report_failure(message, "DecisionsUnsettled", result.error, runtime))
        else:
            _log_decision(message, result, runtime)
    warn_without_event(runtime.logger, publication.without_event)
    runtime.metrics.count("EventsPublished", publication.published)
    runtime.metrics.count("EventsLeftToSweeper", publication.left)
    return BatchResponse.with_failed(failed)


def _read_messages(
    batch: ApplicationsBatch, runtime: Runtime
) -> tuple[list[ApplicationMessage], list[Submission], list[ApplicationMessage]]:
    """The readable messages with their submissions, in the order of sending, and the unreadable messages."""
    readable, failed = [], []
    for message in batch.records:
        _report_ignored_attributes(message, runtime)
        try:
            readable.append((message, message.submission(runtime.redrivers)))
        except ApplicationUnreadable as error:
            failed.append(_report_failure(message, "ApplicationsUnreadable", error, runtime))
    # A standard queue may deliver two messages of one application in the wrong order.
    readable.sort(key=lambda pair: pair[1].effective_time)
    return [message for message, _ in readable], [submission for _, submission in readable], failed


def _response_of_failed(
    failed: list[ApplicationMessage],
    messages: list[ApplicationMessage],
    metric: str,
    error: Exception,
    runtime: Runtime,
) -> BatchResponse:
    """The response if ``messages`` cannot be answered now: they come again, with those that failed before."""
    return BatchResponse.with_failed(
        [*failed, *(_report_failure(message, metric, error, runtime) for message in messages)]
    )


def _decide(
    submissions: list[Submission], runtime: Runtime, partners: Partners, now: datetime
) -> list[Decision | UndecidedSubmission]:
    """One decision for each submission, under the sources of their senders."""
    if partners.registered:
        submissions = with_sources_of_partners(submissions, partners, runtime.partners.store)
        return decide_unless_suspended(runtime.decider, submissions, partners, now)
    return decide_despite_errors(runtime.decider, submissions, now) if submissions else []


def _record(
    decisions: list[Decision], runtime: Runtime, partners: Partners, now: datetime
) -> tuple[list[StoredDecision | UnstoredDecision], PublishCounts]:
    """Store and publish the decisions within the limits of their senders."""
    _report_senders_over_rate(decisions, runtime, partners, now)
    if not partners.active:
        return record_all(decisions, runtime.store, runtime.bus, runtime.decider, partners)
    reservation = _reserve_claims(decisions, runtime, partners)
    stored = record_all(reservation.decisions, runtime.store, runtime.bus, runtime.decider, partners)
    _settle_claims(reservation, stored[0], runtime, partners)
    return stored


def _report_senders_over_rate(
    decisions: list[Decision], runtime: Runtime, partners: Partners, now: datetime
) -> None:
    """Count the applications of each sender, and report those over their limit."""
    submitted = Counter(decision.source for decision in decisions)
    for source, number in senders_over_rate(submitted, runtime.limits, partners, now).items():
        runtime.metrics.count("PartnersOverRate")
        runtime.logger.warning(
            "a sender is over its limit of applications an hour", extra={"source": source, "sent": number}
        )


def _reserve_claims(decisions: list[Decision], runtime: Runtime, partners: Partners) -> Reservation:
    """Count the claims of each sender before the batch is stored."""
    systems = runtime.decider.systems(decisions[0].registry_version) if decisions else 0
    return within_limits(decisions, runtime.limits, partners, systems, runtime.store)


def _settle_claims(
    reservation: Reservation,
    results: list[StoredDecision | UnstoredDecision],
    runtime: Runtime,
    partners: Partners,
) -> None:
    """Correct the counts of claims, and count the answers that a limit stopped."""
    for result in results:
        if isinstance(result, StoredDecision) and result.how == "recorded":
            over = result.decision.reason_codes[:1] == [CLAIM_LIMIT]
            if over:
                runtime.metrics.count("ClaimsOverLimit")
    try:
        settle(reservation, results, runtime.limits, partners)
    except CaseworkUnavailable as error:
        # The batch is stored. The counts stay too high until the daily run counts again.
        runtime.logger.warning("claims were not counted", extra=describe_error(error))


def _report_ignored_attributes(message: ApplicationMessage, runtime: Runtime) -> None:
    """Count and log a sender that is not a redriver and sends its attributes: they change nothing."""
    if message.has_redrive_attributes and message.sender not in runtime.redrivers:
        runtime.metrics.count("RedriveAttributesIgnored")
        runtime.logger.warning(
            "attributes of a redrive are ignored, because the sender may not redrive",
            extra={"message_id": message.message_id, "source": message.sender},
        )


def _report_failure(
    message: ApplicationMessage, metric: str, error: Exception, runtime: Runtime
) -> ApplicationMessage:
    """Count and log a message that has to come again."""
    runtime.metrics.count(metric)
    runtime.logger.error(
        "message failed",
        extra={
            "message_id": message.message_id,
            "source": message.sender,
            "metric": metric,
            **describe_error(error),
        },
    )
    return message


def _log_decision(message: ApplicationMessage, settled: StoredDecision, runtime: Runtime) -> None:
    decision = settled.decision
    if settled.how == "recorded":
        runtime.metrics.count("ApplicationsDecided", decision=decision.decision)
    else:
        runtime.metrics.count("ApplicationsNotDecidedAgain", reason=settled.how)
    runtime.logger.info(
        "application decided",
        extra={
            "message_id": message.message_id,
            "correlation_id": message.correlation_id,
            "source": decision.source,
            "application_id": decision.application_id,
            "event_id": str(decision.event_id),
            "answered_by": str(settled.answer.event_id),
            "how": settled.how,
            "decision": decision.decision,
            "reason_codes": decision.reason_codes,
            "registry_version": decision.registry_version,
        },
    )
