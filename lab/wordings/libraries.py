"""The libraries that bodies are named after: of all sizes, from many states, some without "library"."""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Final

from lab.wordings.wording import Wording
from library_validator.releases.records import Release, Structure, System

_SIZES: Final = (2_500, 10_000, 50_000, 250_000)  # limits of five bands of systems, in persons served
# every fourth library has a name without the word library, as long as there are such libraries
_ONE_IN: Final = 4
_SIGNS: Final = str.maketrans("", "", ".,")


def choose_libraries(
    release: Release, wordings: Sequence[Wording], count: int, seed: int
) -> Sequence[System]:
    """``count`` systems with street, ZIP and phone. The same inputs give the same systems.

    A library is skipped if a wording would give a name that is listed in its state, because the label would
    be wrong. Raises ``ValueError`` if the release has too few libraries.
    """
    listed = {
        (record.state, plain_name(record.name))
        for records in (release.systems, release.outlets)
        for record in records
    }
    waiting = [system for system in release.systems if _has_street_and_phone(system)]
    Random(f"wordings {seed}").shuffle(waiting)
    chosen: list[System] = []
    sizes: Counter[int] = Counter()
    states: Counter[str] = Counter()
    while len(chosen) < count:
        if not waiting:
            raise ValueError(f"the release has only {len(chosen)} suitable libraries, not {count}")
        without = sum(not has_word_library(system.name) for system in chosen)
        with_word = without * _ONE_IN > len(chosen)
        pool = [system for system in waiting if has_word_library(system.name) is with_word] or waiting
        # The shuffled order decides between equal systems.
        system = min(pool, key=lambda candidate: (sizes[_size(candidate)], states[candidate.state]))
        waiting.remove(system)
        if any(
            (system.state, plain_name(wording.name_with(system.name, system.city))) in listed
            for wording in wordings
        ):
            continue
        chosen.append(system)
        sizes[_size(system)] += 1
        states[system.state] += 1
    return chosen


def has_word_library(name: str) -> bool:
    return any(part in name.casefold() for part in ("librar", "bibliotec"))


def plain_name(name: str) -> str:
    """Capitals without full stops and commas. Letters of every script do not change."""
    return " ".join(name.upper().translate(_SIGNS).split())


def _has_street_and_phone(system: System) -> bool:
    return (
        system.structure == Structure.UNCHANGED
        and system.population >= 0
        and system.street[:1].isdigit()  # a street address, not a post office box
        and system.city not in ("", "M")
        and len(system.zip) == 5
        and len(system.phone) == 10
    )


def _size(system: System) -> int:
    return bisect(_SIZES, system.population)
