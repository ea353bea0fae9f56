"""One decision in words and figures, for a person who has to stand by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from library_validator.decisions.answer import Candidate, Match
from library_validator.decisions.decision import Decision
from library_validator_cli.terminal import ANSWER_STYLES, NOTHING, cells, table

WIDTH: Final = 24  # characters of the waterfall
OUTLET_TYPES: Final = {"CE": "central library", "BR": "branch", "BS": "bookmobile", "BM": "books-by-mail"}


@dataclass(frozen=True, slots=True)
class Bar:
    """One step of a waterfall: ``before`` blanks, then ``length`` blocks, up or down."""

    before: int
    length: int
    rises: bool


def waterfall(weights: Sequence[float], width: int = WIDTH) -> list[Bar]:
    """Each weight as a bar that begins where the one before it ended, on one scale of ``width``.

    A weight of nothing is a bar of length 0; any other shows at least one block. A whole waterfall of less
    than one bit is not blown up to the full width.
    """
    levels = [0.0]
    for weight in weights:
        levels.append(levels[-1] + weight)
    low, high = min(levels), max(levels)
    scale = width / max(high - low, 1.0)
    bars = []
    for start, end, weight in zip(levels, levels[1:], weights, strict=False):
        left = round((min(start, end) - low) * scale)
        right = round((max(start, end) - low) * scale)
        length = max(right - left, 1) if weight else 0
        bars.append(Bar(min(left, width - length), length, weight > 0))
    return bars


def account(decision: Decision, history: Sequence[Decision] = ()) -> RenderableType:
    """The whole account: answer, reasons, next step, match, evidence, rivals, versions, history."""
    parts: list[RenderableType] = [_headline(decision), _said(decision), ""]
    parts += [_reasons(decision), ""]
    if decision.match:
        parts += [_match(decision.match), ""]
    if decision.evidence:
        parts += [_evidence(decision), ""]
    parts += [_rivals(decision), _stands_on(decision)]
    if len(history) > 1:
        parts += ["", _history(history)]
    return Group(*parts)


def place(street: str, city: str, state: str, zip_code: str) -> str:
    """An address on one line, of the parts that are there."""
    return ", ".join(part for part in (street, city, f"{state} {zip_code}".strip()) if part)


def _headline(decision: Decision) -> Text:
    answer = decision.decision.value
    return Text.assemble(
        (decision.application_id, "bold"),
        "  ",
        (answer.replace("_", " ").upper(), f"bold {ANSWER_STYLES[answer]}"),
        f"  confidence {decision.confidence:.4f}",
    )


def _said(decision: Decision) -> Text:
    one = decision.application
    address = ", ".join(
        part for part in (place(one.street, one.city, one.state, one.zip), one.country) if part
    )
    parts = [one.name or "(no name)", address, one.phone, one.website]
    parts.append(f"FSCS id {one.fscs_id}" if one.fscs_id else "")
    return Text("applied as  " + " · ".join(part for part in parts if part))


def _reasons(decision: Decision) -> Table:
    lines = Table.grid(padding=(0, 1))
    lines.add_column()
    lines.add_column()
    for number, reason in enumerate(decision.reasons):
        lines.add_row("why" if number == 0 else "", escape(f"{reason.staff} [{reason.code}]"))
    if decision.held_by:
        holder = f"application {decision.held_by.application_id} of {decision.held_by.source}"
        lines.add_row("held by", escape(holder))
    lines.add_row("next", escape(decision.next_step.text))
    lines.add_row("authority", "Unproven: a match does not show that the applicant acts for the library.")
    return lines


def _match(match: Match) -> Table:
    lines = Table.grid(padding=(0, 1))
    lines.add_column()
    lines.add_column()
    lines.add_row("match", f"[bold]{escape(match.name)}[/]")
    lines.add_row("system", escape(f"{match.fscs_key}  {match.system_name}"))
    if match.fscs_id:
        kind = OUTLET_TYPES.get(match.outlet_type or "", "outlet")
        lines.add_row("outlet", escape(f"{match.fscs_id}  {match.outlet_name or ''} ({kind})"))
    lines.add_row("listed at", escape(place(match.street, match.city, match.state, match.zip)))
    if match.phone.isdecimal():
        lines.add_row("call", f"{match.phone}  (the registry's own number)")
    status = match.status.replace("_", " ")
    lines.add_row("status", escape(f"{status}; last listed for fiscal year {match.last_listed}"))
    return lines


def _evidence(decision: Decision) -> RenderableType:
    shown = table("evidence", "agrees", "applied", "listed", "bits", "", numbers=("bits",), whole=("",))
    bars = waterfall([one.bits for one in decision.evidence])
    for one, bar in zip(decision.evidence, bars, strict=True):
        drawn = Text(" " * bar.before + "█" * bar.length, style="green" if bar.rises else "red")
        level = one.level.replace("_", " ")
        row = cells(one.field, level, one.applied or NOTHING, one.listed or NOTHING, f"{one.bits:+.1f}")
        shown.add_row(*row, drawn)
    total = sum(one.bits for one in decision.evidence)
    shown.add_row("[bold]total[/]", "", "", "", f"[bold]{total:+.1f}[/]", "")
    return shown


def _rivals(decision: Decision) -> Text:
    rival = decision.runner_up
    if rival is None:
        return Text("runner-up   none of another system")
    margin = f", {decision.margin:.1f} bits behind" if decision.margin is not None else ""
    return Text(f"runner-up   {_candidate(rival)}{margin}")


def _candidate(one: Candidate) -> str:
    return f"{one.fscs_id or one.fscs_key}  {one.name}, {one.city} {one.state} ({one.bits:+.1f} bits)"


def _stands_on(decision: Decision) -> RenderableType:
    lines = (
        f"registry    {decision.registry_version}   policy {decision.policy_version}",
        f"source      {decision.source}   sent {decision.sent_at:%Y-%m-%d %H:%M:%S}",
        f"decided     {decision.decided_at:%Y-%m-%d %H:%M:%S}   cause {decision.cause.key}",
        f"event       {decision.event_id}",
    )
    return Text("\n".join(lines), style="dim")


def _history(history: Sequence[Decision]) -> RenderableType:
    shown = table("decided", "decision", "match", "reasons", "cause", "registry", title="history")
    for one in history:
        key = one.match.fscs_key if one.match else NOTHING
        when = f"{one.decided_at:%Y-%m-%d %H:%M:%S}"
        codes = " ".join(one.reason_codes)
        shown.add_row(*cells(when, one.decision.value, key, codes, one.cause.key, one.registry_version))
    return shown
