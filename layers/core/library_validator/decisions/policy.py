"""The rules of the decision: each looks at the comparisons and has a reason code.

The first rule that applies decides. A rule that overrides the score always adds its reason code. The numbers
are in ``policy.toml``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from library_validator.decisions.answer import Answer
from library_validator.decisions.application import FieldProblem
from library_validator.decisions.confirmation import confirm, host_verdict
from library_validator.decisions.evidence import Evidence
from library_validator.decisions.field_problems import verdict_with_problems
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
from library_validator.decisions.other_state import is_zip_of_other_state, may_have_mistyped_zip
from library_validator.decisions.policy_file import Policy
from library_validator.decisions.status import status_codes, status_of
from library_validator.decisions.vanished import (
    is_taken_over,
    last_listed_of_system,
    reconcile_with_vanished,
    verdict_on_vanished,
)
from library_validator.decisions.verdict import Verdict
from library_validator.matching.match import Ranking, ScoredCandidate
from library_validator.matching.query import Query
from library_validator.matching.words import OUT_OF_SCOPE
from library_validator.releases.lineage.fates import CLOSED
from library_validator.releases.records import Structure
from library_validator.terms import FscsId, fscs_key_of

# Kinds of bodies that share buildings with public libraries.
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

    ``problems``: those of fields that ``read_application`` could not use. ``known_key``: the registry has the
    FSCS key that the applicant gave.
    """
    verdict = _verdict_by_rules(query, ranking, policy, known_key=known_key)
    if problems or query.unread:
        return verdict_with_problems(verdict, query, ranking, policy, problems)
    return verdict


def _verdict_by_rules(query: Query, ranking: Ranking, policy: Policy, *, known_key: bool) -> Verdict:
    """The verdict of the rules, before problems of fields are considered.

    1. An applicant that is exactly as listed is validated.
    2. A body that supports a library is not validated.
    3. The best listed entry decides, or a vanished entry that fits and has a higher score.
    4. A verdict that validates is then checked once more, by name and contact.
    """
    best = ranking.best or ranking.vanished_best
    if best is not None and _is_as_listed(query, best, ranking, policy):
        return Verdict(Answer.VALIDATED, ("MATCH",), best)
    affiliate = affiliate_word(query, best, policy)
    if affiliate:
        return Verdict(Answer.NOT_VALIDATED, ("AFFILIATE",), about={"AFFILIATE": affiliate})
    home = _best_with_own_town_first(ranking, policy)
    evidence = _evidence_on_open_entry(Evidence(query, home, ranking, policy)) if home else None
    verdict = (
        _verdict_on_listed(evidence, known_key=known_key) if evidence else _verdict_without_candidate(query)
    )
    vanished, known_as = ranking.vanished_best, verdict.match
    if vanished is not None and Evidence(query, vanished, ranking, policy).sufficient:
        is_closer = ranking.best is None or vanished.bits > ranking.best.bits
        last = last_listed_of_system(query, ranking, vanished, policy)
        if verdict.answer is Answer.VALIDATED and verdict.match is not None:
            verdict = reconcile_with_vanished(verdict, verdict.match, ranking, last, is_closer=is_closer)
            known_as = last if "SUCCEEDED" in verdict.codes else verdict.match
        elif is_closer:
            return verdict_on_vanished(last)
    if evidence and known_as and verdict.match and verdict.answer is Answer.VALIDATED:
        return confirm(verdict, evidence.evidence_on(verdict.match), known_as)
    return verdict


def _is_as_listed(query: Query, best: ScoredCandidate, ranking: Ranking, policy: Policy) -> bool:
    """Whether the applicant gives the published name, street, phone and ZIP of an open entry without a rival.

    No other rule objects to such an applicant: the check saves time and changes no answer.
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


def _verdict_without_candidate(query: Query) -> Verdict:
    """Not validated; but a person decides if only a name was given, and the name says library."""
    if query.is_name_alone and query.says_library:
        return Verdict(Answer.NEEDS_REVIEW, ("TOO_LITTLE_GIVEN",))
    return Verdict(Answer.NOT_VALIDATED, ("NO_ENTRY",))


def _verdict_on_listed(evidence: Evidence, *, known_key: bool) -> Verdict:
    """The verdict on an applicant and the entry of the newest release that fits best."""
    query, best, policy = evidence.query, evidence.best, evidence.policy
    objection = _verdict_on_other_body(evidence) or _verdict_on_contradiction(evidence, known_key=known_key)
    if objection is not None:
        return objection
    threshold = (
        policy.validate if evidence.location_agrees or _fscs_id_agrees(best) else policy.validate_by_name
    )
    is_enough = evidence.sufficient and (best.bits >= threshold or evidence.overrides_score)
    if not (is_enough or _is_explained_at_location(evidence)):
        if is_only_library_of_town(evidence):
            return Verdict(Answer.VALIDATED, ("MATCH", "ONLY_LIBRARY_OF_TOWN", *_status_codes(best)), best)
        return _verdict_if_insufficient(evidence)
    if other_kind_words(query) and not evidence.location_agrees and best.compared.name.level != "exact":
        return Verdict(Answer.NEEDS_REVIEW, ("WEAK_EVIDENCE",), best)
    return _verdict_if_sufficient(evidence)


def _fscs_id_agrees(best: ScoredCandidate) -> bool:
    """Whether the applicant gave the FSCS id of the entry, or of another outlet of its system."""
    return best.compared.fscs_id in ("exact", "other_outlet")


def _best_with_own_town_first(ranking: Ranking, policy: Policy) -> ScoredCandidate | None:
    """The best candidate; if it is in another state, the best candidate of the applicant's own town, if any.

    A similar name in the same town is likelier than the same name in another state.
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


