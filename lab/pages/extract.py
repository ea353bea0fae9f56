"""Extracts the part of evaluations that the repository keeps: counts and inputs, without applications.

python -m lab.pages.extract RUN.json... --output lab/results/accuracy.json
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from functools import reduce
from operator import add
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from library_validator_cli.evaluation.curves import CurvePoint, Reliability, ThresholdChoice
from library_validator_cli.evaluation.intervals import Share
from library_validator_cli.evaluation.run import MeasuredFile, Run
from library_validator_cli.evaluation.summary import Group

SCHEMA_VERSION: Final = 1
_DIGITS: Final = 6  # digits of shares and intervals; the counts beside them are exact
_AROUND: Final = 6  # bits on each side of the shipped threshold
_LEAF: Final = re.compile(r"\{\s+([^{}]*?)\s+\}")


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Measurement(_Model):
    """An evaluation. ``groups`` leave out measures without rows."""

    command: str
    labelled: list[MeasuredFile]
    releases: list[MeasuredFile]
    fiscal_year: int
    only: list[str]  # the fields that the applications keep; empty: all
    registry_version: str
    policy_version: str  # policy and weights
    threshold: float  # the shipped threshold, in bits
    groups: list[Group]
    as_shipped: CurvePoint  # the point at the shipped threshold, over all sets
    by_score: CurvePoint  # the point at the same threshold, if only the score decides
    around: list[CurvePoint] = []  # the curve at whole bits around the shipped threshold
    choices: list[ThresholdChoice]
    reliability: list[Reliability]

    @property
    def sets(self) -> list[Group]:
        """The groups that are whole sets."""
        return [group for group in self.groups if not group.kind]

    @property
    def has_validated_rows(self) -> bool:
        return any(
            self.total_of(measure).count for measure in ("validated_right", "wrong", "non_library_validated")
        )

    def total_of(self, measure: str) -> Share:
        """A measure over all sets."""
        shares = (group.measures[measure] for group in self.sets if measure in group.measures)
        return reduce(add, shares, Share(count=0, of=0))


class Accuracy(_Model):
    """The first measurement has all sets and all fields, with no release but the newest."""

    schema_version: Literal[1] = SCHEMA_VERSION
    measurements: list[Measurement] = Field(min_length=1)

    @property
    def main_measurement(self) -> Measurement:
        return self.measurements[0]

    @property
    def with_fewer_fields(self) -> list[Measurement]:
        """The measurements on the same release with fewer fields."""
        return [
            measurement
            for measurement in self.measurements
            if measurement.releases == self.main_measurement.releases and measurement.only
        ]

    @property
    def with_older_releases(self) -> list[Measurement]:
        """The measurements on the same release and older releases."""
        newest = set(self.main_measurement.releases)
        return [measurement for measurement in self.measurements if newest < set(measurement.releases)]

    @property
    def on_other_releases(self) -> list[Measurement]:
        """The measurements on other releases."""
        newest = set(self.main_measurement.releases)
        return [measurement for measurement in self.measurements if not newest <= set(measurement.releases)]


def drop_empty_measures(group: Group) -> Group:
    """A group without the measures that have no rows."""
    measures = {name: share for name, share in group.measures.items() if share.of}
    return group.model_copy(update={"measures": measures})


def extract(run: Run) -> Measurement:
    kept = run.model_dump(include=set(Measurement.model_fields) - {"groups"})
    at_threshold = [
        next(point for point in points if point.threshold == run.threshold)
        for points in (run.curve, run.curve_by_score)
    ]
    return Measurement.model_validate(
        {
            **kept,
            "groups": [drop_empty_measures(group) for group in run.groups],
            "as_shipped": at_threshold[0],
            "by_score": at_threshold[1],
            "around": [
                point
                for point in run.curve
                if abs(point.threshold - run.threshold) <= _AROUND and point.threshold.is_integer()
            ],
        }
    )


def accuracy_json(accuracy: Accuracy) -> str:
    """JSON with a line for each share."""
    body = json.loads(accuracy.model_dump_json(), parse_float=lambda text: round(float(text), _DIGITS))
    text = json.dumps(body, indent=1)
    return _LEAF.sub(lambda found: "{" + re.sub(r"\s*\n\s*", " ", found[1]) + "}", text) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("runs", type=Path, nargs="+", metavar="RUN.json", help="written by evaluate --report")
    parser.add_argument("--output", type=Path, required=True, metavar="JSON")
    given = parser.parse_args(arguments)
    measurements = []
    for path in given.runs:
        try:
            measurements.append(extract(Run.model_validate_json(path.read_bytes())))
        except (OSError, ValidationError) as error:
            sys.stderr.write(f"{path} is not a run.json of this version: {error}\n")
            return 1
    given.output.write_text(accuracy_json(Accuracy(measurements=measurements)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
