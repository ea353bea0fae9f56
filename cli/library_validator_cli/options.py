"""Options and arguments that several commands share, and the panels of the help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from library_validator.staff_words import checked_words
from library_validator_cli.failures import CommandFailed

# Headings of the overview that `library-validator --help` prints.
SERVICE: Final = "The deployed service"
RELEASES: Final = "Releases and the registry"
FILES: Final = "Files on this machine, without AWS"
LOCAL_STACK: Final = "The service on this machine"

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document instead of tables.")]
ReleaseFile = Annotated[
    Path,
    typer.Argument(
        metavar="RELEASE", exists=True, dir_okay=False, help="An official zip, or the systems (AE) CSV."
    ),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")]
Timeout = Annotated[float, typer.Option(min=1, help="Seconds to follow the load for.")]
ApplicationId = Annotated[
    str, typer.Argument(metavar="APPLICATION_ID", help="The application's id, as its sender gave it.")
]
Source = Annotated[
    str | None, typer.Option(help="The sender, where several senders use the same application ids.")
]


def confirm(question: str, *, yes: bool, otherwise: str = "nothing was changed") -> None:
    """Ask, unless ``yes``. Raises ``CommandFailed`` with ``otherwise`` unless the person agrees."""
    if not yes and not typer.confirm(question, err=True):
        raise CommandFailed(otherwise)


def given_reason(reason: str) -> str:
    """The text of ``--reason``, trimmed. Raises ``typer.BadParameter`` where it is blank."""
    if not reason.strip():
        raise typer.BadParameter("give a reason, for people who read the record later", param_hint="--reason")
    return reason.strip()


def trimmed_reason(reason: str) -> str:
    """As ``given_reason``. Raises ``WordsRefused`` where it has an e-mail address or a telephone number."""
    return checked_words(given_reason(reason))
