"""The place of the person on call: a service on the local stack, and a folder in which commands are typed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar
from unittest import mock

from library_validator.operations.findings import FindingCode
from library_validator_cli.commands.doctor import examination_of
from library_validator_cli.stack_access import Stack, open_local_stack
from library_validator_devstack.local_stack import LocalStack

ROOT: Final = Path(__file__).parents[2]
SAMPLES: Final = ROOT / "events" / "sample"
OLDER: Final = SAMPLES / "pls_sample_fy2021_csv.zip"
NEWEST: Final = SAMPLES / "pls_sample_fy2022_csv.zip"
DEADLINE: Final = 120.0  # seconds that any one wait may take
HIDDEN_SECONDS: Final = 3  # until a failed application is tried again: a game day does not wait for minutes
_COMMAND: Final = "from library_validator_cli.main import app; app()"

Found = TypeVar("Found")


class NotOver(Exception):
    """An incident did not come to its end in time."""


def wait_for(look: Callable[[], Found | None], what: str, deadline: float = DEADLINE) -> Found:
    """The first value of ``look`` that is true. Raises ``NotOver``."""
    until = time.monotonic() + deadline
    while not (found := look()):
        if time.monotonic() > until:
            raise NotOver(f"not within {deadline:.0f} s: {what}")
        time.sleep(0.5)
    return found


@dataclass(slots=True)
class Desk:
    """``typed`` keeps the commands of the present incident, ``said`` the findings of ``doctor``."""

    stack: Stack
    folder: Path  # commands are typed here; its local stack is the stack of the game day
    seed: int
    typed: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def type(self, *words: str) -> str:
        """Type a command; returns its standard output. Raises ``NotOver`` if it fails."""
        self.typed.append(" ".join(word.removeprefix(f"{ROOT}/") for word in words))
        done = subprocess.run(
            [sys.executable, "-c", _COMMAND, *words],
            cwd=self.folder,
            env={name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            capture_output=True,
            text=True,
            check=False,
            timeout=DEADLINE,
        )
        if done.returncode:
            raise NotOver(f"{' '.join(words)}: exit code {done.returncode}: {done.stderr.strip()[-500:]}")
        return done.stdout

    def find(self, code: FindingCode, *, later: timedelta = timedelta(0)) -> str:
        """Wait until ``doctor`` has a finding, and keep its sentence. ``later``: the clock of the look."""
        sentence = wait_for(lambda: self.finding(code, later=later), f"doctor finds {code.value}")
        self.said.append(sentence)
        return sentence

    def finding(self, code: FindingCode, *, later: timedelta = timedelta(0)) -> str | None:
        found = examination_of(self.stack, now=datetime.now(UTC) + later, unpublished_after=timedelta(0))
        sentences = [finding.sentence for finding in found.diagnosis.findings if finding.code == code]
        return sentences[0] if sentences else None

    def wait_until_gone(self, code: FindingCode, *, later: timedelta = timedelta(0)) -> None:
        wait_for(lambda: self.finding(code, later=later) is None, f"doctor no longer finds {code.value}")

    def submit(self, name: str, count: int) -> list[str]:
        """Send new applications of libraries that do not exist; returns their ids."""
        ids = [f"{name}-{self.seed}-{number}" for number in range(count)]
        file = self.folder / f"{name}.jsonl"
        lines = (json.dumps({"application_id": each, "name": f"Library of {each}"}) for each in ids)
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.type("submit", file.name)
        return ids

    def undecided(self, ids: list[str]) -> set[str]:
        since = datetime.now(UTC) - timedelta(hours=1)
        return set(ids) - {made.application_id for made in self.stack.decisions.recent_decisions(since)}

    def wait_until_decided(self, ids: list[str]) -> None:
        wait_for(lambda: not self.undecided(ids), "all applications are decided")

    def results(self, ids: list[str]) -> set[str]:
        """The applications of ``ids`` whose events are in the results queue, which stays as it is."""
        found: set[str] = set()
        sqs, url = self.stack.own_sqs, self.stack.output("ResultsQueueUrl")
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=5).get(
            "Messages"
        ):
            bodies = [json.loads(message["Body"]) for message in messages]
            found |= {body["detail"]["data"].get("application_id", "") for body in bodies}
            for message in messages:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found & set(ids)

    def wait_for_results(self, ids: list[str]) -> None:
        """Receive results, as a consumer does, until each application has one."""
        received: set[str] = set()

        def all_received() -> bool:
            received.update(self.results(ids))
            return received == set(ids)

        wait_for(all_received, "the consumer has every result")

    def waiting(self, queue: str) -> int:
        """Visible messages of a queue. ``queue``: its name in the template."""
        found = self.stack.own_sqs.get_queue_attributes(
            QueueUrl=self.stack.output(f"{queue}Url"), AttributeNames=["ApproximateNumberOfMessages"]
        )
        return int(found["Attributes"]["ApproximateNumberOfMessages"])


@contextmanager
def desk_at(local: LocalStack, folder: Path, seed: int) -> Iterator[Desk]:
    """A desk at a deployed local stack. ``folder``: an empty folder, which commands take for the checkout."""
    (folder / "layers").symlink_to(ROOT / "layers")
    (folder / "template.yaml").symlink_to(ROOT / "template.yaml")
    (folder / ".local").mkdir()
    (folder / ".local" / "run").symlink_to(local.state, target_is_directory=True)
    with mock.patch.dict(os.environ):
        yield Desk(open_local_stack(local), folder, seed)


@contextmanager
def open_desk(state: Path, folder: Path, seed: int) -> Iterator[Desk]:
    """A desk at an empty local stack with two releases, which is stopped at the end of the block."""
    local = LocalStack(ROOT, state)
    local.stop()
    try:
        local.start()
        local.deploy({"SweepAfterSeconds": "1"})
        with desk_at(local, folder, seed) as desk:
            _try_again_soon(desk.stack)
            for release in (OLDER, NEWEST):
                desk.type("upload", str(release))
            yield desk
    finally:
        local.stop()


def _try_again_soon(stack: Stack) -> None:
    stack.own_sqs.set_queue_attributes(
        QueueUrl=stack.output("ApplicationsQueueUrl"),
        Attributes={"VisibilityTimeout": str(HIDDEN_SECONDS)},
    )
