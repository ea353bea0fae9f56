"""Makes the next dictionary for stored decisions: the frequent texts of their JSON.

    python -m lab.weights.decision_dictionary

It has every reason, next step and level, and three decisions on the invented sample release, one for each
answer. Texts at the end are the cheapest to refer to. The file is written beside ``casework_access.py`` with
the next number, and is used when ``DICTIONARY`` there has that number. An existing dictionary is never
replaced, because the decisions that were packed with it cannot be read without it. A new dictionary pays when
an item of a typical decision is over a kilobyte. ``tests/unit/adapters/test_packed_decisions.py`` reports
that.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from pydantic_core import to_json

from lab.speed.read_units import NOW, SAMPLE_RELEASE, draw_sample
from library_validator.adapters.aws import casework_access
from library_validator.decisions.answer import Answer
from library_validator.decisions.deciding import Decider
from library_validator.decisions.decision import Cause, Decision
from library_validator.decisions.reasons import next_steps, reason_codes, reasons_of
from library_validator.matching.weights import load_weights
from library_validator_cli.local_matching import registry_of

COUNT: Final = 300
WINDOW: Final = 32_500  # bytes that deflate looks back at, less its longest match


def dictionary_of(decisions: Sequence[Decision]) -> bytes:
    """The dictionary. ``decisions`` has decisions of every answer; one of each becomes its pattern."""
    parts = [*_reasons(), *_next_steps(), *_levels(), *_patterns(decisions)]
    return "".join(parts).encode()[-WINDOW:]


def _reasons() -> Iterator[str]:
    for code in reversed(reason_codes()):  # the first codes of the file are the most common
        (reason,) = reasons_of([code], {})
        yield f"{to_json(reason).decode()},"


def _next_steps() -> Iterator[str]:
    for code, text in next_steps().items():
        yield f'"next_step":{{"code":{json.dumps(code)},"text":{json.dumps(text, ensure_ascii=False)}}},'


def _levels() -> Iterator[str]:
    for field, levels in load_weights().bits.items():
        for level, bits in levels.items():
            yield f'{{"field":"{field}","level":"{level}","applied":"'
            yield f'","bits":{bits}}},'


def _patterns(decisions: Sequence[Decision]) -> Iterator[str]:
    for answer in (Answer.NOT_VALIDATED, Answer.NEEDS_REVIEW, Answer.VALIDATED):
        alike = [decision for decision in decisions if decision.decision is answer]
        # The longest decision also helps the shorter decisions.
        pattern = max(alike, key=lambda decision: len(decision.model_dump_json()))
        if answer is Answer.NEEDS_REVIEW:
            cause = Cause(kind="registry", detail=f"{pattern.registry_version}@{NOW.isoformat()}")
            pattern = pattern.model_copy(update={"cause": cause, "before": pattern.as_before})
        yield pattern.model_dump_json()


def main() -> None:
    decider = Decider(registry_of([SAMPLE_RELEASE], lambda _: None), timedelta(days=365))
    made = dictionary_of(decider.decide(draw_sample(SAMPLE_RELEASE, COUNT), NOW))
    folder = Path(casework_access.__file__).parent
    number = 1 + len(list(folder.glob("decision_dictionary_*.txt")))
    target = folder / f"decision_dictionary_{number}.txt"
    target.write_bytes(made)
    print(f"{target.name}: {len(made):,} bytes")


if __name__ == "__main__":
    main()
