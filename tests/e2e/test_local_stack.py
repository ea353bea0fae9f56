"""The local stack starts and stops, also after a crash, beside other processes, and if its port is in use."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest import mock

import boto3
import pytest

from library_validator_devstack import local_stack
from library_validator_devstack.local_stack import LocalStack
from library_validator_devstack.state_folder import Content, LocalStackFailed
from tests.e2e.service import ROOT, wait_until


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[LocalStack]:
    stack = LocalStack(ROOT, tmp_path / "state")
    yield stack
    stack.stop()


def test_a_started_stack_answers_and_a_second_start_leaves_it_as_it_is(stack: LocalStack) -> None:
    running = stack.start()
    assert stack.is_healthy()
    assert stack.outputs() == {}
    assert stack.start() == running


def test_a_stopped_stack_leaves_no_process_and_no_temporary_file(stack: LocalStack) -> None:
    running = stack.start()
    assert stack.stop()
    assert not stack.stop()
    assert stack.running() is None
    assert not stack.is_healthy()
    assert not (stack.state / "tmp").exists()
    with pytest.raises(ProcessLookupError):
        os.killpg(running.pid, 0)


def test_a_crashed_server_is_not_taken_for_a_running_server(stack: LocalStack) -> None:
    crashed = stack.start()
    os.kill(crashed.pid, signal.SIGKILL)
    wait_until(lambda: stack.running() is None, "the lock is free", deadline=10)
    assert not stack.is_healthy()
    assert f"its process {crashed.pid} is gone" in (stack.folder.loss() or "")
    assert stack.start().pid != crashed.pid
    assert stack.folder.loss() is None
    assert stack.is_healthy()


def test_another_process_that_has_the_stored_process_id_is_not_stopped(stack: LocalStack) -> None:
    stack.state.mkdir()
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as stranger:
        record = {"pid": stranger.pid, "port": 1, "started_at": 0.0, "outputs": {}}
        (stack.state / "server.json").write_text(json.dumps(record))
        (stack.state / "server.lock").touch()
        assert stack.running() is None
        assert not stack.stop()
        assert stranger.poll() is None
        stranger.kill()


def test_a_server_that_ends_at_once_says_why(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setattr(local_stack, "_free_port", lambda: port)
        with pytest.raises(LocalStackFailed, match="already in use"):
            stack.start()
    assert stack.running() is None


def test_a_deployment_is_refused_if_no_server_runs(stack: LocalStack) -> None:
    with pytest.raises(LocalStackFailed, match="start it first"):
        stack.deploy()
    with pytest.raises(LocalStackFailed, match="start it first"):
        stack.environment()


def test_aws_settings_of_the_environment_do_not_reach_the_stack(stack: LocalStack) -> None:
    stack.start()
    ambient = {"AWS_PROFILE": "mine", "AWS_SESSION_TOKEN": "mine", "PATH": "/bin"}
    surroundings = stack.environment_over(ambient)
    assert "mine" not in surroundings.values()
    assert surroundings["PATH"] == "/bin"
    assert surroundings["AWS_ENDPOINT_URL"].startswith("https://127.0.0.1:")


def test_a_failed_build_shows_the_output_of_sam(stack: LocalStack, tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    for name in (".local", "requirements", "layers"):
        (checkout / name).symlink_to(ROOT / name)
    (checkout / "template.yaml").write_text("Resources: {}\nTransform: Nothing-2016-10-31\n")
    stack.start()
    broken = LocalStack(checkout, stack.state)
    with pytest.raises(LocalStackFailed, match="sam build failed"):
        broken.deploy()


def test_after_a_kill_the_next_command_says_what_was_in_memory(stack: LocalStack) -> None:
    running = stack.start()
    client = make_client(stack, "sqs")
    with closing(client):
        queue = client.create_queue(QueueName="kept-in-memory")["QueueUrl"]
        client.send_message(QueueUrl=queue, MessageBody="lost")
    wait_until(lambda: (stack.folder.content() or Content(0)).messages == 1, "it is counted", deadline=10)
    os.kill(running.pid, signal.SIGKILL)
    wait_until(lambda: stack.running() is None, "the lock is free", deadline=10)
    loss = stack.folder.loss() or ""
    assert "is lost: 1 message (counted at" in loss
    assert "server.log" in loss
    stack.stop()
    assert stack.folder.loss() is None


def make_client(stack: LocalStack, service: str) -> Any:
    with mock.patch.dict(os.environ, stack.environment_over(os.environ), clear=True):
        return boto3.Session().client(service)  # type: ignore[call-overload]
