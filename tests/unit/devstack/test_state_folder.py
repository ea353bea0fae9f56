"""The state of a local stack: which server runs, what a crashed server had, and one command at a time."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from library_validator_devstack import stack_server, state_folder
from library_validator_devstack.state_folder import Busy, Content, RunningStack, StateFolder

STARTED = 1_795_991_445.0  # 2026-11-29 22:30:45 UTC


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    return StateFolder(tmp_path)


@contextmanager
def running_server(folder: StateFolder) -> Iterator[None]:
    with (folder.path / "server.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def test_a_folder_where_nothing_was_started_has_no_loss(folder: StateFolder) -> None:
    assert (folder.state(), folder.loss()) == ("never", None)


def test_a_running_server_has_no_loss(folder: StateFolder) -> None:
    folder.write(RunningStack(1, 4711, STARTED))
    with running_server(folder):
        assert (folder.state(), folder.loss()) == ("running", None)


def test_a_crash_is_told_apart_and_says_what_is_lost_and_where_the_log_is(folder: StateFolder) -> None:
    folder.write(RunningStack(4712, 4711, STARTED))
    content = {"at": STARTED + 60, "releases": 2, "decisions": 1_023, "overrides": 1, "messages": 0}
    (folder.path / "content.json").write_text(json.dumps(content))
    assert folder.state() == "crashed"
    loss = folder.loss()
    assert loss
    assert "its process 4712 is gone" in loss
    assert "in memory since 2026-11-29 22:30:45 UTC, is lost" in loss
    assert "2 releases, 1,023 decisions, 1 override (counted at 22:31:45 UTC)" in loss
    assert str(folder.log) in loss


def test_a_crash_of_an_empty_server_says_that_it_was_empty() -> None:
    assert Content(STARTED).sentence == "no releases and no decisions (counted at 22:30:45 UTC)"


def test_a_crash_before_anything_was_counted_does_not_claim_that_nothing_is_lost(
    folder: StateFolder,
) -> None:
    folder.write(RunningStack(4712, 4711, STARTED))
    assert "is lost: not known" in (folder.loss() or "")


def test_a_stopped_server_leaves_no_record_of_a_crash(folder: StateFolder) -> None:
    folder.write(RunningStack(4712, 4711, STARTED))
    folder.forget()
    assert (folder.state(), folder.loss()) == ("never", None)


def test_a_server_that_is_being_started_has_not_crashed(folder: StateFolder) -> None:
    folder.write(RunningStack(4712, 4711, STARTED))
    with folder.one_at_a_time():
        assert folder.loss() is None


def test_a_second_command_is_refused_and_names_the_process_of_the_first(folder: StateFolder) -> None:
    with (
        folder.one_at_a_time(),
        pytest.raises(Busy, match=r"process \d+ is starting"),
        folder.one_at_a_time(),
    ):
        pytest.fail("both commands run")
    with folder.one_at_a_time():
        assert folder.is_busy()
    assert not folder.is_busy()


def test_running_servers_of_other_checkouts_are_found(
    folder: StateFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write(RunningStack(4712, 4711, STARTED))
    shown = f"/usr/bin/ls\n/x/python /y/stack_server.py {folder.path} /z/python\n"
    code = f"#!/bin/sh\nprintf '{shown}'\n"
    program = folder.path / "ps"
    program.write_text(code)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder.path}:/bin:/usr/bin")
    assert state_folder.state_folders_of_this_machine() == []
    with running_server(folder):
        assert [found.path for found in state_folder.state_folders_of_this_machine()] == [folder.path]


class Store:
    """A service of the emulator with its data in memory."""

    def __init__(self, **stores: object) -> None:
        for name, data in stores.items():
            setattr(self, name, type("Scoped", (), {"_data": data})())


def test_the_server_counts_what_would_be_lost() -> None:
    key = ("000000000000", "us-east-1")
    casework = {"APP#a#1": {"DECISION#1": 0, "DECISION#2": 0, "CURRENT": 0}, "APP#a#2": {"OVERRIDE#x": 0}}
    tables = {
        (*key, "lv-RegistryTable-1"): {"items": {"RUN": {"a": 0, "b": 0}, "POINTER": {"-": 0}}},
        (*key, "lv-CaseworkTable-1"): {"items": casework},
    }
    queues = {(*key, "q"): {"messages": [1, 2, 3]}}
    counted = stack_server.count_content(Store(_tables=tables), Store(_queues=queues))
    assert counted == {"releases": 2, "decisions": 2, "overrides": 1, "messages": 3}
