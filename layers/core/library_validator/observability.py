"""Logger and metrics of the functions: ids, counts and reason codes, but never the words of an applicant."""

from __future__ import annotations

import traceback
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from library_validator.errors import LibraryValidatorError

if TYPE_CHECKING:
    from library_validator.config import Settings


def build_logger(settings: Settings) -> Logger:
    """A JSON logger. To add keys for one record: ``with logger.append_context_keys(...)``."""
    return Logger(service=settings.service, level=settings.log_level, log_uncaught_exceptions=False)


def warn_without_event(logger: Logger, decision_ids: Iterable[UUID]) -> None:
    """Log each stored decision for which no event can be made, in the form of a refused event."""
    for decision_id in decision_ids:
        logger.warning("event not taken", extra={"event_id": str(decision_id), "code": "NoEvent"})


def describe_error(error: Exception) -> dict[str, Any]:
    """An error for the log. Of an error that is not ours, only type and place: it may quote the applicant."""
    ours = isinstance(error, LibraryValidatorError)
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "problem": str(error) if ours else type(error).__name__,
        "raised_at": [f"{frame.filename}:{frame.lineno}" for frame in frames[-3:]],
    }


class Metrics:
    """Counts of one invocation, written in CloudWatch's embedded metric format by ``flush``.

    Use few dimensions with few values, such as the status of a run: each combination of values is billed as
    a metric of its own. The id of an application or a release must never be a dimension.
    """

    def __init__(self, settings: Settings) -> None:
        self._namespace = settings.metrics_namespace
        self._service = settings.service
        self._counts: dict[tuple[tuple[str, str], ...], dict[str, float]] = defaultdict(
            lambda: defaultdict(float)
        )

    def count(self, name: str, value: float = 1, **dimensions: str) -> None:
        """Add ``value`` to the count ``name`` under ``dimensions``."""
        self._counts[tuple(sorted(dimensions.items()))][name] += value

    def flush(self) -> None:
        """Write the counts, one line for each set of dimensions, and set them to zero."""
        for dimensions, counts in self._counts.items():
            emf = EphemeralMetrics(namespace=self._namespace, service=self._service)
            for name, dimension in dimensions:
                emf.add_dimension(name, dimension)
            for name, value in counts.items():
                emf.add_metric(name, MetricUnit.Count, value)
            emf.flush_metrics()
        self._counts.clear()
