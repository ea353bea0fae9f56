"""The applicants of ``growth`` and ``candidates``: labelled rows, common names, libraries of big cities."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from library_validator.decisions.application import FIELDS, application_from_fields
from library_validator.decisions.decision import Submission
from library_validator.releases.records import Outlet, Release, System
from library_validator_cli.evaluation.labelled import NONE, LabelledRow, read_labelled
from library_validator_cli.sample_applications import sample_applications

SEED: Final = 1
DRAWN: Final = 1_000  # number of applications that are drawn from the sample release
COMMON_NAMES: Final = 40
BIG_CITIES: Final = 10
OF_EACH: Final = 20
NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)


def labelled_rows(release: Release, labelled: Path | None) -> list[LabelledRow]:
    """Labelled rows of every kind of applicant: libraries as typed and as listed in another year, and
    applicants that are not libraries. Without labelled sets, applications drawn from the release."""
    if labelled is None:
        names = (*FIELDS, "application_id")
        return [
            _row("typed", sample.label or NONE, {name: getattr(sample, name) for name in names})
            for sample in sample_applications(release, DRAWN, SEED)
        ]
    paths = [labelled / "typed.csv", labelled / "drift17_ae.csv", *sorted(labelled.glob("neg_*.csv"))]
    return [row for file in read_labelled(paths) for row in file.rows]


def rows_by_set(rows: Iterable[LabelledRow]) -> dict[str, list[LabelledRow]]:
    """The rows of each set. All applicants that are not libraries form a single set."""
    parts: defaultdict[str, list[LabelledRow]] = defaultdict(list)
    for row in rows:
        parts[row.set if row.label != NONE else "no libraries"].append(row)
    return dict(parts)


def draw_rows(rows: Sequence[LabelledRow], count: int) -> list[LabelledRow]:
    """``count`` rows, the same rows in every run."""
    return random.Random(SEED).sample(rows, min(count, len(rows)))


def rows_with_common_names(release: Release) -> list[LabelledRow]:
    """Libraries with the most common names, with name, city and state only."""
    by_name: defaultdict[str, list[System | Outlet]] = defaultdict(list)
    records: list[System | Outlet] = [*release.systems, *release.outlets]
    for record in records:
        by_name[record.name].append(record)
    ranked = sorted(by_name.values(), key=lambda them: (-len(them), them[0].name))
    return _as_rows("common_names", ranked[:COMMON_NAMES], ("name", "city", "state"))


def rows_of_big_cities(release: Release) -> list[LabelledRow]:
    """Libraries of the cities with the most libraries, with all fields but the phone."""
    by_city: defaultdict[tuple[str, str], list[System | Outlet]] = defaultdict(list)
    for outlet in release.outlets:
        by_city[outlet.state, outlet.city].append(outlet)
    ranked = sorted(by_city.values(), key=lambda there: (-len(there), there[0].city))
    return _as_rows("big_cities", ranked[:BIG_CITIES], ("name", "street", "city", "state", "zip"))


def _as_rows(
    set_name: str, groups: Iterable[list[System | Outlet]], given: Sequence[str]
) -> list[LabelledRow]:
    chance = random.Random(SEED)
    chosen = [record for group in groups for record in chance.sample(group, min(OF_EACH, len(group)))]
    return [
        _row(
            set_name,
            record.fscs_key,
            {name: getattr(record, name) for name in given} | {"application_id": f"{set_name}-{number}"},
        )
        for number, record in enumerate(chosen)
    ]


def _row(set_name: str, label: str, fields: dict[str, Any]) -> LabelledRow:
    read = application_from_fields(fields)
    return LabelledRow(set_name, "", label, read.application, read.problems)


def submissions_of_rows(rows: Iterable[LabelledRow]) -> list[Submission]:
    return [
        Submission(source="benchmark", application=row.application, sent_at=NOW, problems=row.problems)
        for row in rows
    ]
