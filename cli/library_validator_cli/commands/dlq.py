"""``dlq``: the messages that failed, and what to do with them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import typer
from rich.text import Text

from library_validator.errors import LogsUnavailable
from library_validator.recovery.dead_letters import json_object, object_key_of
from library_validator.recovery.logs import Function
from library_validator.recovery.queues import DeadLetter, DeadLetterQueue
from library_validator.recovery.redriving import LetterResult, discard, look, redrive
from library_validator.registry.bucket import Upload
from library_validator.views.dead_letters import DeadLettersView, dead_letters_view, letter_view
from library_validator_cli.failures import FAILED, CommandFailed
from library_validator_cli.moments import FORMS, parse_time
from library_validator_cli.options import SERVICE, AsJson, trimmed_reason
from library_validator_cli.stack_access import Stack, StackName, open_stack
from library_validator_cli.tables.dead_letters import (
    dead_letters_table,
    discards_table,
    letter_table,
    result_line,
)
from library_validator_cli.terminal import count_and_noun, show, show_json, show_notice, show_progress

LOOKED_AT: Final = 10  # letters of each queue whose age dlq list reads

QueueArgument = Annotated[
    DeadLetterQueue, typer.Argument(metavar="QUEUE", help=", ".join(DeadLetterQueue) + ".")
]
Reason = Annotated[
    str, typer.Option(help="Your reason; it is recorded with your identity. Write no data about persons.")
]


def register(app: typer.Typer) -> None:
    dlq = typer.Typer(
        no_args_is_help=True, help="Dead letters: messages that failed in all their tries, and lost events."
    )
    dlq.command("list", epilog="Example: library-validator dlq list")(list_queues)
    dlq.command("show", epilog="Example: library-validator dlq show applications --limit 5")(show_letters)
    dlq.command("redrive", epilog="Example: library-validator dlq redrive applications")(redrive_letters)
    dlq.command(
        "discard",
        epilog="Example: library-validator dlq discard applications --id 0f3c… "
        '--reason "not JSON; the partner sent it again"',
    )(discard_letters)
    dlq.command("discarded", epilog="Example: library-validator dlq discarded --since 30d")(list_discards)
    app.add_typer(dlq, name="dlq", rich_help_panel=SERVICE)


def list_queues(stack_name: StackName = None, as_json: AsJson = False) -> None:
    """Show each queue of dead letters: how many there are, the age of the oldest, and their meaning."""
    views = dead_letters_of(open_stack(stack_name))
    if as_json:
        show_json([asdict(view) | {"oldest_seconds": _seconds_of(view)} for view in views])
        return
    show(dead_letters_table(views))
    for view in views:
        if view.depth.messages:
            show_notice(f"next: library-validator dlq show {view.queue}")


def dead_letters_of(stack: Stack) -> list[DeadLettersView]:
    """A view of each queue of dead letters."""
    store, now = stack.dead_letters, datetime.now(UTC)
    views = []
    for queue in DeadLetterQueue:
        depth = store.depth(queue)
        letters = look(store, queue, LOOKED_AT) if depth.waiting else []
        views.append(dead_letters_view(queue, depth, letters, now))
    return views


def show_letters(
    queue: QueueArgument,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many letters to show.")] = 10,
    with_body: Annotated[
        bool, typer.Option("--body", help="Show the whole body too; an applicant's words may be in it.")
    ] = False,
    stack_name: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Show dead letters without removing them: when and by whom each was sent, why it failed, and what a
    redrive would do with it."""
    stack = open_stack(stack_name)
    letters = look(stack.dead_letters, queue, limit)
    views = [letter_view(letter, _logged_reason(stack, letter), with_body=with_body) for letter in letters]
    if as_json:
        show_json([asdict(view) for view in views])
        return
    for view in views:
        show(letter_table(view))
    more = stack.dead_letters.depth(queue).messages - len(views)
    if not views:
        show_notice(f"no dead letters in {queue}" + _hidden_remark(more))
    elif more > 0:
        show_notice(f"about {more:,} more; --limit shows more" + _fifo_remark(queue))


