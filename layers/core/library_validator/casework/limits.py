"""Limits of each sender: the share of the systems that it may get validated, and its applications an hour.

Claims are limited only if one sender could take them from another: from two active partners on, and for
senders that nobody registered as soon as a partner is active. A sender's count of claims is raised before a
batch takes them, and corrected afterwards. A process that dies in between leaves a count that is too high,
never one that is too low; the daily run counts again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Protocol

from library_validator.decisions.deciding import decision_stopped_by
from library_validator.decisions.decision import Decision, Holder
from library_validator.decisions.partners import Partners
from library_validator.decisions.recording import StoredDecision, UnstoredDecision
from library_validator.decisions.rivals import CLAIM_LIMIT, Rivals
from library_validator.decisions.store import DecisionStore

DEFAULT_SHARE: Final = 0.5


class SourceCounts(Protocol):
    """The counts of each sender. Every method raises ``CaseworkUnavailable``."""

    def add_applications(self, source: str, hour: str, number: int) -> int:
        """Add to the applications of an hour (``2026-11-29T23``); returns those of this hour until now."""

    def reserve_claims(self, source: str, number: int, limit: int) -> int:
        """Add up to ``number`` to the claims of a sender, at most to ``limit``; returns the number added."""

    def add_claims(self, source: str, number: int) -> None:
        """Correct the claims of a sender. ``number`` may be negative."""

    def set_claims(self, counted: Mapping[str, int], partners: Partners) -> None:
        """Set the claims of every sender to those ``counted`` by source, and to 0 for other partners."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The default limits of the stack, and the counts."""

    counts: SourceCounts
    claims_share: float = DEFAULT_SHARE
    applications_per_hour: int = 0  # 0: no limit

    def hourly(self, partners: Partners, source: str) -> int:
        partner = partners.of_source(source)
        own = partner.limits.applications_per_hour if partner else None
        return self.applications_per_hour if own is None else own

    def share(self, partners: Partners, source: str) -> float | None:
        """The largest part of the systems that a sender may get validated; None: there is no limit."""
        partner = partners.of_source(source)
        if len(partners.active) < (2 if partner else 1):
            return None
        own = partner.limits.claims_share if partner else None
        return self.claims_share if own is None else own


@dataclass(slots=True)
class Reservation:
    """The decisions of a batch within the limits, and the claims that were counted for them in advance."""

    decisions: list[Decision]
    reserved: Counter[str] = field(default_factory=Counter)  # by key of the sender


def senders_over_rate(
    submitted: Counter[str], limits: Limits, partners: Partners, now: datetime
) -> dict[str, int]:
    """Count the applications of a batch. Returns the senders over their hourly limit, with their counts."""
    hour = now.astimezone(UTC).strftime("%Y-%m-%dT%H")
    over = {}
    for source, number in _by_sender(submitted, partners).items():
        limit = limits.hourly(partners, source)
        if limit and (counted := limits.counts.add_applications(source, hour, number)) > limit:
            over[source] = counted
    return over


def within_limits(
    decisions: Sequence[Decision],
    limits: Limits,
    partners: Partners,
    systems: int,
    store: DecisionStore,
) -> Reservation:
    """The decisions of a batch; those that would take a claim over the limit go to a person instead.

    ``systems``: the number of systems in the registry that decided.
    """
    claiming: dict[str, list[int]] = defaultdict(list)
    for position, decision in enumerate(decisions):
        sender = _sender_of(decision.source, partners)
        if _counts(decision) and limits.share(partners, sender) is not None:
            claiming[sender].append(position)
    kept, rivals = Reservation(list(decisions)), Rivals(store, partners)
    for sender, positions in claiming.items():
        share = limits.share(partners, sender) or 0.0
        granted = limits.counts.reserve_claims(sender, len(positions), int(share * systems))
        kept.reserved[sender] = granted
        for position in positions[granted:]:
            if _would_be_one_more(decisions[position], store, rivals):
                kept.decisions[position] = decision_stopped_by(decisions[position], CLAIM_LIMIT, None)
    return kept


def settle(
    reservation: Reservation,
    results: Sequence[StoredDecision | UnstoredDecision],
    limits: Limits,
    partners: Partners,
) -> None:
    """Correct the counts by the claims that the batch really took and gave back."""
    taken = Counter[str]()
    for result in results:
        sender = _sender_of(result.decision.source, partners)
        if isinstance(result, UnstoredDecision):
            taken[sender] += _counts(result.decision)  # it may be stored: only the answer may be lost
        elif result.how == "recorded":
            taken[sender] += claims_taken(result)
    for sender, reserved in reservation.reserved.items():
        if taken[sender] != reserved:
            limits.counts.add_claims(sender, taken[sender] - reserved)


def claims_taken(result: StoredDecision) -> int:
    """1: the application is validated now, and was not before; -1: it is not any more; 0: neither."""
    before = result.replaced is not None and _counts(result.replaced)
    return int(_counts(result.decision)) - int(before)


def _counts(decision: Decision) -> bool:
    """Whether a decision counts: it is validated as a listed library, also with name and town alone."""
    return decision.claimed_key is not None and decision.erased is None


def _would_be_one_more(decision: Decision, store: DecisionStore, rivals: Rivals) -> bool:
    """Whether the application would be validated, and is not validated now.

    A rival for the library stops it without a limit, unless the two are for different outlets.
    """
    current = store.get(decision.source, decision.application_id)
    if current and _counts(current):
        return False
    holder = store.holder_of(decision.claimed_key or "")
    own = Holder(source=decision.source, application_id=decision.application_id)
    if holder in (None, own):
        return True
    return rivals.beside(decision, holder, decision.claimed_key or "").claimed_key is not None


def _by_sender(counted: Mapping[str, int], partners: Partners) -> Counter[str]:
    by_sender = Counter[str]()
    for source, number in counted.items():
        by_sender[_sender_of(source, partners)] += number
    return by_sender


def _sender_of(source: str, partners: Partners) -> str:
    partner = partners.of_source(source)
    return partner.key if partner else source


def counts_of_senders(counted: Mapping[str, int], partners: Partners) -> Counter[str]:
    """Counts by source, as counts by the key of the sender. Each partner has one, if only zero."""
    by_sender = Counter({partner.key: 0 for partner in partners.registered})
    by_sender.update(_by_sender(counted, partners))
    return by_sender
