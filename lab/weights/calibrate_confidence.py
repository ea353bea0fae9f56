"""Counts how often answers are right at each step of the match weight, and writes ``confidence.json``.

    python -m lab.weights.calibrate_confidence LABELLED.csv ... --release ZIP [--write]

It counts the labelled applicants of one half, by a hash of the application's id. The printed table tests the
counts on the other half. A higher weight never makes an answer less certain: neighbouring steps that disagree
are counted together (pool adjacent violators; Ayer et al. 1955).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from library_validator.decisions.answer import Answer
from library_validator.decisions.confidence import STEPS, WeightStep
from library_validator_cli.evaluation.curves import half_of
from library_validator_cli.evaluation.labelled import GONE, read_labelled
from library_validator_cli.evaluation.measure import MeasuredRow, measure_rows
from library_validator_cli.local_matching import registry_of

CONFIDENCE: Final = Path(__file__).parents[2] / "layers/core/library_validator/decisions/confidence.json"
_LOWEST: Final = -1000.0  # bits below every candidate


def count_steps(measured_rows: Iterable[MeasuredRow]) -> list[WeightStep]:
    """The steps of the match weight, for the rows with one answer. The share of right candidates never falls
    from one step to the next."""
    counts = {bits: [0, 0] for bits in (_LOWEST, *STEPS)}
    for measured in measured_rows:
        step = max(bits for bits in counts if bits <= measured.bits)
        counts[step][0] += measured.best_key == measured.row.label
        counts[step][1] += 1
    pooled: list[WeightStep] = []
    for bits, (right, of) in counts.items():
        pooled.append(WeightStep(bits, right, of))
        while len(pooled) > 1 and pooled[-1].confidence <= pooled[-2].confidence:
            above, below = pooled.pop(), pooled.pop()
            pooled.append(WeightStep(below.bits, below.right + above.right, below.of + above.of))
    return pooled


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("labelled", nargs="+", type=Path)
    parser.add_argument("--release", type=Path, required=True)
    parser.add_argument("--write", action="store_true", help="write confidence.json")
    given = parser.parse_args()
    rows = [row for file in read_labelled(given.labelled) for row in file.rows if row.label != GONE]
    with measure_rows(rows, registry_of([given.release], print)) as stream:
        measured_rows = [measured for measured in stream if measured.best_key]
    steps = {answer: count_steps(_rows_of_half(measured_rows, answer, "choose")) for answer in Answer}
    for answer, of_answer in steps.items():
        print(_table_of_steps(answer, of_answer, list(_rows_of_half(measured_rows, answer, "report"))))
    if given.write:
        body = {"steps": {answer.value: of_answer for answer, of_answer in steps.items()}}
        CONFIDENCE.write_text(f"{json.dumps(body, indent=1)}\n", encoding="utf-8")
        print(f"written: {CONFIDENCE.name}")


def _rows_of_half(measured_rows: Iterable[MeasuredRow], answer: Answer, half: str) -> Iterable[MeasuredRow]:
    for measured in measured_rows:
        if measured.answer is answer and half_of(measured.row.application.application_id) == half:
            yield measured


def _table_of_steps(answer: Answer, steps: Sequence[WeightStep], others: Sequence[MeasuredRow]) -> str:
    lines = [f"{answer.value}: bits from, confidence, right of the half counted, right of the other half"]
    for place, step in enumerate(steps):
        end = steps[place + 1].bits if place + 1 < len(steps) else float("inf")
        inside = [measured for measured in others if step.bits <= measured.bits < end]
        right = sum(measured.best_key == measured.row.label for measured in inside)
        shares = f"{step.right:>7,} of {step.of:,} {right:>7,} of {len(inside):,}"
        lines.append(f"{step.bits:>8g} {step.confidence:10.6f} {shares}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
