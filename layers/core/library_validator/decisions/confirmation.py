"""What has to hold before an applicant is validated, whatever its address and its score say.

The score says that an entry corresponds to what was given. It does not say that the applicant is the
library: its host, its Friends, a shop in its building have the same street and phone. So the name is read
once more, word by word, and street and phone are held against the listed ones.
"""

from __future__ import annotations

from typing import Final

from library_validator.decisions.answer import Answer
from library_validator.decisions.contact import Contact
from library_validator.decisions.evidence import Evidence, listed_name_says_library
from library_validator.decisions.kinds import has_host_word, is_listed_body_name
from library_validator.decisions.verdict import Verdict
from library_validator.matching.match import Scored

_SHOWN_WORDS: Final = 5


def confirm(verdict: Verdict, evidence: Evidence, known_as: Scored) -> Verdict:
    """``verdict``, which validates, or what takes its place where name or contact do not hold.

    ``evidence`` is about the match. ``known_as``: the match, or a vanished library that it took over from, by
    whose name the applicant may still be known.
    """
    contact = evidence.contact
    if not evidence.is_published_name:
        against = _against_words(evidence, known_as)
        if against is not None:
            return against
        is_only_one = "ONLY_LIBRARY_OF_TOWN" in verdict.codes
        if not (contact.is_located or is_only_one) and evidence.of(known_as).name.is_part_of_listed_name:
            return Verdict(Answer.NEEDS_REVIEW, ("NAME_DIFFERS",), evidence.best)
    if not contact.differing:
        return verdict
    if contact.contradicts:
        return Verdict(Answer.NEEDS_REVIEW, ("CONTACT_DIFFERS",), evidence.best, _about(contact))
    return verdict._replace(
        codes=(*verdict.codes, "CONTACT_DIFFERS"), about={**verdict.about, **_about(contact)}
    )


def _against_words(evidence: Evidence, known_as: Scored) -> Verdict | None:
    against = _against_name(evidence, evidence.best)
    if against is not None and known_as is not evidence.best:
        return _against_name(evidence.of(known_as), evidence.best)
    return against


def _about(contact: Contact) -> dict[str, str]:
    return {"CONTACT_DIFFERS": " and ".join(contact.differing)}


def _against_name(evidence: Evidence, match: Scored) -> Verdict | None:
    """What speaks against the applicant in its name, with the listed names of ``evidence`` beside it."""
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
    """The applicant is a government, a building … of the place: told no, with the library that is listed.

    A person decides where the phone is the library's, or the street is and the listed name does not say
    library either, or the name is that one, with the word township, island … and a slip in it perhaps.
    """
    best, contact = evidence.best, evidence.contact
    is_by_name = not listed_name_says_library(best) and is_listed_body_name(evidence)
    if (
        "phone" in contact.agreeing
        or (contact.is_located and not listed_name_says_library(best))
        or is_by_name
    ):
        return Verdict(Answer.NEEDS_REVIEW, ("HOST_OF_LIBRARY",), best, {"HOST_OF_LIBRARY": _shown(best)})
    for other in (best, *evidence.ranking.scored):
        if other.compared.place in evidence.policy.place and other.compared.state != "different":
            about = {"HOST_OF_LIBRARY": _shown(other)}
            return Verdict(Answer.NOT_VALIDATED, ("HOST_OF_LIBRARY",), about=about)
    return Verdict(Answer.NOT_VALIDATED, ("NO_ENTRY",))


def _shown(scored: Scored) -> str:
    """A library as a person is told of it."""
    listing = scored.entry.listing
    name = listing.system_name if scored.entry.is_system else listing.outlet_name
    return f"{name} ({scored.entry.id})"
