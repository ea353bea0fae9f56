"""The demo: the whole service on the local stack, from releases and applications to decisions.

It begins with an empty stack, so it shows the same every time. The two bundled sample releases have
applications that were written for them (``events/demo-applications*.jsonl``). For any other releases, the
applications are drawn from the releases, and their right answers are known.
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
from library_validator.views.words import words_of_code
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

OnStep = Callable[[str], None]


@dataclass(slots=True)
class DemoResult:
    """Everything that the demo shows at its end."""

    runs: list[Run]  # of the releases, oldest first
    cases: list[Case]
    decisions: dict[str, Decision] = field(default_factory=dict)  # by application id
    dead_letter: str | None = None  # the body of the message that is not an application
    events: int = 0  # number of events that wait in the results queue
    seconds: dict[str, float] = field(default_factory=dict)  # by step, in order

    def surprises(self) -> list[str]:
        """A sentence for each result that is not the expected one."""
        sentences = []
        for case in self.cases:
            decision = self.decisions.get(case.application_id)
            if decision is None:
                sentences.append(f"{case.application_id} was not decided")
            elif not case.is_met_by(decision):
                sentences.append(
                    f"{case.application_id} ({case.about}) was decided as {words_of_code(decision.decision)}"
                )
        if self.dead_letter is None:
            sentences.append("the malformed message is not in the dead-letter queue")
        return sentences


def run_demo(
    local: LocalStack, releases: Sequence[Path] | None, on_step: OnStep, on_done: Callable[[str, float], None]
) -> DemoResult:
    """Run the demo with ``releases`` in any order; without releases, with the samples.

    ``on_step`` is called with each phrase about the present step, ``on_done`` with each finished step and its
    seconds. Raises ``ReleaseRefused``, ``LocalStackFailed``, and ``CommandFailed`` if a release does not go
    live.
    """
    seconds: dict[str, float] = {}

    @contextmanager
    def step(name: str) -> Iterator[None]:
        began = time.monotonic()
        on_step(name)
        yield
        seconds[name] = time.monotonic() - began
        on_done(name, seconds[name])

    read = releases_by_year(releases or [local.root / sample for sample in SAMPLE_RELEASES])
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
            runs.append(_load_release(stack, source, on_step))
    cases = drawn_cases([release for _, release in read]) if releases else written_cases(local.root)
    result = DemoResult(runs, cases, seconds=seconds)
    malformed = (local.root / MALFORMED).read_text(encoding="utf-8")
    with step(f"decide {len(cases)} applications"):
        began = datetime.now(UTC)
        # Sent first: the applications are decided while the service retries this message.
        stack.own_sqs.send_message(QueueUrl=stack.output("ApplicationsQueueUrl"), MessageBody=malformed)
        result.decisions = _decide_cases(stack, cases, began, on_step)
    with step("wait until the malformed message is in the dead-letter queue"):
        result.dead_letter = _wait_for_dead_letter(stack)
    result.events = _count_messages(stack, "ResultsQueueUrl")
    return result


def result_as_json(result: DemoResult) -> dict[str, Any]:
    return {
        "release": asdict(result.runs[-1]),
        "older_releases": [asdict(run) for run in result.runs[:-1]],
        "cases": [
            {
                "application_id": case.application_id,
                "about": case.about,
                "decision": decision.decision.value if decision else None,
                "reason_codes": decision.reason_codes if decision else [],
                "fscs_key": decision.match.fscs_key if decision and decision.match else None,
            }
            for case in result.cases
            for decision in [result.decisions.get(case.application_id)]
        ],
        "dead_letter": result.dead_letter,
        "events": result.events,
        "seconds": {step: round(taken, 1) for step, taken in result.seconds.items()},
        "surprises": result.surprises(),
    }


def releases_by_year(paths: Sequence[Path]) -> list[tuple[Path, Release]]:
    """The releases with their files, by fiscal year. Raises ``ReleaseRefused``."""
    return sorted(((path, read_release(path)) for path in paths), key=lambda read: read[1].fiscal_year)


def _load_release(stack: Stack, source: Path, on_step: OnStep) -> Run:
    with source.open("rb") as body:
        run_id = put_release(stack, body, source.name)
    run = follow_run(stack.registry, run_id, on_step, LOAD_SECONDS)
    if run.status != "active":
        why = "; ".join(problem.get("message", "") for problem in run.problems)
        raise CommandFailed(f"{source.name} did not go live; its load is {run.status}: {why}")
    return run


def _decide_cases(
    stack: Stack, cases: Sequence[Case], began: datetime, on_step: OnStep
) -> dict[str, Decision]:
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
            raise CommandFailed(
                f"the queue did not take {refused[0].row.application_id}: {refused[0].reason}"
            )
        sent.update(row.application_id for row in rows)
        decided = {
            decision.application_id: decision
            for decision in stack.decisions.recent_decisions(began)
            if decision.application_id in sent
        }
        on_step(f"decided {len(decided)} of {len(cases)} applications")
        time.sleep(_POLL_SECONDS)
    return decided


def _wait_for_dead_letter(stack: Stack) -> str | None:
    """The body of the dead letter, which stays in its queue; None if it does not arrive in time."""
    deadline = time.monotonic() + DEAD_LETTER_SECONDS
    queue = stack.output("ApplicationsDeadLetterQueueUrl")
    while time.monotonic() < deadline:
        found = stack.own_sqs.receive_message(QueueUrl=queue, VisibilityTimeout=0)
        for message in found.get("Messages", []):
            return message["Body"]
        time.sleep(_POLL_SECONDS)
    return None


def _count_messages(stack: Stack, output: str) -> int:
    answer = stack.sqs.get_queue_attributes(
        QueueUrl=stack.output(output), AttributeNames=["ApproximateNumberOfMessages"]
    )
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])
