"""Output of commands that may be large: to standard output or to a file."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from library_validator_cli.ending import file_in_errors


def write_texts(texts: Iterable[str], output: Path | None) -> None:
    """Write to standard output, or to a file. The file appears only when it is complete."""
    if output is None:
        for text in texts:
            sys.stdout.write(text)
        return
    unfinished = output.with_name(output.name + ".part")
    try:
        with file_in_errors(output), unfinished.open("w", encoding="utf-8", newline="") as opened:
            for text in texts:
                opened.write(text)
        unfinished.replace(output)
    finally:
        unfinished.unlink(missing_ok=True)
