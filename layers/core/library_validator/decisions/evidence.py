"""What the comparisons with one candidate amount to."""

from __future__ import annotations

from library_validator.decisions.contact import Contact, contact_of
from library_validator.decisions.explained_name import ExplainedName
from library_validator.decisions.policy_file import Policy
from library_validator.matching.match import Ranking, Scored
from library_validator.matching.query import Query
from library_validator.matching.words import LIBRARY_WORDS


class Evidence:
    """Facts about an applicant and one entry, each a plain question.

    - ``thin``: nothing but a name and perhaps a state was given.
    - ``placed``: town or ZIP is the entry's. ``located``: so is the street, or the phone.
    - ``named``: the name can be the entry's.
    - ``sufficient``: together they show that the applicant is the entry, if no rule speaks against it.
    - ``overrides_score``: so strongly that the match weight does not matter.
    - ``plausible``: a person may find that it is.
    - ``contact``: which of street, phone and ZIP are the entry's. ``name``: which words have an explanation.
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

    def __init__(self, query: Query, best: Scored, ranking: Ranking, policy: Policy) -> None:
        self.query, self.best, self.ranking, self.policy = query, best, ranking, policy
        self._contact: Contact | None = None
        self._name: ExplainedName | None = None
        compared, level, rarity = best.compared, best.compared.name.level, best.compared.name.rarity
        library = query.says_library
        phoned = compared.phone in policy.phone
        streeted = compared.street in policy.street
        identified = compared.fscs_id in ("exact", "other_outlet")
        self.name_alone = query.is_name_alone
        self.place_agrees = compared.place in policy.place
        self.location_agrees = (streeted and compared.place != "different") or phoned
        names_its_town = library and query.place_words.issuperset(query.name.core)
        if level == "different" and not (streeted or phoned):  # as of most others
            self.name_fits = self.sufficient = self.overrides_score = False
            self.plausible = self.place_agrees and names_its_town
            return

        whole = level in policy.enough_with_place
        agreed = whole and (library or not listed_name_says_library(best))
        akin = (whole or level in policy.enough_with_location) and rarity > policy.akin
        unlikely = rarity > policy.distinct  # the shared words are no accident
        distinct = whole and unlikely
        outlet = not best.entry.is_system
        same_spot = streeted and phoned and self.place_agrees
        their_phone = compared.phone == "exact" and self.place_agrees
        same_door = level == "exact" and compared.street == "exact" and unlikely  # by another town's name
        same_place = (same_spot or their_phone) and library
        self.name_fits = agreed or (akin and library)

        self.sufficient = (
            (agreed and (self.place_agrees or phoned or identified))
            or (akin and library and (identified or (self.location_agrees and (self.place_agrees or phoned))))
            or ((same_spot or their_phone) and (whole or level == "applicant_shorter" or unlikely))
            or (streeted and self.place_agrees and (distinct or (level == "applicant_shorter" and library)))
            # an outlet signs with its own name alone, of its part of town, or says regional for branch
            or (streeted and self.place_agrees and outlet and (whole or (level == "separated" and library)))
            or same_door
            or same_place
        )
        self.overrides_score = same_place or (agreed and compared.phone == "exact") or same_door
        shares_a_name = library and level not in ("different", "place_only")
        self.plausible = (
            self.name_fits
            or same_spot
            or their_phone
            or (self.place_agrees and (names_its_town or shares_a_name or distinct))
            or (self.location_agrees and (library or akin or whole or level == "separated"))
        )

    @property
    def contact(self) -> Contact:
        if self._contact is None:
            namesakes = () if self.best.entry.phones else self.namesakes()
            contact = contact_of(self.query, self.best, self.policy, namesakes)
            if contact.contradicts and self._gives_door_of_its_system():
                contact = contact._replace(away=0)
            self._contact = contact
        return self._contact

    def _gives_door_of_its_system(self) -> bool:
        """Whether the street is that of another place of the system, under the very name: in its own town."""
        key = self.best.entry.fscs_key
        return any(
            one.compared.street == "exact" and one.compared.name.level == "exact"
            for one in self.ranking.scored
            if one.entry.fscs_key == key
        )

    def namesakes(self) -> tuple[Scored, ...]:
        """Other outlets of its system that agree with the name as well, at the same place: its bookmobile."""
        key, level = self.best.entry.fscs_key, self.best.compared.name.level
        return tuple(
            one
            for one in self.ranking.scored
            if one.entry.fscs_key == key
            and one is not self.best
            and one.compared.name.level == level
            and one.compared.place in self.policy.place
        )

    @property
    def name(self) -> ExplainedName:
        if self._name is None:
            self._name = self.explained()
        return self._name

    @property
    def is_published_name(self) -> bool:
        """Whether the name is, letter for letter, a published one, and says library or is at its place."""
        name, listing = self.query.written.upper(), self.best.entry.listing
        is_listed = name in (listing.system_name, listing.outlet_name)
        return is_listed and ("LIBRARY" in name or self.contact.is_located)

    def explained(self, part: str | None = None) -> ExplainedName:
        """The applicant's name, or a part of it, with the entry beside it."""
        candidates = (*self.ranking.scored, *self.ranking.vanished)
        located = self.contact.is_located
        return ExplainedName(self.query, self.best, candidates, located=located, part=part)

    def of(self, other: Scored) -> Evidence:
        """The same about another candidate."""
        return self if other is self.best else Evidence(self.query, other, self.ranking, self.policy)

    @property
    def weakness(self) -> str:
        """The reason code of what is missing where the evidence does not suffice."""
        if not self.name_fits:
            return "NAME_DIFFERS"
        if not self.place_agrees and not self.location_agrees:
            return "PLACE_DIFFERS"
        return "WEAK_EVIDENCE"


def listed_name_says_library(best: Scored) -> bool:
    """Whether the entry's name says that it is a library; 377 systems' names do not."""
    return not LIBRARY_WORDS.isdisjoint(best.compared.name.listed.tokens)
