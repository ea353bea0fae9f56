"""Failures that end a command, and their exit codes.

0: done. 1: the request failed or was refused. 2: the command was used wrongly.
3: neither the local stack nor AWS could be reached, or access was denied. 130: a person interrupted it.
"""

from __future__ import annotations

from typing import Final

FAILED: Final = 1
USAGE: Final = 2
UNREACHABLE: Final = 3
INTERRUPTED: Final = 130


class CommandFailed(Exception):
    """Ends a command with a plain sentence and exit code 1. The sentence says what to do next."""

    exit_code = FAILED


class WrongUsage(CommandFailed):
    exit_code = USAGE


class StackUnreachable(CommandFailed):
    exit_code = UNREACHABLE


class Interrupted(CommandFailed):
    """A person interrupted the command. The sentence says what is left behind."""

    exit_code = INTERRUPTED
