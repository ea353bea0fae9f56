"""The build fails if the matcher answers the project's own hard cases worse than before.

The floors are a case or two below the measured figures. Raise them with every improvement. If you lower a
floor, state the reason.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from typing import Final

from library_validator.decisions.deciding import UndecidedSubmission
from tests.accuracy.labelled import NO_KEY, DecidedCase

EXPECTED_OF_HARD_CASES: Final = 0.99
EXPECTED_OF_MORE_CASES: Final = 0.99
# The largest permitted number of unexpected answers of a kind. A kind that is not named here may have one.
UNEXPECTED_AT_MOST: Final = {"typos": 2}


def _lines(decided_cases: Sequence[DecidedCase]) -> str:
    return "\n" + "\n".join(decided.line() for decided in decided_cases)


def _unexpected_cases(decided_cases: Sequence[DecidedCase]) -> list[DecidedCase]:
    return [decided for decided in decided_cases if not decided.is_expected]


def _print_kinds(decided_cases: Sequence[DecidedCase]) -> None:
    """Prints a line for each kind, which ``pytest -s`` and a failure show."""
    cases = Counter(decided.case.kind for decided in decided_cases)
    met = Counter(decided.case.kind for decided in decided_cases if decided.is_expected)
    wrong = Counter(decided.case.kind for decided in decided_cases if decided.is_wrong)
    sys.stdout.write(f"\n{'kind':28}{'cases':>6}{'expected':>10}{'wrongly validated':>19}\n")
    for kind, count in sorted(cases.items()):
        sys.stdout.write(f"{kind:28}{count:6}{met[kind]:10}{wrong[kind]:19}\n")
    share = met.total() / cases.total()
    sys.stdout.write(f"{'all':28}{cases.total():6}{met.total():10}{wrong.total():19}  ({share:.1%})\n")


def test_no_case_raises_an_exception(hard_cases: list[DecidedCase], more_cases: list[DecidedCase]) -> None:
    raised = [case for case in (*hard_cases, *more_cases) if isinstance(case.decision, UndecidedSubmission)]
    assert not raised, _lines(raised)


def test_only_listed_libraries_are_validated(
    hard_cases: list[DecidedCase], more_cases: list[DecidedCase]
) -> None:
    wrong = [case for case in (*hard_cases, *more_cases) if case.is_wrong and case.case.label in NO_KEY]
    assert not wrong, _lines(wrong)


def test_no_library_is_validated_as_another_library(
    hard_cases: list[DecidedCase], more_cases: list[DecidedCase]
) -> None:
    wrong = [case for case in (*hard_cases, *more_cases) if case.is_wrong and case.case.label not in NO_KEY]
    assert not wrong, _lines(wrong)


def test_hard_cases_are_answered_as_a_careful_person_would(hard_cases: list[DecidedCase]) -> None:
    _print_kinds(hard_cases)
    unexpected = _unexpected_cases(hard_cases)
    assert 1 - len(unexpected) / len(hard_cases) >= EXPECTED_OF_HARD_CASES, _lines(unexpected)


def test_further_cases_are_answered_as_a_careful_person_would(more_cases: list[DecidedCase]) -> None:
    _print_kinds(more_cases)
    unexpected = _unexpected_cases(more_cases)
    assert 1 - len(unexpected) / len(more_cases) >= EXPECTED_OF_MORE_CASES, _lines(unexpected)


def test_every_kind_of_case_has_few_unexpected_answers(
    hard_cases: list[DecidedCase], more_cases: list[DecidedCase]
) -> None:
    unexpected = _unexpected_cases((*hard_cases, *more_cases))
    behind = {
        kind: [decided for decided in unexpected if decided.case.kind == kind]
        for kind, count in Counter(decided.case.kind for decided in unexpected).items()
        if count > UNEXPECTED_AT_MOST.get(kind, 1)
    }
    assert not behind, "".join(f"\n{kind}:{_lines(cases)}" for kind, cases in behind.items())
