"""The queues of the service, and the port to the messages that failed: the dead letters.

A dead letter is read without being lost: a receive hides it from other readers for a while, and
``show_again`` ends this. No queue of dead letters has a limit of receives, so a look moves nothing away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol


class Queue(StrEnum):
    """The queues that the service works through; ``results`` is for the first consumer."""

    APPLICATIONS = "applications"
    RELEASES = "releases"
    RESULTS = "results"
    REVALIDATIONS = "revalidations"


class DeadLetterQueue(StrEnum):
    """The queues of messages that failed; ``undelivered`` has events that never reached a queue."""

    APPLICATIONS = "applications"
    RELEASES = "releases"
    RESULTS = "results"
    REVALIDATIONS = "revalidations"
    UNDELIVERED = "undelivered"


AnyQueue = Queue | DeadLetterQueue


def name_of(queue: AnyQueue) -> str:
    """The name of a queue among all queues: ``applications dead letters`` for the dead letters of one."""
    if isinstance(queue, Queue):
        return queue.value
    return "undelivered events" if queue is DeadLetterQueue.UNDELIVERED else f"{queue} dead letters"


# By name: as texts, a queue and the queue of its dead letters are equal.
EVERY_QUEUE: Final[Mapping[str, AnyQueue]] = {
    name_of(queue): queue
    for queue in (
        *(each for work in Queue for each in (work, DeadLetterQueue(work.value))),
        DeadLetterQueue.UNDELIVERED,
    )
}


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """Messages of one queue: approximate numbers, as SQS gives them."""

    waiting: int  # messages that nobody has received, also those whose delay is not over
    in_work: int  # messages that a worker has received and not deleted yet

    @property
    def messages(self) -> int:
        return self.waiting + self.in_work


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that failed, as one receive gave it."""

    queue: DeadLetterQueue
    message_id: str
    receipt: str  # names this receive; needed to delete the letter or to show it again
    body: str
    first_sent_at: datetime  # also after a redrive: when its sender sent it
    source: str  # the unique id of its authenticated sender, also after a redrive
    receives: int  # by workers and by people who looked
    # Of an application: the attributes that it is sent again with. Else the attributes of the message.
    attributes: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""  # a sentence, if the letter cannot be sent again as it is


class DeadLetterStore(Protocol):
    """Every method raises ``QueueUnavailable`` if the queue refuses or cannot be reached."""

    def depth(self, queue: AnyQueue) -> QueueDepth:
        """How many messages a queue has."""

    def receive(self, queue: DeadLetterQueue, limit: int) -> list[DeadLetter]:
        """At most ``limit`` (1 to 10) letters, hidden for some minutes. Empty: there are no others to see."""

    def show_again(self, letters: Sequence[DeadLetter]) -> None:
        """End the hiding of letters. Letters that were deleted meanwhile are ignored."""

    def send(self, letter: DeadLetter, to: Queue) -> None:
        """Send the letter's body to a queue. An application keeps its first-sent moment, its source and its
        correlation id. Within five minutes, ``releases`` takes the same letter once."""

    def delete(self, letter: DeadLetter) -> None:
        """Delete the letter. A second call is harmless."""
