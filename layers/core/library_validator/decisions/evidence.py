"""The facts that follow from the comparisons of an applicant with one candidate."""

from __future__ import annotations

from library_validator.decisions.contact import Contact, contact_of
from library_validator.decisions.explained_name import ExplainedName
from library_validator.decisions.policy_file import Policy
from library_validator.matching.match import Ranking, ScoredCandidate
from library_validator.matching.query import Query
from library_validator.matching.words import LIBRARY_WORDS


class Evidence:
    """Facts about an applicant and one entry. All but the last two are true or false.

    - ``name_alone``: the applicant gave only a name, and perhaps a state.
    - ``place_agrees``: the town or the ZIP is the entry's.
    - ``location_agrees``: the phone is the entry's; or the street is the entry's, and the place does not
      differ.
    - ``name_fits``: the name can be the entry's.
    - ``sufficient``: the facts together show that the applicant is the entry, unless another rule objects.
    - ``overrides_score``: the facts show this so clearly that the match weight does not matter.
    - ``plausible``: a person may find that the applicant is the entry.
    - ``contact``: which of street, phone and ZIP are the entry's.
    - ``name``: which words of the name have an explanation.
    """

    __slots__ = (
        "_contact",
        "_name",
        "best",
        "location_agrees",
        "name_alone",
        "name_fits",
        "overrides_score",
        "place_agrees",
        "plausible",
        "policy",
        "query",
        "ranking",
        "sufficient",
    )

    def __init__(self, query: Query, best: ScoredCandidate, ranking: Ranking, policy: Policy) -> None:
        self.query, self.best, self.ranking, self.policy = query, best, ranking, policy
        self._contact: Contact | None = None
        self._name: ExplainedName | None = None
        compared, level, rarity = best.compared, best.compared.name.level, best.compared.name.rarity
        says_library = query.says_library
        phone_agrees = compared.phone in policy.phone
        street_agrees = compared.street in policy.street
        id_agrees = compared.fscs_id in ("exact", "other_outlet")
        self.name_alone = query.is_name_alone
        self.place_agrees = compared.place in policy.place
        self.location_agrees = (street_agrees and compared.place != "different") or phone_agrees
        is_named_after_town = says_library and query.place_words.issuperset(query.name.core)
        if level == "different" and not (street_agrees or phone_agrees):  # most candidates end here
            self.name_fits = self.sufficient = self.overrides_score = False
            self.plausible = self.place_agrees and is_named_after_town
            return

        is_whole = level in policy.enough_with_place  # the whole name agrees
        is_whole_and_same_kind = is_whole and (says_library or not listed_name_says_library(best))
        is_akin = (is_whole or level in policy.enough_with_location) and rarity > policy.akin
        is_rare = rarity > policy.distinct  # two bodies do not share these words by accident
        is_whole_and_rare = is_whole and is_rare
        is_outlet = not best.entry.is_system
        same_street = street_agrees and self.place_agrees
        same_door = same_street and phone_agrees
        same_phone = compared.phone == "exact" and self.place_agrees
        same_name_and_street = level == "exact" and compared.street == "exact" and is_rare  # in any town
        library_at_same_door = (same_door or same_phone) and says_library
        self.name_fits = is_whole_and_same_kind or (is_akin and says_library)

        self.sufficient = (
            (is_whole_and_same_kind and (self.place_agrees or phone_agrees or id_agrees))
            or (
                (is_akin and says_library)
                and (id_agrees or (self.location_agrees and (self.place_agrees or phone_agrees)))
            )
            or ((same_door or same_phone) and (is_whole or level == "applicant_shorter" or is_rare))
            or (same_street and (is_whole_and_rare or (level == "applicant_shorter" and says_library)))
            # An outlet may omit its system's name (``Eastside``), or say regional instead of branch.
            or (same_street and is_outlet and (is_whole or (level == "separated" and says_library)))
            or same_name_and_street
            or library_at_same_door
        )
        self.overrides_score = (
            library_at_same_door
            or (is_whole_and_same_kind and compared.phone == "exact")
            or same_name_and_street
        )
        shares_a_name = says_library and level not in ("different", "place_only")
        self.plausible = (
            self.name_fits
            or same_door
            or same_phone
            or (self.place_agrees and (is_named_after_town or shares_a_name or is_whole_and_rare))
            or (self.location_agrees and (says_library or is_akin or is_whole or level == "separated"))
        )

    @property
    def contact(self) -> Contact:
        if self._contact is None:
            namesakes = () if self.best.entry.phones else self.namesakes()
            contact = contact_of(self.query, self.best, self.policy, namesakes)
            if contact.contradicts and self._system_lists_name_and_street():
                contact = contact._replace(points=0)
            self._contact = contact
        return self._contact

    def _system_lists_name_and_street(self) -> bool:
        """Whether the entry's system lists exactly this name, and this street, perhaps at two outlets."""
        key = self.best.entry.fscs_key
        return any(
            candidate.compared.street == "exact" and candidate.compared.name.level == "exact"
            for candidate in self.ranking.scored
            if candidate.entry.fscs_key == key
        )

    def namesakes(self) -> tuple[ScoredCandidate, ...]:
        """Other outlets of the system whose names agree as well, at the same place, such as a bookmobile."""
        key, level = self.best.entry.fscs_key, self.best.compared.name.level
        return tuple(
            candidate
            for candidate in self.ranking.scored
            if candidate.entry.fscs_key == key
            and candidate is not self.best
            and candidate.compared.name.level == level
            and candidate.compared.place in self.policy.place
        )

    @property
    def name(self) -> ExplainedName:
        if self._name is None:
            self._name = self.explain_name()
        return self._name

    @property
    def is_published_name(self) -> bool:
        """Whether the name is a published name, and says library or comes with the listed street or phone."""
        name, listing = self.query.written.upper(), self.best.entry.listing
        is_listed = name in (listing.system_name, listing.outlet_name)
        return is_listed and ("LIBRARY" in name or self.contact.is_located)

    def explain_name(self, part: str | None = None) -> ExplainedName:
        """The applicant's name, or a part of it, word by word compared with the entry's."""
        candidates = (*self.ranking.scored, *self.ranking.vanished)
        located = self.contact.is_located
        return ExplainedName(self.query, self.best, candidates, located=located, part=part)

    def evidence_on(self, other: ScoredCandidate) -> Evidence:
        """The same applicant's evidence on another candidate."""
        return self if other is self.best else Evidence(self.query, other, self.ranking, self.policy)

    @property
    def weakness(self) -> str:
        """The reason code for evidence that is not sufficient: it says which part does not agree."""
        if not self.name_fits:
            return "NAME_DIFFERS"
        if not self.place_agrees and not self.location_agrees:
            return "PLACE_DIFFERS"
        return "WEAK_EVIDENCE"


def listed_name_says_library(best: ScoredCandidate) -> bool:
    """Whether the listed name says that the entry is a library. The names of 377 systems do not say it."""
    return not LIBRARY_WORDS.isdisjoint(best.compared.name.listed.tokens)
