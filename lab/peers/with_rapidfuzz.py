"""rapidfuzz over every record of the applicant's state, all fields, weighted by hand.

A programmer writes it in an afternoon: token-sorted similarity of names and streets, plain similarity of
cities, agreement of ZIPs and phones, and a weighted sum. Other weights and other values for missing fields
(0.3 to 0.85) are not better on most sets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from rapidfuzz import fuzz, process

from lab.peers.records import NOTHING, BestLibrary, Record

NAME: Final = 0.45
STREET: Final = 0.20
CITY: Final = 0.10
ZIP: Final = 0.10
PHONE: Final = 0.15
MISSING: Final = 0.5  # similarity of a missing field: neutral
_CHUNK: Final = 2_000  # applications at a time, to bound the matrices


class WithRapidfuzz:
    """Scores are from 0 to 1."""

    name = "rapidfuzz"

    def __init__(self) -> None:
        self._states: dict[str, list[Record]] = {}

    def prepare(self, registry: Sequence[Record]) -> None:
        states: defaultdict[str, list[Record]] = defaultdict(list)
        for record in sorted(registry, key=lambda record: (record.fscs_key, record.id)):
            states[record.state].append(record)
        self._states = dict(states)

    def score(self, applications: Sequence[Record]) -> list[BestLibrary]:
        answers = [NOTHING] * len(applications)
        by_state: defaultdict[str, list[int]] = defaultdict(list)
        for position, application in enumerate(applications):
            by_state[application.state].append(position)
        for state, positions in by_state.items():
            records = self._states.get(state, [])
            if not records:
                continue
            for start in range(0, len(positions), _CHUNK):
                chunk = positions[start : start + _CHUNK]
                found = _best([applications[position] for position in chunk], records)
                for position, answer in zip(chunk, found, strict=True):
                    answers[position] = answer
        return answers


def _best(applications: list[Record], records: list[Record]) -> list[BestLibrary]:
    """``records`` are ordered by FSCS key."""
    total = (
        NAME * _similarity(applications, records, lambda record: record.name, fuzz.token_sort_ratio)
        + STREET * _similarity(applications, records, lambda record: record.street, fuzz.token_sort_ratio)
        + CITY * _similarity(applications, records, lambda record: record.city, fuzz.ratio)
        + ZIP * _agreement(applications, records, lambda record: record.zip)
        + PHONE * _agreement(applications, records, lambda record: record.phone)
    )
    keys = [record.fscs_key for record in records]
    starts = [place for place, key in enumerate(keys) if place == 0 or keys[place - 1] != key]
    libraries = np.maximum.reduceat(total, starts, axis=1)
    first = libraries.argmax(axis=1)
    answers = []
    for row, column in enumerate(first):
        best = float(libraries[row, column])
        libraries[row, column] = -1.0
        margin = best - float(libraries[row].max()) if len(starts) > 1 else None
        answers.append(BestLibrary(keys[starts[column]], best, margin))
    return answers


def _similarity(
    applications: list[Record],
    records: list[Record],
    field: Callable[[Record], str],
    scorer: Callable[..., float],
) -> np.ndarray:
    left, right = [field(application) for application in applications], [field(record) for record in records]
    matrix = process.cdist(left, right, scorer=scorer, dtype=np.float32, workers=-1) / 100.0
    return _make_missing_neutral(matrix, left, right)


def _agreement(
    applications: list[Record], records: list[Record], field: Callable[[Record], str]
) -> np.ndarray:
    left, right = [field(application) for application in applications], [field(record) for record in records]
    matrix = (np.array(left)[:, None] == np.array(right)[None, :]).astype(np.float32)
    return _make_missing_neutral(matrix, left, right)


def _make_missing_neutral(matrix: np.ndarray, left: list[str], right: list[str]) -> np.ndarray:
    matrix[[not text for text in left], :] = MISSING
    matrix[:, [not text for text in right]] = MISSING
    return matrix
