"""The training data of the trained peers: years and typing that no labelled set uses.

The product's weights are learned from the same two kinds of rows (lab/weights/learn_weights.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Final

from lab.peers.measuring import CUE_WORDS
from lab.peers.records import Record, record_of, records_of
from library_validator.matching.names import read_name
from library_validator.releases.records import Release
from library_validator_cli.sample_applications import NONE, sample_applications

TYPED: Final = 30_000
BRANCH: Final = "branch"  # its label names the system, not the branch


def year_to_year_records(older: Sequence[Release]) -> list[Record]:
    """The records of older releases. Each record matches the place with the same id in the newer release."""
    return [
        replace(record, id=f"FY{release.fiscal_year} {record.id}")
        for release in older
        for record in records_of(release)
    ]


def typed_records(release: Release, seed: int) -> list[Record]:
    """Applications as people would type them. Impostors match no place.

    Impostors with a cue word are left out, because rules and not scores decide on them.
    """
    return [
        record_of(sample.application_id, sample.label, asdict(sample))
        for sample in sample_applications(release, TYPED, seed)
        if sample.kind != BRANCH
        and not (sample.label == NONE and CUE_WORDS.intersection(read_name(sample.name).tokens))
    ]
