"""Looking at dead letters, sending them again, and discarding them.

A letter is sent before it is deleted. If a redrive stops in between, the letter is sent once more the next
time, which is harmless: an application is decided once, a load of the same release is ``unchanged``, and
consumers of results deduplicate by event id.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol

from library_validator.errors import QueueUnavailable
from library_validator.recovery.dead_letters import NothingToSend, NotSendable, SendTo, route_of
from library_validator.recovery.queues import DeadLetter, DeadLetterQueue, DeadLetterStore, Queue

BATCH: Final = 10  # letters of one receive
MOST_SEARCHED: Final = 10_000  # letters that are looked at to find ids
FAILURES_IN_A_ROW: Final = 3  # then the queue is taken to be unreachable

LetterOutcome = Literal["sent", "removed", "refused", "failed", "sent_not_removed", "discarded", "not_found"]


@dataclass(frozen=True, slots=True)
class LetterResult:
    """The result for one letter; ``why`` is a sentence where the outcome needs one."""

    message_id: str
    outcome: LetterOutcome
    to: Queue | None = None
    why: str = ""

    @property
    def stays(self) -> bool:
        return self.outcome in ("refused", "failed", "sent_not_removed")


@dataclass(frozen=True, slots=True)
class Discard:
    """The record of a discarded letter. Its body may have data about an applicant, so only a hash is kept."""

    queue: DeadLetterQueue
    message_id: str
    source: str
    first_sent_at: datetime
    body_sha256: str
    by: str
    reason: str
    at: datetime


class DiscardLog(Protocol):
    """The record of discarded letters. Every method raises ``CaseworkUnavailable``."""

    def append(self, discard: Discard) -> None:
        """Keep a record. A second record for the same letter and moment replaces the first."""

    def since(self, start: datetime) -> list[Discard]:
        """The records from ``start`` on, oldest first."""


def look(store: DeadLetterStore, queue: DeadLetterQueue, limit: int) -> list[DeadLetter]:
    """At most ``limit`` letters, which stay in their queue."""
    hidden: dict[str, DeadLetter] = {}
    try:
        return list(_letters(store, queue, limit, hidden))
    finally:
        store.show_again(list(hidden.values()))


def redrive(
    store: DeadLetterStore,
    queue: DeadLetterQueue,
    ids: Collection[str] = (),
    on_result: Callable[[LetterResult], None] = lambda _: None,
) -> list[LetterResult]:
    """Send the letters that are in the queue now, or those with ``ids``, to where they belong.

    A letter that fails again while this runs is not sent twice: at most as many letters are handled as were
    there at the start. ``on_result`` is called with each result.
    """
    return _handle_each(store, queue, ids, lambda letter: _send_letter(store, letter), on_result)


def discard(
    store: DeadLetterStore,
    log: DiscardLog,
    queue: DeadLetterQueue,
    ids: Collection[str],
    *,
    by: str,
    reason: str,
    now: datetime,
) -> list[LetterResult]:
    """Delete letters for good. The record of each letter is kept before the letter is deleted."""

    def discard_letter(letter: DeadLetter) -> LetterResult:
        log.append(discard_record(letter, by, reason, now))
        try:
            store.delete(letter)
        except QueueUnavailable as error:
            return LetterResult(letter.message_id, "failed", why=str(error))
        return LetterResult(letter.message_id, "discarded")

    return _handle_each(store, queue, ids, discard_letter, lambda _: None)


def discard_record(letter: DeadLetter, by: str, reason: str, now: datetime) -> Discard:
    return Discard(
        queue=letter.queue,
        message_id=letter.message_id,
        source=letter.source,
        first_sent_at=letter.first_sent_at,
        body_sha256=hashlib.sha256(letter.body.encode("utf-8", "surrogatepass")).hexdigest(),
        by=by,
        reason=reason,
        at=now,
    )


def _handle_each(
    store: DeadLetterStore,
    queue: DeadLetterQueue,
    ids: Collection[str],
    handle: Callable[[DeadLetter], LetterResult],
    on_result: Callable[[LetterResult], None],
) -> list[LetterResult]:
    results: list[LetterResult] = []
    hidden: dict[str, DeadLetter] = {}  # received and not removed: hidden until the end
    most = MOST_SEARCHED if ids else max(store.depth(queue).messages, BATCH)
    left = set(ids)
    try:
        for letter in _letters(store, queue, most, hidden):
            if ids and letter.message_id not in left:
                continue
            left.discard(letter.message_id)
            result = handle(letter)
            if not result.stays:
                del hidden[letter.message_id]
            results.append(result)
            on_result(result)
            if _is_unreachable(results) or (ids and not left):
                break
    finally:
        store.show_again(list(hidden.values()))
    return results + [LetterResult(message_id, "not_found") for message_id in ids if message_id in left]


def _letters(
    store: DeadLetterStore, queue: DeadLetterQueue, most: int, received: dict[str, DeadLetter]
) -> Iterator[DeadLetter]:
    """Each letter of the queue once, at most ``most``. Ends when no other letter can be seen.

    Each receive is noted in ``received`` at once, by the letters' ids.
    """
    seen: set[str] = set()
    while len(seen) < most:
        letters = store.receive(queue, min(BATCH, most - len(seen)))
        new = [letter for letter in letters if letter.message_id not in seen]
        received.update({letter.message_id: letter for letter in letters})
        if not new:
            return
        seen.update(letter.message_id for letter in new)
        yield from new


def _send_letter(store: DeadLetterStore, letter: DeadLetter) -> LetterResult:
    route = route_of(letter)
    if isinstance(route, NotSendable):
        return LetterResult(letter.message_id, "refused", why=route.why)
    to = route.queue if isinstance(route, SendTo) else None
    why = route.why if isinstance(route, NothingToSend) else ""
    try:
        if to:
            store.send(letter, to)
    except QueueUnavailable as error:
        return LetterResult(letter.message_id, "failed", to, str(error))
    try:
        store.delete(letter)
    except QueueUnavailable as error:
        return LetterResult(letter.message_id, "sent_not_removed" if to else "failed", to, str(error))
    return LetterResult(letter.message_id, "sent" if to else "removed", to, why)


def _is_unreachable(results: Sequence[LetterResult]) -> bool:
    last = results[-FAILURES_IN_A_ROW:]
    return len(last) == FAILURES_IN_A_ROW and all(result.outcome == "failed" for result in last)
