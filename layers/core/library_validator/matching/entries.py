"""Registry entries, normalized: the side that an applicant is compared with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from library_validator.matching.names import Name
from library_validator.matching.normalize import Street
from library_validator.matching.vocabulary import Vocabulary, vocabulary_of
from library_validator.matching.words import LIBRARY_WORDS
from library_validator.terms import fscs_key_of

SYSTEM_KIND: Final = "AE"


class Address(NamedTuple):
    street: Street
    city: str
    zip: str
    shown: str  # the street line as published


class Listing(NamedTuple):
    """An entry as the survey publishes it: shown to people, not compared."""

    system_name: str
    outlet_name: str
    outlet_id: str  # FSCS id, or empty for a system without a central outlet
    street: str
    city: str
    state: str
    zip: str
    county: str
    phone: str
    meets_fscs_definition: str
    legal_basis: str
    locale: str
    population: str
    operating_expenditure: str
    fate: str  # what became of it: closed, absorbed, no_longer_reported; empty while it is listed
    successor_id: str  # FSCS id, or key, of what it is part of now, where that is certain
    successor_name: str
    successor_since: str  # fiscal year


@dataclass(slots=True)  # not frozen: README.md says why
class Entry:
    """One place of the registry, normalized."""

    id: Final[str]  # FSCS key of a system, FSCS id of an outlet
    kind: Final[str]  # AE, or the outlet's type: CE, BR, BS, BM
    structure: Final[str]  # STATSTRU of the matched record
    first_listed: Final[int]  # oldest fiscal year that lists it under this id; 0: not known
    last_listed: Final[int]  # newest fiscal year that lists it
    state: Final[str]
    county: Final[str]  # normalized
    libid: Final[str]  # the state's own id, folded
    names: Final[tuple[Name, ...]]  # its own first
    system_names: Final[tuple[Name, ...]]  # of an outlet: the names of its system
    addresses: Final[tuple[Address, ...]]  # its own first
    phones: Final[tuple[str, ...]]
    former_ids: Final[tuple[str, ...]]  # FSCS keys and ids under which older releases list it
    listing: Final[Listing]
    fscs_key: str = field(init=False, repr=False, compare=False)
    is_system: bool = field(init=False, repr=False, compare=False)
    place_words: frozenset[str] = field(init=False, repr=False, compare=False)  # of county and cities
    _vocabulary: Vocabulary | None = field(default=None, init=False, repr=False, compare=False)
    _says_library: bool | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.fscs_key = fscs_key_of(self.id)
        self.is_system = self.kind == SYSTEM_KIND
        places = [self.county, *[address.city for address in self.addresses]]
        self.place_words = frozenset(" ".join(places).split())

    @property
    def vocabulary(self) -> Vocabulary:
        """The words that explain those of an applicant; made when first asked for."""
        if self._vocabulary is None:
            listing = self.listing
            self._vocabulary = vocabulary_of(
                (*self.names, *self.system_names),
                (listing.system_name, listing.outlet_name),
                (self.county, *[address.city for address in self.addresses]),
                listing.city,
                self.state,
            )
        return self._vocabulary

    @property
    def says_library(self) -> bool:
        """Whether every name of it does; found out when first asked for."""
        if self._says_library is None:
            names = (*self.names, *self.system_names)
            self._says_library = not any(LIBRARY_WORDS.isdisjoint(name.tokens) for name in names)
        return self._says_library
