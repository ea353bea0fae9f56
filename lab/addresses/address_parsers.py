"""Compares readers of address lines: which of them recognizes the same address, and at what cost.

    python -m lab.addresses.address_parsers --older ZIP ... --newer ZIP --labelled CSV ... [--output JSON]

It reads pairs of lines with known answers (``addresses/pairs.py``) with the product's plain rules and with
every installed parser. The product's comparison of streets gives each pair a level. ``the product`` is the
shipped rules with the shipped comparison, which also compares whole lines. It prints tables in Markdown.
``--output`` keeps everything, including the pairs that the rules get wrong.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from lab.addresses import costs, pairs
from lab.addresses.comparing import (
    ReaderLevels,
    compare_as_product,
    compare_with,
    comparison_with,
    levels_of,
    lines_of,
    measure,
    mistakes_of_readers,
)
from lab.addresses.pairs import Line, Pair
from lab.addresses.readers import READERS, RULES, Read, Reader
from lab.measures import describe_circumstances, report_progress, sha256_of
from library_validator.releases.reading.release import read_release
from library_validator_cli.evaluation.labelled import read_labelled

PRODUCT: Final = "the product"
TIMED_LINES: Final = 5_000
SEED: Final = 1


def main() -> None:
    given = _arguments()
    newer = read_release(given.newer)
    between, left_out = pairs.pairs_of_releases((read_release(path) for path in given.older), newer)
    labelled = [row for file in read_labelled(given.labelled) for row in file.rows]
    known = [
        *between,
        *pairs.pairs_of_labelled_rows(labelled, newer),
        *pairs.pairs_of_neighbours(newer),
        *pairs.invented_pairs(newer),
    ]
    found = run(known)
    print_tables(found)
    if given.output:
        about = _about(given) | {"left_out": left_out}
        given.output.write_text(json.dumps(about | found, indent=1, ensure_ascii=False) + "\n")


def run(known: Sequence[Pair]) -> dict[str, Any]:
    """Every reader on every pair: measures, costs, and the mistakes of the rules."""
    lines = lines_of(known)
    timed = random.Random(SEED).sample(lines, min(TIMED_LINES, len(lines)))
    levels_by_reader: dict[str, ReaderLevels] = {}
    readers: dict[str, dict[str, Any]] = {}
    for reader in READERS:
        report_progress(reader.name)
        try:
            read = reader.load()
        except Exception as error:  # noqa: BLE001 - a binding without its data may raise any exception
            readers[reader.name] = {"could_not_run": f"{type(error).__name__}: {error}"}
            continue
        levels_by_reader[reader.name] = levels_of(reader.name, comparison_with(read), known)
        readers[reader.name] = _costs(reader, read, lines, timed)
    levels_by_reader[PRODUCT] = levels_of(PRODUCT, compare_as_product, known)
    rules = levels_by_reader[RULES.name]
    return {
        "readers": readers,
        "judged": {name: measure(levels, known) for name, levels in levels_by_reader.items()},
        "beside_the_rules": {
            name: compare_with(rules, levels, known) for name, levels in levels_by_reader.items()
        },
        "mistakes": mistakes_of_readers(
            [rules, levels_by_reader[PRODUCT]], list(levels_by_reader.values()), known
        ),
    }


def _costs(reader: Reader, read: Read, lines: Sequence[Line], timed: Sequence[Line]) -> dict[str, Any]:
    return {
        "packages": {name: version(name) for name in reader.packages},
        "lines": len(lines),
        "unread": sum(read(line) is None for line in lines),
        "microseconds_per_line": round(costs.microseconds_per_line(read, timed), 1),
        "import_milliseconds": round(costs.import_milliseconds(reader.module), 1),
        "installed_bytes": costs.installed_bytes(reader.packages),
    }


def print_tables(found: dict[str, Any]) -> None:
    sets = {name: measured["are_the_same"] for name, measured in found["judged"][PRODUCT].items()}
    for same, title in (
        (True, "Same address, found to be the same %"),
        (False, "Two addresses, found to be the same %"),
    ):
        names = [name for name, are_same in sets.items() if are_same is same]
        rows = [
            [f"{name} ({found['judged'][PRODUCT][name]['pairs']:,})" for name in names],
            *([_percent(measured[name]) for name in names] for measured in found["judged"].values()),
        ]
        print(f"\n## {title} (in brackets: exact)\n")
        _print_table(["", *found["judged"]], rows)
    print("\n## Costs\n")
    heads = ("reader", "unread", "µs a line", "import ms", "adds MB")
    costs_of = [_cost_row(name, cost) for name, cost in found["readers"].items()]
    _print_table(list(heads), [list(column) for column in zip(*costs_of, strict=True)])


def _cost_row(name: str, cost: dict[str, Any]) -> list[str]:
    if "could_not_run" in cost:
        return [name, cost["could_not_run"], "", "", ""]
    unread = f"{100 * cost['unread'] / cost['lines']:.2f}%"
    megabytes = f"{cost['installed_bytes'] / 1e6:.1f}"
    return [name, unread, str(cost["microseconds_per_line"]), str(cost["import_milliseconds"]), megabytes]


def _percent(measured: dict[str, Any]) -> str:
    of = measured["pairs"]
    return f"{100 * measured['judged_same'] / of:.2f} ({100 * measured['judged_exact'] / of:.2f})"


def _print_table(heads: Sequence[str], columns: Sequence[Sequence[str]]) -> None:
    """Prints columns as a table in Markdown."""
    print("| " + " | ".join(heads) + " |")
    print("|" + "---|" * len(heads))
    for row in zip(*columns, strict=True):
        print("| " + " | ".join(row) + " |")


def _about(given: argparse.Namespace) -> dict[str, Any]:
    """The inputs and the command of the comparison."""
    files = [*given.older, given.newer, *given.labelled]
    return {
        "schema_version": 1,
        **describe_circumstances("addresses.address_parsers", sys.argv[1:]),
        "files": {path.name: sha256_of(path) for path in files},
        "packages": {name: _version(name) for reader in READERS for name in reader.packages},
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--older", type=Path, nargs="+", required=True, metavar="ZIP")
    parser.add_argument("--newer", type=Path, required=True, metavar="ZIP")
    parser.add_argument("--labelled", type=Path, nargs="+", required=True, metavar="CSV")
    parser.add_argument("--output", type=Path, metavar="JSON")
    return parser.parse_args()


if __name__ == "__main__":
    main()
