"""Thresholds, the affiliate rule, and what a matcher gets right on each labelled set."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from benchmarks.peers.product import Outcome
from benchmarks.peers.records import Best
from library_validator.matching.names import read_name
from library_validator.matching.words import AFFILIATES, OUT_OF_SCOPE
from library_validator.releases.records import Release

NONE: Final = "NONE"
GONE: Final = "GONE"
CUE_WORDS: Final = AFFILIATES | OUT_OF_SCOPE.keys()
NEVER: Final = float("inf")


@dataclass(frozen=True, slots=True)
class Labelled:
    """An application with its right answer: an FSCS key, ``NONE`` or ``GONE``."""

    application_id: str
    set: str
    label: str
    fields: Mapping[str, str]  # as written, the id included
    in_pool: bool  # whether thresholds are chosen on it

    @property
    def is_library(self) -> bool:
        return self.label not in (NONE, GONE)


@dataclass(frozen=True, slots=True)
class Measure:
    """Counts of one set. Rows labelled ``GONE`` count as rows and as ``gone_validated`` only."""

    rows: int
    libraries: int
    non_libraries: int
    first_right: int  # libraries whose right key is ranked first
    validated_right: int
    validated_wrong: int  # libraries validated under another key
    non_libraries_validated: int
    gone_validated: int

    @property
    def errors(self) -> int:
        return self.validated_wrong + self.non_libraries_validated


def measure(labelled: Iterable[Labelled], outcomes: Iterable[Outcome]) -> Measure:
    counts: Counter[str] = Counter()
    for row, outcome in zip(labelled, outcomes, strict=True):
        counts["rows"] += 1
        validated = bool(outcome.validated)
        if row.is_library:
            counts["libraries"] += 1
            counts["first_right"] += outcome.first == row.label
            counts["validated_right"] += outcome.validated == row.label
            counts["validated_wrong"] += validated and outcome.validated != row.label
        elif row.label == NONE:
            counts["non_libraries"] += 1
            counts["non_libraries_validated"] += validated
        else:
            counts["gone_validated"] += validated
    return Measure(**{name: counts[name] for name in Measure.__dataclass_fields__})


def measure_sets(labelled: Sequence[Labelled], outcomes: Sequence[Outcome]) -> dict[str, Measure]:
    """By set, in the order in which the sets first occur."""
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for position, row in enumerate(labelled):
        groups[row.set].append(position)
    return {
        name: measure((labelled[place] for place in places), (outcomes[place] for place in places))
        for name, places in groups.items()
    }


def affiliate_rule(release: Release) -> Callable[[str, str], bool]:
    """Whether a name (as written) bears a cue word that no name of the library with a key bears."""
    borne: defaultdict[str, set[str]] = defaultdict(set)
    for record in (*release.systems, *release.outlets):
        borne[record.fscs_key].update(read_name(record.name).tokens)
    nothing: frozenset[str] = frozenset()

    def refuses(name: str, fscs_key: str) -> bool:
        return bool(CUE_WORDS.intersection(read_name(name).tokens) - borne.get(fscs_key, nothing))

    return refuses


def accept(
    labelled: Sequence[Labelled],
    answers: Sequence[Best],
    threshold: float,
    refuses: Callable[[str, str], bool] | None,
) -> list[Outcome]:
    """What a peer's answers come to: validated at the threshold, unless tied or refused by the rule."""
    return [
        Outcome(
            first=answer.fscs_key,
            validated=answer.fscs_key
            if answer.score >= threshold and _is_eligible(row, answer, refuses)
            else "",
        )
        for row, answer in zip(labelled, answers, strict=True)
    ]


def threshold_for(
    labelled: Sequence[Labelled],
    answers: Sequence[Best],
    errors: int,
    refuses: Callable[[str, str], bool] | None,
) -> float:
    """The lowest score that validates at most ``errors`` rows of the pool wrongly; ``inf``: none does.

    Chosen with the labels of the very rows that are reported: a peer could not do better by choosing.
    """
    pool = sorted(
        (
            (answer.score, answer.fscs_key != row.label)
            for row, answer in zip(labelled, answers, strict=True)
            if row.in_pool and _is_eligible(row, answer, refuses)
        ),
        reverse=True,
    )
    threshold, wrong = NEVER, 0
    for score, rows in groupby(pool, key=lambda one: one[0]):
        wrong += sum(is_wrong for _, is_wrong in rows)
        if wrong > errors:
            break
        threshold = score
    return threshold


def _is_eligible(row: Labelled, answer: Best, refuses: Callable[[str, str], bool] | None) -> bool:
    if not answer.fscs_key or answer.margin == 0.0:
        return False
    return refuses is None or not refuses(row.fields["name"], answer.fscs_key)
