"""The cost of building the models of an answer, as a ratio to judging alone.

    python -m lab.speed.answer_models [--release ZIP] [--labelled DIR] [--applications N] [--runs N]
        [--output JSON]

Without arguments it takes the bundled sample release and applications drawn from it. Three ways take turns on
the same batches of ten:

- ``judged``: only matching and rules;
- ``decided``: also the ``Decision``;
- ``stored and sent``: also the bytes of the stored body and the JSON of the event.

Times are of the processor, for each application. Stores are in memory. Every way runs once before it counts.

``parts`` shows why the parts of an answer are plain dataclasses: it makes the nine comparisons of an answer
and writes them as JSON, with the same fields as a plain dataclass, as a frozen and slotted one, and as a
pydantic model.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import fields, make_dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from timeit import timeit
from typing import Any, Final

import orjson
from pydantic import create_model

from lab.growth.growth_applicants import draw_rows, labelled_rows
from lab.measures import describe_run, measured_value, ratio_of_medians, report_progress, write_result
from lab.speed.read_units import BATCH, SAMPLE_RELEASE, batches_of
from library_validator.adapters.aws.casework_access import pack_decision
from library_validator.decisions.answer import Comparison
from library_validator.decisions.deciding import Decider, Judge
from library_validator.decisions.decision import Submission
from library_validator.decisions.events import event_of
from library_validator.registry.store import RegistryReader
from library_validator.releases.reading.release import read_release
from library_validator_cli.local_matching import registry_of

APPLICATIONS: Final = 1_000
RUNS: Final = 7
_PARTS: Final = 2_000  # answers whose comparisons are made in a run
_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)  # no answer depends on it

Way = Callable[[Sequence[Submission]], None]


def answer_functions(registry: RegistryReader) -> dict[str, Way]:
    """Each way of answering a batch, by name. Each does more than the way before it."""
    judge, decider = Judge(registry), Decider(registry)

    def judge_only(batch: Sequence[Submission]) -> None:
        judge.judge(batch)

    def decide_only(batch: Sequence[Submission]) -> None:
        decider.decide(batch, _AT)

    def decide_and_serialize(batch: Sequence[Submission]) -> None:
        for decision in decider.decide(batch, _AT):
            pack_decision(decision)
            event_of(decision).model_dump_json()

    return {"judged": judge_only, "decided": decide_only, "stored and sent": decide_and_serialize}


def measure_ways(registry: RegistryReader, submissions: Sequence[Submission], runs: int) -> dict[str, Any]:
    """For each way, the microseconds for an application and the ratio to judging alone."""
    timed = answer_functions(registry)
    microseconds: dict[str, list[float]] = {name: [] for name in timed}
    for run in range(runs + 1):
        for name, way in timed.items():
            taken = _microseconds(way, submissions)
            if run:
                microseconds[name].append(taken)
    times = {name: measured_value(runs_of_way, "µs", 1) for name, runs_of_way in microseconds.items()}
    judge_only = times["judged"]
    ratios = {
        f"{name} to judged": ratio_of_medians(time_of_way, judge_only)
        for name, time_of_way in times.items()
        if name != "judged"
    }
    return {"applications": len(submissions), "batch": BATCH, "times": times, "ratios": ratios}


def kinds_of_part() -> dict[str, Callable[..., Any]]:
    """A comparison's fields, as each kind of class."""
    names = [field.name for field in fields(Comparison)]
    types = [(field.name, float if field.name == "bits" else str) for field in fields(Comparison)]
    model = create_model("Model", **{name: (kind, ...) for name, kind in types})  # type: ignore[call-overload]
    return {
        "plain dataclass": make_dataclass("Plain", types),
        "frozen, slotted dataclass": make_dataclass("Frozen", types, frozen=True, slots=True),
        "pydantic model": lambda *values: model(**dict(zip(names, values, strict=True))),
    }


def measure_parts(runs: int) -> dict[str, Any]:
    """Microseconds for the comparisons of an answer, as each kind of class, and the ratios to the first."""
    values = ("name", "exact", "Alder Point Library", "ALDER POINT LIBRARY", 9.25)
    microseconds: dict[str, list[float]] = {}
    for _ in range(runs):
        for name, kind in kinds_of_part().items():
            made = timeit(partial(_comparisons_as_json, kind, values), number=_PARTS)
            microseconds.setdefault(name, []).append(1e6 * made / _PARTS)
    times = {name: measured_value(of_kind, "µs", 2) for name, of_kind in microseconds.items()}
    plain = times["plain dataclass"]
    others = {name: time_of_kind for name, time_of_kind in times.items() if name != "plain dataclass"}
    ratios = {f"{name} to plain": ratio_of_medians(other, plain) for name, other in others.items()}
    return {"times": times, "ratios": ratios}


def _comparisons_as_json(kind: Callable[..., Any], values: Sequence[Any]) -> bytes:
    return orjson.dumps([kind(*values) for _ in range(9)], default=lambda model: model.model_dump())


def _microseconds(way: Way, submissions: Sequence[Submission]) -> float:
    gc.collect()
    started = time.process_time()
    for batch in batches_of(submissions, BATCH):
        way(batch)
    return 1e6 * (time.process_time() - started) / len(submissions)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--release", type=Path, default=SAMPLE_RELEASE)
    parser.add_argument(
        "--labelled", type=Path, metavar="DIR", help="labelled sets; default: drawn applications"
    )
    parser.add_argument("--applications", type=int, default=APPLICATIONS, metavar="N")
    parser.add_argument("--runs", type=int, default=RUNS, metavar="N")
    parser.add_argument("--output", type=Path, metavar="JSON")
    given = parser.parse_args(arguments)
    rows = draw_rows(labelled_rows(read_release(given.release), given.labelled), given.applications)
    submissions = [
        Submission(source="benchmark", application=row.application, sent_at=_AT, problems=row.problems)
        for row in rows
    ]
    found = measure_ways(
        registry_of([given.release], report_progress),
        submissions[: len(rows) - len(rows) % BATCH],
        given.runs,
    )
    found["parts"] = measure_parts(given.runs)
    shown = {**found["times"], **found["ratios"], **found["parts"]["times"], **found["parts"]["ratios"]}
    for name, measure_of_way in shown.items():
        report_progress(f"{name}: {measure_of_way['median']:,} {measure_of_way['unit']}")
    options = sys.argv[1:] if arguments is None else arguments
    write_result(
        {"about": describe_run("speed.answer_models", options, ("pydantic",)), **found}, given.output
    )


if __name__ == "__main__":
    main()
