"""The tables of ``docs/accuracy.md`` by labelled set."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from lab.pages.accuracy_cells import interval, percent, rows_and_share
from lab.pages.extract import Accuracy, Measurement
from lab.pages.tables import markdown_table
from library_validator.decisions.policy_file import load_policy
from library_validator_cli.evaluation.summary import Group


def set_figures(accuracy: Accuracy) -> dict[str, str]:
    """Blocks by name."""
    with_all_fields = [accuracy.main_measurement, *accuracy.on_other_releases]
    return {
        "libraries": _table_of_libraries(with_all_fields),
        "others": _table_of_other_applicants(with_all_fields),
        "few-fields": "\n\n".join(
            part
            for measurement in accuracy.with_fewer_fields
            for part in _tables_with_fewer_fields(measurement)
        ),
        "name-and-town": "\n\n".join(
            _table_of_other_thresholds(measurement)
            for measurement in accuracy.with_fewer_fields
            if measurement.has_validated_rows
        ),
        "older-releases": "\n\n".join(
            part
            for measurement in accuracy.with_older_releases
            for part in _tables_with_older_releases(measurement)
        ),
    }


def _groups(measurements: Iterable[Measurement], measure: str) -> Iterator[Group]:
    """Every set that has rows for a measure."""
    for measurement in measurements:
        yield from (group for group in measurement.sets if measure in group.measures)


def sentences(measurement: Measurement) -> tuple[str, str]:
    """The answers to all libraries, and to all other applicants."""
    over = measurement.total_of
    right, wrong, refused = over("validated_right"), over("wrong"), over("not_validated")
    validated, reviewed = over("non_library_validated"), over("non_library_review")
    libraries = (
        f"Of {right.of:,} applications of listed libraries, {right.count:,} were validated with the right "
        f"key ({percent(right)}), {wrong.count:,} with a wrong one (95%: at most "
        f"{math.ceil(1e6 * wrong.high):,} in a million), {over('review').count:,} went to a person, "
        f"and {refused.count:,} were not validated ({percent(refused)})."
    )
    others = (
        f"Of {validated.of:,} applicants that are not listed libraries, {validated.count:,} were validated "
        f"(95%: {math.floor(1e6 * validated.low):,} to {math.ceil(1e6 * validated.high):,} in a million) and "
        f"{reviewed.count:,} went to a person ({percent(reviewed)})."
    )
    return libraries, others


def _tables_with_fewer_fields(measurement: Measurement) -> Iterator[str]:
    """The given fields and the answers, with tables if any applicant is validated."""
    yield " ".join((f"**With {', '.join(measurement.only)}.**", *sentences(measurement)))
    if measurement.has_validated_rows:
        yield _table_of_libraries([measurement])
        yield _table_of_other_applicants([measurement])


def _table_of_other_thresholds(measurement: Measurement) -> str:
    """The answers at other thresholds for applicants that give only a name and a place."""
    policy = load_policy()
    rows = [
        (
            f"{bits:g}" + (" (shipped)" if bits == policy.validate_by_name else ""),
            rows_and_share(point.right),
            f"{point.wrong_key.count:,}",
            f"{point.non_libraries.count:,}",
        )
        for point in measurement.around
        for bits in [point.threshold + policy.validate_by_name - policy.validate]
    ]
    return markdown_table(("bits", "right key", "wrong key", "non-libraries validated"), rows)


def _tables_with_older_releases(measurement: Measurement) -> Iterator[str]:
    names = ", ".join(f"`{release.name}`" for release in measurement.releases)
    yield f"{len(measurement.releases)} releases: {names}."
    yield _table_of_libraries([measurement])
    yield _table_of_other_applicants([measurement])


def _table_of_libraries(measurements: Iterable[Measurement]) -> str:
    head = (
        "set",
        "libraries",
        "right key",
        "95%",
        "wrong key",
        "95%",
        "to review",
        "not validated",
        "95%",
        "found",
    )
    rows = []
    for group in _groups(measurements, "validated_right"):
        measures = group.measures
        right, wrong, refused = measures["validated_right"], measures["wrong"], measures["not_validated"]
        rows.append(
            (
                f"`{group.set}`",
                f"{right.of:,}",
                rows_and_share(right),
                interval(right),
                f"{wrong.count:,}",
                interval(wrong),
                f"{measures['review'].count:,}",
                f"{refused.count:,}",
                interval(refused),
                percent(measures["recall"]),
            )
        )
    return markdown_table(head, rows)


def _table_of_other_applicants(measurements: Iterable[Measurement]) -> str:
    head = ("set", "not libraries", "validated", "95%", "to review", "95%", "not validated")
    rows = []
    for group in _groups(measurements, "non_library_validated"):
        measures = group.measures
        validated, review = measures["non_library_validated"], measures["non_library_review"]
        rows.append(
            (
                f"`{group.set}`",
                f"{validated.of:,}",
                f"{validated.count:,}",
                interval(validated),
                rows_and_share(review),
                interval(review),
                f"{measures['non_library_not_validated'].count:,}",
            )
        )
    return markdown_table(head, rows)
