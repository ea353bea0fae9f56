"""Thresholds, the affiliate rule, and the counts of a matcher's right and wrong answers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Final

from lab.peers.product import MatcherAnswer
from lab.peers.records import BestLibrary
from library_validator.matching.names import read_name
from library_validator.matching.words import AFFILIATES, OUT_OF_SCOPE
from library_validator.releases.records import Outlet, Release, System
from library_validator_cli.evaluation.labelled import NONE, LabelledRow

CUE_WORDS: Final = AFFILIATES | OUT_OF_SCOPE.keys()
NEVER: Final = float("inf")


Refuses = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Case:
    """A labelled application in its set of the report."""

    set: str
    row: LabelledRow
    in_pool: bool  # thresholds are chosen on this row


@dataclass(frozen=True, slots=True)
class Measure:
    """Counts of a set. Rows labelled ``GONE`` count only as rows and as ``gone_validated``."""

    rows: int
    libraries: int
    non_libraries: int
    first_right: int  # libraries whose right key is ranked first
    validated_right: int
    validated_wrong: int  # libraries validated with another key
    non_libraries_validated: int
    gone_validated: int

    @property
    def errors(self) -> int:
        return self.validated_wrong + self.non_libraries_validated


def measure_set(cases: Iterable[Case], matcher_answers: Iterable[MatcherAnswer]) -> Measure:
    counts: Counter[str] = Counter()
    for case, answer in zip(cases, matcher_answers, strict=True):
        row = case.row
        counts["rows"] += 1
        validated = bool(answer.validated)
        if row.is_library:
            counts["libraries"] += 1
            counts["first_right"] += answer.first == row.label
            counts["validated_right"] += answer.validated == row.label
            counts["validated_wrong"] += validated and answer.validated != row.label
        elif row.label == NONE:
            counts["non_libraries"] += 1
            counts["non_libraries_validated"] += validated
        else:
            counts["gone_validated"] += validated
    return Measure(**{name: counts[name] for name in Measure.__dataclass_fields__})


def measure_sets(cases: Sequence[Case], matcher_answers: Sequence[MatcherAnswer]) -> dict[str, Measure]:
    """The counts by set, in the order of the sets."""
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for position, case in enumerate(cases):
        groups[case.set].append(position)
    return {
        name: measure_set((cases[place] for place in places), (matcher_answers[place] for place in places))
        for name, places in groups.items()
    }


def measure_pool(cases: Sequence[Case], matcher_answers: Sequence[MatcherAnswer]) -> Measure:
    pooled = [(case, answer) for case, answer in zip(cases, matcher_answers, strict=True) if case.in_pool]
    return measure_set((case for case, _ in pooled), (answer for _, answer in pooled))


def affiliate_rule(release: Release) -> Refuses:
    """A rule that refuses a name with a cue word, unless a name of the library has that word too."""
    words: defaultdict[str, set[str]] = defaultdict(set)
    records: list[System | Outlet] = [*release.systems, *release.outlets]
    for record in records:
        words[record.fscs_key].update(read_name(record.name).tokens)

    def refuses(name: str, fscs_key: str) -> bool:
        return bool(CUE_WORDS.intersection(read_name(name).tokens) - words.get(fscs_key, set()))

    return refuses


def refuse_nothing(_name: str, _fscs_key: str) -> bool:
    return False


def answers_at(
    threshold: float, cases: Sequence[Case], answers: Sequence[BestLibrary], refuses: Refuses
) -> list[MatcherAnswer]:
    """A peer's answers at a threshold: scores from the threshold on validate, except ties and names that the
    rule refuses."""
    return [
        MatcherAnswer(
            first=answer.fscs_key,
            validated=answer.fscs_key
            if answer.score >= threshold and _is_eligible(case, answer, refuses)
            else "",
        )
        for case, answer in zip(cases, answers, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Step:
    """How many rows of the pool a threshold validates, rightly and wrongly."""

    threshold: float
    right: int
    wrong: int


def steps_of(cases: Sequence[Case], answers: Sequence[BestLibrary], refuses: Refuses) -> list[Step]:
    """Every possible threshold, highest first. The first threshold validates nothing."""
    pool = sorted(
        (
            (answer.score, answer.fscs_key == case.row.label)
            for case, answer in zip(cases, answers, strict=True)
            if case.in_pool and _is_eligible(case, answer, refuses)
        ),
        reverse=True,
    )
    steps = [Step(NEVER, 0, 0)]
    for score, rows in groupby(pool, key=itemgetter(0)):
        right = [is_right for _, is_right in rows]
        last = steps[-1]
        steps.append(Step(score, last.right + sum(right), last.wrong + len(right) - sum(right)))
    return steps


def lowest_threshold(steps: Sequence[Step], wrong: int) -> Step:
    """The lowest threshold that validates at most ``wrong`` rows of the pool wrongly.

    It is chosen with the labels of the reported rows, so no other choice could be better for a peer.
    """
    return [step for step in steps if step.wrong <= wrong][-1]


def highest_threshold(steps: Sequence[Step], right: int) -> Step | None:
    """The highest threshold that validates at least ``right`` libraries of the pool; None if none does."""
    return next((step for step in steps if step.right >= right), None)


def _is_eligible(case: Case, answer: BestLibrary, refuses: Refuses) -> bool:
    """A tie of two libraries is not a match."""
    if not answer.fscs_key or answer.margin == 0.0:
        return False
    return not refuses(case.row.application.name, answer.fscs_key)
