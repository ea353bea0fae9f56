"""One application explained: its decision, the evidence, its history, and the overrides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from library_validator.views.decision import CandidateView, DecisionView, EvidenceRow, MatchView
from library_validator.views.explanation import Explanation
from library_validator.views.history import HistoryRow, OverrideRow
from library_validator.views.words import phone_in_groups
from library_validator_cli.terminal import (
    ANSWER_STYLES,
    NOTHING,
    escape_cells,
    format_time,
    table_with_headings,
    two_column_table,
)

WIDTH: Final = 16  # width of the bars in characters
LEGEND: Final = "[dim]Positive bits speak for this entry, negative bits against it.[/]"
_EFFECTS: Final = {"stands": "in force"}  # other effects are shown as they are


@dataclass(frozen=True, slots=True)
class Bar:
    """The drawing of one weight: ``before`` blanks, then ``length`` blocks."""

    before: int
    length: int
    rises: bool


def bars(evidence: Sequence[EvidenceRow], width: int = WIDTH) -> list[Bar]:
    """A bar for each row, from the sum before it to the sum after it, all on one scale of ``width``.

    A weight of zero has a bar of length 0. Any other has at least one block. Sums within one bit are not
    stretched to the full width.
    """
    sums = [0.0, *(row.sum_after for row in evidence)]
    low, high = min(sums), max(sums)
    scale = width / max(high - low, 1.0)
    drawn = []
    for row in evidence:
        left = round((min(row.sum_before, row.sum_after) - low) * scale)
        right = round((max(row.sum_before, row.sum_after) - low) * scale)
        length = max(right - left, 1) if row.comparison.bits else 0
        drawn.append(Bar(min(left, width - length), length, row.comparison.bits > 0))
    return drawn


def explanation_tables(explanation: Explanation) -> RenderableType:
    parts = [decision_tables(explanation.current)]
    if len(explanation.history) > 1:
        parts += ["", history_table(explanation.history)]
    if explanation.overrides:
        parts += ["", overrides_table(explanation.overrides)]
    return Group(*parts)


def decision_tables(view: DecisionView) -> RenderableType:
    """Answer, reasons, next step, match, evidence, runner-up and versions of one decision."""
    parts: list[RenderableType] = [_headline(view), _reasons_table(view), ""]
    if view.match:
        parts += [_match_table(view.match), ""]
    if view.evidence:
        parts += [_nearest_entry(view), _evidence_table(view), LEGEND, ""]
    return Group(*parts, _origin_table(view))


def history_table(rows: Sequence[HistoryRow]) -> Table:
    """Every decision, oldest first."""
    shown = table_with_headings(
        "decided", "answer", "reasons, cause and changes", title="history", whole=("decided", "answer")
    )
    for row in rows:
        decision = row.decision
        lines = [
            " ".join(decision.reason_codes),
            f"cause {decision.cause.key}",
            f"registry {decision.registry_version}",
        ]
        if row.fscs_id:
            lines.insert(0, f"match {row.fscs_id}")
        if row.changes:
            lines.append(f"changed: {', '.join(row.changes)}")
        if row.is_late:
            lines.append("late: on an older version of the application; it was never the answer")
        shown.add_row(*escape_cells(_moment_on_two_lines(decision.decided_at), row.answer, "\n".join(lines)))
    return shown


def overrides_table(rows: Sequence[OverrideRow]) -> Table:
    """Every override, oldest first."""
    shown = table_with_headings(
        "decided", "answer", "effect", "reason and person", title="overrides", whole=("decided", "effect")
    )
    for row in rows:
        override = row.override
        answer = f"{row.answer}\nas {row.fscs_id}" if row.fscs_id else row.answer
        why = f"{override.reason_code}: {override.words}\nby {override.by}"
        shown.add_row(
            *escape_cells(
                _moment_on_two_lines(override.at), answer, _EFFECTS.get(row.effect, row.effect), why
            )
        )
    return shown


def _moment_on_two_lines(at: datetime) -> str:
    """A time on two lines, which leaves more width to the next columns."""
    return f"{at:%Y-%m-%d}\n{at:%H:%M:%S}"


def _headline(view: DecisionView) -> Text:
    decision = view.decision
    return Text.assemble(
        (decision.application_id, "bold"),
        "  ",
        (view.headline.upper(), f"bold {ANSWER_STYLES[decision.decision]}"),
        f"  confidence {decision.confidence:.4f}",
    )


def _reasons_table(view: DecisionView) -> Table:
    decision = view.decision
    lines = two_column_table()
    lines.add_row("applied as", escape(" · ".join(view.applied_as)))
    lines.add_row("", "")
    for number, reason in enumerate(decision.reasons):
        lines.add_row("why" if number == 0 else "", escape(f"{reason.staff} [{reason.code}]"))
    for problem in decision.problems:
        lines.add_row("not used", escape(f"{problem.field} {problem.problem}"))
    if decision.held_by:
        holder = f"application {decision.held_by.application_id} of {decision.held_by.source}"
        lines.add_row("held by", escape(holder))
    lines.add_row("next", escape(decision.next_step.text))
    lines.add_row("authority", view.authority)
    return lines


def _match_table(view: MatchView) -> Table:
    match = view.match
    lines = two_column_table()
    lines.add_row("match", f"[bold]{escape(match.name)}[/]")
    lines.add_row("system", escape(f"{match.fscs_key}  {match.system_name}"))
    if match.fscs_id:
        lines.add_row("outlet", escape(f"{match.fscs_id}  {match.outlet_name or ''} ({view.outlet_type})"))
    lines.add_row("listed at", escape(view.address))
    if view.phone_to_call:
        lines.add_row("call", f"{phone_in_groups(view.phone_to_call)}  (the number that the registry lists)")
    lines.add_row("status", escape(f"{view.status}; last listed for fiscal year {match.last_listed}"))
    return lines


def _nearest_entry(view: DecisionView) -> RenderableType:
    """The entry that the evidence is about, if the decision has no match."""
    if view.compared_with is None:
        return Group()
    lines = two_column_table()
    lines.add_row("nearest", escape(f"{_candidate(view.compared_with)}, which is not a match"))
    return lines


def _evidence_table(view: DecisionView) -> Table:
    columns = ("evidence", "agreement", "application", "registry", "bits", "")
    shown = table_with_headings(*columns, numbers=("bits",), whole=("",))
    for row, bar in zip(view.evidence, bars(view.evidence), strict=True):
        comparison = row.comparison
        drawn = Text(" " * bar.before + "█" * bar.length, style="green" if bar.rises else "red")
        applied, listed = comparison.applied or NOTHING, comparison.listed or NOTHING
        shown.add_row(*escape_cells(row.field, row.level, applied, listed, f"{comparison.bits:+.1f}"), drawn)
    shown.add_row("[bold]total[/]", "", "", "", f"[bold]{view.total_bits:+.1f}[/]", "")
    return shown


def _origin_table(view: DecisionView) -> Table:
    """Runner-up, versions, times and ids."""
    decision = view.decision
    lines = two_column_table()
    lines.add_row("runner-up", escape(_runner_up(view.runner_up, decision.margin)))
    rows = (
        ("registry", f"{decision.registry_version}   policy {decision.policy_version}"),
        ("source", f"{decision.source}   sent {format_time(decision.sent_at)}"),
        ("decided", format_time(decision.decided_at)),
        ("cause", decision.cause.key),
        ("event", str(decision.event_id)),
    )
    for name, text in rows:
        lines.add_row(name, escape(text), style="dim")
    return lines


def _runner_up(view: CandidateView | None, margin: float | None) -> str:
    if view is None:
        return "none of another system"
    behind = f", {margin:.1f} bits behind" if margin is not None else ""
    return f"{_candidate(view)}{behind}"


def _candidate(view: CandidateView) -> str:
    candidate = view.candidate
    place = f"{candidate.city} {candidate.state}"
    return f"{view.fscs_id}  {candidate.name}, {place} ({candidate.bits:+.1f} bits)"
