"""The ``library-validator`` command."""

from __future__ import annotations

from typing import Any, Final

import typer
from botocore.exceptions import BotoCoreError, ClientError
from typer.core import TyperGroup

from library_validator.errors import CaseworkUnavailable, LibraryValidatorError, RegistryUnavailable
from library_validator_cli.commands import (
    doctor,
    evaluation,
    explain,
    fetch,
    inspect,
    match,
    override,
    partner,
    release,
    results,
    revalidate,
    samples,
    status,
    submit,
    upload,
)
from library_validator_cli.failures import FAILED, UNREACHABLE, CommandFailed
from library_validator_cli.terminal import show_error
from library_validator_devstack.commands import demo, stack
from library_validator_devstack.local_stack import LocalStackFailed

EPILOG: Final = (
    "Exit codes: 0 done; 1 the request failed or was refused; 2 wrong usage; "
    "3 the stack or AWS cannot be reached or denies access."
)
# Beginnings of AWS's error codes for a caller without access, or with unusable credentials.
_DENIED: Final = (
    "AccessDenied",
    "ExpiredToken",
    "InvalidClientTokenId",
    "Unrecognized",
    "SignatureDoesNotMatch",
)


class PlainErrors(TyperGroup):
    """Ends every expected failure with one plain sentence and an exit code, without a traceback."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().main(*args, **kwargs)
        except CommandFailed as error:
            raise _end_command(str(error), error.exit_code) from error
        except (LocalStackFailed, CaseworkUnavailable, RegistryUnavailable) as error:
            raise _end_command(str(error), UNREACHABLE) from error
        except LibraryValidatorError as error:
            raise _end_command(str(error), FAILED) from error
        except ClientError as error:
            raise _end_command(_sentence_of(error), UNREACHABLE if _is_denied(error) else FAILED) from error
        except BotoCoreError as error:
            raise _end_command(f"AWS cannot be reached: {error}", UNREACHABLE) from error
        except OSError as error:
            text = f"{error.filename}: {error.strerror}" if error.filename else str(error)
            raise _end_command(text, FAILED) from error


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
partner.register(app)
revalidate.register(app)
match.register(app)
evaluation.register(app)
samples.register(app)
stack.register(app)
demo.register(app)


def _end_command(text: str, exit_code: int) -> SystemExit:
    show_error(text)
    return SystemExit(exit_code)


def _is_denied(error: ClientError) -> bool:
    return error.response["Error"].get("Code", "").startswith(_DENIED)


def _sentence_of(error: ClientError) -> str:
    answer = error.response["Error"]
    reason = answer.get("Message") or answer.get("Code", "no reason given")
    return f"AWS refused {error.operation_name}: {reason}"
