"""The events of revalidation and expiry: ``Library Decision Expiring`` and ``Registry Revalidated``.

A changed answer has an event of its own: ``Library Status Changed``, in ``decisions.events``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field

from library_validator.casework.progress import ShardProgress
from library_validator.decisions.answer import Answer, Match
from library_validator.decisions.changes import MaterialChange, material_changes
from library_validator.decisions.decision import Decision
from library_validator.event_bus import EventMetadata
from library_validator.registry.store import Activation

_NAMESPACE: Final = UUID("b7f3f0c4-3f0e-5d3c-9a55-2d1c8f6e4a90")


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Outlook(_Model):
    """The answer that the live registry would give if the decision ended today."""

    decision: Answer
    reason_codes: list[str]
    match: Match | None
    changes: list[MaterialChange] = Field(
        description="which parts of the answer would change; empty: the decision would be renewed as it is"
    )


class DecisionExpiringData(_Model):
    application_id: str
    source: str = Field(description="the authenticated sender; its application ids are unique")
    revision: int | None = Field(
        description="number of this version of the application, if the sender counts versions"
    )
    decision_event_id: UUID = Field(description="event id of the decision that ends")
    decision: Answer
    match: Match | None
    valid_until: datetime
    days_left: int = Field(ge=0, description="whole days, rounded up")
    notice_days: int = Field(description="the notice is given at most so many days before the end")
    outlook: Outlook


class LibraryDecisionExpiring(_Model):
    """A validated decision ends soon. It is then renewed automatically; the outlook is the likely answer."""

    detail_type: ClassVar[str] = "Library Decision Expiring"
    metadata: EventMetadata
    data: DecisionExpiringData


class RegistryRevalidatedData(_Model):
    version: str
    activated_at: datetime
    checked: int = Field(description="applications with a current decision")
    changed: int = Field(description="how many of these applications have an event Library Status Changed")
    failed: int = Field(
        description="how many of these applications could not be decided and keep their answers"
    )


class RegistryRevalidated(_Model):
    """Every current decision was decided again by the registry that went live."""

    detail_type: ClassVar[str] = "Registry Revalidated"
    metadata: EventMetadata
    data: RegistryRevalidatedData


CaseworkEvent = LibraryDecisionExpiring | RegistryRevalidated


def decision_expiring(
    decision: Decision, outlook: Decision, now: datetime, notice_days: int
) -> LibraryDecisionExpiring:
    """The event for the notice ``notice_days`` before the end. Its id is always the same."""
    if decision.valid_until is None:
        raise ValueError(f"decision {decision.event_id} does not end")
    left = decision.valid_until - now
    return LibraryDecisionExpiring(
        metadata=EventMetadata(
            event_id=uuid5(_NAMESPACE, f"expiring\n{decision.event_id}\n{notice_days}"),
            registry_version=outlook.registry_version,
            policy_version=outlook.policy_version,
            correlation_id=decision.correlation_id,
            occurred_at=now,
        ),
        data=DecisionExpiringData(
            application_id=decision.application_id,
            source=decision.source,
            revision=decision.application.revision,
            decision_event_id=decision.event_id,
            decision=decision.decision,
            match=decision.match,
            valid_until=decision.valid_until,
            days_left=days_of(left),
            notice_days=notice_days,
            outlook=Outlook(
                decision=outlook.decision,
                reason_codes=outlook.reason_codes,
                match=outlook.match,
                changes=material_changes(decision, outlook),
            ),
        ),
    )


def days_of(left: timedelta) -> int:
    """The days that are left, rounded up."""
    return -(-left // timedelta(days=1))


def registry_revalidated(shards: Sequence[ShardProgress]) -> RegistryRevalidated:
    """The event for the end of a revalidation, from the progress of all shards. Its id is always the same."""
    activation, policy_version = Activation.from_text(shards[0].activation), shards[0].policy_version
    name = f"revalidated\n{activation}\n{policy_version}"
    if shards[0].asked_at:
        name += f"\n{shards[0].asked_at}"
    return RegistryRevalidated(
        metadata=EventMetadata(
            event_id=uuid5(_NAMESPACE, name),
            registry_version=activation.version,
            policy_version=policy_version,
            correlation_id=str(activation),
            occurred_at=datetime.fromisoformat(max(shard.updated_at for shard in shards)),
        ),
        data=RegistryRevalidatedData(
            version=activation.version,
            activated_at=datetime.fromisoformat(activation.activated_at),
            checked=sum(shard.checked for shard in shards),
            changed=sum(shard.changed for shard in shards),
            failed=sum(shard.failed for shard in shards),
        ),
    )
