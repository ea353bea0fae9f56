"""Erasing: the texts of an applicant are removed from everything that is stored about an application.

The record of each decision remains without these texts (``decisions/erased.py``). The application is not
decided again: it leaves the index of current decisions, and gives back its claim. A submission that arrives
afterwards under the same id is a new one. Every step can be repeated, so the same call finishes an erasure
that was interrupted. An event that was not published yet is published without the texts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Protocol

from pydantic import BaseModel, ConfigDict, Field

from library_validator.casework.overriding import OverrideStore, listed_phones
from library_validator.decisions.decision import Decision, Erasure, Override
from library_validator.decisions.erased import erased_decision, erased_override
from library_validator.decisions.store import DecisionStore
from library_validator.errors import ApplicationUnknown, DecisionConflict, ErasureRefused
from library_validator.staff_words import checked_words

ATTEMPTS: Final = 8  # all tries after the first are for applications that get another decision meanwhile


class ErasureRecord(BaseModel):
    """The audit entry of an erasure. It is stored before the first text is removed, and never deleted."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    source: str
    application_id: str
    at: datetime
    by: str = Field(description="ARN of the person")
    reason: str = Field(description="the person's words")
    decisions: int = Field(description="decisions with texts of the applicant")
    overrides: int = Field(description="overrides with words")


@dataclass(frozen=True, slots=True)
class DayPage:
    """Some of the decisions that were made on one day."""

    decisions: tuple[Decision, ...]
    cursor: str | None  # where the next page begins; None: this page is the last


class ErasureStore(Protocol):
    """Replaces stored forms by forms without texts. Every method raises ``CaseworkUnavailable``."""

    def end_current(self, decision: Decision, erasure: Erasure) -> bool:
        """Take the application out of the decisions that are decided again; a second call is harmless.

        From then on, readers of the current decision get its erased form, and only that form can be replaced.
        Returns False, and changes nothing, if ``decision`` is not the current decision any more.
        """

    def give_back_claim(self, decision: Decision) -> bool:
        """Give back the claim on the matched library, if the application holds it; returns whether it did."""

    def rewrite_decision(self, decision: Decision) -> None:
        """Store ``decision`` in place of the stored decision with its event id."""

    def rewrite_override(self, override: Override) -> None:
        """Store ``override`` in place of the stored override with its id."""

    def append(self, record: ErasureRecord) -> None:
        """Store an audit entry."""

    def records(self, source: str, application_id: str) -> list[ErasureRecord]:
        """Every audit entry of an application, oldest first."""

    def decided_on(self, day: date, cursor: str | None, limit: int) -> DayPage:
        """Decisions made on a day (UTC), also those that were never current; at most ``limit``."""

    def looked_at_through(self) -> date | None:
        """The last day whose decisions were all looked at by the retention task; None: no day."""

    def note_looked_at(self, through: date) -> None:
        """Store that the decisions of a day, and of all days before it, were looked at."""


@dataclass(frozen=True, slots=True)
class ErasureStores:
    """The stores of the casework table that have texts of applicants."""

    decisions: DecisionStore
    overrides: OverrideStore
    erasures: ErasureStore


@dataclass(frozen=True, slots=True)
class StoredTexts:
    """The stored forms of an application that have texts of the applicant, or words about them."""

    current: Decision
    decisions: tuple[Decision, ...]
    overrides: tuple[Override, ...]

    @property
    def none_left(self) -> bool:
        return not self.decisions and not self.overrides


@dataclass(frozen=True, slots=True)
class ErasureResult:
    decisions: int
    overrides: int
    claim: str | None  # FSCS key of the claim that was given back


def texts_of(source: str, application_id: str, stores: ErasureStores) -> StoredTexts:
    """Raises ``ApplicationUnknown``."""
    current = stores.decisions.get(source, application_id)
    if current is None:
        raise ApplicationUnknown(application_id, f"of {source}")
    history = stores.decisions.history(source, application_id)
    overrides = stores.overrides.of_application(source, application_id)
    return StoredTexts(
        current,
        tuple(decision for decision in history if decision.erased is None),
        tuple(override for override in overrides if erased_override(override) != override),
    )


def erase(texts: StoredTexts, by: str, reason: str, stores: ErasureStores, now: datetime) -> ErasureResult:
    """Erase an application because a person asks for it. The audit entry is stored first.

    Raises ``ErasureRefused`` if nothing is left to erase, ``WordsRefused``, ``DecisionConflict`` if the
    application kept being decided meanwhile, and ``CaseworkUnavailable``: then call it again.
    """
    current = texts.current
    if texts.none_left:
        raise ErasureRefused(
            f"there is nothing to erase: no texts of the applicant are left in application "
            f"{current.application_id} of {current.source}"
        )
    record = ErasureRecord(
        source=current.source,
        application_id=current.application_id,
        at=now,
        by=by,
        reason=checked_words(reason, listed_phones(current.match)),
        decisions=len(texts.decisions),
        overrides=len(texts.overrides),
    )
    stores.erasures.append(record)
    return erase_application(current, Erasure(at=now, by=by), stores)


def erase_application(current: Decision, erasure: Erasure, stores: ErasureStores) -> ErasureResult:
    """Erase all texts of an application. Raises as ``erase`` does."""
    for _ in range(ATTEMPTS):
        if stores.erasures.end_current(current, erasure):
            break
        current = texts_of(current.source, current.application_id, stores).current
    else:
        raise DecisionConflict(current.application_id)
    return erase_ended(current, erasure, stores)


def erase_ended(current: Decision, erasure: Erasure, stores: ErasureStores) -> ErasureResult:
    """Erase all texts of an application that left the decisions that are decided again.

    A submission that arrived since then is a new one: its decision, which is current now, keeps its texts.
    """
    given_back = stores.erasures.give_back_claim(current)
    # They are read after the end: from now on, no revalidation can store a decision with the texts.
    texts = texts_of(current.source, current.application_id, stores)
    # It is read after the history: a decision that the history has can be recognized as the current one.
    newest = stores.decisions.get(current.source, current.application_id)
    arrived = {newest.event_id} - {current.event_id} if newest else set()
    left = [decision for decision in texts.decisions if decision.event_id not in arrived]
    erase_decisions(left, erasure, stores.erasures)
    for override in texts.overrides:
        stores.erasures.rewrite_override(erased_override(override))
    claim = current.claimed_key if given_back else None
    return ErasureResult(len(left), len(texts.overrides), claim)


def erase_decisions(decisions: Iterable[Decision], erasure: Erasure, erasures: ErasureStore) -> None:
    for decision in decisions:
        erasures.rewrite_decision(erased_decision(decision, erasure))
