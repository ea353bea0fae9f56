"""Normalized registry entries, with which an applicant is compared."""

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
    """An entry as the survey publishes it. People see it; it is not compared."""

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
    fate: str  # closed, absorbed or no_longer_reported; empty while the entry is listed
    successor_id: str  # FSCS id or key of the certain successor, which the entry is now a part of
    successor_name: str
    successor_since: str  # fiscal year since which the entry is a part of the successor


@dataclass(slots=True)  # not frozen: README.md says why
class Entry:
    """A library in the registry, normalized."""

    id: Final[str]  # FSCS key of a system, FSCS id of an outlet
    kind: Final[str]  # AE, or the outlet's type: CE, BR, BS, BM
    structure: Final[str]  # the code STATSTRU in the newest record
    first_listed: Final[int]  # oldest fiscal year that lists it under this id; 0: not known
    last_listed: Final[int]  # newest fiscal year that lists it
    state: Final[str]
    county: Final[str]  # normalized
    libid: Final[str]  # the state's own id, in capitals
    names: Final[tuple[Name, ...]]  # the entry's own name is first
    system_names: Final[tuple[Name, ...]]  # names of the outlet's system; empty for a system
    addresses: Final[tuple[Address, ...]]  # the entry's own address is first
    phones: Final[tuple[str, ...]]
    former_ids: Final[tuple[str, ...]]  # FSCS keys and ids under which older releases list it
    listing: Final[Listing]
    fscs_key: str = field(init=False, repr=False, compare=False)
    is_system: bool = field(init=False, repr=False, compare=False)
    place_words: frozenset[str] = field(init=False, repr=False, compare=False)  # words of county and cities
    _vocabulary: Vocabulary | None = field(default=None, init=False, repr=False, compare=False)
    _says_library: bool | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.fscs_key = fscs_key_of(self.id)
        self.is_system = self.kind == SYSTEM_KIND
        places = [self.county, *[address.city for address in self.addresses]]
        self.place_words = frozenset(" ".join(places).split())

    @property
    def vocabulary(self) -> Vocabulary:
        """The words that explain an applicant's words; computed at the first use."""
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
        """Whether every name of the entry has a word for library; computed at the first use."""
        if self._says_library is None:
            names = (*self.names, *self.system_names)
            self._says_library = not any(LIBRARY_WORDS.isdisjoint(name.tokens) for name in names)
        return self._says_library
