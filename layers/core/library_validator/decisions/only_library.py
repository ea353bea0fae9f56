"""The library of a town where no other is listed: a part of its name, or a name of the town, may mean it."""

from __future__ import annotations

from typing import Final

from library_validator.decisions.evidence import Evidence
from library_validator.decisions.kinds import is_library_by_name
from library_validator.matching.match import Scored
from library_validator.matching.words import GENERIC, SEPARATORS, STATE_CODES
from library_validator.releases.lineage.fates import CLOSED

# Bodies that use a library's name, shortened: the state's library association, a national board.
_SHORT_NAME_BODIES: Final = frozenset({"ASSOCIATION", "BOARD", "TRUSTEES", "DIRECTORS"}) | frozenset(
    word for name in STATE_CODES for word in name.split() if word not in SEPARATORS | GENERIC
)


def is_only_library_of_town(evidence: Evidence) -> bool:
    """Whether the applicant has the name, or a part of it, of the one library that is listed in its town.

    ``Alder Public Library`` in Alder, where the Helen Briar Alder Public Library is listed and no other.
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
        return False  # one's name, and the other's address
    is_of_branch = not (best.entry.is_system or name.of_system)
    if is_of_branch and (
        evidence.name.is_part_of_listed_name
        or not (whole or best.entry.place_words.issuperset(query.name.core))
    ):
        return False  # of branches there are many in a town, and a part of a name can be another's
    return evidence.name.says_library and not (evidence.name.unexplained or evidence.name.is_generic)


def _has_name_of_other_system(evidence: Evidence) -> bool:
    """Whether the name is the very name of another system in its state."""
    key = evidence.best.entry.fscs_key
    others = (one for one in evidence.ranking.scored if one.entry.fscs_key != key)
    return any(one.compared.name.level == "exact" and one.compared.state != "different" for one in others)


def library_of_town(evidence: Evidence) -> Scored | None:
    """The one library that is listed in the town of an applicant whose name says library.

    None where there are others, or where street, phone or ZIP lead away from it and none leads to it.
    """
    only = evidence.ranking.only_system_of_town() if is_library_by_name(evidence.query) else None
    if only is None:
        return None
    about = evidence.of(only)
    if about.contact.differing and not about.contact.is_located:
        return None
    return only if about.name.is_explained_after_library else None
