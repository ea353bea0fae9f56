"""The invocation of a function, as Lambda describes it."""

from __future__ import annotations

from aws_lambda_powertools.utilities.typing import LambdaContext

from library_validator.terms import TimeLeft


def time_left_of(context: LambdaContext) -> TimeLeft:
    """The seconds until Lambda stops the function, at the moment of each call."""
    return lambda: context.get_remaining_time_in_millis() / 1000
