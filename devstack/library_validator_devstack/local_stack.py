"""The local stack: the service of ``template.yaml`` on this machine, without a container engine.

MiniStack takes the place of AWS on 127.0.0.1. It uses TLS and enforces the functions' roles. ``sam build``
and ``sam deploy`` deploy the same template to it as to AWS. It writes only to a folder that git ignores.
``stop`` deletes its content: uploads, decisions, everything.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import platform
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

from library_validator_devstack.environments import (
    DISK_FULL,
    EnvironmentFailed,
    Progress,
    bootstrap_environment,
    install,
    project_environments,
)
from library_validator_devstack.state_folder import LOG_TAIL, LocalStackFailed, RunningStack, StateFolder

STACK_NAME: Final = "library-validator"
REGION: Final = "us-east-1"
START_DEADLINE: Final = 60.0  # seconds; 0.5 is usual, a busy machine takes longer
STOP_DEADLINE: Final = 3.0  # seconds; then the server is killed, as its content is deleted anyway
DEPLOY_DEADLINE: Final = 600.0  # seconds
BUILDS_KEPT: Final = 3

# Environment variables that the server, and with it every handler, inherits.
SERVER_MAY_SEE: Final = ("PATH", "LANG", "LC_ALL", "TZ")

# Variables of an outer `make` or virtual environment that would change SAM's own make and Python.
MUST_NOT_REACH_SAM: Final = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV")

# Without the path, SAM looks for samconfig.toml beside the built template, where no such file exists.
SAM_SETTINGS: Final = {"SAM_CLI_TELEMETRY": "0", "CI": "1", "SAM_CLI_ENABLE_LANGUAGE_EXTENSIONS": "1"}

# A local stack retries within a minute, so a bad message soon reaches its dead-letter queue.
LOCAL_PARAMETERS: Final = {
    "RetryPace": "brisk",
    "SweepRate": "rate(1 minute)",
    "ValidateMaximumConcurrency": "2",  # few, because a laptop has few processors
    "RevalidateMaximumConcurrency": "2",
    "FetchState": "DISABLED",  # the local stack never uses the network by itself
}


def show_no_progress(_text: str) -> None:
    """A progress callback that shows nothing."""


class LocalStack:
    """The local stack of the checkout at ``root``. In each ``state`` folder, one server runs at a time.

    ``progress`` is called with a short phrase at each step that takes over a second. A method that fails
    raises ``LocalStackFailed``.
    """

    def __init__(self, root: Path, state: Path | None = None, progress: Progress = show_no_progress) -> None:
        self.root = root.resolve()
        self.folder = StateFolder(state or self.root / ".local" / "run")
        self.state = self.folder.path
        self.log = self.folder.log
        self.certificate = self.folder.certificate
        self._temporary = self.folder.temporary
        self._progress = progress
        self._environments = project_environments(self.root)

    def install(self) -> None:
        """Make the environments of the server, of SAM and of the handlers, unless they are ready."""
        try:
            install(self.root, ("sam", "stack", "handlers"), self._progress)
        except (EnvironmentFailed, OSError) as error:
            raise LocalStackFailed(f"the local stack could not be installed: {error}") from error

    def start(self) -> RunningStack:
        """Start the server on a free port and wait until it answers. A healthy server is left as it is."""
        self.install()
        if (running := self.running()) and self.is_healthy():
            return running
        self.stop()
        self.state.mkdir(parents=True, exist_ok=True)
        self._temporary.mkdir()
        self._progress("starting the local stack")
        port = _free_port()
        pid = self._spawn(port)
        running = RunningStack(pid, port, time.time())
        self.folder.write(running)
        deadline = time.monotonic() + START_DEADLINE
        while not self.is_healthy():
            if _server_has_ended(pid):
                raise self._failure_with_log(self._why_it_ended(port))
            if time.monotonic() > deadline:
                self.stop()
                raise self._failure_with_log(f"the local stack did not answer within {START_DEADLINE:.0f} s")
            time.sleep(0.1)
        return running

    def _why_it_ended(self, port: int) -> str:
        self.folder.forget()
        if "already in use" in self.folder.log_tail():
            return f"port {port} was taken by another program; run the command again: it takes another port"
        return "the local stack ended right after its start"

    def stop(self) -> bool:
        """End the server and its workers and delete their files. Returns whether a server was running."""
        running = self.running()
        if running:
            _end_process_group(running.pid)
        self.folder.forget()
        shutil.rmtree(self._temporary, ignore_errors=True)
        return running is not None

    def deploy(self, parameters: Mapping[str, str] | None = None) -> dict[str, str]:
        """Build the template for this machine and deploy it; returns the stack's outputs.

        ``parameters`` take the place of the template's defaults and of ``LOCAL_PARAMETERS``.
        """
        running = self.running()
        if not running:
            raise LocalStackFailed("the local stack is not running: start it first")
        build = self.build()
        overrides = {"Architecture": _architecture(), **LOCAL_PARAMETERS, **(parameters or {})}
        self._progress("deploying the template")
        self._sam(
            "deploy", "--template-file", str(build / "template.yaml"),
            "--stack-name", STACK_NAME, "--region", REGION, "--resolve-s3",
            "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset", "--no-fail-on-empty-changeset",
            "--no-progressbar", "--parameter-overrides",
            *(f'ParameterKey={name},ParameterValue="{value}"' for name, value in overrides.items()),
        )  # fmt: skip
        outputs = self._stack_outputs()
        self.folder.write(RunningStack(running.pid, running.port, running.started_at, outputs))
        return outputs

    def build(self) -> Path:
        """The folder with the template and the layer, built for this machine.

        Unchanged sources are not built again. All stacks of the checkout share the folder.
        """
        built = self.root / ".local" / "build" / self._fingerprint()
        if (built / "template.yaml").is_file():
            return built
        self._progress("building the layer and the functions")
        unfinished = built.with_name(f"{built.name}.{os.getpid()}")
        python = str(bootstrap_environment(self.root).python)
        try:
            self._sam(
                "build", "--no-cached", "--build-dir", str(unfinished),
                additional={"TARGET": "local", "PYTHON": python},
            )  # fmt: skip
            unfinished.rename(built)
        except OSError:
            if not built.is_dir():  # otherwise another process has just built the same
                raise
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
        older = sorted(built.parent.glob("*/template.yaml"), key=lambda file: file.stat().st_mtime)
        for template in older[:-BUILDS_KEPT]:
            shutil.rmtree(template.parent, ignore_errors=True)
        return built

    def _fingerprint(self) -> str:
        """A digest of everything that a build is made from."""
        digest = hashlib.sha256(f"{sys.version}\n{bootstrap_environment(self.root).stamp()}".encode())
        layer = self.root / "layers" / "core"
        sources = [self.root / "template.yaml", *sorted(layer.rglob("*"))]
        for file in sources:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(f"{file.relative_to(self.root)}\n".encode() + file.read_bytes())
        return digest.hexdigest()[:16]

    def running(self) -> RunningStack | None:
        """The running server of this state folder. A state file that a crash left behind does not count."""
        return self.folder.running()

    def is_healthy(self) -> bool:
        """Whether the server answers, over TLS and with its own certificate."""
        if not (running := self.running()):
            return False
        try:
            context = ssl.create_default_context(cafile=str(self.certificate))
            client = http.client.HTTPSConnection("127.0.0.1", running.port, timeout=5, context=context)
            with closing(client):
                client.request("GET", "/_ministack/health")
                return client.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False

    def outputs(self) -> dict[str, str]:
        """The outputs of the deployed stack by name; empty if nothing is deployed."""
        running = self.running()
        return dict(running.outputs) if running else {}

    def environment(self) -> dict[str, str]:
        """The environment variables with which an AWS client uses this stack.

        No other ``AWS_`` variable may be set, ``AWS_PROFILE`` above all: see ``environment_over``.
        """
        running = self.running()
        if not running:
            raise LocalStackFailed("the local stack is not running: start it first")
        return {
            "AWS_ENDPOINT_URL": running.endpoint,
            "AWS_CA_BUNDLE": str(self.certificate),
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1,localhost",
            "no_proxy": "127.0.0.1,localhost",
        }

    def environment_over(self, ambient: Mapping[str, str]) -> dict[str, str]:
        """``ambient`` without its ``AWS_`` variables, and with ``environment``."""
        kept = {name: value for name, value in ambient.items() if not name.startswith("AWS_")}
        return kept | self.environment()

    def _spawn(self, port: int) -> int:
        ours = {
            "AUTH": "true",
            "USE_SSL": "1",
            "MINISTACK_SSL_CERT": str(self.certificate),
            "MINISTACK_SSL_KEY": str(self.state / "server.key"),
            # The handlers inherit it and trust this certificate only.
            "AWS_CA_BUNDLE": str(self.certificate),
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "MINISTACK_REGION": REGION,
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "DOCKER_HOST": f"unix://{self.state}/no-container-engine.sock",
            "TMPDIR": str(self._temporary),
            "S3_DATA_DIR": str(self._temporary / "s3"),
            "STATE_DIR": str(self._temporary / "state"),
            "HOME": str(self._temporary),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        inherited = {name: os.environ[name] for name in SERVER_MAY_SEE if name in os.environ}
        command = [
            str(self._environments["stack"].python),
            str(Path(__file__).with_name("stack_server.py")),
            str(self.state),
            str(self._environments["handlers"].python),
        ]
        # Not a Popen: the server outlives this process, and nothing waits for its end.
        return os.posix_spawn(
            command[0],
            command,
            inherited | ours,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, str(self.log), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            setsid=True,
        )

    def _sam(self, *arguments: str, additional: Mapping[str, str] | None = None) -> None:
        surroundings = self.environment_over(os.environ) | dict(additional or {})
        surroundings |= SAM_SETTINGS | {"HOME": str(self.state / "home")}
        for name in MUST_NOT_REACH_SAM:
            surroundings.pop(name, None)
        (self.state / "home").mkdir(exist_ok=True)
        command = [str(self._environments["sam"].path / "bin" / "sam"), *arguments]
        try:
            done = subprocess.run(
                command, cwd=self.root, env=surroundings, stdin=subprocess.DEVNULL,
                capture_output=True, text=True, check=False, timeout=DEPLOY_DEADLINE,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise self._failure_with_log(
                f"sam {arguments[0]} did not end within {DEPLOY_DEADLINE:.0f} s"
            ) from error
        if done.returncode:
            output = "\n".join((done.stdout + done.stderr).splitlines()[-LOG_TAIL:])
            if DISK_FULL in output:
                raise LocalStackFailed(
                    f"the disk is full: sam {arguments[0]} could not write below {self.root / '.local'}"
                )
            raise self._failure_with_log(f"sam {arguments[0]} failed:\n{output}")

    def _stack_outputs(self) -> dict[str, str]:
        # SAM's own environment reads the outputs, because this module may use only the standard library.
        script = (
            "import boto3, json, sys; stack = boto3.client('cloudformation')"
            ".describe_stacks(StackName=sys.argv[1])['Stacks'][0];"
            "print(json.dumps({o['OutputKey']: o['OutputValue'] for o in stack['Outputs']}))"
        )
        done = subprocess.run(
            [str(self._environments["sam"].python), "-c", script, STACK_NAME],
            env=self.environment_over(os.environ), capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise self._failure_with_log(f"the stack's outputs could not be read:\n{done.stderr[-2000:]}")
        outputs: dict[str, str] = json.loads(done.stdout)
        return outputs

    def _failure_with_log(self, what: str) -> LocalStackFailed:
        tail = self.folder.log_tail()
        return LocalStackFailed(f"{what}\nThe end of {self.log}:\n{tail}" if tail else what)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _end_process_group(leader: int) -> None:
    """End a process and everything that it started: first by SIGTERM, then by SIGKILL."""
    for ending in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + STOP_DEADLINE
        try:
            os.killpg(leader, ending)
            while time.monotonic() < deadline:
                _server_has_ended(leader)
                os.killpg(leader, 0)
                time.sleep(0.05)
        except ProcessLookupError:
            return
    raise LocalStackFailed(f"the processes of group {leader} do not end; end them by hand")


def _server_has_ended(server: int) -> bool:
    """Whether a server that this process started has ended. It reads the exit status, because an ended server
    otherwise still seems to run."""
    try:
        return os.waitpid(server, os.WNOHANG)[0] == server
    except ChildProcessError:
        return False


def _architecture() -> str:
    return "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x86_64"
