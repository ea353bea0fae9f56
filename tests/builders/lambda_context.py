"""The context that Lambda gives to a handler."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class LambdaContext:
    """The part of a Lambda context that the handlers read."""

    seconds_left: int = 60
    aws_request_id: str = "request"

    def get_remaining_time_in_millis(self) -> int:
        return 1_000 * self.seconds_left


CONTEXT: Final[Any] = LambdaContext()
