"""Deciding a file with several processes."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator

import pytest

from library_validator.decisions.deciding import Judge
from library_validator.intake.applications_file import BadLine, Row
from library_validator_cli import match_processes
from library_validator_cli.failures import CommandFailed
from library_validator_cli.match_processes import WORTH_A_PROCESS, AnswerLines, processes_for
from library_validator_cli.terminal import json_line
from tests.builders.small_registry import NEWEST, registry_of

MANY = 2 * WORTH_A_PROCESS + 137
forks = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has several processes")


def rows(count: int) -> Iterator[Row | BadLine]:
    """Every seventh line cannot be read, and every second application is from a library."""
    for line in range(1, count + 1):
        if line % 7 == 0:
            yield BadLine(line, "has 3 cells where the first line names 2 columns")
            continue
        name = "Alder Point Public Library" if line % 2 else "Rose Tree Garden Club"
        fields = {"application_id": f"a-{line}", "name": name, "city": "Alder Point", "state": "ME"}
        yield Row(line, f"a-{line}", fields)


def lines(count: int) -> list[AnswerLines]:
    with processes_for(count, Judge(registry_of(NEWEST)), json_line) as match_lines:
        return list(match_lines(rows(count)))


def text_of(answered: list[AnswerLines]) -> str:
    return "".join(lines.text for lines in answered)


@pytest.fixture
def two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {0, 1})


@forks
@pytest.mark.usefixtures("two_processors")
def test_several_processes_write_the_same_lines_as_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    of_two = lines(MANY)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {0})
    assert text_of(of_two) == text_of(lines(MANY))
    counts = sum((lines.counts for lines in of_two), Counter())
    assert counts.total() == text_of(of_two).count("\n") == MANY
    assert counts.keys() > {"validated", "unreadable"}
    assert counts["unreadable"] == MANY // 7


@forks
@pytest.mark.usefixtures("two_processors")
def test_only_as_many_rows_are_read_ahead_as_the_processes_need() -> None:
    read = 0

    def rows_that_are_counted() -> Iterator[Row | BadLine]:
        nonlocal read
        for row in rows(10 * MANY):
            read += 1
            yield row

    with processes_for(10 * MANY, Judge(registry_of(NEWEST)), json_line) as match_lines:
        next(match_lines(rows_that_are_counted()))
    assert read < 2 * MANY


@forks
@pytest.mark.usefixtures("two_processors")
def test_the_command_fails_if_a_process_dies(monkeypatch: pytest.MonkeyPatch) -> None:
    here = os.getpid()

    def end_process(_answer: object) -> str:
        assert os.getpid() != here
        os._exit(9)

    with (
        pytest.raises(CommandFailed, match="a process that decides applications ended"),
        processes_for(MANY, Judge(registry_of(NEWEST)), end_process) as match_lines,
    ):
        list(match_lines(rows(MANY)))


def test_a_small_file_is_decided_without_a_new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(match_processes, "ProcessPoolExecutor", None)
    assert text_of(lines(50)).count("\n") == 50
