"""The report's errors, vanished libraries and changes: row by row, for a person to judge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from library_validator.decisions.application import FIELDS
from library_validator.decisions.decision import Candidate, Comparison, Match
from library_validator_cli.evaluation.compare import RowChange, RunChanges
from library_validator_cli.evaluation.labelled import GONE, NONE
from library_validator_cli.evaluation.measure import RowResult
from library_validator_cli.evaluation.report_parts import NOTHING, Cell, html, number, table
from library_validator_cli.evaluation.run import Run
from library_validator_cli.evaluation.worst import Explained

_SHOWN_CHANGES: Final = 300
SAID: Final = {
    RowResult.RIGHT: "validated, right key",
    RowResult.WRONG_KEY: "validated, wrong key",
    RowResult.NON_LIBRARY_VALIDATED: "non-library validated",
    RowResult.GONE_VALIDATED: "validated, entry gone",
    RowResult.REVIEW: "to review",
    RowResult.NOT_VALIDATED: "not validated",
}
_FIELD_NAMES: Final = {
    "prior": "before comparing",
    "fscs_id": "FSCS id",
    "place": "city and ZIP",
    "together": "street and phone together",
}


def error_section(run: Run) -> str:
    """The worst errors, each with what its decision stood on."""
    cards = "".join(_card(one) for one in run.worst)
    return (
        '<h2 id="errors">The errors to look at first</h2>'
        "<p>Non-libraries validated and wrong keys come first, then libraries told no and libraries sent to "
        "a person, in turn one of each set and reason. Green speaks for the candidate, red against it.</p>"
        + (cards or "<p>None.</p>")
    )


def gone_section(run: Run) -> str:
    """Every validated applicant whose own entry the release does not list any more."""
    gone = [group.measures["gone_validated"] for group in run.groups if not group.kind]
    rows = sum(one.of for one in gone)
    if not rows:
        return ""
    listed = [
        [
            Cell(html(one.application.application_id), "id"),
            Cell(_organization(one)),
            Cell(_entry(one.match, "<br>") if one.match else NOTHING),
            Cell("yes") if one.same_place else Cell("no", "bad"),
        ]
        for one in run.gone_validated
    ]
    return (
        '<h2 id="gone">No longer listed</h2>'
        f"<p>{rows:,} applicants are systems that the release does not list any more. {len(listed):,} of "
        "them were validated, which is right only where it is the same place under another key.</p>"
        + table(["application", "says of itself", "validated as", "same street or phone"], listed)
    )


def change_sections(run: Run) -> list[str]:
    """What is answered otherwise than in the earlier run, if there is one."""
    if run.changes is None:
        return []
    changes = run.changes
    said = "".join(f"<li>{html(sentence)}</li>" for sentence in changes.differences)
    return [
        f'<h2 id="changes">Since {html(changes.against)}</h2>'
        + (f"<ul>{said}</ul>" if said else "<p>Same registry, same policy, same fields, same rows.</p>"),
        f"<p>{len(changes.rows):,} of {sum(one.rows for one in changes.sets):,} rows changed answer.</p>",
        *(_changed_rows(changes) if changes.rows else []),
    ]


def _changed_rows(changes: RunChanges) -> list[str]:
    shown = changes.rows[:_SHOWN_CHANGES]
    left = len(changes.rows) - len(shown)
    return [
        _set_changes(changes),
        "<h3>Rows that changed answer, gravest first</h3>"
        + table(["set", "application", "label", "before", "now"], [_change_row(row) for row in shown]),
        f"<p>{left:,} more stand in run.json.</p>" if left else "",
    ]


def _set_changes(changes: RunChanges) -> str:
    """Counts before and now, of sets in which any row changed."""
    rows = []
    for one in changes.sets:
        if not one.changed:
            continue
        cells = [Cell(html(one.set), "id"), number(one.rows), number(one.changed)]
        for result in SAID:
            before, after = one.before.get(result, 0), one.after.get(result, 0)
            cells.append(Cell(f"{before:,} → {after:,}" if before != after else f"{after:,}", "number"))
        rows.append(cells)
    return table(["set", "rows in both", "changed", *SAID.values()], rows)


def _change_row(row: RowChange) -> Sequence[Cell]:
    return [
        Cell(html(row.set), "id"),
        Cell(html(row.application_id)),
        Cell(html(row.label), "id"),
        _answer(row.label, row.before, row.key_before, row.codes_before),
        _answer(row.label, row.after, row.key_after, row.codes_after),
    ]


def _answer(label: str, result: RowResult, key: str, codes: Sequence[str]) -> Cell:
    return Cell(
        f'<span class="{_style(result, label)}">{SAID[result]}</span> {html(key)} '
        f'<span class="soft">{html(", ".join(codes))}</span>'
    )


def _style(result: RowResult, label: str) -> str:
    if result in (RowResult.GONE_VALIDATED, RowResult.REVIEW):
        return "warn"
    is_right = result is RowResult.RIGHT or (result is RowResult.NOT_VALIDATED and label in (NONE, GONE))
    return "good" if is_right else "bad"


def _card(one: Explained) -> str:
    grave = one.result in (RowResult.NON_LIBRARY_VALIDATED, RowResult.WRONG_KEY)
    return (
        f"<details{' open' if grave else ''}><summary>"
        f'<span class="tag {_style(one.result, one.label)}">{SAID[one.result]}</span> '
        f"<b>{html(one.application.name) or 'no name'}</b>, {html(_place(one))} "
        f'<span class="soft">{html(one.set)}{f" / {html(one.kind)}" if one.kind else ""}, '
        f"{html(', '.join(reason.code for reason in one.reasons))}, {_bits(one.bits)}</span></summary>"
        f"{_says(one)}{_should(one)}{_reasons(one)}{_evidence(one.evidence)}{_candidates(one)}</details>"
    )


def _place(one: Explained) -> str:
    return (
        " ".join(part for part in (one.application.city, one.application.state) if part) or "no place given"
    )


def _says(one: Explained) -> str:
    given = "; ".join(
        f"{_FIELD_NAMES.get(field, field)} {value}"
        for field in FIELDS
        if field != "name" and (value := getattr(one.application, field))
    )
    return (
        f'<p class="soft">{html(one.application.application_id)}: {html(given) or "nothing but a name"}</p>'
    )


def _should(one: Explained) -> str:
    if one.label == NONE:
        should = "Never to be validated."
    elif one.right_rank:
        should = f"Right answer: {one.label}, which ranks {_ordinal(one.right_rank)} among the systems found."
    else:
        should = f"Right answer: {one.label}, which is not among the candidates."
    answered = f"Answered {one.answer.replace('_', ' ')}"
    named = f" as {_entry(one.match)}" if one.match else ""
    margin = f", {one.margin:+.1f} bits from the next system" if one.margin is not None else ""
    return f"<p>{html(should)} {html(answered)}{named}, confidence {one.confidence:.4f}{html(margin)}.</p>"


def _reasons(one: Explained) -> str:
    return "".join(f"<p><b>{html(reason.code)}</b> {html(reason.staff)}</p>" for reason in one.reasons)


def _evidence(evidence: Sequence[Comparison]) -> str:
    if not evidence:
        return ""
    most = max(1.0, *(abs(one.bits) for one in evidence))
    rows = [
        [
            Cell(html(_FIELD_NAMES.get(one.field, one.field))),
            Cell(html(one.applied)),
            Cell(html(one.listed)),
            Cell(html(one.level.replace("_", " "))),
            Cell(f"{one.bits:+.2f}", "number"),
            Cell(_bar(one.bits / most)),
        ]
        for one in evidence
    ]
    total = sum(one.bits for one in evidence)
    empty = [Cell("")] * 3
    rows.append([Cell("<b>all</b>"), *empty, Cell(f"<b>{total:+.2f}</b>", "number"), Cell("")])
    return table(["field", "application", "best candidate", "agreement", "bits", ""], rows)


def _bar(part: float) -> str:
    side = "for" if part >= 0 else "against"
    return f'<span class="bar"><i class="{side}" style="width:{abs(part) * 60:.0f}px"></i></span>'


def _candidates(one: Explained) -> str:
    others = one.candidates[1:]
    if not others:
        return ""
    rows = [
        [
            Cell(html(candidate.fscs_id or candidate.fscs_key) + _marked(candidate, one.label)),
            Cell(html(candidate.name)),
            Cell(html(f"{candidate.city} {candidate.state}")),
            Cell(f"{candidate.bits:+.2f}", "number"),
        ]
        for candidate in one.candidates
    ]
    return table(["candidate", "name", "place", "bits"], rows)


def _marked(candidate: Candidate, label: str) -> str:
    return ' <span class="good">right</span>' if candidate.fscs_key == label else ""


def _organization(one: Explained) -> str:
    application = one.application
    place = ", ".join(part for part in (application.street, application.city, application.state) if part)
    return f"{html(application.name)}<br><span class='soft'>{html(place)}</span>"


def _entry(match: Match, between: str = " ") -> str:
    name = match.name if match.name == match.system_name else f"{match.name}, of {match.system_name}"
    place = ", ".join(part for part in (match.street, match.city, match.state) if part)
    named = f"{match.fscs_id or match.fscs_key} {name}"
    return f"{html(named)}{between}<span class='soft'>{html(place)}</span>"


def _bits(bits: float | None) -> str:
    return "no candidate" if bits is None else f"{bits:+.1f} bits"


def _ordinal(place: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(place, f"number {place}")
