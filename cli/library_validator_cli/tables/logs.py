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
    shown = {
        name: _in_the_code(value) if name == "raised_at" else value for name, value in line.fields.items()
    }
    fields = " ".join(f"{name}={_text_of(value)}" for name, value in shown.items())
    return Text.assemble(
        f"{format_time(line.at)}  {line.function:<21}  ",
        (f"{line.level:<8}", _STYLES.get(line.level, "")),
        f"  {visible_text(line.message)}  ",
        (visible_text(fields), "dim"),
    )


def _in_the_code(places: Any) -> Any:
    """Files and line numbers, each path from the folder of the core on; other values as they are."""
    if not isinstance(places, list):
        return places
    return " ".join(str(place).rpartition("/library_validator/")[2] for place in places)


def _text_of(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
