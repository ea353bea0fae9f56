"""Following the service: a load until it has ended, and decisions as they are made."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final, Protocol

from library_validator.decisions.decision import Decision
from library_validator.decisions.store import DecisionStore
from library_validator.registry.journal import FINISHED
from library_validator.registry.store import Run
from library_validator.terms import RunStatus
from library_validator_cli.failures import CommandFailed

ENDED: Final[frozenset[RunStatus]] = FINISHED | {"failed"}
POLL_SECONDS: Final = 0.5
# A decision may become readable in the index later than a decision that was made after it.
_OVERLAP: Final = timedelta(minutes=1)


class RunReader(Protocol):
    def run(self, run_id: str) -> Run | None: ...


def follow_run(
    registry: RunReader,
    run_id: str,
    on_step: Callable[[str], None],
    timeout: float,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
    newer_run_id: Callable[[], str] | None = None,
) -> Run:
    """Wait until the run of an upload has ended, and return it. ``on_step`` is called with each step.

    ``newer_run_id`` gives the run of the newest upload under the same name. If that run has ended and the own
    one has not begun, it is returned: somebody uploaded a file of that name at the same time. Raises
    ``CommandFailed`` if the run has not ended within ``timeout`` seconds.
    """
    deadline = clock() + timeout
    while True:
        run = registry.run(run_id)
        if run is not None and run.status in ENDED:
            return run
        other = registry.run(newer_run_id()) if run is None and newer_run_id else None
        if other is not None and other.status in ENDED:
            return other
        on_step(f"loading: {run.step}" if run else "waiting for the load to begin")
        if clock() > deadline:
            where = f"is still {run.status} ({run.step})" if run else "has not begun"
            advice = (
                "the service goes on with it" if run else "if it has not begun in an hour, upload it again"
            )
            raise CommandFailed(
                f"the load {where} after {timeout:,.0f} s; {advice}: library-validator release list shows "
                "how it ended"
            )
        sleep(POLL_SECONDS)


def follow_decisions(
    store: DecisionStore, since: datetime, sleep: Callable[[float], None] = time.sleep
) -> Iterator[Decision | None]:
    """Yields each decision made at or after ``since`` once, oldest first, and never ends.

    After the decisions of each query it yields None: there are no more at present.
    """
    newest = since
    seen: dict[str, datetime] = {}
    while True:
        for decision in store.recent_decisions(max(since, newest - _OVERLAP)):
            event_id = str(decision.event_id)
            if event_id not in seen:
                seen[event_id] = decision.decided_at
                newest = max(newest, decision.decided_at)
                yield decision
        horizon = newest - _OVERLAP
        seen = {event_id: at for event_id, at in seen.items() if at >= horizon}
        yield None
        sleep(POLL_SECONDS)
