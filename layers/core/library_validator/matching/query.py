"""An applicant, normalized once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Final

from library_validator.matching import normalize, unread
from library_validator.matching.applicant import Description
from library_validator.matching.names import NO_NAME, Name, read_name
from library_validator.matching.normalize import NO_STREET, FscsId, Street
from library_validator.matching.phones import read_phones, stands_for_no_phone
from library_validator.matching.places import Place, read_place
from library_validator.matching.spelling import correct
from library_validator.matching.statistics import Statistics
from library_validator.matching.unread import Unread
from library_validator.matching.values import given
from library_validator.matching.words import LIBRARY_WORDS

_texts_of: Final = attrgetter("name", "street", "city", "state", "zip", "phone", "fscs_id", "country")
_NOTHING: Final[tuple[Unread, ...]] = ()


@dataclass(slots=True)  # final and not frozen, as names are
class Query:
    """What is compared with entries; empty parts were not given, or could not be read: see ``unread``."""

    applicant: Final[Description]
    name: Final[Name]
    street: Final[Street]
    line: Final[str]  # the address line that ``street`` was read from
    city: Final[str]
    state: Final[str]  # the one that was given, or else the one of FSCS id or ZIP
    state_is_of_zip: Final[bool]  # nothing but the ZIP says it
    zip: Final[str]
    state_of_zip: Final[str]  # the state that has such ZIPs
    phone: Final[str]
    second_phone: Final[str]  # where two were given
    fscs_id: Final[FscsId | None]
    head: Final[Name]  # of "Friends of the Library": the friends; empty where the name is not of that form
    unknown_words: Final[frozenset[str]]  # words of the name that no entry bears
    place_words: Final[frozenset[str]]  # words of its city and state: in a name they repeat the address
    says_library: Final[bool]  # its name does
    is_american: Final[bool]  # a state, a ZIP or a country that it gave says so
    unread: Final[tuple[Unread, ...]]  # what was given and could not be read, in the order of the fields
    strange: Final[dict[str, bool]]  # what was found out: whether a listed name has nothing in common with it

    @property
    def is_name_alone(self) -> bool:
        """Whether nothing but a name and perhaps a state was given."""
        return not (self.city or self.zip or self.phone or self.street != NO_STREET)


def read_applicant(applicant: Description, statistics: Statistics) -> Query:
    """Normalize an applicant; words that no entry bears are read as the kind of word they nearly are."""
    texts = _texts_of(applicant)
    given_name, line, city_cell, state_cell, zip_cell, phone_cell, id_cell, country = map(given, texts)
    place = read_place(line, city_cell, state_cell, zip_cell, country)
    street = normalize.street(place.line)
    city = normalize.city(place.city)
    found = read_phones(phone_cell) if phone_cell else ()
    fscs_id = normalize.fscs_id(id_cell)
    name = correct(read_name(given_name), statistics)
    head = normalize.head_of(given_name)
    state = place.state or (fscs_id.key[:2] if fscs_id else "")
    misread = place.unread or (
        (phone_cell and not found)
        or (id_cell and fscs_id is None)
        or (line and street == NO_STREET)
        or (city_cell and not city)
        or (texts[0] and not given_name)
    )
    return Query(
        applicant,
        name,
        street,
        place.line,
        city,
        state or place.state_of_zip,
        not state and bool(place.state_of_zip),
        place.zip,
        place.state_of_zip,
        found[0] if found else "",
        found[1] if len(found) > 1 else "",
        fscs_id,
        correct(read_name(head), statistics) if head else NO_NAME,
        name.core_words - statistics.words,
        _words_of_state(state_cell, state).union(city.split()),
        not LIBRARY_WORDS.isdisjoint(name.tokens),
        place.is_american,
        _unread_of(applicant, place, city, street, phone=found, fscs_id=fscs_id) if misread else _NOTHING,
        {},
    )


def _unread_of(
    applicant: Description,
    place: Place,
    city: str,
    street: Street,
    *,
    phone: tuple[str, ...],
    fscs_id: FscsId | None,
) -> tuple[Unread, ...]:
    """Everything that was given and not read."""
    found: list[Unread] = []
    if applicant.name and not given(applicant.name):
        found.append(unread.NAME_MISSING)
    if given(applicant.street) and street == NO_STREET and applicant.street.strip() != normalize.MISSING:
        found.append(unread.STREET)
    if given(applicant.city) and not city:
        found.append(unread.CITY)
    found += place.unread
    cell = given(applicant.phone)
    if cell and not phone and not stands_for_no_phone(cell):
        found.append(unread.PHONE)
    if given(applicant.fscs_id) and fscs_id is None:
        found.append(unread.FSCS_ID)
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=1024)
def _words_of_state(as_given: str, state: str) -> frozenset[str]:
    return frozenset((*normalize.words(as_given).split(), *state.split()))
