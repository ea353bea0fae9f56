"""What every event of library-validator carries beside its data.

The detail of each event is ``{"metadata": {...}, "data": {...}}``. Consumers deduplicate by
``event_id``: delivery is at least once.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

EVENT_SOURCE: Final = "library-validator"


class EventMetadata(BaseModel):
    """Which fact, when, and which versions it stands on."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    event_id: UUID = Field(description="the same for every delivery of one fact: deduplicate by it")
    schema_version: Literal["1.0"] = "1.0"
    registry_version: str | None = Field(None, description="None where no registry was ever active")
    policy_version: str | None = Field(None, description="None on events that no policy had a part in")
    correlation_id: str = Field("", description="the sender's, or the message's own id")
    occurred_at: datetime
