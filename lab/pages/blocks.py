"""Pages of words and figures: people edit the words, a command writes the figures between the markers.

A block of figures begins with ``<!-- figures: NAME -->`` and ends with ``<!-- /figures -->``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_BLOCK: Final = re.compile(r"<!-- figures: ([a-z-]+) -->\n.*?<!-- /figures -->", re.DOTALL)


class PageDoesNotFit(Exception):
    """The page's markers and the figures have different names."""


def fill_blocks(page: str, blocks: Mapping[str, str], *, optional: frozenset[str] = frozenset()) -> str:
    """``page`` with the figures of each block; a block in ``optional`` keeps its text if it has no figures.

    Raises ``PageDoesNotFit``.
    """
    strange = (set(_BLOCK.findall(page)) ^ blocks.keys()) - (optional - blocks.keys())
    if strange:
        names = ", ".join(sorted(strange))
        raise PageDoesNotFit(f"these markers have no figures, or these figures have no marker: {names}")

    def figures_of_block(found: re.Match[str]) -> str:
        if found[1] not in blocks:
            return found[0]
        return f"<!-- figures: {found[1]} -->\n{blocks[found[1]].strip()}\n<!-- /figures -->"

    return _BLOCK.sub(figures_of_block, page)


def write_files(files: Mapping[Path, str], *, check: bool) -> int:
    """Writes each file with its text, or with ``check`` only compares them. Returns the exit status."""
    if check:
        stale = [path for path, text in files.items() if not path.exists() or path.read_text("utf-8") != text]
        for path in stale:
            sys.stderr.write(f"{path} is not what the results say: run this command without --check\n")
        return int(bool(stale))
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0
