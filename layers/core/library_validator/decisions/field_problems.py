"""The answer if fields of the application could not be used. It names every such field.

- A value belongs to another country, and no other value shows a place in the United States: not validated.
- ``read_application`` could not use a field (too long, not text, no name): a person decides, unless the rules
  say not validated.
- Matching could not read the state, the country or letters of the name, or a value belongs to another state:
  never validated, a person decides. The applicant may be another library of that name; the letters may say
  Friends.
- Matching could not read anything else, or an e-mail address was removed from a field that has other text or
  does not decide: the answer stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from library_validator.decisions.answer import Answer
from library_validator.decisions.application import HAS_EMAIL, IS_EMAIL, Application, FieldProblem
from library_validator.decisions.policy_file import Policy
from library_validator.decisions.verdict import Verdict
from library_validator.matching.match import Ranking
from library_validator.matching.query import Query
from library_validator.matching.unread import CITY_OF_NO_STATE, CITY_OF_OTHER_STATE, STREET_OF_OTHER_STATE

INVALID: Final = "INVALID_FIELD"
ABROAD: Final = "OUTSIDE_UNITED_STATES"
_DECIDING: Final = frozenset(("name", "state", "country"))
_OF_ELSEWHERE: Final = frozenset((CITY_OF_OTHER_STATE, CITY_OF_NO_STATE, STREET_OF_OTHER_STATE))


def problems_of_reading(
    application: Application, problems: Iterable[FieldProblem]
) -> tuple[FieldProblem, ...]:
    """The problems of a decision that ``read_application`` found: these fields are empty, or had an e-mail.

    Matching finds the other problems again whenever the application is decided, perhaps by newer rules.
    """
    return tuple(
        [
            problem
            for problem in problems
            if problem.problem == HAS_EMAIL or not getattr(application, problem.field, "")
        ]
    )


def verdict_with_problems(
    verdict: Verdict,
    query: Query,
    ranking: Ranking,
    policy: Policy,
    of_reading: Sequence[FieldProblem],
) -> Verdict:
    """The verdict on an application with fields that could not be used.

    ``of_reading``: the problems that ``read_application`` found.
    """
    problems = (*of_reading, *[FieldProblem(*unread) for unread in query.unread])
    about = {INVALID: "; ".join(f"{problem.field} {problem.problem}" for problem in problems)}
    verdict = verdict._replace(about={**verdict.about, **about}, problems=problems)
    is_foreign = any(problem.kind == "foreign" for problem in problems)
    if is_foreign and not (query.place.is_american or _is_at_place(ranking, policy)):
        return verdict._replace(answer=Answer.NOT_VALIDATED, codes=(ABROAD, INVALID), match=None)
    found = (ABROAD,) if is_foreign else ()
    if any(map(_is_value_lost, of_reading)) or not query.name.tokens:
        stays = verdict.answer is Answer.NOT_VALIDATED and bool(query.name.tokens)
    else:
        stays = verdict.answer is not Answer.VALIDATED or not _is_identity_unsure(query, ranking, policy)
    if stays:
        return verdict._replace(codes=(*verdict.codes, *found, INVALID))
    codes = (*found, INVALID, *(code for code in verdict.codes if code != "MATCH"))
    return verdict._replace(answer=Answer.NEEDS_REVIEW, codes=codes)


def _is_value_lost(of_reading: FieldProblem) -> bool:
    """Whether a field is empty that may decide. An e-mail address in any other field was no such value."""
    if of_reading.problem == IS_EMAIL:
        return of_reading.field in _DECIDING
    return of_reading.problem != HAS_EMAIL


def _is_identity_unsure(query: Query, ranking: Ranking, policy: Policy) -> bool:
    """Whether a value that could not be read leaves the applicant's identity or country unsure."""
    if any(
        unread.kind == "foreign" or unread.field in _DECIDING or unread in _OF_ELSEWHERE
        for unread in query.unread
    ):
        return True
    is_located = query.place.is_american or _is_at_place(ranking, policy)
    return not is_located and any(unread.field == "zip" for unread in query.unread)


def _is_at_place(ranking: Ranking, policy: Policy) -> bool:
    """Whether the phone, or street and place, are those of the best entry."""
    best = ranking.best
    if best is None:
        return False
    compared = best.compared
    return compared.phone in policy.phone or (
        compared.street in policy.street and compared.place in policy.place
    )