def redrive_letters(
    queue: QueueArgument,
    ids: Annotated[
        list[str] | None, typer.Option("--id", help="Only this letter; may be given several times.")
    ] = None,
    stack_name: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Send dead letters to where they belong, then remove them. Without ``--id``, all that are there now.

    An application keeps the moment when it was first sent, its source and its correlation id: a newer answer
    stays in force. To redrive twice is harmless. A letter that would fail again is refused, and stays. Exit
    code 1: a letter was refused, not sent, or not found.
    """
    stack = open_stack(stack_name)
    if queue is DeadLetterQueue.APPLICATIONS:
        _check_redriver(stack)
    with show_progress(f"sending the dead letters of {queue} again") as bar:
        results = redrive(stack.dead_letters, queue, ids or (), lambda result: bar.say(result_line(result)))
    _show_results(stack, queue, results, as_json=as_json)


def discard_letters(
    queue: QueueArgument,
    reason: Reason,
    ids: Annotated[list[str], typer.Option("--id", help="The letter; may be given several times.")],
    stack_name: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Delete dead letters for good. A record keeps the id, a hash of the body, who deleted it, when and why.

    The body is not kept, because it may have data about an applicant.
    """
    stack = open_stack(stack_name)
    results = discard(
        stack.dead_letters,
        stack.discards,
        queue,
        ids,
        by=stack.operator(),
        reason=trimmed_reason(reason),
        now=datetime.now(UTC),
    )
    _show_results(stack, queue, results, as_json=as_json)


def list_discards(
    since: Annotated[str, typer.Option(help=f"Since then: {FORMS}.")] = "30d",
    stack_name: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Show the records of discarded dead letters, oldest first."""
    start = parse_time(since, datetime.now(UTC))
    discards = open_stack(stack_name).discards.since(start)
    if as_json:
        show_json([asdict(record) for record in discards])
        return
    show(discards_table(discards))
    if not discards:
        show_notice(f"nothing was discarded since {start:%Y-%m-%d %H:%M} UTC")


def _show_results(
    stack: Stack, queue: DeadLetterQueue, results: list[LetterResult], *, as_json: bool
) -> None:
    left = stack.dead_letters.depth(queue).messages
    if as_json:
        show_json({"results": [asdict(result) for result in results], "left": left})
    else:
        for result in results:
            show(Text(result_line(result)))
        if not results:
            show_notice(f"no dead letters in {queue}" + _hidden_remark(left))
        elif left:
            show_notice(
                f"{count_and_noun(left, 'message')} in {queue} now: library-validator dlq show {queue}"
            )
    if any(result.stays or result.outcome == "not_found" for result in results):
        raise typer.Exit(FAILED)


def _check_redriver(stack: Stack) -> None:
    """Raises ``CommandFailed`` if the functions would take the caller for the sender of the applications."""
    redrivers = stack.output("Redrivers").split(",")
    if stack.operator_id() not in redrivers:
        raise CommandFailed(
            "your own credentials may not redrive applications: you would become their sender, and their "
            "first sender counts only if the operator role sends them; use an identity that may assume "
            f"{stack.output('OperatorRoleArn')}"
        )


def _logged_reason(stack: Stack, letter: DeadLetter) -> str:
    """Why the letter failed, by the log or the journal of loads; empty if they do not say."""
    if letter.queue is DeadLetterQueue.RELEASES:
        return _problems_of_run(stack, letter)
    if letter.queue is not DeadLetterQueue.APPLICATIONS:
        return ""
    start, end = letter.first_sent_at - timedelta(minutes=1), datetime.now(UTC)
    try:
        lines = list(stack.function_logs.lines(Function.VALIDATE_APPLICATIONS, start, end, letter.message_id))
    except LogsUnavailable as error:
        return str(error)
    problems = [str(line.fields["problem"]) for line in lines if "problem" in line.fields]
    return problems[-1] if problems else ""


def _problems_of_run(stack: Stack, letter: DeadLetter) -> str:
    event = json_object(letter.body)
    version = event["detail"]["object"].get("version-id") if object_key_of(event) else None
    run = stack.registry.run(Upload(object_key_of(event), version).run_id) if version else None
    return "; ".join(str(problem.get("message", "")) for problem in run.problems) if run else ""


def _seconds_of(view: DeadLettersView) -> float | None:
    return view.oldest.total_seconds() if view.oldest else None


def _hidden_remark(hidden: int) -> str:
    """SQS hides letters for two minutes from everybody else while a person looks or redrives."""
    return f" can be seen; another command works on {hidden:,}: try again in two minutes" if hidden else ""


def _fifo_remark(queue: DeadLetterQueue) -> str:
    return " (of this queue, the ten oldest can be seen)" if queue is DeadLetterQueue.RELEASES else ""
