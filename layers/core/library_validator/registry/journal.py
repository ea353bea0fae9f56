"""The journal of a run: each step is stored before it begins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any, Final

from library_validator.errors import RunChanged
from library_validator.registry.store import RegistryStore, Run
from library_validator.releases.records import Problem, ReleaseReport
from library_validator.terms import Clock, RunStatus, RunStep

FINISHED: Final[frozenset[RunStatus]] = frozenset(
    {"active", "unchanged", "quarantined", "refused", "accepted", "rejected"}
)
_PROBLEMS_KEPT: Final = 50  # problems on a run record, which is one DynamoDB item of at most 400 KB
_MESSAGE_CHARACTERS: Final = 1_000


class Journal:
    """A run and the store that keeps it. An unfinished run that is opened again continues as loading."""

    def __init__(self, store: RegistryStore, run_id: str, now: Clock) -> None:
        self._store = store
        self._now = now
        stamp = now().isoformat()
        self.run = store.run(run_id) or Run(run_id, "loading", "reading", stamp, stamp)

    @property
    def is_finished(self) -> bool:
        return self.run.status in FINISHED

    def begin_step(self, step: RunStep, problems: Iterable[Problem] | None = None, **changes: Any) -> None:
        """Note that ``step`` begins. ``changes`` are the fields of ``Run`` that are known by now."""
        self._store_step("loading", step, problems, changes)

    def end_run(self, status: RunStatus, problems: Iterable[Problem] | None = None, **changes: Any) -> None:
        """Note the result of the run."""
        self._store_step(status, "done", problems, changes)

    def note_failure(self, error: Exception) -> None:
        """Note the step at which the run failed. The run is not finished: the next delivery tries again."""
        self._store_step("failed", self.run.step, [Problem(type(error).__name__, "failed", str(error))], {})

    def note_published(self) -> None:
        """Note that the run's event is published, or that the run has no event."""
        published = replace(self.run, events_published=True)
        try:
            self._store.put_run(published, expected=self.run.status)
        except RunChanged:
            # A person decided on the run meanwhile: their decision is kept.
            published = self._store.run(self.run.run_id) or published
        self.run = published

    def _store_run(self, run: Run) -> None:
        # Store first: if that fails, the later steps must not work with a run that is not stored.
        self._store.put_run(run)
        self.run = run

    def _store_step(
        self,
        status: RunStatus,
        step: RunStep,
        problems: Iterable[Problem] | None,
        changes: dict[str, Any],
    ) -> None:
        if problems is not None:
            # Warnings come last: the problems on which a person has to decide must not be cut off.
            in_order = sorted(problems, key=lambda problem: problem.severity == "warning")
            changes["problems"] = problems_as_json(in_order)[:_PROBLEMS_KEPT]
        stamp = self._now().isoformat()
        self._store_run(replace(self.run, status=status, step=step, updated_at=stamp, **changes))


def report_as_json(report: ReleaseReport) -> dict[str, Any]:
    """A release report for a run record. Its problems are left out, because the run has them itself.

    The rows that cannot be read are left out too: there may be thousands. The report in the bucket has them.
    """
    fields = asdict(replace(report, problems=(), row_problems=()))
    del fields["problems"], fields["row_problems"]
    return fields


def problems_as_json(problems: Iterable[Problem]) -> tuple[dict[str, str], ...]:
    return tuple(
        {
            "code": problem.code,
            "severity": problem.severity,
            "message": problem.message[:_MESSAGE_CHARACTERS],
        }
        for problem in problems
    )
