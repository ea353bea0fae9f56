"""Counts the candidates of an application, and the comparisons.

    python -m lab.speed.candidates [--release ZIP] [--labelled DIR] [--output JSON]

Without ``--labelled`` it draws applications from the release. It counts every labelled set and the worst
cases of the release: libraries with the most common names without a street, the same with name and state
alone, and libraries of the cities with the most libraries. ``candidates`` are the different entries in an
application's postings. ``comparisons`` are the candidates that are compared: if a candidate that shares
most keys is likely, the rest are not compared (``matching/match.py``).
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from lab.growth.growth_applicants import rows_of_big_cities, rows_with_common_names
from lab.measures import counted_values, describe_run, write_result
from lab.speed.cold_start import SAMPLE_RELEASE
from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator.decisions.application import FIELDS
from library_validator.matching.applicant import Applicant
from library_validator.matching.index import MAX_CANDIDATES, build_index
from library_validator.matching.match import rank
from library_validator.matching.query import read_applicant
from library_validator.matching.statistics import Statistics
from library_validator.matching.stored_entries import records_of
from library_validator.matching.weights import load_weights
from library_validator.registry.store import AcceptedRelease
from library_validator.releases.reading.release import read_release
from library_validator.releases.records import Release
from library_validator_cli.evaluation.labelled import read_labelled
from library_validator_cli.sample_applications import sample_applications

DRAWN: Final = 1_000
SEED: Final = 1
NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class CandidateCounts:
    """The counts of an application."""

    keys: int
    candidates: int
    comparisons: int


def count_candidates(registry: MemoryRegistry, applicants: Iterable[Applicant]) -> list[CandidateCounts]:
    record = registry.version(registry.pointer().active)
    terms, weights = Statistics.decode(record.statistics), load_weights()
    found = []
    for applicant in applicants:
        query = read_applicant(applicant, terms)
        postings = registry.postings(record.version, query.keys)
        ranking = rank(query, postings, weights, record.fiscal_year)
        entries = {record for posting in postings.values() for record in records_of(posting)}
        found.append(
            CandidateCounts(len(query.keys), len(entries), len(ranking.scored) + len(ranking.vanished))
        )
    return found


def measures_of(met: Sequence[CandidateCounts]) -> dict[str, Any]:
    """The spread of each count over applications."""
    return {
        "keys": counted_values([counts.keys for counts in met], "keys", 1),
        "candidates": counted_values([counts.candidates for counts in met], "entries", 1),
        "comparisons": counted_values([counts.comparisons for counts in met], "entries", 1),
    }


def applicants_of(release: Release, labelled: Path | None) -> dict[str, list[Applicant]]:
    """The applicants of each set."""
    found: defaultdict[str, list[Applicant]] = defaultdict(list)
    if labelled:
        for file in read_labelled(sorted(labelled.glob("*.csv"))):
            for row in file.rows:
                found[row.set].append(_applicant_of_row(row.application))
    else:
        found["drawn"] = [_applicant_of_row(sample) for sample in sample_applications(release, DRAWN, SEED)]
    common = [_applicant_of_row(row.application) for row in rows_with_common_names(release)]
    found["common names"] = common
    found["common names, no city"] = [
        Applicant(name=applicant.name, state=applicant.state) for applicant in common
    ]
    found["big cities"] = [_applicant_of_row(row.application) for row in rows_of_big_cities(release)]
    return dict(found)


def _applicant_of_row(application: Any) -> Applicant:
    return Applicant(**{name: getattr(application, name) for name in FIELDS})


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--release", type=Path, default=SAMPLE_RELEASE)
    parser.add_argument(
        "--labelled", type=Path, metavar="DIR", help="a folder of labelled sets, see evaluate"
    )
    parser.add_argument("--output", type=Path, metavar="JSON")
    given = parser.parse_args(arguments)
    release = read_release(given.release)
    accepted = AcceptedRelease(release.fiscal_year, release.content_sha256, "", "")
    registry = MemoryRegistry.of_index(build_index([release]), [accepted], NOW)
    result = {
        "about": describe_run("speed.candidates", sys.argv[1:] if arguments is None else arguments),
        "release": given.release.name,
        "most_a_posting_holds": MAX_CANDIDATES,
        "sets": {
            name: measures_of(count_candidates(registry, applicants))
            for name, applicants in applicants_of(release, given.labelled).items()
        },
    }
    write_result(result, given.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
