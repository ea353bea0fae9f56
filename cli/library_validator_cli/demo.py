"""The whole service once through, on the local stack: a release in, applications in, decisions out.

It begins with an empty stack, so that it shows the same every time. The bundled sample release comes
with applications written for it (``events/demo-applications.jsonl``); for any other release they are
drawn from it, with the right answers known.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from library_validator.decisions.application import FIELDS
from library_validator.decisions.decision import Answer, Decision
from library_validator.intake.applications_file import Row
from library_validator.registry.store import Run
from library_validator.releases.reading import read_release
from library_validator_cli.failures import CommandFailed
from library_validator_cli.following import follow_run
from library_validator_cli.local_stack import LocalStack
from library_validator_cli.sample_applications import NONE, sample_applications
from library_validator_cli.sending import send
from library_validator_cli.stack_access import Stack, open_local_stack
from library_validator_cli.uploading import put_release

SAMPLE_RELEASE: Final = Path("events") / "sample" / "pls_sample_fy2022_csv.zip"
APPLICATIONS: Final = Path("events") / "demo-applications.jsonl"
MALFORMED: Final = Path("events") / "demo-malformed-message.txt"
DRAWN: Final = 400  # of which the first of each kind are shown
SEED: Final = 1
LOAD_SECONDS: Final = 600.0
DECIDE_SECONDS: Final = 120.0
DEAD_LETTER_SECONDS: Final = 180.0
_POLL_SECONDS: Final = 0.5

Said = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Case:
    """One application of the demo: what is sent, what it shows, and what has to come out."""

    fields: dict[str, Any]
    about: str
    expected: Answer | None = None
    fscs_key: str | None = None  # the only system that it may be validated as
    after: str | None = None  # the application that must be decided before this one is sent

    @property
    def application_id(self) -> str:
        return str(self.fields["application_id"])

    def is_met_by(self, decision: Decision) -> bool:
        if self.expected is not None and decision.decision is not self.expected:
            return False
        if decision.decision is not Answer.VALIDATED:
            return True
        return self.fscs_key is None or (
            decision.match is not None and decision.match.fscs_key == self.fscs_key
        )


@dataclass(slots=True)
class Outcome:
    run: Run
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
    local: LocalStack, release: Path | None, said: Said, done: Callable[[str, float], None]
) -> Outcome:
    """All of it; ``said`` hears what is being done, ``done`` each step with its seconds.

    Raises ``CommandFailed`` where the release does not go live, and what ``LocalStack`` raises.
    """
    seconds: dict[str, float] = {}

    @contextmanager
    def step(name: str) -> Iterator[None]:
        began = time.monotonic()
        said(name)
        yield
        seconds[name] = time.monotonic() - began
        done(name, seconds[name])

    source = release or local.root / SAMPLE_RELEASE
    with step("install the local stack"):
        local.install()
    with step("start it, empty"):
        local.stop()
        local.start()
    with step("build and deploy the template"):
        local.deploy()
    stack = open_local_stack(local)
    with step(f"load {source.name}"):
        run = _load(stack, source, said)
    cases = _written_cases(local.root) if release is None else _drawn_cases(release)
    outcome = Outcome(run, cases, seconds=seconds)
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
        "release": asdict(outcome.run),
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


def _load(stack: Stack, source: Path, said: Said) -> Run:
    with source.open("rb") as body:
        run_id = put_release(stack, body, source.name)
    run = follow_run(stack.registry, run_id, said, LOAD_SECONDS)
    if run.status != "active":
        why = "; ".join(problem.get("message", "") for problem in run.problems)
        raise CommandFailed(f"{source.name} is {run.status}, not active: {why}")
    return run


def _written_cases(root: Path) -> list[Case]:
    lines = (root / APPLICATIONS).read_text(encoding="utf-8").splitlines()
    return [
        Case(
            fields={name: one[name] for name in ("application_id", *FIELDS) if name in one},
            about=one["about"],
            expected=Answer(one["expected"]),
            after=one.get("after"),
        )
        for one in map(json.loads, lines)
    ]


def _drawn_cases(release: Path) -> list[Case]:
    """Two applications of each kind of library and one of each kind of impostor, no library twice.

    A library may end with a person, an impostor is never validated.
    """
    cases: list[Case] = []
    shown: Counter[str] = Counter()
    keys: set[str] = set()
    for drawn in sample_applications(read_release(release), DRAWN, SEED):
        if shown[drawn.kind] == (1 if drawn.label == NONE else 2) or drawn.label in keys - {NONE}:
            continue
        shown[drawn.kind] += 1
        keys.add(drawn.label)
        told = asdict(drawn)
        fields = {name: told[name] for name in ("application_id", *FIELDS) if told[name]}
        cases.append(Case(fields, drawn.kind.replace("_", " "), fscs_key=drawn.label))
    first = next(case for case in cases if case.about == "clean")
    again = {**first.fields, "application_id": f"{first.application_id}-again"}
    about = f"{first.application_id} again, by another"
    cases.append(Case(again, about, Answer.NEEDS_REVIEW, after=first.application_id))
    return cases


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
            one.application_id: one for one in stack.casework.recent(began) if one.application_id in sent
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
