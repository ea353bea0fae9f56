"""The figures of ``docs/accuracy.md``, written between its markers from what was measured.

    python -m lab.pages.accuracy_page lab/results/accuracy.json \
        --wordings lab/results/wordings.json --peers lab/results/accuracy_peers.json \
        --output docs/accuracy.md

``--check`` writes nothing and fails where the page says something else. The words around the figures
are written by hand; a block of figures stands between ``<!-- figures: name -->`` and ``<!-- end -->``.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from lab.pages.accuracy_figures import figures
from lab.pages.accuracy_peers_figures import Peers, peers_figures
from lab.pages.accuracy_wording_figures import wording_figures
from lab.pages.extract import Accuracy

_BLOCK: Final = re.compile(r"<!-- figures: ([a-z-]+) -->\n.*?<!-- end -->", re.DOTALL)


class PageDoesNotFit(Exception):
    """The blocks of the page are not those that there are figures for."""


def written(page: str, blocks: dict[str, str], *, optional: frozenset[str] = frozenset()) -> str:
    """``page`` with each block filled; ``optional`` ones may stand in it without figures and stay.

    Raises ``PageDoesNotFit``.
    """
    there = set(_BLOCK.findall(page))
    strange = (there ^ blocks.keys()) - (optional - blocks.keys())
    if strange:
        raise PageDoesNotFit(f"blocks of the page and figures differ: {', '.join(sorted(strange))}")

    def filled(found: re.Match[str]) -> str:
        if found[1] not in blocks:
            return found[0]
        return f"<!-- figures: {found[1]} -->\n{blocks[found[1]].strip()}\n<!-- end -->"

    return _BLOCK.sub(filled, page)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path, metavar="RUN.json", help="what lab.pages.extract wrote")
    parser.add_argument(
        "--wordings",
        type=Path,
        required=True,
        metavar="JSON",
        help="what lab.pages.extract wrote of a run over the applications of lab.wordings",
    )
    parser.add_argument(
        "--peers", type=Path, metavar="JSON", help="what lab.peers.accuracy_peers wrote; else that stays"
    )
    parser.add_argument("--output", type=Path, required=True, metavar="PAGE.md")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the page is stale")
    given = parser.parse_args(arguments)
    try:
        blocks = figures(Accuracy.model_validate_json(given.run.read_bytes()))
        blocks |= wording_figures(Accuracy.model_validate_json(given.wordings.read_bytes()))
        if given.peers:
            blocks["peers"] = peers_figures(Peers.model_validate_json(given.peers.read_bytes()))
        page = given.output.read_text(encoding="utf-8")
        text = written(page, blocks, optional=frozenset({"peers"}))
    except (OSError, ValidationError, PageDoesNotFit) as error:
        sys.stderr.write(f"{given.output}: {error}\n")
        return 1
    if given.check:
        if text != page:
            sys.stderr.write(f"{given.output} is not what {given.run} says: run this without --check\n")
        return int(text != page)
    given.output.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
