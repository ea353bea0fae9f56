"""The libraries that other bodies are named after: of all sizes, from many states, some without "library"."""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Final

from lab.wordings.wording import Wording
from library_validator.releases.records import Release, Structure, System

_SIZES: Final = (2_500, 10_000, 50_000, 250_000)  # persons served; five bands of systems
_ONE_IN: Final = 4  # of the libraries has a name that does not say library, while there are any
_SIGNS: Final = str.maketrans("", "", ".,")


def choose_libraries(
    release: Release, wordings: Sequence[Wording], count: int, seed: int
) -> Sequence[System]:
    """``count`` systems with street, ZIP and phone; the same release, wordings and seed give the same ones.

    A library beside which a wording would be a name that its state's list has is passed over: its rows
    would be labelled wrongly. Raises ``ValueError`` where the release has too few.
    """
    listed = {
        (one.state, plain_name(one.name)) for records in (release.systems, release.outlets) for one in records
    }
    waiting = [system for system in release.systems if _has_door_and_phone(system)]
    Random(f"wordings {seed}").shuffle(waiting)
    chosen: list[System] = []
    sizes: Counter[int] = Counter()
    states: Counter[str] = Counter()
    while len(chosen) < count:
        if not waiting:
            raise ValueError(f"the release has no more than {len(chosen)} libraries to choose, not {count}")
        without = sum(not says_library(system.name) for system in chosen)
        wanted = without * _ONE_IN > len(chosen)
        pool = [system for system in waiting if says_library(system.name) is wanted] or waiting
        # Of equals, the first as shuffled.
        system = min(pool, key=lambda one: (sizes[_size(one)], states[one.state]))
        waiting.remove(system)
        if any(
            (system.state, plain_name(wording.written_with(system.name, system.city))) in listed
            for wording in wordings
        ):
            continue
        chosen.append(system)
        sizes[_size(system)] += 1
        states[system.state] += 1
    return chosen


def says_library(name: str) -> bool:
    return any(part in name.casefold() for part in ("librar", "bibliotec"))


def plain_name(name: str) -> str:
    """Capitals without full stops and commas; letters of every script stay."""
    return " ".join(name.upper().translate(_SIGNS).split())


def _has_door_and_phone(system: System) -> bool:
    return (
        system.structure == Structure.UNCHANGED
        and system.population >= 0
        and system.street[:1].isdigit()  # a door, not a post office box
        and system.city not in ("", "M")
        and len(system.zip) == 5
        and len(system.phone) == 10
    )


def _size(system: System) -> int:
    return bisect(_SIZES, system.population)
