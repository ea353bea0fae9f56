"""Messages of the revalidations queue, and sending the tasks that follow.

A message is a ``Task`` (from the daily schedule, a person or a worker), or EventBridge's envelope of
``Registry Activated``: then everything has to be decided again by the registry that went live.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel, ConfigDict, Discriminator, Field, Json, Tag

from library_validator.adapters.aws.early_retries import Delivery
from library_validator.casework.tasks import Task
from library_validator.errors import LibraryValidatorError
from library_validator.registry.events import RegistryActivated
from library_validator.registry.store import Pointer

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class TasksNotSent(LibraryValidatorError):
    """The tasks that follow a task could not be sent: the message of that task has to come again."""


class ActivationEvent(BaseModel):
    """``Registry Activated`` as EventBridge delivers it."""

    detail_type: Literal["Registry Activated"] = Field(alias="detail-type")
    detail: RegistryActivated

    def is_of(self, pointer: Pointer) -> bool:
        """Whether this is the activation that made ``pointer`` live, and not another activation."""
        occurred_at = self.detail.metadata.occurred_at
        moment = type(occurred_at).fromisoformat(pointer.activated_at)
        return (self.detail.data.version, occurred_at) == (pointer.active, moment)


def _message_kind(body: object) -> str:
    return "activation" if isinstance(body, dict) and "detail-type" in body else "task"


class _QueuedMessage(Delivery):
    body: Json[
        Annotated[
            Annotated[ActivationEvent, Tag("activation")] | Annotated[Task, Tag("task")],
            Discriminator(_message_kind),
        ]
    ]


class RevalidationsMessage(BaseModel):
    """Lambda's event for SQS; the queue's batch size is 1."""

    model_config = ConfigDict(frozen=True)

    records: list[_QueuedMessage] = Field(alias="Records", min_length=1, max_length=1)

    @property
    def request(self) -> ActivationEvent | Task:
        return self.records[0].body

    @property
    def delivery(self) -> Delivery:
        return self.records[0]


class RevalidationsQueue:
    """The queue that tasks are sent to."""

    def __init__(self, client: SQSClient, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def send(self, tasks: Sequence[Task]) -> None:
        """Send each task as one message. Raises ``TasksNotSent``.

        A task for a shard is delivered without delay. A task for all shards is delivered after the delay of
        the queue: by then, every batch that read the pointer before the registry went live has stored its
        decisions.
        """
        # Each task is sent alone: for a batch, the local stack requires a permission that AWS does not know.
        for number, task in enumerate(tasks):
            try:
                body = task.model_dump_json(exclude_defaults=True)
                if task.shard is None:
                    self._client.send_message(QueueUrl=self._queue_url, MessageBody=body)
                else:
                    self._client.send_message(QueueUrl=self._queue_url, MessageBody=body, DelaySeconds=0)
            except (ClientError, BotoCoreError) as error:
                raise TasksNotSent(f"{len(tasks) - number} tasks were not taken: {error}") from error
