"""The decision policy: thresholds and rules over comparisons, each rule with its reason code.

The numbers stand in ``policy.toml``. The first rule that applies decides; a rule that overrides the
score is always named among the reason codes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from library_validator.decisions.answer import Answer
from library_validator.decisions.application import FieldProblem
from library_validator.decisions.confirmation import confirm, host_verdict
from library_validator.decisions.evidence import Evidence
from library_validator.decisions.kinds import (
    affiliate_word,
    body_of_library,
    has_host_word,
    has_library_part,
    is_association_of_government_library,
    is_government,
    other_kind_word,
    other_kind_words,
)
from library_validator.decisions.only_library import is_only_library_of_town, library_of_town
from library_validator.decisions.other_state import is_zip_of_other_state, may_be_mistyped
from library_validator.decisions.policy_file import Policy
from library_validator.decisions.status import status_codes, status_of
from library_validator.decisions.unread import with_problems
from library_validator.decisions.verdict import Verdict
from library_validator.matching.entries import Entry
from library_validator.matching.match import Ranking, Scored
from library_validator.matching.query import Query
from library_validator.matching.words import OUT_OF_SCOPE
from library_validator.releases.lineage.fates import CLOSED
from library_validator.releases.records import Structure
from library_validator.terms import FscsId, fscs_key_of

# Other kinds of bodies whose buildings public libraries share: in a museum, a school, an institute.
_KINDS_OF_BUILDINGS: Final = frozenset({"college", "museum", "school"})
_AKIN: Final = frozenset({"separated", "applicant_shorter"})
_NOT_OPEN: Final = CLOSED | {Structure.TEMPORARILY_CLOSED}


def verdict_of(
    query: Query,
    ranking: Ranking,
    policy: Policy,
    problems: Sequence[FieldProblem] = (),
    *,
    known_key: bool = False,
) -> Verdict:
    """The verdict of the rules on one applicant.

    ``problems``: of fields that the door could not use. ``known_key``: the registry has the FSCS key given.
    """
    verdict = _by_rules(query, ranking, policy, known_key=known_key)
    if problems or query.unread:
        return with_problems(verdict, query, ranking, policy, problems)
    return verdict


def _by_rules(query: Query, ranking: Ranking, policy: Policy, *, known_key: bool) -> Verdict:
    best = ranking.best or ranking.vanished_best
    if best is not None and _is_as_listed(query, best, ranking, policy):
        return Verdict(Answer.VALIDATED, ("MATCH",), best)
    affiliate = affiliate_word(query, best, policy)
    if affiliate:
        return Verdict(Answer.NOT_VALIDATED, ("AFFILIATE",), about={"AFFILIATE": affiliate})
    home = _best_near_home(ranking, policy)
    evidence = _of_open_entry(Evidence(query, home, ranking, policy)) if home else None
    verdict = _verdict_on_listed(evidence, known_key=known_key) if evidence else _without_candidate(query)
    vanished, known_as = ranking.vanished_best, verdict.match
    if vanished is not None and Evidence(query, vanished, ranking, policy).sufficient:
        closer = ranking.best is None or vanished.bits > ranking.best.bits
        last = _last_listed_of_system(query, ranking, vanished, policy)
        if verdict.answer is Answer.VALIDATED and verdict.match is not None:
            verdict = _succeeded(verdict, verdict.match, ranking, last, closer=closer)
            known_as = last if "SUCCEEDED" in verdict.codes else verdict.match
        elif closer:
            return _gone(last)
    if evidence and known_as and verdict.match and verdict.answer is Answer.VALIDATED:
        return confirm(verdict, evidence.of(verdict.match), known_as)
    return verdict


def _is_as_listed(query: Query, best: Scored, ranking: Ranking, policy: Policy) -> bool:
    """Whether an open entry has the published name, street, phone and ZIP of the applicant, and no rival has.

    No rule speaks against such an applicant: this only says it sooner.
    """
    compared, entry = best.compared, best.entry
    return (
        compared.phone == "exact"
        and compared.street == "exact"
        and compared.name.level == "exact"
        and compared.place in ("zip_and_city", "zip")
        and compared.state == "exact"
        and query.fscs_id is None
        and query.written.upper() in (entry.listing.system_name, entry.listing.outlet_name)
        and best.bits >= policy.validate
        and entry.structure not in _NOT_OPEN
        and not (ranking.vanished or _status_codes(best))
        and _rival(ranking, best, policy) is None
    )


def _without_candidate(query: Query) -> Verdict:
    if query.is_name_alone and query.says_library:
        return Verdict(Answer.NEEDS_REVIEW, ("TOO_LITTLE_GIVEN",))
    return Verdict(Answer.NOT_VALIDATED, ("NO_ENTRY",))


def _last_listed_of_system(query: Query, ranking: Ranking, vanished: Scored, policy: Policy) -> Scored:
    """Of the vanished entries of one system that the applicant can be, the one that was listed last.

    It tells what became of them: a branch that was given up earlier does not.
    """
    same = (one for one in ranking.vanished if one.entry.fscs_key == vanished.entry.fscs_key)
    possible = (one for one in same if Evidence(query, one, ranking, policy).sufficient)
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


def _verdict_on_listed(evidence: Evidence, *, known_key: bool) -> Verdict:
    """Judge against the entries of the newest release."""
    query, best, policy = evidence.query, evidence.best, evidence.policy
    against = _other_body(evidence) or _contradiction(evidence, known_key=known_key)
    if against is not None:
        return against
    floor = policy.validate if evidence.location_agrees or _fscs_id_agrees(best) else policy.validate_by_name
    enough = evidence.sufficient and (best.bits >= floor or evidence.overrides_score)
    if not (enough or _is_explained_at_its_place(evidence)):
        if is_only_library_of_town(evidence):
            return Verdict(Answer.VALIDATED, ("MATCH", "ONLY_LIBRARY_OF_TOWN", *_status_codes(best)), best)
        return _verdict_if_insufficient(evidence)
    if other_kind_words(query) and not evidence.location_agrees and best.compared.name.level != "exact":
        return Verdict(Answer.NEEDS_REVIEW, ("WEAK_EVIDENCE",), best)
    return _verdict_if_sufficient(evidence)


def _fscs_id_agrees(best: Scored) -> bool:
    """Whether the FSCS id that was given is the entry's."""
    return best.compared.fscs_id in ("exact", "other_outlet")


