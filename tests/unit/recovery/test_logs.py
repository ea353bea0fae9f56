"""Lines of logs: JSON of our own, JSON and text of Lambda, and the choice of the newest."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from library_validator.adapters.memory.function_logs import MemoryLogs
from library_validator.recovery.logs import Function, Level, newest_lines, read_line
from tests.builders.decisions import NOON

FUNCTION = Function.VALIDATE_APPLICATIONS


@pytest.mark.parametrize(
    ("text", "level", "message"),
    [
        ('{"level":"ERROR","message":"message failed","message_id":"m-1"}', Level.ERROR, "message failed"),
        ('{"log_level":"warn","message":"slow"}', Level.WARNING, "slow"),
        ('{"level":"ERROR","errorMessage":"it broke","errorType":"ValueError"}', Level.ERROR, "it broke"),
        ('{"_aws":{},"ReleaseRuns":[1.0]}', Level.DEBUG, "metrics"),
        (
            '{"type":"platform.report","record":{"status":"timeout"}}',
            Level.ERROR,
            "platform.report",
        ),
        ('{"type":"platform.start","record":{}}', Level.DEBUG, "platform.start"),
        ("START RequestId: 1 Version: $LATEST\n", Level.DEBUG, "START RequestId: 1 Version: $LATEST"),
        ("[ERROR] ImportError: no module", Level.ERROR, "[ERROR] ImportError: no module"),
        ("2026-11-29 Task timed out after 8.00 seconds", Level.ERROR, None),
        ("[1, 2]", Level.INFO, "[1, 2]"),
    ],
)
def test_the_level_and_the_message_of_a_line(text: str, level: Level, message: str | None) -> None:
    line = read_line(text, NOON, FUNCTION)
    assert line.level is level
    assert message in (None, line.message)


def test_a_line_keeps_ids_and_codes_and_leaves_out_what_every_line_has() -> None:
    text = json.dumps(
        {"level": "INFO", "message": "application decided", "application_id": "A-1", "service": "x"}
    )
    assert read_line(text, NOON, FUNCTION).fields == {"application_id": "A-1"}


def test_the_newest_lines_of_all_functions_come_in_the_order_of_time() -> None:
    logs = MemoryLogs()
    for minute in range(6):
        function = list(Function)[minute % 2]
        level = "ERROR" if minute % 3 == 0 else "INFO"
        text = json.dumps({"level": level, "message": f"line {minute}", "application_id": f"A-{minute}"})
        logs.written.append((NOON + timedelta(minutes=minute), function, text))
    until = NOON + timedelta(hours=1)
    newest = newest_lines(logs, list(Function), NOON, until, limit=3)
    assert [line.message for line in newest] == ["line 3", "line 4", "line 5"]
    errors = newest_lines(logs, list(Function), NOON, until, level=Level.ERROR)
    assert [line.message for line in errors] == ["line 0", "line 3"]
    named = newest_lines(logs, list(Function), NOON, until, text="A-4")
    assert [line.message for line in named] == ["line 4"]
