"""Dead letters, as people see them: without the words of an applicant, unless they ask for the body."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from library_validator.recovery.dead_letters import (
    NothingToSend,
    NotSendable,
    SendTo,
    contents_of,
    reason_of,
    route_of,
)
from library_validator.recovery.queues import DeadLetter, DeadLetterQueue, QueueDepth

# What a message in each queue means, as the runbook explains it.
MEANINGS: Final = {
    DeadLetterQueue.APPLICATIONS: "applications that could not be read or decided in all their tries",
    DeadLetterQueue.RELEASES: "uploads of releases that could not be loaded in all their tries",
    DeadLetterQueue.RESULTS: "events on which the consumer of the results queue failed five times",
    DeadLetterQueue.REVALIDATIONS: "tasks on stored decisions that failed in all their tries",
    DeadLetterQueue.UNDELIVERED: "events that EventBridge, Scheduler or Lambda could not deliver",
}


@dataclass(frozen=True, slots=True)
class DeadLettersView:
    """One queue of dead letters. ``oldest``: the age of the oldest letter, among at most ten."""

    queue: DeadLetterQueue
    depth: QueueDepth
    oldest: timedelta | None  # None: the queue is empty
    meaning: str


@dataclass(frozen=True, slots=True)
class LetterView:
    """One dead letter."""

    message_id: str
    queue: DeadLetterQueue
    first_sent_at: datetime
    source: str
    receives: int
    contents: str
    reason: str  # why it failed; empty if nobody knows
    redrive: str  # a phrase: what a redrive would do with it
    body: str | None  # None unless somebody asked for it


def dead_letters_view(
    queue: DeadLetterQueue, depth: QueueDepth, looked_at: Sequence[DeadLetter], now: datetime
) -> DeadLettersView:
    oldest = min((letter.first_sent_at for letter in looked_at), default=None)
    return DeadLettersView(queue, depth, now - oldest if oldest else None, MEANINGS[queue])


def letter_view(letter: DeadLetter, logged_reason: str = "", *, with_body: bool = False) -> LetterView:
    """``logged_reason``: the reason in the function's log; it counts where the letter shows none itself."""
    return LetterView(
        message_id=letter.message_id,
        queue=letter.queue,
        first_sent_at=letter.first_sent_at,
        source=letter.source,
        receives=letter.receives,
        contents=contents_of(letter),
        reason=reason_of(letter) or logged_reason,
        redrive=_redrive_phrase(letter),
        body=letter.body if with_body else None,
    )


def _redrive_phrase(letter: DeadLetter) -> str:
    match route_of(letter):
        case SendTo(queue):
            return f"sends it to the queue {queue}"
        case NothingToSend():
            return "removes it: it needs no delivery"
        case NotSendable(why):
            return f"refuses it: {why}"
