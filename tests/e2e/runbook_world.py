"""A person who types the commands of the runbook, and the walk of one section."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from library_validator.decisions.decision import Decision
from library_validator.registry.store import Run
from library_validator_devstack.local_stack import STACK_NAME
from tests.e2e.service import ROOT, Service, wait_until
from tests.e2e.typist import Typed, type_line

EVENTS: Final = ROOT / "events" / "validate_applications"
Values = dict[str, str]  # placeholder -> value


@dataclass(slots=True)
class World:
    """The service, and a person who types commands in an empty folder."""

    service: Service
    folder: Path

    def type(self, line: str) -> Typed:
        """Run a command line; the person answers each question with yes."""
        surroundings = self.service.stack.environment_over(os.environ)
        surroundings |= {"LIBRARY_VALIDATOR_STACK": STACK_NAME, "COLUMNS": "200"}
        return type_line(line, self.folder, surroundings)

    def type_until(self, line: str, exit_codes: tuple[int, ...]) -> Typed:
        """Type a command again and again, until it ends as expected."""

        def typed() -> Typed | None:
            done = self.type(line)
            return done if done.exit_code in exit_codes else None

        return wait_until(typed, line)

    def answer(self, line: str) -> Any:
        done = self.type(f"{line} --json")
        assert done.exit_code == 0, done.stderr
        return json.loads(done.stdout)

    def put(self, queue: str, body: str) -> str:
        """Put a message in a queue; returns its id."""
        fifo = {"MessageGroupId": "releases", "MessageDeduplicationId": str(uuid4())}
        sent = self.service.sqs.send_message(
            QueueUrl=self.service.outputs[f"{queue}Url"],
            MessageBody=body,
            **(fifo if queue.startswith("Releases") else {}),  # type: ignore[arg-type]
        )
        return sent["MessageId"]

    def application(self, event: str, prefix: str = "walk") -> dict[str, Any]:
        """The body of an example, under an id that no other test uses."""
        record = json.loads((EVENTS / event).read_text())["Records"][0]
        body: dict[str, Any] = json.loads(record["body"])
        return body | {"application_id": f"{prefix}-{uuid4()}"}

    def decided(self, event: str) -> Decision:
        """The stored decision on an example."""
        body = self.application(event)
        self.service.send(json.dumps(body))
        (found,) = self.service.wait_for_decisions([body["application_id"]])
        decision = self.service.decisions.get(found["detail"]["data"]["source"], body["application_id"])
        assert decision
        return decision

    def loaded(self, name: str, content: bytes) -> Run:
        """The ended run of an upload."""
        self.service.upload(name, content)
        (run,) = wait_until(lambda: self.service.ended_runs([name]), f"{name} is loaded")
        return run

    def run_of(self, part: str) -> Run:
        """The oldest run of an upload whose name has this part: an acceptance uploads the same again."""
        runs = [run for run in self.service.registry.runs() if part in run.run_id]
        return min(runs, key=lambda run: run.started_at)


@dataclass(frozen=True, slots=True)
class Walk:
    """One section: ``situation`` makes it and returns the values of the placeholders in its commands;
    ``end`` asserts that it is over."""

    situation: Callable[[World], Values]
    end: Callable[[World, Values], None]
    not_run: Mapping[str, str] = field(default_factory=dict)  # beginning of a command line -> reason
    exit_codes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)  # other than 0
    repeated: frozenset[str] = frozenset()  # commands that the person types until they succeed

    mentioned: frozenset[str] = frozenset()  # commands that the text names without their arguments

    def types(self, command: str) -> bool:
        return command not in self.mentioned and not command.startswith(tuple(self.not_run))


def no_situation(_world: World) -> Values:
    return {}


def nothing_to_end(world: World, _values: Values) -> None:
    """The commands only look; the service answers as before."""
    assert world.service.active_version()
