"""What came of each labelled set, as tables of ``docs/accuracy.md``."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from lab.pages.accuracy_cells import interval, percent, rows_and_share
from lab.pages.extract import Accuracy, Measurement
from lab.pages.tables import markdown
from library_validator.decisions.policy_file import load_policy
from library_validator_cli.evaluation.summary import Group


def set_figures(accuracy: Accuracy) -> dict[str, str]:
    """Blocks by name."""
    with_all_fields = [accuracy.whole, *accuracy.elsewhere]
    return {
        "libraries": _libraries(with_all_fields),
        "others": _others(with_all_fields),
        "few-fields": "\n\n".join(part for one in accuracy.reduced for part in _reduced(one)),
        "name-and-town": "\n\n".join(_trade(one) for one in accuracy.reduced if one.is_anybody_validated),
        "older-releases": "\n\n".join(part for one in accuracy.with_older for part in _with_older(one)),
    }


def _groups(measurements: Iterable[Measurement], measure: str) -> Iterator[Group]:
    """Every set that has rows of a measure."""
    for measurement in measurements:
        yield from (group for group in measurement.sets if measure in group.measures)


def sentences(measurement: Measurement) -> tuple[str, str]:
    """What came of all libraries, and of everybody else."""
    over = measurement.over
    right, wrong, refused = over("validated_right"), over("wrong"), over("not_validated")
    validated, reviewed = over("non_library_validated"), over("non_library_review")
    libraries = (
        f"Of {right.of:,} applications of listed libraries, {right.count:,} were validated with the right "
        f"key ({percent(right)}), {wrong.count:,} with a wrong one (95%: at most "
        f"{math.ceil(1e6 * wrong.high):,} in a million), {over('review').count:,} went to a person, "
        f"and {refused.count:,} were told no ({percent(refused)})."
    )
    others = (
        f"Of {validated.of:,} applicants that are no listed library, {validated.count:,} were validated "
        f"(95%: {math.floor(1e6 * validated.low):,} to {math.ceil(1e6 * validated.high):,} in a million) and "
        f"{reviewed.count:,} went to a person ({percent(reviewed)})."
    )
    return libraries, others


def _reduced(measurement: Measurement) -> Iterator[str]:
    """What was given, and what came of it; tables, unless nobody is validated."""
    yield " ".join((f"**With {', '.join(measurement.only)}.**", *sentences(measurement)))
    if measurement.is_anybody_validated:
        yield _libraries([measurement])
        yield _others([measurement])


def _trade(measurement: Measurement) -> str:
    """What another threshold for a name and a place alone would do."""
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
    return markdown(("bits", "right key", "wrong key", "no library, validated"), rows)


def _with_older(measurement: Measurement) -> Iterator[str]:
    names = ", ".join(f"`{one.name}`" for one in measurement.releases)
    yield f"{len(measurement.releases)} releases: {names}."
    yield _libraries([measurement])
    yield _others([measurement])


def _libraries(measurements: Iterable[Measurement]) -> str:
    head = (
        "set",
        "libraries",
        "right key",
        "95%",
        "wrong key",
        "95%",
        "to review",
        "told no",
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
    return markdown(head, rows)


def _others(measurements: Iterable[Measurement]) -> str:
    head = ("set", "no library", "validated", "95%", "to review", "95%", "told no")
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
    return markdown(head, rows)
