"""What was measured as blocks of Markdown: one for each marker of ``docs/accuracy.md`` but the peers'."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from operator import add
from typing import Final

from library_validator.decisions.policy_file import load_policy
from library_validator_cli.evaluation.curves import Choice, Point
from library_validator_cli.evaluation.extract import Accuracy, Measurement
from library_validator_cli.evaluation.intervals import Share
from library_validator_cli.evaluation.summary import Group

_NONE: Final = "-"
_WHOLE: Final = 0  # the first measurement: every set, with every field


def figures(accuracy: Accuracy) -> dict[str, str]:
    """Blocks by name. The first measurement is the one over all sets with all fields."""
    whole = accuracy.measurements[_WHOLE]
    return {
        "policy": _policy(),
        "summary": _summary(accuracy, whole),
        "inputs": _inputs(accuracy),
        "libraries": _libraries(accuracy),
        "others": _others(accuracy),
        "gone": _gone(whole),
        "score": _score(whole),
        "thresholds": _thresholds(whole.choices),
        "reliability": _reliability(whole),
    }


def percent(share: Share) -> str:
    """Rounded down: 100% is said of all rows only."""
    return _NONE if not share.of else f"{10_000 * share.count // share.of / 100:.2f}%"


def interval(share: Share) -> str:
    """The Wilson interval, rounded outwards."""
    low, high = math.floor(10_000 * share.low) / 100, math.ceil(10_000 * share.high) / 100
    return f"{low:.2f} to {min(high, 100.0):.2f}"


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]], *, words: int = 1) -> str:
    """A table; all columns but the first ``words`` hold numbers."""
    marks = ["---" if place < words else "---:" for place in range(len(head))]
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, marks, *rows))


def _policy() -> str:
    policy = load_policy()
    return (
        f"Policy {policy.version}: `validated` from {policy.validate:g} bits on, `needs_review` from "
        f"{policy.review:g} bits on, {policy.margin:g} bits ahead of the best entry of another system."
    )


def _summary(accuracy: Accuracy, whole: Measurement) -> str:
    libraries, right, wrong, refused, others, validated = (
        _over(whole, name)
        for name in (
            "recall", "validated_right", "wrong", "not_validated",
            "non_library_review", "non_library_validated",
        )
    )  # fmt: skip
    reviewed = _over(whole, "review")
    versions = ", ".join(dict.fromkeys(one.policy_version for one in accuracy.measurements))
    of_libraries = (
        f"- Of {libraries.of:,} applications of listed libraries, {right.count:,} were validated with the "
        f"right key ({percent(right)}), {wrong.count:,} with a wrong one (95%: at most "
        f"{math.ceil(1e6 * wrong.high):,} in a million), {reviewed.count:,} went to a person, and "
        f"{refused.count:,} were told no ({percent(refused)})."
    )
    of_others = (
        f"- Of {validated.of:,} applicants that are no listed library, {validated.count:,} were validated "
        f"(95%: {math.floor(1e6 * validated.low):,} to {math.ceil(1e6 * validated.high):,} in a million) and "
        f"{others.count:,} went to a person ({percent(others)})."
    )
    found = f"- The right system was among the candidates of {percent(libraries)} of the libraries."
    return "\n".join((of_libraries, of_others, found, f"- Measured with policy and weights {versions}."))


def _over(measurement: Measurement, measure: str) -> Share:
    """Over all sets of a measurement."""
    shares = (one.measures[measure] for one in _sets(measurement) if measure in one.measures)
    return reduce(add, shares, Share(count=0, of=0))


def _sets(measurement: Measurement) -> list[Group]:
    return [group for group in measurement.groups if not group.kind]


def _named(accuracy: Accuracy, measure: str) -> Iterator[tuple[str, Group]]:
    """Every set that has rows of a measure, under the name that tells what was given."""
    for measurement in accuracy.measurements:
        reduced = f": {', '.join(measurement.only)}" if measurement.only else ""
        for group in _sets(measurement):
            if measure in group.measures:
                yield f"`{group.set}`{reduced}", group


def _inputs(accuracy: Accuracy) -> str:
    files: dict[tuple[str, str], str] = {}
    for measurement in accuracy.measurements:
        for source in measurement.labelled:
            files[source.name, source.sha256] = f"{source.rows:,}" if source.rows is not None else _NONE
        for source in measurement.releases:
            files[source.name, source.sha256] = "release"
    table = markdown(
        ("file", "SHA-256 (first 16)", "rows"),
        ((f"`{name}`", f"`{digest[:16]}`", rows) for (name, digest), rows in files.items()),
        words=2,
    )
    registries = ", ".join(
        f"`{one}`" for one in dict.fromkeys(m.registry_version for m in accuracy.measurements)
    )
    return f"Registry versions: {registries}.\n\n{table}"


def _libraries(accuracy: Accuracy) -> str:
    head = ("set", "libraries", "right key", "95%", "wrong key", "95%", "to review", "told no", "found")
    rows = []
    for name, group in _named(accuracy, "validated_right"):
        measures = group.measures
        right, wrong = measures["validated_right"], measures["wrong"]
        rows.append(
            (
                name,
                f"{right.of:,}",
                f"{right.count:,} ({percent(right)})",
                interval(right),
                f"{wrong.count:,}",
                interval(wrong),
                f"{measures['review'].count:,}",
                f"{measures['not_validated'].count:,}",
                percent(measures["recall"]),
            )
        )
    return markdown(head, rows)


def _others(accuracy: Accuracy) -> str:
    head = ("set", "no library", "validated", "95%", "to review", "95%", "told no")
    rows = []
    for name, group in _named(accuracy, "non_library_validated"):
        measures = group.measures
        validated, review = measures["non_library_validated"], measures["non_library_review"]
        rows.append(
            (
                name,
                f"{validated.of:,}",
                f"{validated.count:,}",
                interval(validated),
                f"{review.count:,} ({percent(review)})",
                interval(review),
                f"{measures['non_library_not_validated'].count:,}",
            )
        )
    return markdown(head, rows)


def _gone(whole: Measurement) -> str:
    validated, elsewhere, review, refused = (
        _over(whole, name)
        for name in ("gone_validated", "gone_validated_elsewhere", "gone_review", "gone_not_validated")
    )
    return (
        f"Of {validated.of:,} systems that the newest release no longer lists, {validated.count:,} were "
        f"validated under another key ({elsewhere.count:,} of them at another street address and phone), "
        f"{review.count:,} went to a person, {refused.count:,} were told no."
    )


def _score(whole: Measurement) -> str:
    def row(name: str, point: Point) -> tuple[str, ...]:
        wrong = point.errors.count
        return (
            name,
            f"{point.right.count:,} ({percent(point.right)})",
            f"{point.wrong_key.count:,}",
            f"{point.non_libraries.count:,}",
            f"{wrong:,} of {point.errors.of:,}",
        )

    head = (f"at {whole.threshold:g} bits", "right key", "wrong key", "no library, validated", "wrong in all")
    return markdown(head, (row("as shipped", whole.as_shipped), row("score alone", whole.by_score)))


def _thresholds(choices: Sequence[Choice]) -> str:
    def row(choice: Choice) -> tuple[str, ...]:
        bound = f"{choice.bound:.2%}"
        half = "first" if choice.chosen_on == "choose" else "second"
        if choice.threshold is None or choice.there is None or choice.elsewhere is None:
            return (bound, half, "none", _NONE, _NONE, _NONE, _NONE)
        there, elsewhere = choice.there, choice.elsewhere
        return (
            bound,
            half,
            f"{choice.threshold:g}",
            f"{there.errors.count:,} of {there.errors.of:,}",
            percent(there.right),
            f"{elsewhere.errors.count:,} of {elsewhere.errors.of:,}",
            percent(elsewhere.right),
        )

    head = (
        "wrong at most", "chosen on half", "bits",
        "wrong there", "right key there", "wrong on the other half", "right key on the other half",
    )  # fmt: skip
    return markdown(head, map(row, choices), words=2)


def _reliability(whole: Measurement) -> str:
    parts = []
    for one in whole.reliability:
        brier = _NONE if one.brier is None else f"{one.brier:.4f}"
        loss = _NONE if one.log_loss is None else f"{one.log_loss:.4f}"
        title = f"{one.population[0].upper()}{one.population[1:]}"
        rows = [
            (
                f"{a_bin.low:g} to {a_bin.high:g}",
                f"{a_bin.right.of:,}",
                _NONE if a_bin.mean is None else f"{100 * a_bin.mean:.1f}%",
                percent(a_bin.right),
                interval(a_bin.right),
            )
            for a_bin in one.bins
            if a_bin.right.of
        ]
        head = ("confidence", "rows", "mean confidence", "right", "95%")
        parts.append(f"{title}: {one.rows:,} rows, Brier score {brier}, log loss {loss}.")
        parts.append(markdown(head, rows))
    return "\n\n".join(parts)
