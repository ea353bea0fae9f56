"""One run: several threads work under faults; then the faults stop, and everything that waits is done."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any, Final

from lab.faults.deliveries import MOST_RECEIVES
from lab.faults.kinds import KINDS
from lab.faults.scenario import release_file, send_applications
from lab.faults.service import BATCH, Service, service_under_faults

_OPEN_AT_FIRST: Final = 60  # messages that are sent before the first batch is taken
_OPENED_BY_TAKE: Final = 8  # messages that are sent while a batch is decided


@dataclass(frozen=True, slots=True)
class Plan:
    """The size of a run."""

    seed: int = 1
    messages: int = 2_400
    threads: int = 5
    releases: int = 4
    rate: float = 0.12  # share of requests that meet a fault


@dataclass
class Loader:
    """Loads releases and goes back to earlier ones, one at a time as the FIFO queue does it."""

    service: Service
    waiting: list[tuple[str, str]]
    lock: threading.Lock = field(default_factory=threading.Lock)

    def change_registry(self, random: Random) -> None:
        if not self.lock.acquire(blocking=False):
            return
        try:
            if self.waiting and random.random() < 0.5:
                if self.service.load(random, *self.waiting[0]):
                    del self.waiting[0]
            elif len({version for _, version in self.service.flips}) > 1:
                self.service.roll_back(random)
        finally:
            self.lock.release()


@contextmanager
def run_under_faults(plan: Plan) -> Iterator[Service]:
    """The service after a run: all faults are over and nothing waits."""
    random = Random(plan.seed)
    with service_under_faults(KINDS, plan.rate) as service:
        uploads = []
        for number in range(plan.releases):
            name, content = release_file(number)
            uploads.append((f"releases/{name}", service.upload(content, f"releases/{name}")))
        service.load(None, *uploads[0])
        send_applications(service.applications, plan.messages, random)
        loader = Loader(service, uploads[1:])
        failures: list[BaseException] = []
        workers = [
            threading.Thread(target=_work, args=(service, loader, Random(f"{plan.seed} {number}"), failures))
            for number in range(plan.threads)
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        if failures:
            raise failures[0]
        finish_without_faults(service, loader)
        yield service


def _work(service: Service, loader: Loader, random: Random, failures: list[BaseException]) -> None:
    """The work of one thread, until every message is decided or a dead letter."""
    applications = service.applications
    while not failures and _is_unfinished(service):
        try:
            choice = random.random()
            if choice < 0.7:
                open_until = _OPEN_AT_FIRST + applications.takes * _OPENED_BY_TAKE
                if taken := applications.take(random, random.randint(1, BATCH), open_until):
                    service.validate(taken, random)
            elif choice < 0.8:
                service.sweep(random)
            elif choice < 0.95:
                if body := service.tasks.take(random):
                    service.work_on_task(random, body)
            else:
                loader.change_registry(random)
        except BaseException as error:  # noqa: BLE001 - it is raised again after the threads have ended
            failures.append(error)
            return


def _is_unfinished(service: Service) -> bool:
    return any(message.state in ("waiting", "in flight") for message in service.applications.messages)


def finish_without_faults(service: Service, loader: Loader) -> None:
    """Decide what waits, load what waits, do all tasks and publish what is left, as without faults."""
    random = Random(0)
    service.network.rate = 0
    for upload in loader.waiting:
        service.load(None, *upload)
    for _ in range(MOST_RECEIVES):
        service.applications.takes += 1_000  # nothing is late any more
        while taken := service.applications.take(random, BATCH):
            service.validate(taken, None)
            if not service.applications.in_state("waiting"):
                break
    service.tasks.put('{"task":"revalidate"}')
    while body := service.tasks.take(random):
        service.work_on_task(None, body)
    # The clocks of some writers were hours ahead: their decisions look young until then.
    while (swept := service.sweep(None, timedelta(days=1))) and swept["published"]:
        pass


def revalidate_again(service: Service) -> int:
    """Decide everything again on the live registry. Returns how many answers changed: none should."""
    changed, random = 0, Random(0)
    service.tasks.put('{"task":"revalidate","asked_at":"2099-01-01T00:00:00Z"}')
    while body := service.tasks.take(random):
        answer: dict[str, Any] = service.work_on_task(None, body) or {}
        changed += answer.get("changed", 0)
    return changed
