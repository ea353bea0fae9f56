"""Dead letters in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from library_validator.errors import QueueUnavailable
from library_validator.recovery.queues import AnyQueue, DeadLetter, DeadLetterQueue, Queue, QueueDepth


@dataclass(slots=True)
class MemoryDeadLetters:
    """``DeadLetterStore``: lists of letters, and of everything that was sent again.

    It refuses to send to the queues in ``closed``, and to delete while ``keeps_everything``.
    """

    letters: list[DeadLetter] = field(default_factory=list)
    sent: list[tuple[Queue, DeadLetter]] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)
    closed: set[Queue] = field(default_factory=set)
    keeps_everything: bool = False

    def depth(self, queue: AnyQueue) -> QueueDepth:
        if isinstance(queue, Queue):
            return QueueDepth(sum(to is queue for to, _ in self.sent), 0)
        ids = [letter.message_id for letter in self.letters if letter.queue is queue]
        in_work = sum(message_id in self.hidden for message_id in ids)
        return QueueDepth(len(ids) - in_work, in_work)

    def receive(self, queue: DeadLetterQueue, limit: int) -> list[DeadLetter]:
        visible = [
            letter
            for letter in self.letters
            if letter.queue is queue and letter.message_id not in self.hidden
        ][:limit]
        self.hidden.update(letter.message_id for letter in visible)
        received = [
            replace(letter, receives=letter.receives + 1, receipt=f"{letter.message_id}/{letter.receives}")
            for letter in visible
        ]
        again = {letter.message_id: letter for letter in received}
        self.letters = [again.get(letter.message_id, letter) for letter in self.letters]
        return received

    def show_again(self, letters: Sequence[DeadLetter]) -> None:
        self.hidden.difference_update(letter.message_id for letter in letters)

    def send(self, letter: DeadLetter, to: Queue) -> None:
        if to in self.closed:
            raise QueueUnavailable(to, "take a message", "it is closed")
        self.sent.append((to, letter))

    def delete(self, letter: DeadLetter) -> None:
        if self.keeps_everything:
            raise QueueUnavailable(letter.queue, "delete a message", "it keeps everything")
        self.letters = [kept for kept in self.letters if kept.message_id != letter.message_id]
