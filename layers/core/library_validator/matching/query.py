"""An applicant, normalized once, with the keys of the postings that may have its entry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from library_validator.matching import normalize, unread
from library_validator.matching.applicant import Description
from library_validator.matching.keys import (
    BOX_FAMILY,
    CITY_FAMILY,
    HOUSE_FAMILY,
    MAX_KEYS,
    MAX_WORD_KEYS,
    NAME_FAMILY,
    PHONE_FAMILY,
    WORD_FAMILY,
    ZIP_FAMILY,
    core_of,
    fscs_key_posting,
)
from library_validator.matching.names import NO_NAME, Name, read_name
from library_validator.matching.normalize import MISSING, NO_STREET, Street, words_of_city
from library_validator.matching.phones import has_more_than_numbers, is_blank_phone, read_phones
from library_validator.matching.places import Place, read_place
from library_validator.matching.spelling import correct_name, read_applicants_name
from library_validator.matching.statistics import Statistics
from library_validator.matching.unread import Unread
from library_validator.matching.values import unwrap_value
from library_validator.matching.vocabulary import STATE_NAMES
from library_validator.matching.wording import (
    MAX_WORDS,
    left_out_text,
    lost_characters,
    may_have_parts,
    parts_of,
)
from library_validator.matching.words import LIBRARY_WORDS
from library_validator.terms import FscsId

_DIGITS_OF_PHONE: Final = 10
_NOTHING: Final[frozenset[str]] = frozenset()
_LAST_WORDS_OF_STATES: Final = frozenset(words[-1] for names in STATE_NAMES.values() for words in names)


@dataclass(slots=True)  # not frozen: README.md says why
class Query:
    """A normalized applicant, which is compared with entries. Values not given or not read are empty."""

    applicant: Final[Description]
    written: Final[str]  # the name as given, without quotation marks and other wrapping
    name: Final[Name]
    place: Final[Place]  # its address, cell by cell
    street: Final[Street]
    city: Final[str]
    zip: Final[str]
    state: Final[str]  # the given state, or else the state of the FSCS id, or else of the ZIP
    phone: Final[str]
    second_phone: Final[str]  # if two phones were given
    fscs_id: Final[FscsId | None]
    head: Final[Name]  # FRIENDS in "Friends of the Library"; empty for a name without "of" or "for"
    unknown_words: Final[frozenset[str]]  # words of the name that are in no entry
    place_words: Final[
        frozenset[str]
    ]  # words of its city and state, which repeat the address if the name has them
    says_library: Final[bool]  # whether its name has a word for library
    unread: Final[tuple[Unread, ...]]  # values that were given and could not be read
    statistics: Final[Statistics]
    is_part: Final[bool] = False  # whether its name is part of the name of another query
    _parts: tuple[Query, ...] | None = field(default=None, init=False, repr=False, compare=False)
    _keys: list[str] | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def keys(self) -> list[str]:
        """The keys of the postings that may have its entry: at most ten, the most selective first."""
        if self._keys is None:
            self._keys = _keys_of(self)
        return self._keys

    @property
    def is_name_alone(self) -> bool:
        """Whether nothing was given except a name, and perhaps a state or an FSCS id."""
        return not (self.city or self.zip or self.phone or self.street != NO_STREET)

    @property
    def parts(self) -> tuple[Query, ...]:
        """The names within a name that says library, each as a query; empty if there is only one name."""
        if self._parts is None:
            is_parted = not self.is_part and self.says_library and may_have_parts(self.written)
            self._parts = tuple(_parts_of(self)) if is_parted else ()
        return self._parts

    @property
    def state_is_of_zip(self) -> bool:
        """Whether the state is known from the ZIP, because nothing else shows it."""
        return not self.place.state and self.fscs_id is None


def read_applicant(applicant: Description, statistics: Statistics) -> Query:
    """Normalize an applicant. A mistyped word such as ``Libarry`` is read as the probable word."""
    given_name = unwrap_value(applicant.name)
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
        place_words = place_words.union(_state_at_end(name, place))
    is_read = (
        name.tokens
        and ((len(given_name) <= MAX_WORDS and given_name.isascii()) or not left_out_text(given_name))
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
        place.zip,
        place.state or (fscs_id.key[:2] if fscs_id else place.state_of_zip),
        phones[0] if phones else "",
        phones[1] if len(phones) > 1 else "",
        fscs_id,
        correct_name(read_name(head), statistics) if head else NO_NAME,
        _NOTHING if statistics.words.issuperset(name.core) else name.core_words - statistics.words,
        place_words,
        _says_library(name, place_words),
        place.unread if is_read else _unread_values(applicant, place, street, city, phones, fscs_id),
        statistics,
    )


def _keys_of(query: Query) -> list[str]:
    keys: list[str] = []
    if query.fscs_id:
        keys.append(fscs_key_posting(query.fscs_id.key))
    if query.phone:
        keys.append(f"{PHONE_FAMILY}{query.phone}")
        if query.second_phone:
            keys.append(f"{PHONE_FAMILY}{query.second_phone}")
    if query.zip:
        number, _name, box = query.street
        if number:
            keys.append(f"{HOUSE_FAMILY}{query.zip}{number}")
        if box:
            keys.append(f"{BOX_FAMILY}{query.zip}{box}")
        keys.append(f"{ZIP_FAMILY}{query.zip}")
    if query.name.tokens:
        keys.append(f"{NAME_FAMILY}{core_of(query.name)}")
    if query.state:
        if query.city:
            keys.append(f"{CITY_FAMILY}{query.state}{query.city}")
            if " " in query.city and (joined := normalize.join_particle(query.city)) != query.city:
                keys.append(f"{CITY_FAMILY}{query.state}{joined}")
        keys += _word_keys(query)[: MAX_KEYS - len(keys)]
    return keys[:MAX_KEYS]


def _word_keys(query: Query) -> list[str]:
    """The keys of the rarest words of the name that are in some entry."""
    counted = [(count, word) for word in query.name.core if (count := query.statistics.count(word))]
    return [f"{WORD_FAMILY}{query.state}{word}" for _, word in sorted(counted)[:MAX_WORD_KEYS]]


def _says_library(name: Name, place_words: frozenset[str]) -> bool:
    """Whether a word of the name means library: in ``City of Long Branch``, branch is part of the city."""
    if LIBRARY_WORDS.isdisjoint(name.tokens):
        return False
    if LIBRARY_WORDS.isdisjoint(place_words):
        return True
    return any(
        name.tokens.count(word) > (word in place_words) for word in LIBRARY_WORDS.intersection(name.tokens)
    )


def _without_state(name: str, state: str) -> str:
    """The name without the code of its own state at its end, where NE is Nebraska and not northeast."""
    bare = name.rstrip(" ).") if name[-1:] in " )." else name
    if bare[-2:].upper() != state or len(bare) <= len(" NE") or bare[-3] not in " ,(":
        return name
    return bare[:-3]


def _state_at_end(name: Name, place: Place) -> tuple[str, ...]:
    """The words of the state's name, if the name ends with them: ``Alder Library, New York``."""
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
                is_part=True,
            )


