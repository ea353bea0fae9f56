"""The store of decisions, and the results of its methods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from library_validator.decisions.decision import Decision, Holder


@dataclass(frozen=True, slots=True)
class Recorded:
    """The decision is stored, current, and marked unpublished."""


@dataclass(frozen=True, slots=True)
class AlreadyDecided:
    """The same submission and cause were decided before, with this decision."""

    decision: Decision
    unpublished: bool


@dataclass(frozen=True, slots=True)
class CurrentDecisionChanged:
    """The application has another current decision than the caller knows."""

    current: Decision


@dataclass(frozen=True, slots=True)
class ClaimedByAnother:
    """Another application holds the claim on the FSCS key."""

    fscs_key: str
    source: str
    application_id: str
    since: datetime


RecordResult = Recorded | AlreadyDecided | CurrentDecisionChanged | ClaimedByAnother


@dataclass(frozen=True, slots=True)
class Revalidation:
    """A revalidation, under which the store counts the changed decisions."""

    activation: str  # of the registry that decides: <version>@<activated at>
    asked_at: str = ""  # ISO 8601, UTC: when a person asked for it; empty: a registry went live


@dataclass(frozen=True, slots=True)
class CurrentPage:
    """Some of the current decisions of one shard."""

    decisions: tuple[Decision, ...]
    cursor: str | None  # where the next page begins; None: this page is the last
    notified: dict[str, int] = field(default_factory=dict)  # event id -> days of the last notice sent


class DecisionStore(Protocol):
    """Decisions, the current decision of each application, and the holder of each claimed FSCS key.

    Every method raises ``CaseworkUnavailable`` if the store cannot be reached or refuses. The request may
    have succeeded all the same: the caller repeats it.
    """

    def record(
        self,
        decision: Decision,
        replacing: Decision | None,
        *,
        claim: bool = True,
        revalidation: Revalidation | None = None,
    ) -> RecordResult:
        """Store ``decision`` as current in one transaction, or change nothing and return the reason.

        ``replacing`` is the current decision as the caller knows it (None: the application is new).
        A validated decision with ``takes_claim`` takes the claim on its ``claimed_key``; without it, the
        decision is refused if another application holds that key. A claim that the replaced decision held
        and the new one does not is given back in the same transaction. Without ``claim``, no claim is
        taken, and another application may hold the key. Where the texts of the current decision are erased,
        ``replacing`` must be the erased decision. The change is added to the count of ``revalidation``,
        once.
        """

    def holder_of(self, fscs_key: str) -> Holder | None:
        """The application that holds the claim on this FSCS key, if any."""

    def record_late(
        self, decision: Decision, current: Decision
    ) -> Recorded | AlreadyDecided | CurrentDecisionChanged:
        """Store a decision on a submission older than ``current``, for the history; it is never published.

        The same transaction marks ``current`` unpublished again: its event answers the late submission. If
        ``current`` is not the current decision, nothing changes.
        """

    def answer_again(self, current: Decision, at: datetime) -> Recorded | CurrentDecisionChanged:
        """Mark ``current`` unpublished again, if it still is the current decision."""

    def note_resend(self, decision: Decision, sent_at: datetime) -> None:
        """Note that the submission of a stored decision was sent again, unchanged, at ``sent_at``.

        From then on, this time is the ``order_time`` of the decision, unless a later time was noted. A writer
        that does not know this time cannot replace the decision. Raises ``CaseworkUnavailable`` also if the
        application got another decision.
        """

    def get(self, source: str, application_id: str) -> Decision | None:
        """The current decision of an application."""

    def history(self, source: str, application_id: str) -> list[Decision]:
        """Every decision of an application, oldest first."""

    def unpublished_decisions(self, before: datetime, *, newest_first: bool = False) -> Iterator[Decision]:
        """Decisions stored before ``before`` whose events are not confirmed, oldest first.

        They are read page by page while the caller goes on. A mark that is cleared meanwhile moves nothing.
        """

    def clear_mark(self, decisions: Sequence[Decision]) -> None:
        """Note that the bus took the events of these decisions. A second call is harmless."""

    def recent_decisions(self, since: datetime) -> Iterator[Decision]:
        """Decisions made at or after ``since`` that were current then, oldest first.

        Late decisions (``record_late``) were never current: they are in ``history`` only.
        """

    def current_page(
        self, shard: int, cursor: str | None, limit: int, *, ending_before: datetime | None = None
    ) -> CurrentPage:
        """Current decisions of a shard, by ``valid_until``, then application; at most ``limit``.

        An application whose texts are erased is not among them.
        The cursors lead to each decision once, also while others are recorded; a decision that is
        recorded meanwhile may be found twice. ``ending_before``: only decisions that end before this time.
        """

    def note_notice(self, decision: Decision, days: int) -> None:
        """Note that the notice ``days`` before the end was published, if the decision is still current."""