def _best_near_home(ranking: Ranking, policy: Policy) -> Scored | None:
    """The best candidate; where it is in another state, before it the best one of the applicant's own town.

    A near name in the own town is likelier than the very name elsewhere.
    """
    best = ranking.best
    if best is None or best.compared.state != "different":
        return best
    for other in ranking.scored:
        compared = other.compared
        if (
            compared.state != "different"
            and compared.place in policy.place
            and compared.name.level != "different"
        ):
            return other
    return best


def _of_open_entry(evidence: Evidence) -> Evidence:
    """The evidence; where its entry is closed, that of an open outlet of the same name beside it."""
    if evidence.best.entry.structure in _NOT_OPEN:
        for other in evidence.namesakes():
            if other.entry.structure not in _NOT_OPEN:
                return evidence.of(other)
    return evidence


def _other_body(evidence: Evidence) -> Verdict | None:
    """The applicant's name says that it is another kind of body than the entry."""
    query, best, policy = evidence.query, evidence.best, evidence.policy
    if not query.says_library and best.compared.name.level != "exact" and is_government(query):
        return host_verdict(evidence)
    word = other_kind_word(evidence)
    if word:
        about = {"OUT_OF_SCOPE_KIND": word}
        is_close = evidence.location_agrees and (
            evidence.name_fits or (query.says_library and evidence.overrides_score)
        )
        is_library_there = (
            evidence.place_agrees
            and query.says_library
            and (
                (OUT_OF_SCOPE[word] in _KINDS_OF_BUILDINGS and best.compared.street in policy.street)
                or has_library_part(evidence)
            )
        )
        if is_close or is_library_there:
            return Verdict(Answer.NEEDS_REVIEW, ("OUT_OF_SCOPE_KIND",), best, about)
        return Verdict(Answer.NOT_VALIDATED, ("OUT_OF_SCOPE_KIND",), about=about)
    if not (evidence.sufficient or evidence.plausible):
        return None
    if best.compared.phone != "exact" and is_association_of_government_library(query, best, policy):
        return Verdict(Answer.NEEDS_REVIEW, ("ASSOCIATION_OF_PUBLIC_LIBRARY",), best)
    body = body_of_library(query, best, policy)
    if body:
        return Verdict(Answer.NEEDS_REVIEW, ("BODY_OF_LIBRARY",), best, {"BODY_OF_LIBRARY": body})
    return None


def _contradiction(evidence: Evidence, *, known_key: bool) -> Verdict | None:
    """The FSCS id, the state or the ZIP belongs to another entry than the rest."""
    query, best = evidence.query, evidence.best
    if query.fscs_id is not None and known_key and _contradicts_id(query.fscs_id, evidence):
        about = {"FSCS_ID_CONTRADICTS": query.fscs_id.key}
        return Verdict(Answer.NEEDS_REVIEW, ("FSCS_ID_CONTRADICTS",), about=about)
    if best.compared.state == "different":
        if may_be_mistyped(evidence):
            return _zip_contradicts(query, best)
        if evidence.location_agrees and evidence.place_agrees and evidence.name_fits:
            return Verdict(Answer.NEEDS_REVIEW, ("STATE_CONTRADICTS",), best)
        if (only := library_of_town(evidence)) is not None:
            return Verdict(Answer.NEEDS_REVIEW, ("NAME_DIFFERS", *_status_codes(only)), only)
        is_namesake = best.compared.name.level in evidence.policy.enough_with_place
        return Verdict(Answer.NOT_VALIDATED, ("NAMESAKE_ELSEWHERE" if is_namesake else "NO_ENTRY",))
    if evidence.sufficient and is_zip_of_other_state(query, best):
        return _zip_contradicts(query, best)
    return None


