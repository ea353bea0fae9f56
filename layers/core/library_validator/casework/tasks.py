"""The tasks of the revalidations queue: they decide current decisions again, shard by shard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from library_validator.casework.progress import RevalidationStore
from library_validator.decisions.deciding import Decider, UndecidedSubmission
from library_validator.decisions.decision import SHARDS
from library_validator.decisions.partners import Partners
from library_validator.decisions.rivals import Rivals
from library_validator.decisions.store import DecisionStore
from library_validator.event_bus import EventBus
from library_validator.registry.store import RegistryReader

CHUNK: Final = 50  # decisions that are decided together; a worker that starts again decides one chunk twice
RESERVE_SECONDS: Final = 20.0  # a chunk and its retries can take this long; with less time, none begins


TaskName = Literal["revalidate", "expiry", "retention"]


class Task(BaseModel):
    """A task of the queue. A task without ``shard`` is for all shards: it is split into a task for each."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    task: TaskName
    shard: int | None = Field(None, ge=0, lt=SHARDS)
    activation: str = Field(
        "", description="of a revalidation: <version>@<activated at>; empty: the live one"
    )
    asked_at: datetime | None = Field(
        None,
        description="of a revalidation: when a person asked for it: finished shards are then decided again. "
        "None: shards that the live registry and this policy finished are left as they are",
    )
    at: datetime | None = Field(
        None,
        description="of an expiry: decisions that end at this moment or before are renewed; of a retention: "
        "the moment from which the days are counted back",
    )
    cursor: str | None = Field(
        None, description="of an expiry or a retention: the place at which the work goes on"
    )


@dataclass(frozen=True, slots=True)
class Ports:
    """The stores and services that the tasks use."""

    decisions: DecisionStore
    revalidations: RevalidationStore
    registry: RegistryReader
    decider: Decider
    bus: EventBus
    # The registered partners. The default gives none.
    partners: Callable[[], Partners] = Partners

    @property
    def rivals(self) -> Rivals:
        return Rivals(self.decisions, self.partners())


@dataclass(frozen=True, slots=True)
class TaskResult:
    """The result of a task, and the tasks that follow it."""

    status: Literal["split", "done", "unfinished", "superseded"]
    follow: tuple[Task, ...] = ()
    checked: int = 0  # applications that this run of the task looked at
    changed: int = 0  # decisions that it stored
    notices: int = 0
    undecided: tuple[UndecidedSubmission, ...] = ()
    without_event: tuple[UUID, ...] = ()  # stored decisions that contradict themselves
