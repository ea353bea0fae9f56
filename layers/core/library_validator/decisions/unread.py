"""What becomes of an answer where a field could not be used: it is always named, and some never validate.

A problem of the door (a field too long, no text, no name) puts the answer to a person. Of what matching could
not read, a state, a country and what belongs to another of them are never validated: the library of that name
is another one. Nor is a name with letters that were not read: they may say Friends. Everything else is named,
and the answer stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from library_validator.decisions.answer import Answer
from library_validator.decisions.application import Application, FieldProblem
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
    """Of the problems of a stored decision, those that the door found: it kept nothing of the field.

    The others are found anew whenever an application is decided, by rules that may read more.
    """
    return tuple([one for one in problems if not getattr(application, one.field, "")])


def with_problems(
    verdict: Verdict,
    query: Query,
    ranking: Ranking,
    policy: Policy,
    of_reading: Sequence[FieldProblem],
) -> Verdict:
    """The verdict of an application of which something could not be used, with what that is."""
    problems = (*of_reading, *[FieldProblem(*one) for one in query.unread])
    about = {INVALID: "; ".join(f"{problem.field} {problem.problem}" for problem in problems)}
    verdict = verdict._replace(about={**verdict.about, **about}, problems=problems)
    is_foreign = any(problem.kind == "foreign" for problem in problems)
    if is_foreign and not (query.place.is_american or _is_at_place(ranking, policy)):
        return verdict._replace(answer=Answer.NOT_VALIDATED, codes=(ABROAD, INVALID), match=None)
    found = (ABROAD,) if is_foreign else ()
    if of_reading or not query.name.tokens:
        stays = verdict.answer is Answer.NOT_VALIDATED and bool(query.name.tokens)
    else:
        stays = verdict.answer is not Answer.VALIDATED or not _never_validates(query, ranking, policy)
    if stays:
        return verdict._replace(codes=(*verdict.codes, *found, INVALID))
    codes = (*found, INVALID, *(code for code in verdict.codes if code != "MATCH"))
    return verdict._replace(answer=Answer.NEEDS_REVIEW, codes=codes)


def _never_validates(query: Query, ranking: Ranking, policy: Policy) -> bool:
    """Whether something that could not be read leaves open who the applicant is, or in which country."""
    if any(one.kind == "foreign" or one.field in _DECIDING or one in _OF_ELSEWHERE for one in query.unread):
        return True
    is_located = query.place.is_american or _is_at_place(ranking, policy)
    return not is_located and any(one.field == "zip" for one in query.unread)


def _is_at_place(ranking: Ranking, policy: Policy) -> bool:
    """Whether street or phone lead to the very place of the best entry."""
    best = ranking.best
    if best is None:
        return False
    compared = best.compared
    return compared.phone in policy.phone or (
        compared.street in policy.street and compared.place in policy.place
    )