def _evidence_on_open_entry(evidence: Evidence) -> Evidence:
    """The evidence; if the entry is closed, the evidence on an open outlet of the same name and place."""
    if evidence.best.entry.structure in _NOT_OPEN:
        for other in evidence.namesakes():
            if other.entry.structure not in _NOT_OPEN:
                return evidence.evidence_on(other)
    return evidence


def _verdict_on_other_body(evidence: Evidence) -> Verdict | None:
    """The verdict if the applicant's name says a kind of body that the entry is not; or None."""
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


def _verdict_on_contradiction(evidence: Evidence, *, known_key: bool) -> Verdict | None:
    """The verdict if FSCS id, state or ZIP contradict the entry that name and place fit; or None."""
    query, best = evidence.query, evidence.best
    if query.fscs_id is not None and known_key and _is_fscs_id_of_other_entry(query.fscs_id, evidence):
        about = {"FSCS_ID_CONTRADICTS": query.fscs_id.key}
        return Verdict(Answer.NEEDS_REVIEW, ("FSCS_ID_CONTRADICTS",), about=about)
    if best.compared.state == "different":
        if may_have_mistyped_zip(evidence):
            return _verdict_on_other_zip(query, best)
        if evidence.location_agrees and evidence.place_agrees and evidence.name_fits:
            return Verdict(Answer.NEEDS_REVIEW, ("STATE_CONTRADICTS",), best)
        if (only := library_of_town(evidence)) is not None:
            return Verdict(Answer.NEEDS_REVIEW, ("NAME_DIFFERS", *_status_codes(only)), only)
        is_namesake = best.compared.name.level in evidence.policy.enough_with_place
        return Verdict(Answer.NOT_VALIDATED, ("NAMESAKE_ELSEWHERE" if is_namesake else "NO_ENTRY",))
    if evidence.sufficient and is_zip_of_other_state(query, best):
        return _verdict_on_other_zip(query, best)
    return None


def _verdict_on_other_zip(query: Query, best: ScoredCandidate) -> Verdict:
    """A person decides, because the ZIP belongs to one state, and name and town to another."""
    about = {"ZIP_CONTRADICTS": query.place.state_of_zip}
    return Verdict(Answer.NEEDS_REVIEW, ("ZIP_CONTRADICTS",), best, about)


def _verdict_if_sufficient(evidence: Evidence) -> Verdict:
    """Validated; a person decides if another system fits as well, or if the entry is permanently closed.

    A rival does not count if the applicant is the only library of its town.
    """
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


def _rival(ranking: Ranking, best: ScoredCandidate, policy: Policy) -> ScoredCandidate | None:
    """Another system that the applicant may be as well; None: there is none.

    The score of a rival is within the margin of the best score, or the rival has a fact that ``best`` does
    not have: the exact name, or street and phone. Then one of the two facts is wrong, whatever the scores. A
    system is a rival too if both are at one street, its name is similar, and the applicant has the exact name
    of neither.
    """
    second = ranking.runner_up
    if second is None:
        return None
    if best.bits - second.bits < policy.margin:
        return second
    level = best.compared.name.level
    is_located = best.compared.street in policy.street or best.compared.phone in policy.phone
    for other in ranking.scored:
        compared = other.compared
        if other.entry.fscs_key == best.entry.fscs_key:
            continue
        if not is_located and compared.together == "street_and_phone":
            return other
        if level == "exact" or compared.state == "different":
            continue
        is_at_place = compared.place in policy.place
        is_known_name = is_at_place or (compared.name.rarity > policy.known and level != "same_words")
        if compared.name.level == "exact" and is_known_name:
            return other
        is_akin = compared.name.level in policy.enough_with_place or compared.name.level in _AKIN
        if compared.street in policy.street and is_at_place and is_akin:
            return other
    return None


def _verdict_if_insufficient(evidence: Evidence) -> Verdict:
    """A person decides if the applicant may be a listed library of its town; otherwise not validated."""
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


def _is_explained_at_location(evidence: Evidence) -> bool:
    """Whether street or phone are the entry's, and every word of the name is explained as a library's.

    The name must have a word of a listed name, or it may be another library's. Two cases need no such word:
    a branch, which people call after its town, and an association.
    """
    query, best = evidence.query, evidence.best
    placed = evidence.place_agrees or (evidence.name_fits and best.compared.place == "zip_area")
    if not (evidence.location_agrees and placed and query.says_library):
        return False
    name = evidence.name
    if not name.says_library or name.unexplained or name.is_generic:
        return False
    return name.has_listed_word or not best.entry.is_system or "ASSOCIATION" in query.name.tokens


def _is_fscs_id_of_other_entry(given: FscsId, evidence: Evidence) -> bool:
    """Whether the FSCS id belongs to one entry, and name and place to another.

    These ids belong to the entry too: a former key of it, and the key of a vanished system that its system
    took over, if the applicant gives the vanished name. A state's own id (LIBID) that looks like the FSCS key
    of another system does not contradict.
    """
    best = evidence.best
    keys = {best.entry.fscs_key, *map(fscs_key_of, best.entry.former_ids)}
    of_key = (scored for scored in evidence.ranking.vanished if scored.entry.fscs_key == given.key)
    taken_over = next((scored for scored in of_key if is_taken_over(scored.entry, best.entry)), None)
    if given.key not in keys and taken_over is None:
        return not (fscs_key_of(best.entry.libid) == given.key and evidence.sufficient)
    level = (taken_over or best).compared.name.level
    return level in ("different", "place_only", "separated") or (
        level == "partial" and not evidence.location_agrees
    )


def _status_codes(best: ScoredCandidate) -> tuple[str, ...]:
    """Reason codes of a listed entry's status."""
    return status_codes(status_of(best.entry.structure), best.entry.listing.meets_fscs_definition)
