"""The decision policy: thresholds and rules over comparisons, each rule with its reason code.

The numbers stand in ``policy.toml``. The first rule that applies decides; a rule that overrides the
score is always named among the reason codes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from library_validator.decisions.application import FieldProblem
from library_validator.decisions.decision import Answer
from library_validator.decisions.evidence import Evidence
from library_validator.decisions.kinds import (
    affiliate_word,
    body_beside_library,
    is_association_of_government_library,
    is_host,
    kind_words,
    other_kind,
)
from library_validator.decisions.other_state import is_zip_of_other_state, may_be_mistyped
from library_validator.decisions.policy_file import Policy
from library_validator.decisions.unread import with_problems
from library_validator.matching.entries import Entry
from library_validator.matching.match import Ranking, Scored
from library_validator.matching.normalize import FscsId
from library_validator.matching.query import Query
from library_validator.releases.records import Structure, fscs_key_of

_CLOSED: Final = frozenset({Structure.CLOSED, Structure.DELETED_INCORRECT})
_STATUS_CODES: Final[dict[str, tuple[str, ...]]] = {
    Structure.TEMPORARILY_CLOSED: ("LISTED_TEMPORARILY_CLOSED",),
    Structure.NON_RESPONDENT: ("LISTED_NON_RESPONDENT",),
}


class Verdict(NamedTuple):
    """An answer with its reason codes, the deciding one first.

    ``match`` is the entry that it names; ``about`` says for a code what its rule saw.
    """

    answer: Answer
    codes: tuple[str, ...]
    match: Scored | None = None
    about: Mapping[str, str] = MappingProxyType({})
    problems: tuple[FieldProblem, ...] = ()  # of fields that could not be used


def decide(
    query: Query,
    ranking: Ranking,
    policy: Policy,
    problems: Sequence[FieldProblem] = (),
    *,
    known_key: bool = False,
) -> Verdict:
    """Judge one applicant. ``problems``: of the door. ``known_key``: the registry has the FSCS key given."""
    verdict = _judge(query, ranking, policy, known_key=known_key)
    if problems or query.unread:
        return with_problems(verdict, query, ranking, policy, problems)
    return verdict


def _judge(query: Query, ranking: Ranking, policy: Policy, *, known_key: bool) -> Verdict:
    best = ranking.best or ranking.vanished_best
    affiliate = affiliate_word(query, best, policy)
    if affiliate:
        return Verdict(Answer.NOT_VALIDATED, ("AFFILIATE",), about={"AFFILIATE": affiliate})
    verdict = _judge_listed(query, ranking, policy, known_key=known_key)
    vanished = ranking.vanished_best
    if vanished is None or not Evidence(query, vanished, policy).sufficient:
        return verdict
    closer = ranking.best is None or vanished.bits > ranking.best.bits
    last = _last_of_its_system(query, ranking, vanished, policy)
    if verdict.answer is Answer.VALIDATED and verdict.match is not None:
        return _succeeded(verdict, verdict.match, ranking, last, closer=closer)
    return _gone(last) if closer else verdict


def _last_of_its_system(query: Query, ranking: Ranking, vanished: Scored, policy: Policy) -> Scored:
    """Of the vanished entries of one system that the applicant can be, the one that was listed last.

    It tells what became of them: a branch that was given up earlier does not.
    """
    same = (one for one in ranking.vanished if one.entry.fscs_key == vanished.entry.fscs_key)
    possible = (one for one in same if Evidence(query, one, policy).sufficient)
    return max(possible, key=lambda one: one.entry.last_listed)


def _succeeded(
    verdict: Verdict, match: Scored, ranking: Ranking, vanished: Scored, *, closer: bool
) -> Verdict:
    """A validated entry, and one of another system that vanished and can be the applicant as well.

    What took over from it is validated as that. Who was listed together with it cannot be what it became,
    and gives way where the applicant is rather the one that vanished: where that is ``closer``.
    """
    if vanished.entry.fscs_key == match.entry.fscs_key:
        return verdict
    if _was_taken_over(vanished.entry, match.entry):
        successor = vanished.entry.listing.successor_id
        outlet = (one for one in ranking.scored if successor in (one.entry.id, one.entry.listing.outlet_id))
        about = {**verdict.about, "SUCCEEDED": _last_listed(vanished)}
        return verdict._replace(codes=(*verdict.codes, "SUCCEEDED"), match=next(outlet, match), about=about)
    neighbour = 0 < match.entry.first_listed <= vanished.entry.last_listed
    return _gone(vanished) if neighbour and closer else verdict


def _gone(vanished: Scored) -> Verdict:
    """The applicant is an entry that the newest release lists no longer."""
    code = {"closed": "CLOSED_SINCE", "absorbed": "ABSORBED"}.get(
        vanished.entry.listing.fate, "NO_LONGER_LISTED"
    )
    about = _last_listed(vanished)
    if vanished.entry.listing.successor_id:
        about += f"; now {vanished.entry.listing.successor_id} ({vanished.entry.listing.successor_name})"
    return Verdict(Answer.NEEDS_REVIEW, (code,), vanished, {code: about})


def _last_listed(vanished: Scored) -> str:
    entry = vanished.entry
    name = entry.listing.system_name if entry.is_system else entry.listing.outlet_name
    return f"{entry.id} ({name}), last listed for fiscal year {entry.last_listed}"


def _judge_listed(query: Query, ranking: Ranking, policy: Policy, *, known_key: bool) -> Verdict:
    """Judge against the entries of the newest release."""
    best = ranking.best
    if best is None:
        if query.is_name_alone and query.says_library:
            return Verdict(Answer.NEEDS_REVIEW, ("TOO_LITTLE_GIVEN",))
        return Verdict(Answer.NOT_VALIDATED, ("NO_ENTRY",))
    evidence = Evidence(query, best, policy)
    against = _other_body(query, best, evidence, policy) or _contradiction(
        query, ranking, best, evidence, known_key=known_key
    )
    if against is not None:
        return against
    if not (evidence.sufficient and (best.bits >= policy.validate or evidence.overrides_score)):
        return _insufficient(best, evidence, policy)
    if kind_words(query) and not evidence.located and best.compared.name.level != "exact":
        return Verdict(Answer.NEEDS_REVIEW, ("WEAK_EVIDENCE",), best)
    if is_host(query, best):
        return Verdict(Answer.NEEDS_REVIEW, ("HOST_OF_LIBRARY",), best)
    return _sufficient(ranking, best, policy)


def _other_body(query: Query, best: Scored, evidence: Evidence, policy: Policy) -> Verdict | None:
    """The applicant's name says that it is another kind of body than the entry."""
    kind = other_kind(query, best, policy)
    if kind:
        about = {"OUT_OF_SCOPE_KIND": kind}
        if evidence.located and (evidence.named or (query.says_library and evidence.overrides_score)):
            return Verdict(Answer.NEEDS_REVIEW, ("OUT_OF_SCOPE_KIND",), best, about)
        return Verdict(Answer.NOT_VALIDATED, ("OUT_OF_SCOPE_KIND",), about=about)
    if best.compared.phone != "exact" and is_association_of_government_library(query, best, policy):
        return Verdict(Answer.NEEDS_REVIEW, ("ASSOCIATION_OF_PUBLIC_LIBRARY",), best)
    body = body_beside_library(query, best, policy)
    if body and (evidence.sufficient or evidence.plausible):
        return Verdict(Answer.NEEDS_REVIEW, ("BODY_OF_LIBRARY",), best, {"BODY_OF_LIBRARY": body})
    return None


