"""Accuracy beside its peers: rapidfuzz, Splink and recordlinkage on the same rows, in the same run.

    python -m lab.peers.accuracy_peers LABELLED_DIR --release PATH --older PATH ... [--output JSON]

Runs in the environment of requirements/bench.txt. ``LABELLED_DIR`` has labelled CSV files (see
``library-validator evaluate``). All matchers answer these applications with the registry of ``--release``.
``--older`` releases train the peers that need training; no labelled set is made from those years.

A peer validates its first choice if the score reaches a threshold. The threshold is chosen with the labels of
the reported rows, with and without the affiliate rule. The reported rows are the pool: all rows but those of
vanished systems, reduced rows, and files with FSCS ids, which no peer reads. There are three thresholds:

1. at most one row in a thousand of the pool is validated wrongly;
2. at most as many rows are validated wrongly as by the product;
3. as many libraries are validated as by the product, with the wrong rows that this costs.

The product runs as it ships, without any choice.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from lab.measures import describe_circumstances, report_progress, sha256_of
from lab.peers import training
from lab.peers.measuring import (
    Case,
    Refuses,
    Step,
    affiliate_rule,
    answers_at,
    highest_threshold,
    lowest_threshold,
    measure_pool,
    measure_sets,
    refuse_nothing,
    steps_of,
)
from lab.peers.product import MatcherAnswer, Product
from lab.peers.records import FIELDS, BestLibrary, Peer, Record, record_of, records_of
from lab.peers.tables import MatcherResult, leads_of_peers, markdown_tables, tables_of_results
from lab.peers.with_rapidfuzz import WithRapidfuzz
from lab.peers.with_recordlinkage import WithRecordlinkage
from lab.peers.with_splink import WithSplink
from library_validator.releases.reading.release import read_release
from library_validator.releases.records import Release
from library_validator_cli.evaluation.labelled import GONE, LabelledFile, read_labelled

WRONG_ONE_IN: Final = 1_000
TRADE_OFF: Final = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500)  # numbers of wrong rows of the pool
REDUCED: Final = "typed"
KEPT: Final = ("name", "city", "state")
PACKAGES: Final = ("rapidfuzz", "splink", "duckdb", "recordlinkage", "scikit-learn")


@dataclass(frozen=True, slots=True)
class PeerTimes:
    """The seconds that a peer takes. They are not compared, because some matchers run in batch and others one
    at a time."""

    prepare: float
    score: float


@dataclass(frozen=True, slots=True)
class ScoredPeer:
    """A peer's answers with a rule, and all its possible thresholds."""

    matcher: str
    answers: list[BestLibrary]
    refuses: Refuses
    steps: list[Step]


def read_cases(directory: Path) -> tuple[list[Case], list[LabelledFile]]:
    """Every labelled row of a folder, and the rows of ``REDUCED`` again with fewer fields."""
    paths = sorted(directory.glob("*.csv"))
    files = read_labelled(paths)
    cases = []
    for file in files:
        reads_ids = any(row.application.fscs_id for row in file.rows)
        cases += [Case(row.set, row, in_pool=row.label != GONE and not reads_ids) for row in file.rows]
    for path, file in zip(paths, files, strict=True):
        if any(row.set == REDUCED for row in file.rows):
            reduced = read_labelled([path], KEPT)[0]
            name = f"{REDUCED}: {' + '.join(KEPT)}"
            cases += [Case(name, row, in_pool=False) for row in reduced.rows if row.set == REDUCED]
    return cases, files


def run_product(product: Product, cases: Sequence[Case]) -> tuple[list[MatcherAnswer], PeerTimes]:
    started = time.monotonic()
    product.prepare()
    prepared = time.monotonic()
    answers = product.decide([case.row for case in cases])
    return answers, PeerTimes(prepared - started, time.monotonic() - prepared)


def run_peer(
    peer: Peer, registry: Sequence[Record], applications: Sequence[Record]
) -> tuple[list[BestLibrary], PeerTimes]:
    started = time.monotonic()
    peer.prepare(registry)
    prepared = time.monotonic()
    answers = peer.score(applications)
    return answers, PeerTimes(prepared - started, time.monotonic() - prepared)


def peers_of(older: Sequence[Release], seed: int) -> list[Peer]:
    years = training.year_to_year_records(older)
    typed = training.typed_records(max(older, key=lambda release: release.fiscal_year), seed)
    return [WithRapidfuzz(), WithSplink(years, seed), WithRecordlinkage([*years, *typed])]


def result_of(
    matcher: str, threshold: float | None, cases: Sequence[Case], answers: list[MatcherAnswer]
) -> MatcherResult:
    return MatcherResult(
        matcher, threshold, measure_pool(cases, answers), measure_sets(cases, answers), answers
    )


def results_at_error_bound(
    wrong: int, cases: Sequence[Case], scored: Sequence[ScoredPeer]
) -> list[MatcherResult]:
    """Every peer with its lowest threshold that validates at most ``wrong`` rows of the pool wrongly."""
    results = []
    for peer in scored:
        threshold = lowest_threshold(peer.steps, wrong).threshold
        answers = answers_at(threshold, cases, peer.answers, peer.refuses)
        results.append(result_of(peer.matcher, threshold, cases, answers))
    return results


