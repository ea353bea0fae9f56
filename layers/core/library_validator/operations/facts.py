"""Facts about a deployed service, as a person or a command has read them.

A fact that could not be read is a ``NotRead`` with the reason. It is never taken for a good fact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from library_validator.registry.bucket import Upload
from library_validator.registry.store import Pointer, Run
from library_validator.views.policy import PolicyView


@dataclass(frozen=True, slots=True)
class NotRead:
    """A fact that could not be read. ``why`` is one sentence."""

    why: str


@dataclass(frozen=True, slots=True)
class DeployedStack:
    """The stack as CloudFormation describes it."""

    name: str
    status: str  # CREATE_COMPLETE, UPDATE_ROLLBACK_FAILED, …
    reason: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OperatorRole:
    """Whether the caller may assume the operator role; ``why`` is AWS's refusal."""

    name: str
    may_assume: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class FunctionFact:
    """A function: its state, and the errors in its log since ``Facts.since``."""

    name: str  # as its folder in functions/
    exists: bool
    state: str = ""  # Active, Inactive, Pending, Failed
    state_reason: str = ""
    errors: int = 0
    last_error: str = ""  # the newest of them, without anything that an applicant typed
    last_error_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Trigger:
    """An event source mapping: it gives the messages of a queue to a function."""

    function: str
    queue: str
    uuid: str
    state: str | None  # Enabled, Disabled, …; None: it does not exist


@dataclass(frozen=True, slots=True)
class Schedule:
    name: str  # of the resource in the template
    physical_name: str
    state: str | None  # ENABLED or DISABLED; None: it does not exist
    is_off_by_parameter: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of EventBridge, and whether the policy of its queue lets it send."""

    name: str
    queue: str
    physical_name: str
    state: str | None  # ENABLED or DISABLED; None: it does not exist
    has_target: bool = True
    is_admitted: bool = True  # by the policy of its queue


@dataclass(frozen=True, slots=True)
class QueueFact:
    """The numbers are approximate, as SQS gives them."""

    name: str
    exists: bool
    waiting: int = 0
    in_work: int = 0
    oldest_seconds: float | None = None  # age of the oldest message; None: there is no metric for it


@dataclass(frozen=True, slots=True)
class StoredUpload:
    """An object version under ``releases/`` in the releases bucket."""

    upload: Upload
    at: datetime
    etag: str = ""  # uploads with the same content have the same


@dataclass(frozen=True, slots=True)
class Unpublished:
    """Decisions whose events the bus has not taken, stored before ``Facts.unpublished_before``."""

    count: int
    is_all: bool  # False: there are more
    oldest: datetime | None
    refusal: str = ""  # the bus's answer, as the log of the sweeper or the decider has it


@dataclass(frozen=True, slots=True)
class Alarm:
    name: str
    description: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """The subscriptions of the topic that the alarms notify."""

    confirmed: int
    pending: int


@dataclass(frozen=True, slots=True)
class Table:
    name: str  # as in the template
    exists: bool
    has_backups: bool = True  # point-in-time recovery
    is_protected: bool = True  # against deletion


@dataclass(frozen=True, slots=True)
class PartnerFact:
    """A sender with a remark: it is suspended, or it has reached its limit of claims."""

    name: str
    is_suspended: bool = False
    is_over_limit: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that was read. The names of the fields are also the names of the checks."""

    now: datetime
    is_local: bool
    since: datetime  # errors in logs are counted from here on
    stack: DeployedStack | NotRead
    operator_role: OperatorRole | NotRead
    registry: Pointer | NotRead | None  # None: nothing is live
    runs: Sequence[Run] | NotRead
    uploads: Sequence[StoredUpload] | NotRead
    functions: Sequence[FunctionFact | NotRead]
    triggers: Sequence[Trigger | NotRead]
    schedules: Sequence[Schedule | NotRead]
    rules: Sequence[Rule | NotRead]
    queues: Sequence[QueueFact | NotRead]
    unpublished: Unpublished | NotRead
    policy: PolicyView | NotRead | None  # None: without a registry there are no answers
    alarms: Sequence[Alarm] | NotRead
    subscriptions: Subscriptions | NotRead | None  # None: there is no topic
    tables: Sequence[Table | NotRead]
    partners: Sequence[PartnerFact] | NotRead = ()
    also_not_read: Sequence[NotRead] = field(default=())  # parts of facts, such as the age of messages

    def not_read(self) -> list[str]:
        """A sentence for each fact that could not be read, without repetitions."""
        values = [getattr(self, name) for name in self.__slots__]
        parts = [part for value in values if isinstance(value, (list, tuple)) for part in value]
        return list(dict.fromkeys(part.why for part in [*values, *parts] if isinstance(part, NotRead)))
