"""Deciding a file of applications with every processor. The answers come in the order of the file.

Each process runs ``match_rows`` on chunks of the file, against the same registry in memory, which ``fork``
shares. A small file is decided by one process, and so is any file where forking is not safe: anywhere but
on Linux.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import Any, Final, NamedTuple

from library_validator.decisions.deciding import Judge
from library_validator.intake.applications_file import BadLine, Row
from library_validator_cli.failures import CommandFailed
from library_validator_cli.local_matching import match_rows

_CHUNK: Final = 500  # applications that are answered at a time
WORTH_A_PROCESS: Final = 4 * _CHUNK  # applications: with fewer, forking costs more than it saves
_AHEAD: Final = 3  # chunks that wait for each process: few, so that a large file does not fill the memory

AsLine = Callable[[dict[str, Any]], str]


class AnswerLines(NamedTuple):
    """Lines of the output, in order, and the numbers of lines by answer (or ``unreadable``)."""

    counts: Counter[str]
    text: str  # the lines, each with its line end


Rows = Iterable[Row | BadLine]
MatchLines = Callable[[Rows], Iterator[AnswerLines]]


@contextmanager
def processes_for(applications: int, judge: Judge, as_line: AsLine) -> Iterator[MatchLines]:
    """Yields a function that takes rows and returns a line for each. Only a large file is worth several
    processes.

    ``applications``: about how many rows the file has. The processes are forked at once, so no other thread
    may run. Raises ``CommandFailed`` if a process dies, for example for lack of memory.
    """
    processes = min(_count_processors(), applications // WORTH_A_PROCESS)
    # Answers have no reference cycles, so there is nothing to collect. Collections would go through the whole
    # registry again and again, and copy it in forked processes.
    gc.freeze()
    gc.disable()
    try:
        if processes < 2:
            yield lambda rows: (_answer_lines(chunk, judge, as_line) for chunk in _chunks(rows))
            return
        with ProcessPoolExecutor(
            processes,
            mp_context=multiprocessing.get_context("fork"),
            initializer=_prepare_process,
            initargs=(judge, as_line),
        ) as pool:
            pool.submit(_wait_for_process).result()
            yield partial(_answer_in_order, pool, ahead=_AHEAD * processes)
    except BrokenProcessPool as error:
        raise CommandFailed(
            f"a process that decides applications ended ({error}), perhaps for lack of memory"
        ) from error
    finally:
        gc.enable()
        gc.unfreeze()


def _count_processors() -> int:
    """The number of processors that this process may use; 1 if it cannot be forked safely."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1


def _chunks(rows: Rows) -> Iterator[list[Row | BadLine]]:
    waiting = iter(rows)
    while chunk := list(islice(waiting, _CHUNK)):
        yield chunk


def _answer_lines(rows: list[Row | BadLine], judge: Judge, as_line: AsLine) -> AnswerLines:
    decisions: list[str] = []
    lines: list[str] = []
    for answer in match_rows(rows, judge):  # each answer is written before the next few are made
        decisions.append(answer.get("decision", "unreadable"))
        lines.append(as_line(answer))
    lines.append("")
    return AnswerLines(Counter(decisions), "\n".join(lines))


def _answer_in_order(pool: ProcessPoolExecutor, rows: Rows, *, ahead: int) -> Iterator[AnswerLines]:
    chunks = _chunks(rows)
    pending: deque[Future[AnswerLines]] = deque()
    while True:
        pending.extend(pool.submit(_answer_chunk, chunk) for chunk in islice(chunks, ahead - len(pending)))
        if not pending:
            return
        yield pending.popleft().result()


# The function that answers rows. Only forked processes set it.
_answering: Callable[[list[Row | BadLine]], AnswerLines] | None = None


def _prepare_process(judge: Judge, as_line: AsLine) -> None:
    global _answering  # noqa: PLW0603 - a forked process has no other place for the function
    _answering = partial(_answer_lines, judge=judge, as_line=as_line)


def _wait_for_process() -> None:
    """Does nothing: its result means that every process has been forked."""


def _answer_chunk(rows: list[Row | BadLine]) -> AnswerLines:
    assert _answering is not None, "processes begin with a judge"  # noqa: S101
    return _answering(rows)
