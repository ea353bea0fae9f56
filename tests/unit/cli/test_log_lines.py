"""A log line on the terminal."""

from __future__ import annotations

from datetime import UTC, datetime

from library_validator.recovery.logs import Function, Level, LogLine
from library_validator_cli.tables.logs import log_line

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


def test_the_places_of_an_error_are_paths_in_the_core() -> None:
    places = ["/opt/python/library_validator/decisions/deciding.py:84", "handler.py:9"]
    line = LogLine(NOON, Function.VALIDATE_APPLICATIONS, Level.ERROR, "message failed", {"raised_at": places})
    assert log_line(line).plain.endswith("raised_at=decisions/deciding.py:84 handler.py:9")
