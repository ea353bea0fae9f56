"""The bus for the events of the whole project, and the metadata of an event.

The detail of an event is ``{"metadata": {...}, "data": {...}}``. Consumers deduplicate by ``event_id``:
delivery is at least once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final, Literal, Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from library_validator.errors import PublishFailed

EVENT_SOURCE: Final = "library-validator"


class EventMetadata(BaseModel):
    """The identity of an event, its time, and the versions that it rests on."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    event_id: UUID = Field(description="the same for every delivery of one fact: deduplicate by it")
    schema_version: Literal["1.0"] = "1.0"
    registry_version: str | None = Field(None, description="None if no registry was ever active")
    policy_version: str | None = Field(None, description="None if the event does not depend on a policy")
    correlation_id: str = Field("", description="the sender's correlation id, or else the id of the message")
    occurred_at: datetime


class Event(Protocol):
    """Any event of this project: a pydantic model with these two fields."""

    detail_type: ClassVar[str]

    @property
    def metadata(self) -> EventMetadata: ...

    @property
    def data(self) -> Any: ...

    def model_dump_json(self) -> str: ...


@dataclass(frozen=True, slots=True)
class RefusedEvent:
    """An event that the bus did not take, and its reason."""

    event_id: UUID
    code: str
    message: str


class EventBus(Protocol):
    def publish(self, events: Sequence[Event]) -> list[RefusedEvent]:
        """Publish events. Returns the events that the bus refused, in order; raises no error of the bus."""


def publish_or_raise(event: Event, bus: EventBus) -> None:
    """Publish one event. Raises ``PublishFailed`` if the bus refused it."""
    for refused in bus.publish([event]):
        raise PublishFailed([str(refused.event_id)], f"{refused.code} {refused.message}".strip())
