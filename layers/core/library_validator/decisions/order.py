"""The order of two submissions of one application.

If both have a revision, the revision orders them, then the sent time. If one of them has none, the sent time
orders them: a message without a revision that was sent later replaces any revision. A sender that sent a
wrong, very large revision therefore has a way out.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class OrderedSubmission(Protocol):
    """A ``Submission``, or the ``Decision`` on it."""

    @property
    def revision(self) -> int | None: ...

    @property
    def effective_time(self) -> datetime: ...


def is_newer(first: OrderedSubmission, second: OrderedSubmission) -> bool:
    """Whether ``first`` is newer than ``second``. If none of the two is newer, the last to arrive wins."""
    if first.revision is not None and second.revision is not None and first.revision != second.revision:
        return first.revision > second.revision
    return first.effective_time > second.effective_time
