"""Decisions per second beside peers: the same applications in the same run, one at a time and in batch.

    python -m lab.speed.decisions_per_second LABELLED_DIR --release PATH --older PATH ... [--output JSON]

Runs in the environment of requirements/bench.txt. The time is from the application as text to the answer:
cleaning, candidates, comparison, choice. The product's answer is the whole decision with evidence, and with
all processors the lines that ``match`` writes. A peer's answer is its best library and a score.

Every part runs ``--runs`` times in its own process, with one processor or with all. The matchers take turns.
Before a run every cache of cleaned text is cleared for every matcher; indexes stay. ``match`` runs in another
process without the peers' threads and starts its own processes in each run, as the command does. A slow
matcher gets fewer applications, and the result has their number. csv-reconcile always uses one processor.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self

from lab.measures import describe_run, report_progress
from lab.peers.accuracy_peers import peers_of
from lab.peers.records import FIELDS, Peer, Record, record_of, records_of
from lab.peers.with_csv_reconcile import WithCsvReconcile
from library_validator.decisions.deciding import Decider, Judge
from library_validator.decisions.decision import Submission
from library_validator.intake.applications_file import Row
from library_validator.matching import normalize
from library_validator.matching.states import read_state
from library_validator.matching.zips import read_zip
from library_validator.releases.reading.release import read_release
from library_validator_cli.evaluation.labelled import LabelledRow, read_labelled
from library_validator_cli.local_matching import BATCH, registry_of
from library_validator_cli.match_processes import processes_for
from library_validator_cli.terminal import json_line

# The number of applications in a run: in batch all of them, except for a peer that would take hours.
ONE_AT_A_TIME: Final = {
    "library-validator": 5_000,
    "rapidfuzz": 100,
    "recordlinkage": 10,
    "splink": 2,
    "csv-reconcile": 2,
}
IN_BATCH: Final = {"csv-reconcile": 10}
_AT: Final = datetime(2000, 1, 1, tzinfo=UTC)  # no answer depends on it
_PACKAGES: Final = ("rapidfuzz", "splink", "duckdb", "recordlinkage", "csv-reconcile", "pydantic")

Answer = Callable[[Sequence[LabelledRow]], object]


def main() -> None:
    given = _arguments()
    processors = [min(os.sched_getaffinity(0))]
    one_processor, all_processors = (
        _measure_in_new_process(given, processors),
        _measure_in_new_process(given, None),
    )
    body = {
        "schema_version": 1,
        "about": describe_run("speed.decisions_per_second", sys.argv[1:], _PACKAGES),
        "load_average": os.getloadavg(),
        "applications_in_batch": given.applications,
        "runs": given.runs,
        "one_processor": one_processor,
        "all_processors": all_processors,
    }
    print(_table("one processor", one_processor))
    print(_table("all processors", all_processors))
    if given.output:
        given.output.write_text(json.dumps(body, indent=1) + "\n", "utf-8")


def _measure_in_new_process(given: argparse.Namespace, processors: list[int] | None) -> dict[str, Any]:
    """Measures in a new process, because existing threads would keep their processors."""
    context = multiprocessing.get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_measure_and_send, args=(given, processors, sending))
    process.start()
    sending.close()
    try:
        found: dict[str, Any] = receiving.recv()
    except EOFError:
        raise SystemExit("the measuring process ended without a result; see its messages above") from None
    finally:
        process.join()
    return found


def _measure_and_send(given: argparse.Namespace, processors: list[int] | None, sending: Any) -> None:
    if processors:
        os.sched_setaffinity(0, processors)
    with MatchProcess(given) as match:
        sending.send(_measure(given, match, whole=processors is None))


def _measure(given: argparse.Namespace, match: MatchProcess, *, whole: bool) -> dict[str, Any]:
    """Applications per second by way and matcher: the median and every run."""
    rows = _applications(given.labelled, given.applications, given.seed)
    release = read_release(given.release)
    older = [read_release(path) for path in given.older]
    peers: list[Peer] = [*peers_of(older, given.seed), WithCsvReconcile()]
    for peer in peers:
        report_progress(f"preparing {peer.name}")
        peer.prepare(records_of(release))
    of_peers: dict[str, Answer] = {peer.name: _answer_of(peer) for peer in peers}
    in_batch: dict[str, Answer] = {"library-validator": match, **of_peers}
    many = {name: rows[: IN_BATCH.get(name)] for name in in_batch}
    found: dict[str, Any] = {"in_batch": _time_answers(in_batch, given.runs, many, match.forget)}
    if not whole:
        decider = Decider(registry_of([given.release], report_progress))
        singly = {"library-validator": _answer_by_decider(decider), **of_peers}
        by_one = {name: _answer_one_by_one(answer) for name, answer in singly.items()}
        few = {name: rows[: ONE_AT_A_TIME[name]] for name in by_one}
        found["one_at_a_time"] = _time_answers(by_one, given.runs, few)
        found["decided_in_batch"] = _time_answers(
            {"library-validator": _answer_by_decider(decider)}, given.runs, {"library-validator": rows}
        )
    return found


class MatchProcess:
    """Runs ``match`` on rows in another process, because ``match`` forks and no other thread may run in a
    process that forks."""

    def __init__(self, given: argparse.Namespace) -> None:
        context = multiprocessing.get_context("spawn")
        self._asking, answering = context.Pipe()
        self._process = context.Process(target=_match_on_request, args=(given, answering))

    def __enter__(self) -> Self:
        self._process.start()
        self._asking.recv()
        return self

    def __exit__(self, *_: object) -> None:
        self._asking.send(None)
        self._process.join()

    def forget(self) -> None:
        self._ask("forget")

    def __call__(self, _rows: Sequence[LabelledRow]) -> None:
        self._ask("match")

    def _ask(self, what: str) -> None:
        self._asking.send(what)
        self._asking.recv()


def _match_on_request(given: argparse.Namespace, answering: Any) -> None:
    labelled = _applications(given.labelled, given.applications, given.seed)
    rows = [_row(number, row) for number, row in enumerate(labelled, start=1)]
    judge = Judge(registry_of([given.release], report_progress))
    count = len(rows) if len(os.sched_getaffinity(0)) > 1 else 0
    answering.send("ready")
    for command in iter(answering.recv, None):
        if command == "forget":
            _clear_caches()
        else:
            with processes_for(count, judge, json_line) as match_lines:
                for _lines in match_lines(rows):
                    pass
        answering.send("done")


def _time_answers(
    answers: dict[str, Answer],
    runs: int,
    rows: Mapping[str, Sequence[LabelledRow]],
    forget: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    seconds: dict[str, list[float]] = {name: [] for name in answers}
    for run in range(runs):
        for name, answer in answers.items():
            report_progress(f"run {run + 1} of {runs}: {name}, {len(rows[name]):,} applications")
            _clear_caches()
            forget()
            started = time.perf_counter()
            answer(rows[name])
            seconds[name].append(time.perf_counter() - started)
    return {
        name: {
            "applications": len(rows[name]),
            "seconds": [round(run, 4) for run in taken],
            "per_second": round(len(rows[name]) / statistics.median(taken), 1),
            "slowest_per_second": round(len(rows[name]) / max(taken), 1),
            "fastest_per_second": round(len(rows[name]) / min(taken), 1),
        }
        for name, taken in seconds.items()
    }


def _clear_caches() -> None:
    for cleaned in (
        normalize.name_tokens,
        normalize.tokens_of,
        normalize.city,
        normalize.state,
        normalize.street,
        read_state,
        read_zip,
    ):
        cleaned.cache_clear()


def _answer_by_decider(decider: Decider) -> Answer:
    def decide(rows: Sequence[LabelledRow]) -> None:
        for start in range(0, len(rows), BATCH):
            chunk = rows[start : start + BATCH]
            decider.decide([_submission(row) for row in chunk], _AT)

    return decide


def _submission(row: LabelledRow) -> Submission:
    return Submission(source="benchmark", application=row.application, sent_at=_AT, problems=row.problems)


def _row(number: int, row: LabelledRow) -> Row:
    given = {name: value for name, value in asdict(row.application).items() if value}
    return Row(number, row.application.application_id, given)


def _answer_of(peer: Peer) -> Answer:
    return lambda rows: peer.score([_record(number, row) for number, row in enumerate(rows)])


def _record(number: int, row: LabelledRow) -> Record:
    return record_of(f"a{number}", "", {name: getattr(row.application, name) for name in FIELDS})


def _answer_one_by_one(answer: Answer) -> Answer:
    def answer_each_row(rows: Sequence[LabelledRow]) -> None:
        for row in rows:
            answer([row])

    return answer_each_row


def _applications(directory: Path, count: int, seed: int) -> list[LabelledRow]:
    """``count`` labelled applications of all sets, shuffled. If there are fewer, some are drawn again."""
    files = read_labelled(sorted(directory.glob("*.csv")))
    rows = [row for file in files for row in file.rows]
    draw = random.Random(seed)
    draw.shuffle(rows)
    return rows[:count] + draw.choices(rows, k=max(0, count - len(rows)))


def _table(title: str, found: dict[str, Any]) -> str:
    lines = [f"## {title}: applications per second, median (slowest to fastest run)"]
    for way, matchers in found.items():
        ours = matchers["library-validator"]["per_second"]
        for name, rate in matchers.items():
            spread = f"({rate['slowest_per_second']:,} to {rate['fastest_per_second']:,})"
            ratio = (
                "" if rate["per_second"] == ours else f", library-validator x {ours / rate['per_second']:.2f}"
            )
            lines.append(f"- {way.replace('_', ' ')}, {name}: {rate['per_second']:,} {spread}{ratio}")
    return "\n".join(lines)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("labelled", type=Path, metavar="LABELLED_DIR")
    parser.add_argument("--release", type=Path, required=True)
    parser.add_argument("--older", type=Path, action="append", required=True)
    parser.add_argument("--applications", type=int, default=50_000, help="in batch; default %(default)s")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, metavar="JSON")
    return parser.parse_args()


if __name__ == "__main__":
    main()
