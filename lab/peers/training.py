"""What the trained peers learn from: years and typing that no labelled set is made of.

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
BRANCH: Final = "branch"  # the label names the system: which of its places was typed is not told


def year_to_year(older: Sequence[Release]) -> list[Record]:
    """The records of older releases; each stands for the place of its id in the newer one."""
    return [
        replace(record, id=f"FY{release.fiscal_year} {record.id}")
        for release in older
        for record in records_of(release)
    ]


def typed(release: Release, seed: int) -> list[Record]:
    """Applications as people would type them; impostors stand for no place.

    Impostors that a cue word tells are left out: rules decide on these, whatever a score says.
    """
    return [
        record_of(one.application_id, one.label, asdict(one))
        for one in sample_applications(release, TYPED, seed)
        if one.kind != BRANCH
        and not (one.label == NONE and CUE_WORDS.intersection(read_name(one.name).tokens))
    ]
