"""What was measured as blocks of Markdown, one for each marker of ``docs/accuracy.md`` that they fill."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from lab.pages.accuracy_cells import NOTHING, interval, percent, reasons_named
from lab.pages.accuracy_mistake_figures import mistake_figures
from lab.pages.accuracy_set_figures import sentences, set_figures
from lab.pages.extract import Accuracy, Measurement
from lab.pages.tables import markdown
from library_validator.decisions.policy_file import load_policy
from library_validator_cli.evaluation.curves import Choice, Point


def figures(accuracy: Accuracy) -> dict[str, str]:
    """Blocks by name."""
    whole = accuracy.whole
    return {
        "policy": _policy(),
        "summary": _summary(accuracy),
        "mistakes": mistake_figures(whole),
        "inputs": _inputs(accuracy),
        **set_figures(accuracy),
        "gone": _gone(accuracy),
        "score": _score(whole),
        "thresholds": _thresholds(whole.choices),
        "reliability": _reliability(whole),
    }


def _policy() -> str:
    policy = load_policy()
    return (
        f"Policy {policy.version}: `validated` from {policy.validate:g} bits on, `needs_review` from "
        f"{policy.review:g} bits on, {policy.margin:g} bits ahead of the best entry of another system."
    )


def _summary(accuracy: Accuracy) -> str:
    def listed(measurement: Measurement) -> list[str]:
        return [f"- {sentence}" for sentence in sentences(measurement)]

    whole = accuracy.whole
    said = [
        *listed(whole),
        f"- The right system was among the candidates of {percent(whole.over('recall'))} of the libraries.",
    ]
    for older in accuracy.with_older:
        said += [f"- With {len(older.releases)} releases loaded:", *(f"  {line}" for line in listed(older))]
    versions = ", ".join(dict.fromkeys(one.policy_version for one in accuracy.measurements))
    return "\n".join([*said, f"- Measured with policy and weights {versions}."])


def _inputs(accuracy: Accuracy) -> str:
    files: dict[tuple[str, str], str] = {}
    for measurement in accuracy.measurements:
        for source in measurement.labelled:
            files[source.name, source.sha256] = f"{source.rows:,}" if source.rows is not None else NOTHING
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


def _gone(accuracy: Accuracy) -> str:
    return "\n\n".join(map(_gone_in, [accuracy.whole, *accuracy.with_older]))


def _gone_in(measurement: Measurement) -> str:
    over = measurement.over
    validated, review = over("gone_validated"), over("gone_review")
    reasons: Counter[str] = Counter()
    for group in measurement.sets:
        reasons.update(group.reasons.get("gone_review", {}))
    why = f" ({reasons_named(reasons)})" if reasons else ""
    releases = len(measurement.releases)
    loaded = f"{releases} releases loaded" if releases > 1 else "the newest release alone"
    return (
        f"With {loaded}: of {validated.of:,} systems that the newest release no longer lists, "
        f"{validated.count:,} were validated under another key "
        f"({over('gone_validated_elsewhere').count:,} of them at another street address and phone), "
        f"{review.count:,} went to a person{why}, {over('gone_not_validated').count:,} were told no."
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
            return (bound, half, "none", NOTHING, NOTHING, NOTHING, NOTHING)
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
        brier = NOTHING if one.brier is None else f"{one.brier:.4f}"
        loss = NOTHING if one.log_loss is None else f"{one.log_loss:.4f}"
        title = f"{one.population[0].upper()}{one.population[1:]}"
        rows = [
            (
                f"{a_bin.low:g} to {a_bin.high:g}",
                f"{a_bin.right.of:,}",
                NOTHING if a_bin.mean is None else f"{100 * a_bin.mean:.1f}%",
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
