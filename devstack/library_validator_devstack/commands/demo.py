"""``demo``: the whole service once through, told as it goes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.table import Table
from rich.text import Text

from library_validator.views.words import address_line
from library_validator_cli.terminal import (
    ANSWER_STYLES,
    NOTHING,
    cells,
    notice,
    progress,
    show,
    show_json,
    table,
    warning,
)
from library_validator_devstack.commands.stack import local_stack
from library_validator_devstack.demo import Outcome, outcome_as_json, run_demo
from library_validator_devstack.local_stack import LocalStack

_NEXT: Final = (
    ("results", "every decision"),
    ("explain {example}", "one of them, with its evidence"),
    ("submit applications.csv", "your own applications"),
    ("release list", "what was loaded"),
    ("status", "queues, and what answers"),
    ("down", "stop it; everything in it is gone"),
)


def register(app: typer.Typer) -> None:
    example = "library-validator demo --release pls_fy2021_csv.zip --release pls_fy2022_csv.zip"
    app.command(epilog=f"Example: {example}")(demo)


def demo(
    release: Annotated[
        list[Path] | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="A real release instead of the invented samples; again for each older year, in any order.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The outcome as one JSON document.")] = False,
) -> None:
    """Start the service on this machine, load releases, decide applications, show every answer.

    Releases are loaded oldest first: former names and libraries that vanished come from the older ones. It
    begins with an empty local stack: one that is up is stopped, and what was in it is gone. Exit code 1:
    something did not come out as it has to.
    """
    local = local_stack()
    with progress("starting") as bar:
        local = LocalStack(local.root, progress=bar.step)
        outcome = run_demo(local, release, bar.say, lambda step, taken: notice(f"{taken:6.1f} s  {step}"))
    if as_json:
        show_json(outcome_as_json(outcome))
    else:
        _show(outcome)
    surprises = outcome.surprises()
    for surprise in surprises:
        warning(f"not as it has to be: {surprise}")
    if surprises:
        raise typer.Exit(1)


def _show(outcome: Outcome) -> None:
    newest = outcome.runs[-1]
    report: Any = newest.report or {}
    older = ", ".join(str((run.report or {}).get("fiscal_year")) for run in outcome.runs[:-1])
    show(
        f"\nRegistry {newest.version}: fiscal year {report.get('fiscal_year')}, "
        f"{report.get('systems', 0):,} systems, {report.get('outlets', 0):,} outlets active"
        f"{f'; it remembers fiscal year {older}' if older else ''}.\n"
    )
    show(_decisions(outcome))
    counts = Counter(one.decision.value for one in outcome.decisions.values())
    said = ", ".join(f"{count} {answer.replace('_', ' ')}" for answer, count in sorted(counts.items()))
    show(f"\n{len(outcome.decisions)} decisions: {said}. Every match is of unproven authority.")
    show(f"{outcome.events} events wait in the results queue for the first consumer.")
    if outcome.dead_letter:
        show("1 message is no application; it lies in the dead-letter queue, where a person can look at it:")
        show(Text(f"  {outcome.dead_letter[:80]} …"))
    total = sum(outcome.seconds.values())
    slowest = max(outcome.seconds, key=lambda step: outcome.seconds[step])
    show(f"\n{total:.0f} seconds in all; the longest: {slowest} ({outcome.seconds[slowest]:.0f} s).")
    show(_how_to_go_on(outcome.cases[0].application_id))


def _how_to_go_on(example: str) -> str:
    lines = ["\nThe local stack is still up. How to go on (in a checkout, the command is in .venv/bin):"]
    for command, what in _NEXT:
        lines.append(f"  {'library-validator ' + command.format(example=example):<46}  {what}")
    return "\n".join(lines)


def _decisions(outcome: Outcome) -> Table:
    shown = table("case", "applicant", "decision", "listed as", "why", whole=("decision",))
    for case in outcome.cases:
        one = outcome.decisions.get(case.application_id)
        if one is None:
            shown.add_row(*cells(case.about, case.application_id, "not decided", NOTHING, NOTHING))
            continue
        application = one.application
        place = address_line("", application.city, application.state, "")
        who = f"{application.name or '(unreadable)'}, {place}"
        match = f"{one.match.name} ({one.match.fscs_id or one.match.fscs_key})" if one.match else NOTHING
        answer = one.decision.value
        row = cells(case.about, who, answer.replace("_", " "), match, _why(one.reasons))
        row[2] = f"[{ANSWER_STYLES[answer]}]{row[2]}[/]"
        shown.add_row(*row)
    return shown


def _why(reasons: Any) -> str:
    """The deciding reason, and those that say more than that a match was found."""
    return " ".join(reason.staff for reason in reasons if reason.code != "MATCH") or reasons[0].staff
