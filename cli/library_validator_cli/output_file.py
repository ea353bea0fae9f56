"""Output of commands that may be large: to standard output or to a file."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path


def write_texts(texts: Iterable[str], output: Path | None) -> None:
    """Write to standard output, or to a file. The file appears only when it is complete."""
    if output is None:
        for text in texts:
            sys.stdout.write(text)
        return
    unfinished = output.with_name(output.name + ".part")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as opened:
            for text in texts:
                opened.write(text)
        unfinished.replace(output)
    finally:
        unfinished.unlink(missing_ok=True)
