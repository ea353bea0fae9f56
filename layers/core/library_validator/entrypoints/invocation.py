"""The invocation of a function, as Lambda describes it."""

from __future__ import annotations

from aws_lambda_powertools.utilities.typing import LambdaContext

from library_validator.terms import TimeLeft


def time_left_of(context: LambdaContext) -> TimeLeft:
    """A function that returns the seconds that are left until Lambda stops the invocation."""
    return lambda: context.get_remaining_time_in_millis() / 1000
