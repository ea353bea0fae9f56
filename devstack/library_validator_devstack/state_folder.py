"""The state folder of a local stack: which server runs in it, and what a crashed server had in its memory.

Standard library only, because the environments of the checkout may not exist yet.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, TypeVar

LOG_TAIL: Final = 30  # lines shown when something fails
CONTENT: Final = "content.json"  # stack_server.py writes it

# never: nothing was started here. crashed: its process is gone, nobody stopped it.
State = Literal["never", "crashed", "running"]


@dataclass(frozen=True, slots=True)
class RunningStack:
    """A running server, as its state file describes it."""

    pid: int
    port: int
    started_at: float  # seconds since 1970
    outputs: dict[str, str] = field(default_factory=dict)  # of the deployed stack; empty if none is deployed

    @property
    def endpoint(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def since(self) -> str:
        return f"{datetime.fromtimestamp(self.started_at, UTC):%Y-%m-%d %H:%M:%S} UTC"


@dataclass(frozen=True, slots=True)
class Content:
    """The numbers of things that a server had in its memory at a time."""

    at: float  # seconds since 1970
    releases: int = 0  # loads of releases
    decisions: int = 0
    overrides: int = 0
    messages: int = 0  # in queues

    @property
    def sentence(self) -> str:
        counts = {
            "release": self.releases,
            "decision": self.decisions,
            "override": self.overrides,
            "message": self.messages,
        }
        named = [f"{count:,} {noun}{'' if count == 1 else 's'}" for noun, count in counts.items() if count]
        what = ", ".join(named) or "no releases and no decisions"
        return f"{what} (counted at {datetime.fromtimestamp(self.at, UTC):%H:%M:%S} UTC)"


class StateFolder:
    """The files of one local stack. A server holds ``server.lock`` as long as it runs."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.log = self.path / "server.log"
        self.certificate = self.path / "server.crt"
        self.temporary = self.path / "tmp"
        self._record = self.path / "server.json"

    def running(self) -> RunningStack | None:
        """The running server. A state file that a crash left behind does not count."""
        return self.recorded() if _is_locked(self.path / "server.lock") else None

    def recorded(self) -> RunningStack | None:
        """The server of the state file, running or crashed."""
        return _from_json(RunningStack, self._record)

    def state(self) -> State:
        if self.running():
            return "running"
        return "crashed" if self.recorded() else "never"

    def content(self) -> Content | None:
        """What the server of the state file had in its memory; None if it never wrote that."""
        return _from_json(Content, self.path / CONTENT)

    def loss(self) -> str | None:
        """After a crash, one sentence on what is lost; None if nothing crashed."""
        crashed = self.recorded()
        if crashed is None or self.running() or self.is_busy():
            return None
        content = self.content()
        held = content.sentence if content else "not known"
        return (
            f"the local stack crashed: its process {crashed.pid} is gone. Its content, in memory since "
            f"{crashed.since}, is lost: {held}. Its log: {self.log}"
        )

    def write(self, running: RunningStack) -> None:
        staging = self._record.with_suffix(".new")
        staging.write_text(json.dumps(asdict(running)))
        staging.replace(self._record)

    def forget(self) -> None:
        """Delete the record of a server that was stopped."""
        self._record.unlink(missing_ok=True)
        (self.path / CONTENT).unlink(missing_ok=True)

    def log_tail(self, lines: int = LOG_TAIL) -> str:
        return "\n".join(self.log_lines()[-lines:])

    def log_lines(self) -> list[str]:
        try:
            return self.log.read_text(errors="replace").splitlines()
        except OSError:
            return []

    def is_busy(self) -> bool:
        """Whether a command starts or deploys this stack now."""
        return _is_locked(self.path / "up.lock")

    @contextmanager
    def one_at_a_time(self, on_wait: Callable[[Busy], None] | None = None) -> Iterator[None]:
        """The block runs while no other block with the same folder does.

        If there is one: with ``on_wait``, it is called and the block waits; otherwise ``Busy`` is raised.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / "up.lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                busy = Busy(lock.read().strip())
                if on_wait is None:
                    raise busy from None
                on_wait(busy)
                fcntl.flock(lock, fcntl.LOCK_EX)
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield


class LocalStackFailed(Exception):
    """A step of the local stack failed. The message says why, and ends with the end of the log."""


class Busy(LocalStackFailed):
    """Another command starts, deploys or stops the local stack of the same folder."""

    def __init__(self, pid: str) -> None:
        self.pid = pid
        super().__init__(f"process {pid} is starting or stopping the local stack of this folder")


def state_folders_of_this_machine() -> list[StateFolder]:
    """The state folders of all running servers that this user may see; empty if there is no ``ps``."""
    try:
        shown = subprocess.run(
            ["ps", "-axo", "args="], capture_output=True, text=True, check=False, timeout=10
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return []
    found = []
    for line in shown.splitlines():
        _, script, arguments = line.partition("stack_server.py ")
        folder = Path(arguments.split(" /")[0]) if script else None
        if folder and folder.is_dir():
            found.append(StateFolder(folder))
    return [folder for folder in found if folder.running()]


def _is_locked(lock: Path) -> bool:
    """Whether a running server holds ``lock``. No other process does, even with the server's old id."""
    try:
        with lock.open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


Kind = TypeVar("Kind")


def _from_json(kind: type[Kind], file: Path) -> Kind | None:
    try:
        return kind(**json.loads(file.read_text()))
    except (OSError, ValueError, TypeError):
        return None
