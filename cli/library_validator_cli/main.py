"""The ``library-validator`` command."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from library_validator_cli.commands import (
    dlq,
    doctor,
    erase,
    evaluation,
    explain,
    fetch,
    inspect,
    logs,
    match,
    override,
    partner,
    release,
    replay,
    results,
    revalidate,
    samples,
    status,
    submit,
    upload,
)
from library_validator_cli.ending import EXPECTED, sentence_after_interruption, sentence_and_exit_code
from library_validator_cli.failures import Interrupted
from library_validator_cli.starting import let_the_command_end_itself
from library_validator_cli.terminal import show_error, show_warning
from library_validator_devstack.commands import demo, stack

EPILOG: Final = (
    "Exit codes: 0 done; 1 the request failed or was refused; 2 wrong usage; "
    "3 the stack or AWS cannot be reached or denies access; 130 interrupted."
)


class PlainErrors(TyperGroup):
    """Ends every expected failure with one plain sentence and an exit code, without a traceback."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().main(*args, **kwargs)
        except Interrupted as error:
            show_warning(str(error))
            raise SystemExit(error.exit_code) from error
        except EXPECTED as error:
            sentence, exit_code = sentence_and_exit_code(error)
            show_error(sentence)
            raise SystemExit(exit_code) from error

    def invoke(self, ctx: Any) -> Any:
        let_the_command_end_itself()
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            raise Interrupted(sentence_after_interruption(ctx.invoked_subcommand or "")) from error


app = typer.Typer(
    cls=PlainErrors,
    help="Is this applicant really a library? Validates applications against the Public Libraries Survey.",
    epilog=EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode="markdown",
)
status.register(app)
doctor.register(app)
upload.register(app)
inspect.register(app)
release.register(app)
fetch.register(app)
submit.register(app)
results.register(app)
explain.register(app)
override.register(app)
erase.register(app)
partner.register(app)
revalidate.register(app)
dlq.register(app)
logs.register(app)
replay.register(app)
match.register(app)
evaluation.register(app)
samples.register(app)
stack.register(app)
demo.register(app)


def _show_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"library-validator {version('library-validator')}")
        raise typer.Exit


@app.callback()
def options_of_all_commands(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    """Is this applicant really a library? Validates applications against the Public Libraries Survey."""
