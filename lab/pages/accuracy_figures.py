"""The figures of ``docs/accuracy.md``: the Markdown for each marker of the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from lab.pages.accuracy_cells import NOTHING, interval, percent, reasons_and_counts
from lab.pages.accuracy_mistake_figures import mistake_figures
from lab.pages.accuracy_set_figures import sentences, set_figures
from lab.pages.extract import Accuracy, Measurement
from lab.pages.tables import markdown_table
from library_validator.decisions.policy_file import load_policy
from library_validator_cli.evaluation.curves import CurvePoint, ThresholdChoice


def figures(accuracy: Accuracy) -> dict[str, str]:
    """Blocks by name."""
    whole = accuracy.main_measurement
    return {
        "policy": _policy(),
        "summary": _summary(accuracy),
        "mistakes": mistake_figures(whole),
        "inputs": _inputs(accuracy),
        **set_figures(accuracy),
        "gone": _gone_sentences(accuracy),
        "score": _score_sentence(whole),
        "thresholds": _thresholds(whole.choices),
        "reliability": _reliability(whole),
    }


def _policy() -> str:
    policy = load_policy()
    return (
        f"Policy {policy.version}: `validated` from {policy.validate:g} bits on, `needs_review` from "
        f"{policy.review:g} bits on. The best entry must be {policy.margin:g} bits ahead of other systems."
    )


def _summary(accuracy: Accuracy) -> str:
    def listed(measurement: Measurement) -> list[str]:
        return [f"- {sentence}" for sentence in sentences(measurement)]

    whole = accuracy.main_measurement
    found = percent(whole.total_of("recall"))
    lines = [
        *listed(whole),
        f"- The right system was among the candidates of {found} of the libraries.",
    ]
    for older in accuracy.with_older_releases:
        lines += [f"- With {len(older.releases)} releases loaded:", *(f"  {line}" for line in listed(older))]
    versions = ", ".join(dict.fromkeys(measurement.policy_version for measurement in accuracy.measurements))
    return "\n".join([*lines, f"- Measured with policy and weights {versions}."])


def _inputs(accuracy: Accuracy) -> str:
    files: dict[tuple[str, str], str] = {}
    for measurement in accuracy.measurements:
        for file in measurement.labelled:
            files[file.name, file.sha256] = f"{file.rows:,}" if file.rows is not None else NOTHING
        for file in measurement.releases:
            files[file.name, file.sha256] = "release"
    table = markdown_table(
        ("file", "SHA-256 (first 16)", "rows"),
        ((f"`{name}`", f"`{digest[:16]}`", rows) for (name, digest), rows in files.items()),
        words=2,
    )
    versions = dict.fromkeys(measurement.registry_version for measurement in accuracy.measurements)
    return f"Registry versions: {', '.join(f'`{version}`' for version in versions)}.\n\n{table}"


def _gone_sentences(accuracy: Accuracy) -> str:
    return "\n\n".join(map(_gone_sentence, [accuracy.main_measurement, *accuracy.with_older_releases]))


def _gone_sentence(measurement: Measurement) -> str:
    over = measurement.total_of
    validated, review = over("gone_validated"), over("gone_review")
    reasons: Counter[str] = Counter()
    for group in measurement.sets:
        reasons.update(group.reasons.get("gone_review", {}))
    why = f" ({reasons_and_counts(reasons)})" if reasons else ""
    releases = len(measurement.releases)
    loaded = f"{releases} releases loaded" if releases > 1 else "the newest release alone"
    return (
        f"With {loaded}: of {validated.of:,} systems that the newest release no longer lists, "
        f"{validated.count:,} were validated with another key "
        f"({over('gone_validated_elsewhere').count:,} of them at another street address and phone), "
        f"{review.count:,} went to a person{why}, {over('gone_not_validated').count:,} were not validated."
    )


def _score_sentence(whole: Measurement) -> str:
    def row(name: str, point: CurvePoint) -> tuple[str, ...]:
        wrong = point.errors.count
        return (
            name,
            f"{point.right.count:,} ({percent(point.right)})",
            f"{point.wrong_key.count:,}",
            f"{point.non_libraries.count:,}",
            f"{wrong:,} of {point.errors.of:,}",
        )

    head = (f"at {whole.threshold:g} bits", "right key", "wrong key", "non-libraries validated", "all wrong")
    return markdown_table(head, (row("as shipped", whole.as_shipped), row("score alone", whole.by_score)))


def _thresholds(choices: Sequence[ThresholdChoice]) -> str:
    def row(choice: ThresholdChoice) -> tuple[str, ...]:
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
        "wrong on it", "right key on it", "wrong on the other half", "right key on the other half",
    )  # fmt: skip
    return markdown_table(head, map(row, choices), words=2)


def _reliability(whole: Measurement) -> str:
    parts = []
    for reliability in whole.reliability:
        brier = NOTHING if reliability.brier is None else f"{reliability.brier:.4f}"
        loss = NOTHING if reliability.log_loss is None else f"{reliability.log_loss:.4f}"
        title = f"{reliability.population[0].upper()}{reliability.population[1:]}"
        rows = [
            (
                f"{a_bin.low:g} to {a_bin.high:g}",
                f"{a_bin.right.of:,}",
                NOTHING if a_bin.mean is None else f"{100 * a_bin.mean:.1f}%",
                percent(a_bin.right),
                interval(a_bin.right),
            )
            for a_bin in reliability.bins
            if a_bin.right.of
        ]
        head = ("confidence", "rows", "mean confidence", "right", "95%")
        parts.append(f"{title}: {reliability.rows:,} rows, Brier score {brier}, log loss {loss}.")
        parts.append(markdown_table(head, rows))
    return "\n\n".join(parts)
