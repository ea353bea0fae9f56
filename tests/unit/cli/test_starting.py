"""Ctrl-C while Python reads the modules of the command ends it with one sentence, without a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from library_validator_cli import starting

# A person presses Ctrl-C as soon as the main module is read. ``app`` of the command is never reached.
INTERRUPTED_READING = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
from library_validator_cli import starting
starting.import_module = lambda name: os.kill(os.getpid(), signal.SIGINT)
starting.run()
"""
CLI = Path(starting.__file__).parents[1]


def test_ctrl_c_while_modules_are_read_is_one_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_READING, str(CLI)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "interrupted: nothing was changed\n"


def test_the_entry_point_reads_nothing_that_takes_time() -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); import library_validator_cli.starting; "
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(CLI)], capture_output=True, text=True, check=True
    )
    assert not {"typer", "rich", "boto3", "library_validator_cli.main"} & set(done.stdout.split())


def test_a_command_that_has_begun_ends_itself() -> None:
    before = signal.signal(signal.SIGINT, starting._end_at_once)
    try:
        starting.let_the_command_end_itself()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


def test_ctrl_c_stays_ignored_where_it_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    monkeypatch.setattr(starting, "import_module", lambda _name: SimpleNamespace(app=lambda: None))
    try:
        starting.run()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
