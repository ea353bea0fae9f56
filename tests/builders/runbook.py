"""The sections of the runbook, and the commands in them that a person types."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

PAGE: Final = Path(__file__).parents[2] / "docs" / "runbook.md"
_SECTION: Final = re.compile(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
# A block of shell commands, or a command of ours in the text.
_COMMANDS: Final = re.compile(
    r"^ *```sh\n(?P<block>.*?)^ *```|`(?P<inline>library-validator\s[^`]+)`", re.MULTILINE | re.DOTALL
)


def sections() -> dict[str, str]:
    """The text of each section, by its heading."""
    return dict(_SECTION.findall(PAGE.read_text("utf-8")))


def commands_of(text: str) -> list[str]:
    """Each command line of a section once, in order: lines of ``sh`` blocks, and our commands in the text."""
    found: list[str] = []
    for match in _COMMANDS.finditer(text):
        if match["inline"]:
            found.append(" ".join(match["inline"].split()))
        else:
            joined = match["block"].replace("\\\n", " ")
            found += [" ".join(line.split()) for line in joined.splitlines() if line.strip()]
    return list(dict.fromkeys(found))
