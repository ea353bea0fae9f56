"""``demo``: the whole service on this machine, step by step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.table import Table
from rich.text import Text

from library_validator.decisions.answer import Reason
from library_validator.views.decision import decision_view
from library_validator.views.words import address_line, words_of_code
from library_validator_cli.options import LOCAL_STACK
from library_validator_cli.terminal import (
    NOTHING,
    answer_cell,
    escape_cells,
    show,
    show_json,
    show_notice,
    show_progress,
    show_warning,
    table_with_headings,
)
from library_validator_devstack.commands.stack import local_stack
from library_validator_devstack.demo import DemoResult, result_as_json, run_demo
from library_validator_devstack.local_stack import LocalStack

_SHOWN_CHARACTERS: Final = 80
_NEXT: Final = (
    ("results", "show every decision"),
    ("explain {example}", "explain one decision with its evidence"),
    ("submit applications.csv", "send your own applications"),
    ("release list", "show the loaded releases"),
    ("status", "show the live registry and the queues"),
    ("doctor", "show what is wrong, and what to type: one message waits for a person"),
    ("down", "stop the stack and delete its content"),
)


def register(app: typer.Typer) -> None:
    example = "library-validator demo --release pls_fy2021_csv.zip --release pls_fy2022_csv.zip"
    app.command(rich_help_panel=LOCAL_STACK, epilog=f"Example: {example}")(demo)


def demo(
    release: Annotated[
        list[Path] | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="A real release instead of the invented samples; repeat it for older years, in any order.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The result as one JSON document.")] = False,
) -> None:
    """Start the service on this machine, load releases, decide applications, and show every answer.

    Releases are loaded oldest first: former names and libraries that vanished come from the older releases.
    The demo begins with an empty local stack. A running local stack is stopped and its content deleted. Exit
    code 1: a result was not the expected result.
    """
    local = local_stack()
    with show_progress("starting") as bar:
        local = LocalStack(local.root, progress=bar.step)
        with local.folder.one_at_a_time():
            result = run_demo(
                local, release, bar.say, lambda step, taken: show_notice(f"{taken:6.1f} s  {step}")
            )
    if as_json:
        show_json(result_as_json(result))
    else:
        _show_result(result)
    surprises = result.surprises()
    for surprise in surprises:
        show_warning(f"not as expected: {surprise}")
    if not surprises:
        show_notice(f"all {len(result.cases)} answers are the expected answers")
    if surprises:
        raise typer.Exit(1)


def _show_result(result: DemoResult) -> None:
    newest = result.runs[-1]
    report: Any = newest.report or {}
    older = ", ".join(str((run.report or {}).get("fiscal_year")) for run in result.runs[:-1])
    show(
        f"\nThe live registry is {newest.version}, for fiscal year {report.get('fiscal_year')}: "
        f"{report.get('systems', 0):,} systems and {report.get('outlets', 0):,} outlets"
        f"{f'. It also knows fiscal year {older}' if older else ''}.\n"
    )
    show(_decisions_table(result))
    counts = Counter(decision.decision.value for decision in result.decisions.values())
    answers = ", ".join(f"{count} {words_of_code(answer)}" for answer, count in sorted(counts.items()))
    show(f"\n{len(result.decisions)} decisions: {answers}.")
    show("No match proves that the applicant acts for the library: a person confirms that.")
    show(f"{result.events} events, also those about the registry, wait in the results queue.")
    if result.dead_letter:
        show(
            "1 message is not an application: its JSON ends in the middle. It is in the dead-letter queue, "
            "where a person can look at it:"
        )
        show(Text(f"  {_shorten(result.dead_letter)}"))
    total = sum(result.seconds.values())
    slowest = max(result.seconds, key=lambda step: result.seconds[step])
    show(f"\n{total:.0f} seconds in all; the longest step: {slowest} ({result.seconds[slowest]:.0f} s).")
    show(_show_next_commands(result.cases[0].application_id))


def _shorten(text: str) -> str:
    """The beginning of a text, with a sign if there is more."""
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]} …"


def _show_next_commands(example: str) -> str:
    lines = [
        "\nThe local stack is still up. Commands to try next (in a checkout, the command is in .venv/bin):"
    ]
    for command, what in _NEXT:
        lines.append(f"  {'library-validator ' + command.format(example=example):<46}  {what}")
    return "\n".join(lines)


def _decisions_table(result: DemoResult) -> Table:
    shown = table_with_headings("case", "applicant", "answer", "listed as", "why", whole=("answer",))
    for case in result.cases:
        decision = result.decisions.get(case.application_id)
        if decision is None:
            shown.add_row(*escape_cells(case.about, case.application_id, "not decided", NOTHING, NOTHING))
            continue
        view = decision_view(decision)
        application = decision.application
        place = address_line("", application.city, application.state, "")
        about, who = escape_cells(case.about, f"{application.name or '(unreadable)'}, {place}")
        match = f"{view.match.match.name} ({view.match.fscs_id})" if view.match else NOTHING
        shown.add_row(
            about,
            who,
            answer_cell(decision.decision),
            *escape_cells(match, _reasons_to_show(decision.reasons)),
        )
    return shown


def _reasons_to_show(reasons: Sequence[Reason]) -> str:
    """The deciding reason, and the reasons that say more than that a match was found."""
    return " ".join(reason.staff for reason in reasons if reason.code != "MATCH") or reasons[0].staff
