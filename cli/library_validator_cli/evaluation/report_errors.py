"""The report's errors, vanished libraries and changes, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from library_validator.decisions.answer import Candidate, Comparison, Match
from library_validator.decisions.application import FIELDS
from library_validator_cli.evaluation.compare import RowChange, RunChanges
from library_validator_cli.evaluation.labelled import GONE, NONE
from library_validator_cli.evaluation.measure import RowResult
from library_validator_cli.evaluation.report_parts import NOTHING, Cell, as_html, number_cell, table_html
from library_validator_cli.evaluation.run import Run
from library_validator_cli.evaluation.worst import ExplainedRow

_SHOWN_CHANGES: Final = 300
_NO_DIFFERENCE: Final = "Same registry, same policy, same fields, same rows."
RESULT_NAMES: Final = {
    RowResult.RIGHT: "validated, right key",
    RowResult.WRONG_KEY: "validated, wrong key",
    RowResult.NON_LIBRARY_VALIDATED: "non-library validated",
    RowResult.GONE_VALIDATED: "validated, entry gone",
    RowResult.REVIEW: "to review",
    RowResult.NOT_VALIDATED: "not validated",
}
_FIELD_NAMES: Final = {
    "prior": "before comparison",
    "fscs_id": "FSCS id",
    "place": "city and ZIP",
    "together": "street and phone together",
}


def error_section(run: Run) -> str:
    """The worst errors, each with the evidence of its decision."""
    cards = "".join(map(_error_card, run.worst))
    return (
        '<h2 id="errors">The errors to look at first</h2>'
        "<p>Non-libraries validated and wrong keys come first, then libraries not validated and libraries "
        "sent to a person. Sets and reasons alternate. Green is evidence for the candidate, red is "
        "evidence against it.</p>" + (cards or "<p>None.</p>")
    )


def gone_section(run: Run) -> str:
    """Every validated applicant whose own entry is no longer in the release."""
    gone = [group.measures["gone_validated"] for group in run.groups if not group.kind]
    rows = sum(share.of for share in gone)
    if not rows:
        return ""
    listed = [
        [
            Cell(as_html(row.application.application_id), "id"),
            Cell(_organization(row)),
            Cell(_entry(row.match, "<br>") if row.match else NOTHING),
            Cell("yes") if row.same_place else Cell("no", "bad"),
        ]
        for row in run.gone_validated
    ]
    return (
        '<h2 id="gone">No longer listed</h2>'
        f"<p>{rows:,} applicants are systems that the release no longer lists. {len(listed):,} of them were "
        "validated. That is right only for the same place with another key.</p>"
        + table_html(["application", "applicant", "validated as", "same street or phone"], listed)
    )


def change_sections(run: Run) -> list[str]:
    """The rows whose answer differs from that of the earlier run, if there is an earlier run."""
    if run.changes is None:
        return []
    changes = run.changes
    rows = sum(change.rows for change in changes.sets)
    differences = "".join(f"<li>{as_html(sentence)}</li>" for sentence in changes.differences)
    return [
        f'<h2 id="changes">Since {as_html(changes.against)}</h2>'
        + (f"<ul>{differences}</ul>" if differences else f"<p>{_NO_DIFFERENCE}</p>"),
        f"<p>{len(changes.rows):,} of {rows:,} rows have another answer.</p>",
        *(_table_of_changed_rows(changes) if changes.rows else []),
    ]


def _table_of_changed_rows(changes: RunChanges) -> list[str]:
    shown = changes.rows[:_SHOWN_CHANGES]
    left = len(changes.rows) - len(shown)
    return [
        _table_of_changed_sets(changes),
        "<h3>Rows with another answer, gravest first</h3>"
        + table_html(
            ["set", "application", "label", "before", "now"], [_cells_of_change(row) for row in shown]
        ),
        f"<p>run.json has {left:,} more.</p>" if left else "",
    ]


def _table_of_changed_sets(changes: RunChanges) -> str:
    """For each set with changed rows, its counts in the earlier run and in this run."""
    rows = []
    for change in changes.sets:
        if not change.changed:
            continue
        cells = [Cell(as_html(change.set), "id"), number_cell(change.rows), number_cell(change.changed)]
        for result in RESULT_NAMES:
            before, after = change.before.get(result, 0), change.after.get(result, 0)
            cells.append(Cell(f"{before:,} → {after:,}" if before != after else f"{after:,}", "number"))
        rows.append(cells)
    return table_html(["set", "rows in both", "changed", *RESULT_NAMES.values()], rows)


def _cells_of_change(row: RowChange) -> Sequence[Cell]:
    return [
        Cell(as_html(row.set), "id"),
        Cell(as_html(row.application_id)),
        Cell(as_html(row.label), "id"),
        _answer_cell(row.label, row.before, row.key_before, row.codes_before),
        _answer_cell(row.label, row.after, row.key_after, row.codes_after),
    ]


def _answer_cell(label: str, result: RowResult, key: str, codes: Sequence[str]) -> Cell:
    return Cell(
        f'<span class="{_style_of_result(result, label)}">{RESULT_NAMES[result]}</span> {as_html(key)} '
        f'<span class="soft">{as_html(", ".join(codes))}</span>'
    )


def _style_of_result(result: RowResult, label: str) -> str:
    if result in (RowResult.GONE_VALIDATED, RowResult.REVIEW):
        return "warn"
    is_right = result is RowResult.RIGHT or (result is RowResult.NOT_VALIDATED and label in (NONE, GONE))
    return "good" if is_right else "bad"


def _error_card(row: ExplainedRow) -> str:
    grave = row.result in (RowResult.NON_LIBRARY_VALIDATED, RowResult.WRONG_KEY)
    return (
        f"<details{' open' if grave else ''}><summary>"
        f'<span class="tag {_style_of_result(row.result, row.label)}">{RESULT_NAMES[row.result]}</span> '
        f"<b>{as_html(row.application.name) or 'no name'}</b>, {as_html(_town_of(row))} "
        f'<span class="soft">{as_html(row.set)}{f" / {as_html(row.kind)}" if row.kind else ""}, '
        f"{as_html(', '.join(reason.code for reason in row.reasons))}, {_bits(row.bits)}</span></summary>"
        f"{_applicant_paragraph(row)}{_answers_paragraph(row)}{_reasons_list(row)}{_evidence_table(row.evidence)}{_candidates_table(row)}</details>"
    )


def _town_of(row: ExplainedRow) -> str:
    return (
        " ".join(part for part in (row.application.city, row.application.state) if part) or "no place given"
    )


def _applicant_paragraph(row: ExplainedRow) -> str:
    given = "; ".join(
        f"{_FIELD_NAMES.get(field, field)} {value}"
        for field in FIELDS
        if field != "name" and (value := getattr(row.application, field))
    )
    identity = as_html(row.application.application_id)
    return f'<p class="soft">{identity}: {as_html(given) or "nothing but a name"}</p>'


def _answers_paragraph(row: ExplainedRow) -> str:
    if row.label == NONE:
        should = "Must never be validated."
    elif row.right_rank:
        should = f"Right answer: {row.label}, {_ordinal(row.right_rank)} among the systems found."
    else:
        should = f"Right answer: {row.label}, not among the candidates."
    answered = f"Answered {row.answer.replace('_', ' ')}"
    named = f" as {_entry(row.match)}" if row.match else ""
    margin = f", {row.margin:+.1f} bits from the next system" if row.margin is not None else ""
    answer = f"{as_html(answered)}{named}, confidence {row.confidence:.4f}{as_html(margin)}"
    return f"<p>{as_html(should)} {answer}.</p>"


def _reasons_list(row: ExplainedRow) -> str:
    return "".join(f"<p><b>{as_html(reason.code)}</b> {as_html(reason.staff)}</p>" for reason in row.reasons)


def _evidence_table(evidence: Sequence[Comparison]) -> str:
    if not evidence:
        return ""
    most = max(1.0, *(abs(comparison.bits) for comparison in evidence))
    rows = [
        [
            Cell(as_html(_FIELD_NAMES.get(comparison.field, comparison.field))),
            Cell(as_html(comparison.applied)),
            Cell(as_html(comparison.listed)),
            Cell(as_html(comparison.level.replace("_", " "))),
            Cell(f"{comparison.bits:+.2f}", "number"),
            Cell(_weight_bar(comparison.bits / most)),
        ]
        for comparison in evidence
    ]
    total = sum(comparison.bits for comparison in evidence)
    empty = [Cell("")] * 3
    rows.append([Cell("<b>all</b>"), *empty, Cell(f"<b>{total:+.2f}</b>", "number"), Cell("")])
    return table_html(["field", "application", "best candidate", "agreement", "bits", ""], rows)


def _weight_bar(part: float) -> str:
    side = "for" if part >= 0 else "against"
    return f'<span class="bar"><i class="{side}" style="width:{abs(part) * 60:.0f}px"></i></span>'


def _candidates_table(row: ExplainedRow) -> str:
    others = row.candidates[1:]
    if not others:
        return ""
    rows = [
        [
            Cell(
                as_html(candidate.fscs_id or candidate.fscs_key)
                + _mark_of_right_candidate(candidate, row.label)
            ),
            Cell(as_html(candidate.name)),
            Cell(as_html(f"{candidate.city} {candidate.state}")),
            Cell(f"{candidate.bits:+.2f}", "number"),
        ]
        for candidate in row.candidates
    ]
    return table_html(["candidate", "name", "place", "bits"], rows)


def _mark_of_right_candidate(candidate: Candidate, label: str) -> str:
    return ' <span class="good">right</span>' if candidate.fscs_key == label else ""


def _organization(row: ExplainedRow) -> str:
    application = row.application
    place = ", ".join(part for part in (application.street, application.city, application.state) if part)
    return f"{as_html(application.name)}<br><span class='soft'>{as_html(place)}</span>"


def _entry(match: Match, between: str = " ") -> str:
    name = match.name if match.name == match.system_name else f"{match.name}, of {match.system_name}"
    place = ", ".join(part for part in (match.street, match.city, match.state) if part)
    named = f"{match.fscs_id or match.fscs_key} {name}"
    return f"{as_html(named)}{between}<span class='soft'>{as_html(place)}</span>"


def _bits(bits: float | None) -> str:
    return "no candidate" if bits is None else f"{bits:+.1f} bits"


def _ordinal(place: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(place, f"number {place}")
