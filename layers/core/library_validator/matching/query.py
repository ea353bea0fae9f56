"""An applicant, normalized once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from library_validator.matching import normalize, unread
from library_validator.matching.applicant import Description
from library_validator.matching.names import NO_NAME, Name, read_name
from library_validator.matching.normalize import MISSING, NO_STREET, Street, words_of_city
from library_validator.matching.phones import has_more_than_numbers, read_phones, stands_for_no_phone
from library_validator.matching.places import Place, read_place
from library_validator.matching.spelling import correct, read_applicants_name
from library_validator.matching.statistics import Statistics
from library_validator.matching.unread import Unread
from library_validator.matching.values import given
from library_validator.matching.vocabulary import STATE_NAMES
from library_validator.matching.wording import MAX_WORDS, lost_characters, lost_in, may_be_parted, parts_of
from library_validator.matching.words import LIBRARY_WORDS
from library_validator.terms import FscsId

_DIGITS_OF_PHONE: Final = 10
_NOTHING: Final[frozenset[str]] = frozenset()
_LAST_WORDS_OF_STATES: Final = frozenset(words[-1] for names in STATE_NAMES.values() for words in names)


@dataclass(slots=True)  # final and not frozen, as names are
class Query:
    """What is compared with entries; empty parts were not given, or could not be read: see ``unread``."""

    applicant: Final[Description]
    written: Final[str]  # its name as it was given, without wrapping
    name: Final[Name]
    place: Final[Place]  # its address, cell by cell
    street: Final[Street]
    city: Final[str]
    state: Final[str]  # the one that was given, or else that of the FSCS id, or of the ZIP
    zip: Final[str]
    phone: Final[str]
    second_phone: Final[str]  # where two were given
    fscs_id: Final[FscsId | None]
    head: Final[Name]  # of "Friends of the Library": the friends; empty where the name is not of that form
    unknown_words: Final[frozenset[str]]  # words of the name that no entry bears
    place_words: Final[frozenset[str]]  # words of its city and state: in a name they repeat the address
    says_library: Final[bool]  # its name does
    unread: Final[tuple[Unread, ...]]  # what was given and could not be read
    strange: Final[dict[str, bool]]  # what was found out: whether a listed name has nothing in common with it
    statistics: Final[Statistics]
    is_part: Final[bool] = False  # of another query: its name is one of the names in that one's
    _parts: tuple[Query, ...] | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def is_name_alone(self) -> bool:
        """Whether nothing but a name and perhaps a state was given."""
        return not (self.city or self.zip or self.phone or self.street != NO_STREET)

    @property
    def parts(self) -> tuple[Query, ...]:
        """The names in a name that says library, each as if it were the whole; none if there is only one."""
        if self._parts is None:
            is_parted = not self.is_part and self.says_library and may_be_parted(self.written)
            self._parts = tuple(_parts_of(self)) if is_parted else ()
        return self._parts

    @property
    def state_is_of_zip(self) -> bool:
        """Whether nothing but the ZIP says which state it is in."""
        return not self.place.state and self.fscs_id is None


def read_applicant(applicant: Description, statistics: Statistics) -> Query:
    """Normalize an applicant; words that no entry bears are read as the kind of word they nearly are."""
    given_name = given(applicant.name)
    place = read_place(applicant.street, applicant.city, applicant.state, applicant.zip, applicant.country)
    street = normalize.street(place.line)
    city = normalize.city(place.city)
    phone = applicant.phone
    phones = read_phones(phone) if phone else ()
    fscs_id = normalize.fscs_id(applicant.fscs_id) if applicant.fscs_id else None
    words = normalize.words_of_name(_without_state(given_name, place.state))
    name = read_applicants_name(words, statistics)
    head = normalize.head_of(words)
    place_words = _words_of_state(applicant.state, place.state).union(words_of_city(city))
    if name.tokens and name.tokens[-1] in _LAST_WORDS_OF_STATES:
        place_words = place_words.union(_state_behind(name, place))
    is_read = (
        name.tokens
        and ((len(given_name) <= MAX_WORDS and given_name.isascii()) or not lost_in(given_name))
        and (not phone or (phones and (len(phone) == _DIGITS_OF_PHONE or not has_more_than_numbers(phone))))
        and (city or not applicant.city)
        and (fscs_id or not applicant.fscs_id)
        and (not applicant.street or (street != NO_STREET and applicant.street.isascii()))
    )
    return Query(
        applicant,
        given_name,
        name,
        place,
        street,
        city,
        place.state or (fscs_id.key[:2] if fscs_id else place.state_of_zip),
        place.zip,
        phones[0] if phones else "",
        phones[1] if len(phones) > 1 else "",
        fscs_id,
        correct(read_name(head), statistics) if head else NO_NAME,
        _NOTHING if statistics.words.issuperset(name.core) else name.core_words - statistics.words,
        place_words,
        _says_library(name, place_words),
        place.unread if is_read else _unread_of(applicant, place, street, city, phones, fscs_id),
        {},
        statistics,
    )


def _says_library(name: Name, place_words: frozenset[str]) -> bool:
    """Whether a word of the name says library: ``City of Long Branch`` has one from its place."""
    if LIBRARY_WORDS.isdisjoint(name.tokens):
        return False
    if LIBRARY_WORDS.isdisjoint(place_words):
        return True
    return any(
        name.tokens.count(word) > (word in place_words) for word in LIBRARY_WORDS.intersection(name.tokens)
    )


def _without_state(name: str, state: str) -> str:
    """The name without the code of its own state behind it: NE is Nebraska there, and not northeast."""
    bare = name.rstrip(" ).") if name[-1:] in " )." else name
    if bare[-2:].upper() != state or len(bare) <= len(" NE") or bare[-3] not in " ,(":
        return name
    return bare[:-3]


def _state_behind(name: Name, place: Place) -> tuple[str, ...]:
    """The words of its state's name where that stands behind the name: ``Alder Library, New York``."""
    for words in STATE_NAMES.get(place.state, ()):
        if name.tokens[-len(words) :] == words and len(name.tokens) > len(words):
            return words
    return ()