def _contradiction(
    query: Query, ranking: Ranking, best: Scored, evidence: Evidence, *, known_key: bool
) -> Verdict | None:
    """The FSCS id, the state or the ZIP belongs to another entry than the rest."""
    if query.fscs_id is not None and known_key and _contradicts_id(query.fscs_id, ranking, best, evidence):
        about = {"FSCS_ID_CONTRADICTS": query.fscs_id.key}
        return Verdict(Answer.NEEDS_REVIEW, ("FSCS_ID_CONTRADICTS",), about=about)
    if best.compared.state == "different":
        if may_be_mistyped(query, best, evidence):
            return _zip_contradicts(query, best)
        if evidence.located and evidence.placed and evidence.named:
            return Verdict(Answer.NEEDS_REVIEW, ("STATE_CONTRADICTS",), best)
        return Verdict(Answer.NOT_VALIDATED, ("NAMESAKE_ELSEWHERE",))
    if evidence.sufficient and is_zip_of_other_state(query, best):
        return _zip_contradicts(query, best)
    return None


def _zip_contradicts(query: Query, best: Scored) -> Verdict:
    about = {"ZIP_CONTRADICTS": query.place.state_of_zip}
    return Verdict(Answer.NEEDS_REVIEW, ("ZIP_CONTRADICTS",), best, about)


