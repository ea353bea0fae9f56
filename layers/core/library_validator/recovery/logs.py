"""Lines of the functions' logs, as a person reads them.

A line is JSON (our own lines, and the lines that Lambda writes) or text (a crash before the logger exists).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol


class Function(StrEnum):
    """The functions, by the last part of the names of their log groups."""

    FETCH_RELEASE = "fetch_release"
    INDEX_RELEASE = "index_release"
    REVALIDATE = "revalidate"
    SWEEP_RESULTS = "sweep_results"
    VALIDATE_APPLICATIONS = "validate_applications"


class Level(StrEnum):
    """Levels of log lines, the least important first."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"
    CRITICAL = "CRITICAL"


_ORDER: Final = {level: position for position, level in enumerate(Level)}

# Fields that every line has, and that say nothing about the event.
_NOISE: Final = frozenset(
    "level log_level location timestamp service message cold_start logger function_name function_memory_size "
    "function_arn function_request_id requestId xray_trace_id sampling_rate".split()
)
_PLATFORM_TEXT: Final = re.compile(r"(START|END|REPORT|INIT_START|EXTENSION|TELEMETRY)\b")
_FAILURE_TEXT: Final = re.compile(r"\[ERROR\]|\[CRITICAL\]|Traceback|Task timed out|Runtime exited|Status: ")


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line. ``fields``: its other values, such as ids, counts and codes."""

    at: datetime
    function: Function
    level: Level
    message: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    id: str = ""  # CloudWatch's id of the line

    def is_at_least(self, level: Level) -> bool:
        return _ORDER[self.level] >= _ORDER[level]


class FunctionLogs(Protocol):
    def lines(
        self, function: Function, since: datetime, until: datetime, text: str = ""
    ) -> Iterator[LogLine]:
        """The lines of a function from ``since`` to ``until``, oldest first; with ``text``, only the lines
        that contain it. Raises ``LogsUnavailable``."""


def newest_lines(
    logs: FunctionLogs,
    functions: Sequence[Function],
    since: datetime,
    until: datetime,
    *,
    text: str = "",
    level: Level = Level.INFO,
    limit: int = 200,
) -> list[LogLine]:
    """The newest ``limit`` lines of some functions, oldest first."""
    found = [
        line
        for function in functions
        for line in logs.lines(function, since, until, text)
        if line.is_at_least(level)
    ]
    return sorted(found, key=lambda line: line.at)[-limit:]


def is_about(line: str, text: str) -> bool:
    """Whether a line contains a text: as it is, or as JSON writes it, with signs such as \\" and \\u00e9."""
    forms = (text, *(json.dumps(text, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)))
    return any(form in line for form in forms)


def read_line(text: str, at: datetime, function: Function, line_id: str = "") -> LogLine:
    """The line that a function or Lambda wrote."""
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        return LogLine(at, function, _level_of_text(text), text.strip(), id=line_id)
    if "_aws" in read:
        return LogLine(at, function, Level.DEBUG, "metrics", _metrics_of(read), line_id)
    if str(read.get("type", "")).startswith("platform."):
        return _platform_line(read, at, function, line_id)
    level = _level_named(str(read.get("level") or read.get("log_level")))
    message = str(read.get("message") or read.get("errorMessage") or "")
    kept = {name: value for name, value in read.items() if name not in _NOISE}
    return LogLine(at, function, level, message, kept, line_id)


def _platform_line(read: Mapping[str, Any], at: datetime, function: Function, line_id: str) -> LogLine:
    """A line that Lambda itself writes in its JSON format; a failed status is an error."""
    record = read.get("record")
    record = record if isinstance(record, dict) else {}
    failed = record.get("status", "success") != "success"
    kept = {"status": record["status"]} if failed else {}
    return LogLine(at, function, Level.ERROR if failed else Level.DEBUG, str(read["type"]), kept, line_id)


def _level_named(name: str) -> Level:
    """Lambda's own lines say WARN and FATAL."""
    name = {"WARN": "WARNING", "FATAL": "CRITICAL", "TRACE": "DEBUG"}.get(name.upper(), name.upper())
    return Level(name) if name in Level.__members__ else Level.INFO


def _level_of_text(text: str) -> Level:
    if _FAILURE_TEXT.search(text):
        return Level.ERROR
    return Level.DEBUG if _PLATFORM_TEXT.match(text) else Level.INFO


def _metrics_of(read: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in read.items() if name != "_aws" and not isinstance(value, dict)}