def main() -> None:
    given = _arguments()
    if given.output:
        given.output.parent.mkdir(parents=True, exist_ok=True)
    cases, files = read_cases(given.labelled)
    release = read_release(given.release)
    matcher = Product(given.release)
    answers, timed = run_product(matcher, cases)
    report_progress(f"{matcher.name}: {timed.prepare:.0f} s and {timed.score:.0f} s")
    product = result_of(matcher.name, None, cases, answers)
    peers = peers_of([read_release(path) for path in given.older], given.seed)
    scored, times = score_peers(peers, release, cases)
    report = {
        **_about(given, release, files),
        **matcher.versions,
        "pool": product.pool.rows,
        "seconds": {name: asdict(taken) for name, taken in {matcher.name: timed, **times}.items()},
        "product": product.as_json(),
        "points": [
            print_point(title, wrong, product, results_at_error_bound(wrong, cases, scored), cases)
            for title, wrong in (
                (f"at most one row in {WRONG_ONE_IN:,} wrong", product.pool.rows // WRONG_ONE_IN),
                ("at most as many rows wrong as the product", product.pool.errors),
            )
        ],
        "validated_right_by_wrong": print_trade_off(product, scored),
        "wrong_for_as_many_right": print_costs(product, scored),
    }
    if given.output:
        given.output.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def score_peers(
    peers: Sequence[Peer], release: Release, cases: Sequence[Case]
) -> tuple[list[ScoredPeer], dict[str, PeerTimes]]:
    """Every peer's answers without and with the affiliate rule, and its times by name."""
    registry = records_of(release)
    applications = [
        record_of(str(number), "", {name: getattr(case.row.application, name) for name in FIELDS})
        for number, case in enumerate(cases)
    ]
    rules: dict[str, Refuses] = {"": refuse_nothing, " + rule": affiliate_rule(release)}
    scored, times = [], {}
    for peer in peers:
        answers, timed = run_peer(peer, registry, applications)
        report_progress(f"{peer.name}: {timed.prepare:.0f} s and {timed.score:.0f} s")
        times[peer.name] = timed
        scored += [
            ScoredPeer(f"{peer.name}{suffix}", answers, refuses, steps_of(cases, answers, refuses))
            for suffix, refuses in rules.items()
        ]
    return scored, times


def print_point(
    title: str, wrong: int, product: MatcherResult, peers: Sequence[MatcherResult], cases: Sequence[Case]
) -> dict[str, Any]:
    """Prints an operating point of the peers beside the product, and returns it as JSON."""
    ahead = leads_of_peers(product, peers, cases)
    print(f"## Peers with {title} ({wrong} of {product.pool.rows:,}; the product: {product.pool.errors})\n")
    print(tables_of_results([product, *peers]), end="\n\n")
    print("Where a peer is ahead:\n")
    print("\n".join(f"- {cell.line()}" for cell in ahead) or "- nowhere", end="\n\n")
    return {
        "title": title,
        "wrong_at_most": wrong,
        "peers": [result.as_json() for result in peers],
        "ahead": [asdict(cell) for cell in ahead],
    }


def print_trade_off(product: MatcherResult, scored: Sequence[ScoredPeer]) -> dict[str, list[tuple[int, int]]]:
    """Prints and returns how many libraries of the pool each peer validates for each number of wrong rows."""
    found = {
        peer.matcher: [(wrong, lowest_threshold(peer.steps, wrong).right) for wrong in TRADE_OFF]
        for peer in scored
    }
    libraries = product.pool.libraries
    rows = [("at most wrong", *(f"{wrong:,}" for wrong in TRADE_OFF))]
    rows += [
        (matcher, *(f"{10_000 * right // libraries / 100:.2f}" for _, right in points))
        for matcher, points in found.items()
    ]
    print(
        f"## Libraries of the pool validated %, by rows validated wrongly ({product.matcher}: "
        f"{10_000 * product.pool.validated_right // libraries / 100:.2f} at {product.pool.errors})\n"
    )
    print("\n".join(markdown_tables(rows)), end="\n\n")
    return found


def print_costs(product: MatcherResult, scored: Sequence[ScoredPeer]) -> dict[str, int | None]:
    """Prints and returns how many rows of the pool each peer validates wrongly to validate as many libraries
    as the product. None if a peer cannot."""
    right = product.pool.validated_right
    found = {peer.matcher: highest_threshold(peer.steps, right) for peer in scored}
    counts = {matcher: step.wrong if step else None for matcher, step in found.items()}
    print(f"## Rows validated wrongly to validate the product's {right:,} libraries of the pool\n")
    for matcher, count in {product.matcher: product.pool.errors, **counts}.items():
        print(f"- {matcher}: {'cannot' if count is None else f'{count:,}'}")
    return counts


def _about(given: argparse.Namespace, release: Release, files: Sequence[LabelledFile]) -> dict[str, Any]:
    """The inputs and the command of the comparison."""
    return {
        "schema_version": 1,
        **describe_circumstances("peers.accuracy_peers", sys.argv[1:]),
        "release": {
            "file": given.release.name,
            "sha256": sha256_of(given.release),
            "fiscal_year": release.fiscal_year,
        },
        "older": [{"file": path.name, "sha256": sha256_of(path)} for path in given.older],
        "labelled": [{"file": file.name, "sha256": file.sha256, "rows": len(file.rows)} for file in files],
        "packages": {name: version(name) for name in PACKAGES},
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("labelled", type=Path, metavar="LABELLED_DIR")
    parser.add_argument("--release", type=Path, required=True)
    parser.add_argument("--older", type=Path, action="append", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, metavar="JSON")
    return parser.parse_args()


if __name__ == "__main__":
    main()
