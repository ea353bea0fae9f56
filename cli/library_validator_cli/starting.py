"""The entry point of the command, with a plain end for who presses Ctrl-C while Python reads the modules.

This module imports nothing that takes time. ``main.py`` imports everything else.
"""

from __future__ import annotations

import os
import signal
from importlib import import_module
from types import FrameType
from typing import Final

INTERRUPTED: Final = 130  # as ``failures.Interrupted``, whose module is not read yet
SENTENCE: Final = b"interrupted: nothing was changed\n"


def run() -> None:
    # Where Ctrl-C is ignored (as by nohup), it stays ignored.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end_at_once)
    import_module("library_validator_cli.main").app()


def let_the_command_end_itself() -> None:
    """From here on, Ctrl-C is an exception: a command puts its things in order first."""
    if signal.getsignal(signal.SIGINT) is _end_at_once:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _end_at_once(_signal: int, _frame: FrameType | None) -> None:
    # No exception: a module that is half read could take it for an error of its own.
    os.write(2, SENTENCE)
    os._exit(INTERRUPTED)
