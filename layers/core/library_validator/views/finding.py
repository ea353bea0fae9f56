"""Finds the decision on an application by its id."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from library_validator.decisions.decision import Decision
from library_validator.decisions.store import DecisionStore
from library_validator.errors import ApplicationUnknown, SeveralSenders

SEARCHED: Final = timedelta(days=7)


def find_application(store: DecisionStore, application_id: str, source: str) -> Decision:
    """The current decision on an application of ``source``. Raises ``ApplicationUnknown``."""
    current = store.get(source, application_id)
    if current is None:
        raise ApplicationUnknown(application_id, f"from {source}")
    return current


def find_application_of_any_sender(
    store: DecisionStore, application_id: str, own_source: str, now: datetime
) -> Decision:
    """The current decision on an application of ``own_source``, or else of the only other recent sender.

    Senders are recent if a decision on their application was made in the ``SEARCHED`` before ``now``.
    Raises ``ApplicationUnknown`` and ``SeveralSenders``.
    """
    if own := store.get(own_source, application_id):
        return own
    recent = store.recent_decisions(now - SEARCHED)
    sources = sorted({decision.source for decision in recent if decision.application_id == application_id})
    if not sources:
        raise ApplicationUnknown(application_id, f"in the last {SEARCHED.days} days, from any sender")
    if len(sources) > 1:
        raise SeveralSenders(application_id, sources)
    return find_application(store, application_id, sources[0])
