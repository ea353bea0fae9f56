"""The queue of applications as SQS keeps it: messages come late, twice, in another order, and again."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final, Literal

from lab.faults.network import Network
from tests.builders.events import Record, application_record

MOST_RECEIVES: Final = 5  # then SQS moves a message to the dead-letter queue
_TWICE: Final = 0.08  # share of deliveries with a second copy
_LATE: Final = 0.05  # share of messages that nobody receives for a while
_LATE_TAKES: Final = 40  # how many batches others receive meanwhile

State = Literal["waiting", "in flight", "done", "dead"]


@dataclass(slots=True)
class Message:
    """A message that was sent, and what became of it."""

    record: Record
    application: str
    state: State = "waiting"
    receives: int = 0
    not_before: int = 0  # the number of batches that were taken

    @property
    def message_id(self) -> str:
        return str(self.record["messageId"])

    @property
    def sent_ms(self) -> int:
        return int(self.record["attributes"]["SentTimestamp"])


@dataclass(slots=True)
class Applications:
    """All messages. ``take`` and ``settle`` may be called by several threads."""

    network: Network
    messages: list[Message] = field(default_factory=list)
    takes: int = 0
    _newest_done: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, fields: dict[str, Any] | str, sender: str, sent_ms: int, application: str) -> None:
        number = len(self.messages)
        record = application_record(
            fields, message_id=f"m-{number}", sender_id=f"{sender}:session", sent_ms=sent_ms
        )
        self.messages.append(Message(record, f"{sender} {application}"))

    def take(self, random: Random, size: int, open_until: int | None = None) -> list[Message]:
        """Some messages that wait, among the first ``open_until``; now and then one that another has."""
        with self._lock:
            self.takes += 1
            sent = self.messages[:open_until]
            waiting = [each for each in sent if each.state == "waiting" and each.not_before <= self.takes]
            taken = random.sample(waiting, min(size, len(waiting)))
            for message in taken:
                message.state = "in flight"
                message.receives += 1
                if message.sent_ms < self._newest_done.get(message.application, 0):
                    self.network.count("delivered_out_of_order")
            others = [each for each in sent if each.state in ("in flight", "done") and each not in taken]
            if others and random.random() < _TWICE * size:
                taken.append(random.choice(others))
                self.network.count("delivered_twice")
            return taken

    def delay_some(self, random: Random) -> None:
        for message in self.messages:
            if random.random() < _LATE:
                message.not_before = random.randrange(_LATE_TAKES)
                self.network.count("delivered_late")

    def settle(self, taken: Sequence[Message], failed: Iterable[str]) -> None:
        """Delete the messages that did not fail. The others wait again, or are dead letters."""
        again = set(failed)
        with self._lock:
            for message in taken:
                if message.state != "in flight":
                    continue
                if message.message_id not in again:
                    message.state = "done"
                    newest = self._newest_done.get(message.application, 0)
                    self._newest_done[message.application] = max(newest, message.sent_ms)
                elif message.receives >= MOST_RECEIVES:
                    message.state = "dead"
                else:
                    message.state = "waiting"

    def in_state(self, state: State) -> list[Message]:
        return [message for message in self.messages if message.state == state]


@dataclass(slots=True)
class Tasks:
    """The queue of revalidations: each body stays until it was worked on."""

    bodies: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, body: str) -> None:
        with self._lock:
            self.bodies.append(body)

    def take(self, random: Random) -> str | None:
        with self._lock:
            return self.bodies.pop(random.randrange(len(self.bodies))) if self.bodies else None
