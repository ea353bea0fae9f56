"""The functions' logs in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from library_validator.recovery.logs import Function, LogLine, is_about, read_line


@dataclass(slots=True)
class MemoryLogs:
    """``FunctionLogs``: the written lines with their function and their time."""

    written: list[tuple[datetime, Function, str]] = field(default_factory=list)  # time, function, line

    def lines(
        self, function: Function, since: datetime, until: datetime, text: str = ""
    ) -> Iterator[LogLine]:
        for at, name, line in sorted(self.written):
            if name == function and since <= at <= until and is_about(line, text):
                yield read_line(line, at, name)