def _sufficient(ranking: Ranking, best: Scored, policy: Policy) -> Verdict:
    status = status_codes(best)
    rival = _rival(ranking, best, policy)
    if rival is not None:
        about = {"TIE": f"{best.entry.fscs_key} and {rival.entry.fscs_key}"}
        return Verdict(Answer.NEEDS_REVIEW, ("TIE", *status), best, about)
    if best.entry.structure in _CLOSED:
        return Verdict(Answer.NEEDS_REVIEW, ("PERMANENTLY_CLOSED",), best)
    overriding: tuple[str, ...] = ()
    if best.compared.name.level == "different":
        overriding = ("OTHER_NAME_AT_SAME_PLACE",)
    elif best.bits < policy.validate:
        overriding = ("LOCATION_OVER_SCORE",)
    return Verdict(Answer.VALIDATED, ("MATCH", *overriding, *status), best)


def _rival(ranking: Ranking, best: Scored, policy: Policy) -> Scored | None:
    """Another system that the applicant may be as well: within the margin, or with what ``best`` lacks.

    If another system bears the very name, or has street and phone, and ``best`` has not, one of the two
    facts is wrong, however far behind it is. Of two systems in one building, a name that is neither's
    very name does not tell which.
    """
    second = ranking.runner_up
    if second is None:
        return None
    if best.bits - second.bits < policy.margin:
        return second
    level = best.compared.name.level
    located = best.compared.street in policy.street or best.compared.phone in policy.phone
    akin = {*policy.enough_with_place, "separated", "applicant_shorter"}
    for other in ranking.scored:
        compared = other.compared
        if other.entry.fscs_key == best.entry.fscs_key:
            continue
        if not located and compared.together == "street_and_phone":
            return other
        if level == "exact" or compared.state == "different":
            continue
        placed = compared.place in policy.place
        known_name = placed or (compared.name.rarity > policy.known and level != "same_words")
        if compared.name.level == "exact" and known_name:
            return other
        if compared.street in policy.street and placed and compared.name.level in akin:
            return other
    return None


def _insufficient(best: Scored, evidence: Evidence, policy: Policy) -> Verdict:
    supported = best.bits >= policy.review or evidence.thin or evidence.located or evidence.placed
    if evidence.plausible and supported:
        code = "TOO_LITTLE_GIVEN" if evidence.thin else evidence.weakness
        return Verdict(Answer.NEEDS_REVIEW, (code, *status_codes(best)), best)
    if best.compared.name.level == "place_only":
        return Verdict(Answer.NOT_VALIDATED, ("PLACE_NAME_ONLY",))
    return Verdict(Answer.NOT_VALIDATED, ("NO_ENTRY",))


def _contradicts_id(given: FscsId, ranking: Ranking, best: Scored, evidence: Evidence) -> bool:
    """Whether the FSCS id names another entry than name and place do.

    A former key of the entry is its own. So is that of a vanished system that its own took over, with the
    name that the vanished one had. A state's own id (LIBID) that looks like another system's FSCS key does
    not contradict.
    """
    keys = {best.entry.fscs_key, *(fscs_key_of(one) for one in best.entry.former_ids)}
    of_key = (one for one in ranking.vanished if one.entry.fscs_key == given.key)
    taken_over = next((one for one in of_key if _was_taken_over(one.entry, best.entry)), None)
    if given.key not in keys and taken_over is None:
        return not (fscs_key_of(best.entry.libid) == given.key and evidence.sufficient)
    level = (taken_over or best).compared.name.level
    return level in ("different", "place_only", "separated") or (level == "partial" and not evidence.located)


def _was_taken_over(vanished: Entry, by: Entry) -> bool:
    """Whether a vanished library is part now of the system of ``by``."""
    return fscs_key_of(vanished.listing.successor_id) == by.fscs_key


def status_codes(best: Scored) -> tuple[str, ...]:
    """Reason codes of a listed entry's status: informative, they do not decide."""
    found = _STATUS_CODES.get(best.entry.structure, ())
    if best.entry.listing.meets_fscs_definition == "N":
        return (*found, "LISTED_NOT_FSCS_DEFINITION")
    return found
