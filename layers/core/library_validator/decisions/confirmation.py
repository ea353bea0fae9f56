"""The last checks before an applicant is validated, whatever its score.

The score says that an entry corresponds to the application. It does not say that the applicant is the
library: its host, its Friends or a shop in its building have the same street and phone. So these checks read
the name word by word, and compare street and phone with the listed ones.
"""

from __future__ import annotations

from typing import Final

from library_validator.decisions.answer import Answer
from library_validator.decisions.contact import Contact
from library_validator.decisions.evidence import Evidence, listed_name_says_library
from library_validator.decisions.kinds import has_host_word, is_listed_body_name
from library_validator.decisions.verdict import Verdict
from library_validator.matching.match import ScoredCandidate

_SHOWN_WORDS: Final = 5


def confirm(verdict: Verdict, evidence: Evidence, known_as: ScoredCandidate) -> Verdict:
    """Check ``verdict``, which validates. Returns another verdict if the checks of name or contact fail.

    ``evidence``: on the match. ``known_as``: the match, or a vanished library that the match took over: the
    applicant may still use the vanished name.
    """
    contact = evidence.contact
    if not evidence.is_published_name:
        objection = _objection_to_name(evidence, known_as)
        if objection is not None:
            return objection
        is_only_one = "ONLY_LIBRARY_OF_TOWN" in verdict.codes
        if (
            not (contact.is_located or is_only_one)
            and evidence.evidence_on(known_as).name.is_part_of_listed_name
        ):
            return Verdict(Answer.NEEDS_REVIEW, ("NAME_DIFFERS",), evidence.best)
    if not contact.differing:
        return verdict
    if contact.contradicts:
        return Verdict(Answer.NEEDS_REVIEW, ("CONTACT_DIFFERS",), evidence.best, _details_of(contact))
    return verdict._replace(
        codes=(*verdict.codes, "CONTACT_DIFFERS"), about={**verdict.about, **_details_of(contact)}
    )


def _objection_to_name(evidence: Evidence, known_as: ScoredCandidate) -> Verdict | None:
    """The verdict if the name fits neither the match nor ``known_as``; None: the name fits."""
    objection = _objection_by_words(evidence, evidence.best)
    if objection is not None and known_as is not evidence.best:
        return _objection_by_words(evidence.evidence_on(known_as), evidence.best)
    return objection


def _details_of(contact: Contact) -> dict[str, str]:
    return {"CONTACT_DIFFERS": " and ".join(contact.differing)}


def _objection_by_words(evidence: Evidence, match: ScoredCandidate) -> Verdict | None:
    """The verdict if the name does not fit the listed names of ``evidence``; None: the name fits."""
    name = evidence.name
    if not (name.says_library or name.is_listed_name):
        if has_host_word(evidence.query, name.unexplained):
            return host_verdict(evidence)
        return Verdict(Answer.NEEDS_REVIEW, ("NAME_DIFFERS",), match)
    if name.unexplained:
        about = {"BODY_OF_LIBRARY": ", ".join(name.unexplained[:_SHOWN_WORDS])}
        code = "NAME_DIFFERS" if match.compared.name.level == "different" else "BODY_OF_LIBRARY"
        return Verdict(Answer.NEEDS_REVIEW, (code,), match, about)
    if not (name.says_library or evidence.contact.is_located) and name.is_only_place:
        return Verdict(Answer.NEEDS_REVIEW, ("NAME_DIFFERS",), match)
    if name.is_generic and not name.is_listed_name:
        return Verdict(Answer.NEEDS_REVIEW, ("WEAK_EVIDENCE",), match)
    return None


def host_verdict(evidence: Evidence) -> Verdict:
    """The verdict on a government, a building or a college: not validated. It names the library of the place.

    A person decides instead if the applicant has the listed phone. A person also decides if the listed name
    does not say library, and the applicant has that name or the listed street: ``Delhi Township`` is the name
    of a branch.
    """
    best, contact = evidence.best, evidence.contact
    has_listed_name = not listed_name_says_library(best) and is_listed_body_name(evidence)
    if (
        "phone" in contact.agreeing
        or (contact.is_located and not listed_name_says_library(best))
        or has_listed_name
    ):
        return Verdict(
            Answer.NEEDS_REVIEW, ("HOST_OF_LIBRARY",), best, {"HOST_OF_LIBRARY": _name_with_id(best)}
        )
    for other in (best, *evidence.ranking.scored):
        if other.compared.place in evidence.policy.place and other.compared.state != "different":
            about = {"HOST_OF_LIBRARY": _name_with_id(other)}
            return Verdict(Answer.NOT_VALIDATED, ("HOST_OF_LIBRARY",), about=about)
    return Verdict(Answer.NOT_VALIDATED, ("NO_ENTRY",))


def _name_with_id(scored: ScoredCandidate) -> str:
    """The name of a library with its id, for a sentence."""
    listing = scored.entry.listing
    name = listing.system_name if scored.entry.is_system else listing.outlet_name
    return f"{name} ({scored.entry.id})"
