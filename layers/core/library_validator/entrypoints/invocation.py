"""The invocation of a function, as Lambda describes it."""

from __future__ import annotations

from aws_lambda_powertools.utilities.typing import LambdaContext

from library_validator.adapters.aws.clients import limit_requests
from library_validator.terms import TimeLeft


def begin_invocation(context: LambdaContext) -> TimeLeft:
    """From now on, no request is sent that could last longer than the invocation may.

    Returns a function that gives the seconds that are left until Lambda stops the invocation.
    """

    def time_left() -> float:
        return context.get_remaining_time_in_millis() / 1000

    limit_requests(time_left)
    return time_left
