"""A search of the dead-letter queues for the messages about one application."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from library_validator.errors import QueueUnavailable
from library_validator.recovery.queues import DeadLetterQueue, DeadLetterStore
from library_validator.recovery.redriving import look

MOST_LETTERS: Final = 1_000  # of one queue
QUEUES: Final = tuple(queue for queue in DeadLetterQueue if queue is not DeadLetterQueue.RELEASES)


@dataclass(frozen=True, slots=True)
class SearchedQueue:
    queue: DeadLetterQueue
    message_ids: tuple[str, ...]  # of the letters that name the application
    problem: str = ""  # why the queue, or the rest of it, was not searched


def search_dead_letters(store: DeadLetterStore, application_id: str) -> list[SearchedQueue]:
    """The result for each queue that can have an application. Nothing is deleted."""
    return [_search(store, queue, application_id) for queue in QUEUES]


def _search(store: DeadLetterStore, queue: DeadLetterQueue, application_id: str) -> SearchedQueue:
    # In a message, the id is a JSON text; in an envelope, it is a JSON text within a JSON text.
    quoted = json.dumps(application_id)[1:-1]
    forms = {application_id, quoted, json.dumps(quoted)[1:-1]}
    try:
        letters = look(store, queue, MOST_LETTERS)
        rest = store.depth(queue).messages - len(letters)
    except QueueUnavailable as error:
        return SearchedQueue(queue, (), str(error))
    found = tuple(letter.message_id for letter in letters if any(form in letter.body for form in forms))
    return SearchedQueue(queue, found, f"{rest:,} more letters were not read" if rest > 0 else "")