def _parts_of(query: Query) -> Iterator[Query]:
    for part in parts_of(query.written):
        name = read_applicants_name(normalize.words_of_name(part), query.statistics)
        if name.core and name.text != query.name.text:
            yield replace(
                query,
                name=name,
                unknown_words=name.core_words - query.statistics.words,
                says_library=_says_library(name, query.place_words),
                strange={},
                is_part=True,
            )


def _unread_of(
    applicant: Description,
    place: Place,
    street: Street,
    city: str,
    phones: tuple[str, ...],
    fscs_id: FscsId | None,
) -> tuple[Unread, ...]:
    """Field by field what was given and could not be read; what stands for a blank was not given."""
    found: list[Unread] = []
    if applicant.name and not given(applicant.name):
        found.append(unread.NAME_MISSING)
    if lost_in(given(applicant.name)):
        found.append(unread.NAME_LOST)
    if place.line.strip(" 0") not in ("", MISSING) and street == NO_STREET:
        found.append(unread.STREET)
    elif lost_characters(place.line):
        found.append(unread.STREET_LOST)
    if place.city and not city:
        found.append(unread.CITY)
    found += place.unread
    if not (phones or stands_for_no_phone(given(applicant.phone))):
        found.append(unread.PHONE)
    elif phones and has_more_than_numbers(given(applicant.phone)):
        found.append(unread.PHONE_AND_MORE)
    if fscs_id is None and given(applicant.fscs_id):
        found.append(unread.FSCS_ID)
    return tuple(found)


@lru_cache(maxsize=1024)
def _words_of_state(as_given: str, state: str) -> frozenset[str]:
    return frozenset((*normalize.words(as_given).split(), *state.split()))
