"""The report of one evaluation: a single HTML file without script or other resources.

All text from applications and releases is escaped, because others wrote it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from operator import add

from library_validator_cli.evaluation.curves import Half, ThresholdChoice
from library_validator_cli.evaluation.intervals import Share
from library_validator_cli.evaluation.measure import THRESHOLDS
from library_validator_cli.evaluation.report_charts import reliability_figures, threshold_figures
from library_validator_cli.evaluation.report_errors import change_sections, error_section, gone_section
from library_validator_cli.evaluation.report_parts import (
    NOTHING,
    Cell,
    as_html,
    number_cell,
    percent_text,
    rows_cell,
    share_cell,
    table_html,
)
from library_validator_cli.evaluation.report_style import STYLE
from library_validator_cli.evaluation.run import Run
from library_validator_cli.evaluation.summary import Group

_NO_SHARE = Share(count=0, of=0)
_HALVES: dict[Half, str] = {"choose": "first", "report": "second"}


def html_report(run: Run) -> str:
    """The whole page."""
    fields = f"only the fields {', '.join(run.only)}" if run.only else "all fields"
    sections = [
        _floors_section(run),
        _summary_tiles(run),
        _libraries_section(run),
        _non_libraries_section(run),
        _candidates_section(run),
        _thresholds_section(run),
        _confidence_section(run),
        gone_section(run),
        *change_sections(run),
        error_section(run),
        _inputs_section(run),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>Evaluation of {as_html(run.registry_version)}</title><style>{STYLE}</style></head><body>"
        "<h1>How often the answers are right</h1>"
        f'<p class="soft">Registry {as_html(run.registry_version)} (fiscal year {run.fiscal_year}), policy '
        f"{as_html(run.policy_version)}, {as_html(fields)}, "
        f"measured {run.measured_at:%Y-%m-%d %H:%M} UTC.</p>"
        '<nav><a href="#libraries">Libraries</a><a href="#others">Others</a><a href="#finding">Finding</a>'
        '<a href="#thresholds">Thresholds</a><a href="#confidence">Confidence</a>'
        + ('<a href="#changes">Changes</a>' if run.changes else "")
        + '<a href="#errors">Errors</a><a href="#inputs">Inputs</a></nav>'
        + "".join(sections)
        + "</body></html>\n"
    )


def _floors_section(run: Run) -> str:
    if not run.floors:
        return ""
    missed = "".join(
        f"<li><b>{as_html(check.about)}</b>: {as_html(check.limit)}, measured {as_html(check.measured)}</li>"
        for check in run.missed
    )
    if not missed:
        return f'<div class="verdict good">All {len(run.floors)} limits are met.</div>'
    return (
        f'<div class="verdict bad"><b>{len(run.missed)} of {len(run.floors)} limits are missed.</b>'
        f"<ul>{missed}</ul></div>"
    )


def _summary_tiles(run: Run) -> str:
    sets = [group for group in run.groups if not group.kind]

    def tile(measure: str, title: str) -> str:
        total = reduce(add, (group.measures[measure] for group in sets), _NO_SHARE)
        if not total.of:
            return ""
        return (
            f'<div class="tile"><b>{total.count:,}</b>{as_html(title)} of {total.of:,}'
            f'<br><span class="soft">{percent_text(total.share)} '
            f"({percent_text(total.low)} to {percent_text(total.high)})</span></div>"
        )

    return (
        '<div class="tiles">'
        + tile("validated_right", "libraries validated with the right key,")
        + tile("review", "libraries sent to a person")
        + tile("not_validated", "libraries not validated")
        + tile("wrong", "libraries validated with a wrong key")
        + tile("non_library_validated", "non-libraries validated")
        + tile("non_library_review", "non-libraries sent to a person")
        + "</div>"
    )


def _libraries_section(run: Run) -> str:
    groups = [group for group in run.groups if group.measures["validated_right"].of]
    columns: dict[str, Callable[[Group], Cell]] = {
        "rows": lambda group: number_cell(group.measures["validated_right"].of),
        "validated, right key": lambda group: share_cell(group.measures["validated_right"]),
        "validated, wrong key": lambda group: rows_cell(group.measures["wrong"], grave=True),
        "to review": lambda group: share_cell(group.measures["review"]),
        "not validated": lambda group: rows_cell(group.measures["not_validated"], grave=True),
    }
    return (
        '<h2 id="libraries">Libraries</h2>'
        "<p>Applicants that the release lists, by set. Each figure has its 95% interval (Wilson): the range "
        "in which the share of all such applicants probably is.</p>" + _table_by_set(groups, columns)
    )


def _non_libraries_section(run: Run) -> str:
    groups = [group for group in run.groups if group.measures["non_library_validated"].of]
    if not groups:
        return '<h2 id="others">Applicants that are not libraries</h2><p>None among these rows.</p>'
    columns: dict[str, Callable[[Group], Cell]] = {
        "rows": lambda group: number_cell(group.measures["non_library_validated"].of),
        "validated": lambda group: rows_cell(group.measures["non_library_validated"], grave=True),
        "to review": lambda group: share_cell(group.measures["non_library_review"]),
        "not validated": lambda group: share_cell(group.measures["non_library_not_validated"]),
    }
    return (
        '<h2 id="others">Applicants that are not libraries</h2>'
        "<p>Friends groups, foundations, colleges, museums, namesakes. None of them may be validated. A "
        "review costs staff time.</p>" + _table_by_set(groups, columns)
    )


def _candidates_section(run: Run) -> str:
    groups = [group for group in run.groups if not group.kind]
    columns: dict[str, Callable[[Group], Cell]] = {
        "right entry among candidates": lambda group: share_cell(group.measures["recall"]),
        "ranked first": lambda group: share_cell(group.measures["ranked_first"]),
        "keys p50": lambda group: number_cell(group.keys.p50),
        "p99": lambda group: number_cell(group.keys.p99),
        "max": lambda group: number_cell(group.keys.max),
        "candidates p50": lambda group: number_cell(group.candidates.p50),
        "p99 ": lambda group: number_cell(group.candidates.p99),
        "max ": lambda group: number_cell(group.candidates.max),
    }
    return (
        '<h2 id="finding">Finding the right entry</h2>'
        "<p>The blocking keys find the candidates before any score. Is the right entry among them? "
        "Keys and candidates are counted per application.</p>" + _table_by_set(groups, columns)
    )


def _table_by_set(groups: Iterable[Group], columns: dict[str, Callable[[Group], Cell]]) -> str:
    rows = [
        [
            Cell(as_html(group.kind or group.set), "kind" if group.kind else "id"),
            *(of(group) for of in columns.values()),
        ]
        for group in groups
    ]
    return table_html(["set", *columns], rows)


def _thresholds_section(run: Run) -> str:
    rows = [_choice_row(choice) for choice in run.choices]
    return (
        '<h2 id="thresholds">Thresholds</h2>'
        f"<p>The shipped threshold for <i>validated</i> is {run.threshold:g} bits. The charts show other "
        "thresholds on all rows of this run, with all rules and with the score alone.</p>"
        + threshold_figures(run)
        + "<h3>Chosen on one half, tested on the other</h3>"
        "<p>A hash of the id divides the rows into two halves. The lowest threshold that keeps the bound on "
        "one half is applied to the other half, which had no part in the choice. Errors are wrong keys and "
        "non-libraries validated. A library may be in two sets, and so in both halves.</p>"
        + table_html(
            ["errors at most", "chosen on", "threshold", "errors on this half", "errors on the other half",
             "validated, right key, on the other half"],
            rows,
        )
    )  # fmt: skip


def _choice_row(choice: ThresholdChoice) -> Sequence[Cell]:
    bound = "none" if choice.bound == 0 else f"{100 * choice.bound:g}% of rows"
    begun = [Cell(bound), Cell(f"{_HALVES[choice.chosen_on]} half")]
    if choice.threshold is None or choice.there is None or choice.elsewhere is None:
        return [*begun, Cell("no threshold keeps it"), *[Cell(NOTHING, "number")] * 3]
    lowest = ", the lowest tried" if choice.threshold == THRESHOLDS[0] else ""
    return [
        *begun,
        Cell(f"{choice.threshold:g} bits" + lowest, "number"),
        rows_cell(choice.there.errors),
        rows_cell(choice.elsewhere.errors),
        share_cell(choice.elsewhere.right),
    ]


def _confidence_section(run: Run) -> str:
    scores = [
        [
            Cell(as_html(reliability.population)),
            number_cell(reliability.rows),
            Cell(NOTHING if reliability.brier is None else f"{reliability.brier:.5f}", "number"),
            Cell(NOTHING if reliability.log_loss is None else f"{reliability.log_loss:.5f}", "number"),
        ]
        for reliability in run.reliability
    ]
    bins = [
        [
            Cell(f"{a_bin.low:g} to {a_bin.high:g}", "number"),
            Cell(NOTHING if a_bin.mean is None else f"{a_bin.mean:.4f}", "number"),
            number_cell(a_bin.right.of),
            number_cell(a_bin.right.count),
            share_cell(a_bin.right),
        ]
        for a_bin in run.reliability[0].bins
        if a_bin.right.of
    ]
    return (
        '<h2 id="confidence">Confidence</h2>'
        "<p>Is an answer with a confidence of 90% right nine times in ten? Confidence is about the best "
        "candidate, before any rule. Its calibration depends on the mixture of these rows, which differs "
        "from the mixture of real applicants.</p>"
        + reliability_figures(run)
        + table_html(["rows", "count", "Brier score", "log loss (nats)"], scores)
        + "<h3>Every row with a candidate</h3>"
        + table_html(["confidence", "mean", "rows", "best candidate is right", "share"], bins)
    )


def _inputs_section(run: Run) -> str:
    sources = [
        [Cell(as_html(file.name)), Cell("" if file.rows is None else f"{file.rows:,}", "number"),
         Cell(f"<code>{as_html(file.sha256)}</code>")]
        for file in [*run.releases, *run.labelled]
    ]  # fmt: skip
    elsewhere = ""
    if run.floors_elsewhere:
        names = "; ".join(run.floors_elsewhere)
        elsewhere = f"<p>Limits of other sets or fields, not measured in this run: {as_html(names)}.</p>"
    checked = [
        [Cell(as_html(check.about)), Cell(as_html(check.limit)), Cell(as_html(check.measured)),
         Cell("met" if check.met else "missed", "" if check.met else "bad")]
        for check in run.floors
    ]  # fmt: skip
    limits = table_html(["set", "limit", "measured", ""], checked) if checked else ""
    return (
        '<h2 id="inputs">Inputs of this measurement</h2>'
        f"<p><code>{as_html(run.command)}</code></p>"
        + table_html(["file", "rows", "SHA-256"], sources)
        + ("<h3>Limits</h3>" + limits + elsewhere if checked or elsewhere else "")
    )
