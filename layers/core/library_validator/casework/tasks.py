"""What the revalidations queue carries: what is to be decided again, split into shards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from library_validator.casework.progress import RevalidationStore
from library_validator.decisions.deciding import Decider, Undecided
from library_validator.decisions.decision import SHARDS
from library_validator.decisions.store import DecisionStore
from library_validator.event_bus import EventBus
from library_validator.registry.store import Pointer, RegistryReader

CHUNK: Final = 50  # decisions that are decided together: what a worker that starts over looks at twice
RESERVE_SECONDS: Final = 20.0  # what a chunk needs with its retries: none is begun with less


class Task(BaseModel):
    """One piece of work. Without ``shard`` it is the whole, which is then split."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    task: Literal["revalidate", "expiry"]
    shard: int | None = Field(None, ge=0, lt=SHARDS)
    activation: str = Field("", description="of revalidate: <version>@<activated at>; empty: the live one")
    asked_at: datetime | None = Field(
        None,
        description="of revalidate: when a person asked for it; shards that were done before are done again. "
        "None: shards that are done by the live registry and the present policy stay done",
    )
    at: datetime | None = Field(None, description="of expiry: the moment that the whole is about")
    cursor: str | None = Field(None, description="of expiry: where a shard goes on")


@dataclass(frozen=True, slots=True)
class Ports:
    """What deciding again needs of the world."""

    decisions: DecisionStore
    revalidations: RevalidationStore
    registry: RegistryReader
    decider: Decider
    bus: EventBus


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a task, and the tasks that are to follow it."""

    status: Literal["split", "done", "unfinished", "superseded"]
    follow: tuple[Task, ...] = ()
    checked: int = 0  # applications that were looked at, by this run of the task
    changed: int = 0  # decisions that it stored
    notices: int = 0
    undecided: tuple[Undecided, ...] = ()
    without_event: tuple[UUID, ...] = ()  # stored decisions that contradict themselves


def activation_of(pointer: Pointer) -> str:
    """The text that names the activation which made ``pointer`` live."""
    return str(pointer.activation)
