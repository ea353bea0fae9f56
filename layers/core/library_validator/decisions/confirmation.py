"""What has to hold before an applicant is validated, whatever its address and its score say.

The score says that an entry corresponds to what was given. It does not say that the applicant is the library:
its host, its Friends, a shop in its building have the same street and phone. So the name is read once more, word
by word, and street and phone are held against the listed ones.
"""

from __future__ import annotations

from typing import Final

from library_validator.decisions.contact import Contact, contact_of
from library_validator.decisions.decision import Answer
from library_validator.decisions.evidence import lists_library
from library_validator.decisions.explained_words import explain_words
from library_validator.decisions.kinds import names_host
from library_validator.decisions.policy_file import Policy
from library_validator.decisions.verdict import Verdict
from library_validator.matching.match import Ranking, Scored
from library_validator.matching.query import Query
from library_validator.matching.wording import wording_of

SHOWN_WORDS: Final = 5


def confirm(verdict: Verdict, query: Query, ranking: Ranking, named: Scored, policy: Policy) -> Verdict:
    """``verdict`` as it is, or what takes its place where name or contact do not hold.

    ``verdict`` validates; ``named`` is the entry by whose name the applicant is known: the match, or a vanished
    library that the match took over from.
    """
    match = verdict.match or named
    lost = wording_of(query.applicant.name).lost
    if lost:
        about = {"INVALID_FIELD": f"name has what cannot be read: {lost[:40]}"}
        return Verdict(Answer.NEEDS_REVIEW, ("INVALID_FIELD",), match, about)
    contact = contact_of(query, match, policy)
    against = _against_name(query, match, match, ranking, contact, policy)
    if against is not None and named is not match:
        against = _against_name(query, match, named, ranking, contact, policy)
    if against is not None:
        return against
    if contact.contradicts:
        return Verdict(Answer.NEEDS_REVIEW, ("CONTACT_DIFFERS",), match, _about(contact))
    if contact.differing:
        return verdict._replace(
            codes=(*verdict.codes, "CONTACT_DIFFERS"), about={**verdict.about, **_about(contact)}
        )
    return verdict


def _about(contact: Contact) -> dict[str, str]:
    return {"CONTACT_DIFFERS": " and ".join(contact.differing)}


def _against_name(
    query: Query, match: Scored, named: Scored, ranking: Ranking, contact: Contact, policy: Policy
) -> Verdict | None:
    """What speaks against the applicant in its name, with the names of ``named`` beside it."""
    candidates = (*ranking.scored, *ranking.vanished)
    explained = explain_words(query, named, candidates, located=contact.is_located)
    if not (explained.says_library or explained.bears_name):
        if names_host(query, explained.left):
            return host_of(query, match, ranking, policy)
        return Verdict(Answer.NEEDS_REVIEW, ("NAME_DIFFERS",), match)
    if explained.left:
        about = {"BODY_OF_LIBRARY": ", ".join(explained.left[:SHOWN_WORDS])}
        code = "NAME_DIFFERS" if match.compared.name.level == "different" else "BODY_OF_LIBRARY"
        return Verdict(Answer.NEEDS_REVIEW, (code,), match, about)
    if not contact.is_located and not explained.says_library and explained.is_place:
        return Verdict(Answer.NEEDS_REVIEW, ("NAME_DIFFERS",), match)
    if explained.is_generic and not explained.bears_name:
        return Verdict(Answer.NEEDS_REVIEW, ("WEAK_EVIDENCE",), match)
    return None


def host_of(query: Query, best: Scored, ranking: Ranking, policy: Policy) -> Verdict:
    """The applicant is a government, a building … of the place: told no, with the library that is listed there.

    A person decides where the phone is the library's, or the street is and the listed name says no library either.
    """
    contact = contact_of(query, best, policy)
    if "phone" in contact.agreeing or (contact.is_located and not lists_library(best)):
        return Verdict(Answer.NEEDS_REVIEW, ("HOST_OF_LIBRARY",), best, {"HOST_OF_LIBRARY": _shown(best)})
    for other in (best, *ranking.scored):
        if other.compared.place in policy.place and other.compared.state != "different":
            return Verdict(
                Answer.NOT_VALIDATED, ("HOST_OF_LIBRARY",), about={"HOST_OF_LIBRARY": _shown(other)}
            )
    return Verdict(Answer.NOT_VALIDATED, ("NO_ENTRY",))


def _shown(scored: Scored) -> str:
    """A library as a person is told of it."""
    listing = scored.entry.listing
    name = listing.system_name if scored.entry.is_system else listing.outlet_name
    return f"{name} ({scored.entry.id})"