def _zip_contradicts(query: Query, best: Scored) -> Verdict:
    about = {"ZIP_CONTRADICTS": query.place.state_of_zip}
    return Verdict(Answer.NEEDS_REVIEW, ("ZIP_CONTRADICTS",), best, about)


def _verdict_if_sufficient(evidence: Evidence) -> Verdict:
    best, policy = evidence.best, evidence.policy
    status = _status_codes(best)
    rival = _rival(evidence.ranking, best, policy)
    if rival is not None and is_only_library_of_town(evidence):
        return Verdict(Answer.VALIDATED, ("MATCH", "ONLY_LIBRARY_OF_TOWN", *status), best)
    if rival is not None:
        about = {"TIE": f"{best.entry.fscs_key} and {rival.entry.fscs_key}"}
        return Verdict(Answer.NEEDS_REVIEW, ("TIE", *status), best, about)
    if best.entry.structure in CLOSED:
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
        is_akin = compared.name.level in policy.enough_with_place or compared.name.level in _AKIN
        if compared.street in policy.street and placed and is_akin:
            return other
    return None


def _verdict_if_insufficient(evidence: Evidence) -> Verdict:
    query, best, policy = evidence.query, evidence.best, evidence.policy
    supported = (
        best.bits >= policy.review or evidence.name_alone or evidence.location_agrees or evidence.place_agrees
    )
    if evidence.plausible and supported:
        says_host = not query.says_library and has_host_word(query, query.name.tokens)
        if says_host and has_host_word(query, evidence.name.unexplained):
            return host_verdict(evidence)
        code = "TOO_LITTLE_GIVEN" if evidence.name_alone else evidence.weakness
        return Verdict(Answer.NEEDS_REVIEW, (code, *_status_codes(best)), best)
    only = library_of_town(evidence)
    if only is not None:
        return Verdict(Answer.NEEDS_REVIEW, ("NAME_DIFFERS", *_status_codes(only)), only)
    lacks_library = "PUBLIC" in query.name.tokens and best.compared.name.level in policy.enough_with_place
    if evidence.place_agrees and (lacks_library or (query.parts and has_library_part(evidence))):
        return Verdict(Answer.NEEDS_REVIEW, ("NAME_DIFFERS", *_status_codes(best)), best)
    if best.compared.name.level == "place_only":
        return Verdict(Answer.NOT_VALIDATED, ("PLACE_NAME_ONLY",))
    return Verdict(Answer.NOT_VALIDATED, ("NO_ENTRY",))


def _is_explained_at_its_place(evidence: Evidence) -> bool:
    """Whether the name says library and all of it is explained, at the street or phone of the entry.

    Where it has no word of a listed name, it can be another library's: but for a branch, which people call
    after its town, and for an association at the door of a library that an association runs.
    """
    query, best = evidence.query, evidence.best
    placed = evidence.place_agrees or (evidence.name_fits and best.compared.place == "zip_area")
    if not (evidence.location_agrees and placed and query.says_library):
        return False
    name = evidence.name
    if not name.says_library or name.unexplained or name.is_generic:
        return False
    return name.has_listed_word or not best.entry.is_system or "ASSOCIATION" in query.name.tokens


def _contradicts_id(given: FscsId, evidence: Evidence) -> bool:
    """Whether the FSCS id names another entry than name and place do.

    A former key of the entry is its own. So is that of a vanished system that its own took over, with the
    name that the vanished one had. A state's own id (LIBID) that looks like another system's FSCS key does
    not contradict.
    """
    best = evidence.best
    keys = {best.entry.fscs_key, *(fscs_key_of(one) for one in best.entry.former_ids)}
    of_key = (one for one in evidence.ranking.vanished if one.entry.fscs_key == given.key)
    taken_over = next((one for one in of_key if _was_taken_over(one.entry, best.entry)), None)
    if given.key not in keys and taken_over is None:
        return not (fscs_key_of(best.entry.libid) == given.key and evidence.sufficient)
    level = (taken_over or best).compared.name.level
    return level in ("different", "place_only", "separated") or (
        level == "partial" and not evidence.location_agrees
    )


def _was_taken_over(vanished: Entry, by: Entry) -> bool:
    """Whether a vanished library is part now of the system of ``by``."""
    return fscs_key_of(vanished.listing.successor_id) == by.fscs_key


def _status_codes(best: Scored) -> tuple[str, ...]:
    """Reason codes of a listed entry's status."""
    return status_codes(status_of(best.entry.structure), best.entry.listing.meets_fscs_definition)
