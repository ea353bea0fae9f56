"""``erase``: the texts of one applicant are removed from everything that is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import typer

from library_validator.casework.erasing import ErasureResult, ErasureStores, StoredTexts, erase, texts_of
from library_validator.views.decision import decision_view
from library_validator_cli.commands.explain import find_decision
from library_validator_cli.dead_letter_search import SearchedQueue, search_dead_letters
from library_validator_cli.options import SERVICE, ApplicationId, AsJson, Source, Yes, confirm, given_reason
from library_validator_cli.stack_access import StackName, open_stack
from library_validator_cli.tables.decisions import answer_line
from library_validator_cli.terminal import show, show_json, show_notice, show_warning, text_with_label

# What no command can reach, and for how long it remains: see docs/person-data.md.
NOT_REACHED: Final = (
    "backups of the casework table, for up to 35 days",
    "events that partners have, and those that wait in the results queue, for up to 14 days",
    "messages that wait in the applications queue: they are decided as new submissions",
    "files that staff wrote with this command line",
)


def register(app: typer.Typer) -> None:
    app.command(
        "erase",
        rich_help_panel=SERVICE,
        epilog='Example: library-validator erase A-17 --reason "the applicant asked for it by letter"',
    )(erase_application)


def erase_application(
    application_id: ApplicationId,
    reason: Annotated[
        str, typer.Option(help="The reason, which is kept. Write no names, addresses or numbers of persons.")
    ],
    source: Source = None,
    yes: Yes = False,
    stack_name: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Remove everything that an applicant typed from all decisions on one application, and the words of its
    overrides. This cannot be undone.

    The record without these texts remains: ids, times, answers, reason codes, the matched library. If the
    application is validated, its claim is given back, and its answer is not renewed. The command then
    searches the dead-letter queues for the application, and lists what it cannot reach.
    """
    why = given_reason(reason)
    stack = open_stack(stack_name)
    current = find_decision(stack, application_id, source)
    stores = ErasureStores(stack.decisions, stack.overrides, stack.erasures)
    texts = texts_of(current.source, application_id, stores)
    if not yes and not texts.none_left:
        _ask_for_confirmation(texts)
    result = erase(texts, stack.operator(), why, stores, datetime.now(UTC))
    searched = search_dead_letters(stack.dead_letters, application_id)
    if as_json:
        show_json(_as_json(texts, result, searched))
    else:
        _show_result(application_id, result, searched)


def _ask_for_confirmation(texts: StoredTexts) -> None:
    """Raises ``CommandFailed`` unless the person agrees."""
    current = texts.current
    show(text_with_label("current answer", answer_line(decision_view(current))))
    show_notice(
        f"application {current.application_id} of {current.source}: {len(texts.decisions)} decisions and "
        f"{len(texts.overrides)} overrides have texts that would be removed"
    )
    if current.claimed_key:
        show_warning(f"it is validated as {current.claimed_key}: the claim would be given back")
    confirm("Erase these texts for good?", yes=False, otherwise="nothing was erased")


def _show_result(application_id: str, result: ErasureResult, searched: Sequence[SearchedQueue]) -> None:
    show(
        f"erased the texts of application {application_id} in {result.decisions} decisions and "
        f"{result.overrides} overrides"
    )
    if result.claim:
        show(f"gave back the claim on {result.claim}")
    for queue in searched:
        if queue.problem:
            show_warning(f"dead letters ({queue.queue}): not all searched: {queue.problem}")
        for message_id in queue.message_ids:
            show_warning(
                f"a dead letter names the application: library-validator dlq discard {queue.queue} "
                f"--id {message_id} --reason TEXT"
            )
    for rest in NOT_REACHED:
        show_notice(f"not reached: {rest}")


def _as_json(texts: StoredTexts, result: ErasureResult, searched: Sequence[SearchedQueue]) -> dict[str, Any]:
    return {
        "source": texts.current.source,
        "application_id": texts.current.application_id,
        **asdict(result),
        "dead_letters": [asdict(queue) for queue in searched],
        "not_reached": list(NOT_REACHED),
    }
