"""Writes the figures between the markers of ``docs/accuracy.md`` from the committed results.

    python -m lab.pages.accuracy_page lab/results/accuracy.json \
        --wordings lab/results/wordings.json --peers lab/results/accuracy_peers.json \
        --output docs/accuracy.md

``--check`` writes nothing and fails if the page's figures are not those of the results.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from lab.pages.accuracy_figures import figures
from lab.pages.accuracy_peers_figures import Peers, peers_figures
from lab.pages.accuracy_wording_figures import wording_figures
from lab.pages.blocks import PageDoesNotFit, fill_blocks, write_files
from lab.pages.extract import Accuracy


def page_with_figures(given: argparse.Namespace) -> str:
    """The text of the page with its figures."""
    blocks = figures(Accuracy.model_validate_json(given.run.read_bytes()))
    blocks |= wording_figures(Accuracy.model_validate_json(given.wordings.read_bytes()))
    if given.peers:
        blocks["peers"] = peers_figures(Peers.model_validate_json(given.peers.read_bytes()))
    return fill_blocks(given.output.read_text(encoding="utf-8"), blocks, optional=frozenset({"peers"}))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path, metavar="RUN.json", help="the file that lab.pages.extract wrote")
    parser.add_argument(
        "--wordings",
        type=Path,
        required=True,
        metavar="JSON",
        help="the file that lab.pages.extract wrote for the applications of lab.wordings",
    )
    parser.add_argument(
        "--peers",
        type=Path,
        metavar="JSON",
        help="the file that lab.peers.accuracy_peers wrote; without it the page keeps its table of peers",
    )
    parser.add_argument("--output", type=Path, required=True, metavar="PAGE.md")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the page is out of date")
    given = parser.parse_args(arguments)
    try:
        text = page_with_figures(given)
    except (OSError, ValidationError, PageDoesNotFit) as error:
        sys.stderr.write(f"{given.output}: {error}\n")
        return 1
    return write_files({given.output: text}, check=given.check)


if __name__ == "__main__":
    sys.exit(main())
