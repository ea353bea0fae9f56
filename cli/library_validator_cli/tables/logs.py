"""Lines of logs."""

from __future__ import annotations

import json
from typing import Any, Final

from rich.text import Text

from library_validator.recovery.logs import LogLine
from library_validator_cli.terminal import format_time, visible_text

_STYLES: Final = {"WARNING": "yellow", "ERROR": "red", "CRITICAL": "bold red"}


def log_line(line: LogLine) -> Text:
    """Time, function, level, message, then each field as ``name=value``."""
    fields = " ".join(f"{name}={_text_of(value)}" for name, value in line.fields.items())
    return Text.assemble(
        f"{format_time(line.at)}  {line.function:<21}  ",
        (f"{line.level:<8}", _STYLES.get(line.level, "")),
        f"  {visible_text(line.message)}  ",
        (visible_text(fields), "dim"),
    )


def _text_of(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
