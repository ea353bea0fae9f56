"""A person who types commands. Each command is a process of its own, forked from one that has the imports."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Final

TIMEOUT: Final = 120.0  # seconds
_PROGRAM: Final = "library-validator"


@dataclass(frozen=True, slots=True)
class Typed:
    """A command that has ended."""

    exit_code: int
    stdout: str
    stderr: str


def type_line(line: str, folder: Path, surroundings: Mapping[str, str]) -> Typed:
    """Run a command line of ours in ``folder``; the person answers each question with yes."""
    program, *words = shlex.split(line)
    assert program == _PROGRAM, line
    context = get_context("forkserver")
    context.set_forkserver_preload(["library_validator_cli.main"])
    outputs = [folder / "stdout", folder / "stderr"]
    process = context.Process(target=_run, args=(words, folder, dict(surroundings), outputs))
    process.start()
    process.join(TIMEOUT)
    if process.is_alive():
        process.terminate()
        process.join()
        raise AssertionError(f"not within {TIMEOUT:.0f} s: {line}")
    assert process.exitcode is not None
    return Typed(process.exitcode, *(path.read_text("utf-8") for path in outputs))


def _run(words: list[str], folder: Path, surroundings: dict[str, str], outputs: list[Path]) -> None:
    from library_validator_cli.main import app  # noqa: PLC0415 - the fork server has it already

    os.chdir(folder)
    os.environ.clear()
    os.environ.update(surroundings)
    answers = folder / "answers"
    answers.write_text("y\n" * 5)
    sys.stdin = answers.open(encoding="utf-8")
    sys.stdout = outputs[0].open("w", encoding="utf-8")
    sys.stderr = outputs[1].open("w", encoding="utf-8")
    sys.argv = [_PROGRAM, *words]
    try:
        app()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
