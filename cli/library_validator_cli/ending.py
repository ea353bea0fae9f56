"""How a command ends that did not succeed: one plain sentence, and an exit code."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from library_validator.errors import (
    CaseworkUnavailable,
    LibraryValidatorError,
    LogsUnavailable,
    QueueUnavailable,
    RegistryUnavailable,
)
from library_validator_cli.failures import FAILED, UNREACHABLE, CommandFailed
from library_validator_cli.stack_access import loss_of_local_stack
from library_validator_devstack.state_folder import LocalStackFailed

# Beginnings of AWS's error codes for a caller without access, or with unusable credentials.
_DENIED: Final = (
    "AccessDenied",
    "ExpiredToken",
    "InvalidClientTokenId",
    "Unrecognized",
    "SignatureDoesNotMatch",
)
_LOOPBACK: Final = "127.0.0.1"

EXPECTED: Final = (
    CommandFailed,
    LocalStackFailed,
    LibraryValidatorError,
    ClientError,
    BotoCoreError,
    OSError,
)

# What is left behind by a command that a person interrupts, by its first word.
_INTERRUPTED: Final = {
    "upload": "if the file was uploaded, the service loads it all the same: library-validator release list",
    "fetch": "if a file was uploaded, the service loads it all the same: library-validator release list",
    "release": "the service may have carried the request out: library-validator release list",
    "submit": "what was sent is decided. Sending the whole file again is harmless: nothing is decided twice",
    "override": "the answer may be recorded already: library-validator override list APPLICATION_ID",
    "erase": "some texts may be removed already: run the command again, and it removes the rest",
    "revalidate": "a revalidation that began goes on: library-validator revalidate status",
    "partner": "the change may be stored already: library-validator partner list",
    "dlq": "some messages may have been moved, and none is lost: library-validator dlq list",
    "replay": "events that were sent are sent; consumers recognize a repeated event by its id",
    "demo": "the local stack has a part of the demo: library-validator demo begins again, down stops it",
    "down": "the local stack may still run: library-validator down",
}
_NOTHING_LEFT: Final = "nothing was changed, and no incomplete file is left"


def sentence_and_exit_code(error: BaseException) -> tuple[str, int]:
    """For one of the ``EXPECTED`` errors."""
    match error:
        case CommandFailed():
            return str(error), error.exit_code
        case LocalStackFailed():
            return str(error), UNREACHABLE
        case CaseworkUnavailable() | RegistryUnavailable() | QueueUnavailable() | LogsUnavailable():
            return loss_of_local_stack() or str(error), UNREACHABLE
        case ClientError():
            return refusal_of(error), UNREACHABLE if _is_denied(error) else FAILED
        case BotoCoreError():
            return _unreachable(error), UNREACHABLE
        case OSError():
            return _operating_system(error), FAILED
        case _:
            return str(error), FAILED


def sentence_after_interruption(command: str) -> str:
    return f"interrupted: {_INTERRUPTED.get(command, _NOTHING_LEFT)}"


@contextmanager
def file_in_errors(path: Path) -> Iterator[None]:
    """An error while ``path`` is written names it. Python names it only if it cannot be opened."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = str(path)
        raise


def _is_denied(error: ClientError) -> bool:
    return error.response["Error"].get("Code", "").startswith(_DENIED)


def refusal_of(error: ClientError) -> str:
    """AWS's refusal, without the repetition of the operation."""
    answer = error.response["Error"]
    reason = answer.get("Message") or answer.get("Code", "no reason given")
    return f"AWS refused {error.operation_name}: {reason}"


def _unreachable(error: BotoCoreError) -> str:
    if _LOOPBACK not in os.environ.get("AWS_ENDPOINT_URL", "") and _LOOPBACK not in str(error):
        return f"AWS cannot be reached: {error}"
    return loss_of_local_stack() or (
        f"the local stack does not answer any more ({error}); library-validator doctor shows the cause"
    )


def _operating_system(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        where = error.filename or f"a temporary file in {tempfile.gettempdir()}"
        return f"the disk is full: {where} could not be written. Free some space and run the command again"
    return f"{error.filename}: {error.strerror}" if error.filename else str(error)
