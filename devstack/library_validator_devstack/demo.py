"""The whole service once through, on the local stack: releases in, applications in, decisions out.

It begins with an empty stack, so that it shows the same every time. The two bundled sample releases come
with applications written for them (``events/demo-applications*.jsonl``); for any other releases they are
drawn from these, with the right answers known.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from library_validator.decisions.decision import Decision
from library_validator.intake.applications_file import Row
from library_validator.registry.store import Run
from library_validator.releases.reading.release import read_release
from library_validator.releases.records import Release
from library_validator_cli.failures import CommandFailed
from library_validator_cli.following import follow_run
from library_validator_cli.sending import send
from library_validator_cli.stack_access import Stack, open_local_stack
from library_validator_cli.uploading import put_release
from library_validator_devstack.demo_cases import Case, drawn_cases, written_cases
from library_validator_devstack.local_stack import LocalStack

SAMPLES: Final = Path("events") / "sample"
SAMPLE_RELEASES: Final = (SAMPLES / "pls_sample_fy2021_csv.zip", SAMPLES / "pls_sample_fy2022_csv.zip")
MALFORMED: Final = Path("events") / "demo-malformed-message.txt"
LOAD_SECONDS: Final = 600.0
DECIDE_SECONDS: Final = 120.0
DEAD_LETTER_SECONDS: Final = 180.0
_POLL_SECONDS: Final = 0.5

Said = Callable[[str], None]


@dataclass(slots=True)
class Outcome:
    runs: list[Run]  # of the releases, oldest first
    cases: list[Case]
    decisions: dict[str, Decision] = field(default_factory=dict)  # by application id
    dead_letter: str | None = None  # the body of the message that nobody can be answered for
    events: int = 0  # waiting in the results queue, for the first consumer
    seconds: dict[str, float] = field(default_factory=dict)  # by step, in order

    def surprises(self) -> list[str]:
        """What did not come out as it has to; nothing if all is well."""
        said = []
        for case in self.cases:
            decision = self.decisions.get(case.application_id)
            if decision is None:
                said.append(f"{case.application_id} was not decided")
            elif not case.is_met_by(decision):
                said.append(f"{case.application_id} ({case.about}) is {decision.decision.value}")
        if self.dead_letter is None:
            said.append("the malformed message is not in the dead-letter queue")
        return said


def run_demo(
    local: LocalStack, releases: Sequence[Path] | None, said: Said, done: Callable[[str, float], None]
) -> Outcome:
    """All of it, with ``releases`` in any order, or the samples where there are none.

    ``said`` hears what is being done, ``done`` each step with its seconds. Raises ``ReleaseRefused``,
    ``CommandFailed`` where a release does not go live, and what ``LocalStack`` raises.
    """
    seconds: dict[str, float] = {}

    @contextmanager
    def step(name: str) -> Iterator[None]:
        began = time.monotonic()
        said(name)
        yield
        seconds[name] = time.monotonic() - began
        done(name, seconds[name])

    read = oldest_first(releases or [local.root / sample for sample in SAMPLE_RELEASES])
    with step("install the local stack"):
        local.install()
    with step("start it, empty"):
        local.stop()
        local.start()
    with step("build and deploy the template"):
        local.deploy()
    stack = open_local_stack(local)
    runs = []
    for source, _ in read:
        with step(f"load {source.name}"):
            runs.append(_load(stack, source, said))
    cases = drawn_cases([release for _, release in read]) if releases else written_cases(local.root)
    outcome = Outcome(runs, cases, seconds=seconds)
    malformed = (local.root / MALFORMED).read_text(encoding="utf-8")
    with step(f"decide {len(cases)} applications"):
        began = datetime.now(UTC)
        # Sent first: while it is tried again, the others are decided.
        stack.own_sqs.send_message(QueueUrl=stack.output("ApplicationsQueueUrl"), MessageBody=malformed)
        outcome.decisions = _decide(stack, cases, began, said)
    with step("wait for the malformed message to be given up"):
        outcome.dead_letter = _dead_letter(stack)
    outcome.events = _depth(stack, "ResultsQueueUrl")
    return outcome


def outcome_as_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "release": asdict(outcome.runs[-1]),
        "older_releases": [asdict(run) for run in outcome.runs[:-1]],
        "cases": [
            {
                "application_id": case.application_id,
                "about": case.about,
                "decision": decision.decision.value if decision else None,
                "reason_codes": decision.reason_codes if decision else [],
                "fscs_key": decision.match.fscs_key if decision and decision.match else None,
            }
            for case in outcome.cases
            for decision in [outcome.decisions.get(case.application_id)]
        ],
        "dead_letter": outcome.dead_letter,
        "events": outcome.events,
        "seconds": {step: round(taken, 1) for step, taken in outcome.seconds.items()},
        "surprises": outcome.surprises(),
    }


def oldest_first(paths: Sequence[Path]) -> list[tuple[Path, Release]]:
    """Each release with its file, in order of fiscal years. Raises ``ReleaseRefused``."""
    return sorted(((path, read_release(path)) for path in paths), key=lambda read: read[1].fiscal_year)


def _load(stack: Stack, source: Path, said: Said) -> Run:
    with source.open("rb") as body:
        run_id = put_release(stack, body, source.name)
    run = follow_run(stack.registry, run_id, said, LOAD_SECONDS)
    if run.status != "active":
        why = "; ".join(problem.get("message", "") for problem in run.problems)
        raise CommandFailed(f"{source.name} is {run.status}, not active: {why}")
    return run


def _decide(stack: Stack, cases: Sequence[Case], began: datetime, said: Said) -> dict[str, Decision]:
    decided: dict[str, Decision] = {}
    waiting = list(cases)
    deadline = time.monotonic() + DECIDE_SECONDS
    queue = stack.output("ApplicationsQueueUrl")
    sent: set[str] = set()
    while len(decided) < len(cases) and time.monotonic() < deadline:
        ready = [case for case in waiting if case.after is None or case.after in decided]
        waiting = [case for case in waiting if case not in ready]
        rows = [Row(line, case.application_id, case.fields) for line, case in enumerate(ready, start=1)]
        refused = send(stack.own_sqs, queue, rows, sent=lambda _count: None)
        if refused:
            raise CommandFailed(f"{refused[0].row.application_id} was not taken: {refused[0].reason}")
        sent.update(row.application_id for row in rows)
        decided = {
            one.application_id: one for one in stack.decisions.recent(began) if one.application_id in sent
        }
        said(f"decided {len(decided)} of {len(cases)} applications")
        time.sleep(_POLL_SECONDS)
    return decided


def _dead_letter(stack: Stack) -> str | None:
    """Look at the dead letter and leave it where it is; None if there is none in time."""
    deadline = time.monotonic() + DEAD_LETTER_SECONDS
    queue = stack.output("ApplicationsDeadLetterQueueUrl")
    while time.monotonic() < deadline:
        found = stack.own_sqs.receive_message(QueueUrl=queue, VisibilityTimeout=0)
        for message in found.get("Messages", []):
            return message["Body"]
        time.sleep(_POLL_SECONDS)
    return None


def _depth(stack: Stack, output: str) -> int:
    answer = stack.sqs.get_queue_attributes(
        QueueUrl=stack.output(output), AttributeNames=["ApproximateNumberOfMessages"]
    )
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])
