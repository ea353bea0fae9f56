"""The only library that is listed in a town may apply under a part of its name, or the town's name."""

from __future__ import annotations

from typing import Final

from library_validator.decisions.evidence import Evidence
from library_validator.decisions.kinds import is_library_by_name
from library_validator.matching.match import ScoredCandidate
from library_validator.matching.words import GENERIC, SEPARATORS, STATE_CODES
from library_validator.releases.lineage.fates import CLOSED

# Words of bodies that use a library's name in a short form: a state's library association, a national board.
_SHORT_NAME_BODIES: Final = frozenset({"ASSOCIATION", "BOARD", "TRUSTEES", "DIRECTORS"}) | frozenset(
    word for name in STATE_CODES for word in name.split() if word not in SEPARATORS | GENERIC
)


def is_only_library_of_town(evidence: Evidence) -> bool:
    """Whether the applicant's name is that of the only library that is listed in its town, or a part of it.

    ``Alder Public Library`` is the Helen Briar Alder Public Library if Alder has no other listed library.
    """
    query, best, policy, name = evidence.query, evidence.best, evidence.policy, evidence.best.compared.name
    whole = name.level in policy.enough_with_place
    if not (whole or name.level == "applicant_shorter") or best.entry.structure in CLOSED or not query.city:
        return False
    if not _SHORT_NAME_BODIES.isdisjoint(query.name.tokens) or evidence.contact.differing:
        return False
    only = evidence.ranking.only_system_of_town()
    if only is None or only.entry.fscs_key != best.entry.fscs_key:
        return False
    if evidence.location_agrees and name.level != "exact" and _has_name_of_other_system(evidence):
        return False  # the name may be one library's, and the address another's
    is_of_branch = not (best.entry.is_system or name.of_system)
    if is_of_branch and (
        evidence.name.is_part_of_listed_name
        or not (whole or best.entry.place_words.issuperset(query.name.core))
    ):
        return False  # a town may have several branches, and a part of a name fits more than one
    return evidence.name.says_library and not (evidence.name.unexplained or evidence.name.is_generic)


def _has_name_of_other_system(evidence: Evidence) -> bool:
    """Whether another system in the applicant's state has exactly its name."""
    key = evidence.best.entry.fscs_key
    others = (other.compared for other in evidence.ranking.scored if other.entry.fscs_key != key)
    return any(compared.name.level == "exact" and compared.state != "different" for compared in others)


def library_of_town(evidence: Evidence) -> ScoredCandidate | None:
    """The only library that is listed in the town of an applicant whose name says library.

    None if the town has other libraries; if street, phone or ZIP differ, and neither street nor phone agrees;
    or if a word after ``Library`` is unexplained.
    """
    only = evidence.ranking.only_system_of_town() if is_library_by_name(evidence.query) else None
    if only is None:
        return None
    on_only = evidence.evidence_on(only)
    if on_only.contact.differing and not on_only.contact.is_located:
        return None
    return only if on_only.name.is_explained_after_library else None