def _unread_values(
    applicant: Description,
    place: Place,
    street: Street,
    city: str,
    phones: tuple[str, ...],
    fscs_id: FscsId | None,
) -> tuple[Unread, ...]:
    """The values that were given and could not be read, field by field; ``n/a`` and the like are blanks."""
    found: list[Unread] = []
    if applicant.name and not unwrap_value(applicant.name):
        found.append(unread.NAME_MISSING)
    if left_out_text(unwrap_value(applicant.name)):
        found.append(unread.NAME_LOST)
    if place.line.strip(" 0") not in ("", MISSING) and street == NO_STREET:
        found.append(unread.STREET)
    elif lost_characters(place.line):
        found.append(unread.STREET_LOST)
    if place.city and not city:
        found.append(unread.CITY)
    found += place.unread
    if not (phones or is_blank_phone(unwrap_value(applicant.phone))):
        found.append(unread.PHONE)
    elif phones and has_more_than_numbers(unwrap_value(applicant.phone)):
        found.append(unread.PHONE_AND_MORE)
    if fscs_id is None and unwrap_value(applicant.fscs_id):
        found.append(unread.FSCS_ID)
    return tuple(found)


@lru_cache(maxsize=1024)
def _words_of_state(as_given: str, state: str) -> frozenset[str]:
    return frozenset((*normalize.words(as_given).split(), *state.split()))
