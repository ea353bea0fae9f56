"""The meaning of a column's header: "Library's phone #" asks for a phone, "Application no." for an id.

A header is recognised by all of its words or not at all. A column whose header is not recognised is not read,
and the notices say so.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import zip_longest
from typing import Final, NamedTuple

from library_validator.intake import header_words as vocabulary

PERSON: Final = "person"  # the target of a column about a person, which is dropped

# The parts of a street that a column may have.
HOUSE_NUMBER: Final = 0
FIRST_LINE: Final = 1
SECOND_LINE: Final = 2
THIRD_LINE: Final = 3
UNIT: Final = 4
TOWN_LINE: Final = 5

_LONGEST: Final = 300  # characters of a header that are looked at
_AN_ORGANIZATIONS: Final = 100  # rank: an id of the organization comes after every id of an application
_BARE_NOUN: Final = 40  # "Library" comes after "Library name" and "Organization name"
_PART_OF_LIBRARY: Final = 20
_BRANCH: Final = 70
_BARE_NAME: Final = 90
_PLAINEST: Final = 10  # the header with the fewest other words comes first among headers of one meaning
_IN_SECTION: Final = 1000  # "Organization details: Name" comes after every header without a section
_A_PLACE: Final = 100
_A_SENTENCE: Final = 5  # a header of so many words may be a sentence

_HUMP: Final = re.compile(r"([a-z])([A-Z])")
_POSSESSIVE: Final = re.compile(r"['\u2019]s\b")
_BETWEEN: Final = r"[\s._-]+"
_JOINED: Final = re.compile(r"\b(" + "|".join(vocabulary.JOINED).replace(" ", _BETWEEN) + r")(?![a-z])")
_WORD: Final = re.compile(r"[^\W\d_]+|\d+")
_PARENTHESES: Final = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_CLAUSE: Final = re.compile(r"[,;?]")
_SECTION: Final = re.compile(r"^.*(?::|>| - )")
_TOWN: Final = frozenset(("city", "state", "zip", "country"))
_NOT_OF_PLACES: Final = frozenset(("application_id", "fscs_id", "revision"))
_PERSONS_NAME: Final = frozenset(("name", "your", "my", "full", "display"))


class Meaning(NamedTuple):
    """The meaning of a header: ``target`` is a column of an application, or ``PERSON``."""

    target: str
    rank: int = 0  # the smallest rank is preferred if several columns have one target
    part: int = FIRST_LINE  # a part of a street: ``FIRST_LINE``, ``UNIT`` …
    place: int = vocabulary.NO_PLACE  # a number of ``header_words``: whose address it is
    label: str = ""  # "Suite", if the header says it and the cells leave it out


@lru_cache(maxsize=4096)
def meaning_of(header: str) -> Meaning | None:
    """The meaning of a header; None if it is not recognised."""
    header = header[:_LONGEST]
    words = words_of(header)
    if _is_personal(words):
        return Meaning(PERSON)
    found = _meaning_of_words(words)
    if found is None and _PARENTHESES.search(header):
        header = _PARENTHESES.sub(" ", header)
        found = _meaning_of_words(words_of(header))
    if found is None and len(words) >= _A_SENTENCE:
        # for example "Name of your library, as the survey lists it"
        found = _meaning_of_words(words_of(_CLAUSE.split(header, maxsplit=1)[0]))
    if found is None:
        after_section = _SECTION.sub("", header)
        found = _meaning_of_words(words_of(after_section)) if after_section != header else None
        found = found and found._replace(rank=found.rank + _IN_SECTION)
    return found


def words_of(header: str) -> tuple[str, ...]:
    """The words of a header in lower case, with synonyms replaced: ``orgName`` is ``organization name``."""
    text = unicodedata.normalize("NFKC", header).replace("\ufeff", "")
    text = _POSSESSIVE.sub("", _HUMP.sub(r"\1 \2", text)).lower().replace("#", " number ")
    text = _JOINED.sub(lambda found: vocabulary.JOINED[re.sub(_BETWEEN, " ", found[1])], text)
    words = [word for found in _WORD.findall(text) for word in vocabulary.SYNONYMS.get(found, found).split()]
    # "Applicant organization" is the organization; "Applicant" alone may be a person.
    return tuple(
        word
        for word, after in zip_longest(words, words[1:])
        if word != "applicant" or after not in vocabulary.ORGANIZATIONS
    )


def _is_personal(words: tuple[str, ...]) -> bool:
    asked = {word for word in words if word not in vocabulary.FILLERS or word in _PERSONS_NAME}
    if "name" in asked and len(asked) > 1 and asked <= _PERSONS_NAME:
        return True  # "Your name", "Full name"
    personal = vocabulary.PERSONAL.intersection(words)
    if vocabulary.ADDRESS_WORDS.intersection(words):
        personal -= {"principal"}  # "Principal address"
    return bool(personal)


def _meaning_of_words(words: tuple[str, ...]) -> Meaning | None:
    if not words or words[0] in vocabulary.OTHER_QUESTIONS:
        return None
    content = frozenset(words) - vocabulary.FILLERS
    organizations = content.intersection(vocabulary.ORGANIZATIONS)
    rest = content - organizations
    if rest <= {"name"} | vocabulary.PARTS_OF_LIBRARIES:
        return _meaning_of_name(words, organizations, rest)
    if len(words) == 2 and words[0] in vocabulary.ADDRESS_WORDS and words[1] in organizations:
        return None  # "State library" is not a state
    places, rest = _split_places(rest)
    place = max(places) if places else (0 if organizations else vocabulary.NO_PLACE)
    street = _part_of_street(rest, place)
    if street:
        return street
    if vocabulary.NUMBERED & rest:
        rest -= {"number"}
    for target, phrases in vocabulary.PHRASES.items():
        # "Mailing address: city" is a city.
        found = rest - {"address", "street"} if target in _TOWN else rest
        if found in phrases:
            rank = phrases.index(found)
            if target in _NOT_OF_PLACES:
                return None if places else Meaning(target, rank + bool(organizations) * _AN_ORGANIZATIONS)
            return Meaning(target, rank + place * _A_PLACE, place=place)
    return None


def _meaning_of_name(
    words: tuple[str, ...], organizations: frozenset[str], rest: frozenset[str]
) -> Meaning | None:
    """The meaning of a header that asks for an organization's name. A bare "Name" is the last choice."""
    beside = rest - {"name"}
    if not organizations:
        if rest != {"name"} and rest not in ({"branch", "name"}, {"outlet", "name"}):
            return None
        rank = _BRANCH if beside else _BARE_NAME
    elif beside and organizations != {"library"}:
        return None
    else:
        rank = min(vocabulary.ORGANIZATIONS.index(word) for word in organizations)
        rank += _PART_OF_LIBRARY if beside else 0
        if "name" not in rest:
            # A noun without "name": with other words ("To your library") it may ask for something else.
            if "public" in beside or not set(words) <= organizations | beside | vocabulary.BESIDE_NOUNS:
                return None
            rank += _BARE_NOUN
    others = sum(
        word in vocabulary.FILLERS for word in words
    )  # "Organization name" comes before "Legal name of organization"
    return Meaning("name", rank * _PLAINEST + min(others, _PLAINEST - 1))


def _split_places(rest: frozenset[str]) -> tuple[list[int], frozenset[str]]:
    """The numbers of words such as "mailing", and the other words. "Postal code" is always a ZIP."""
    known = vocabulary.PLACES | vocabulary.OTHER_PLACES
    named = {word for word in rest if word in known}
    if "postal" in named and ("code" in rest or not vocabulary.ADDRESS_WORDS & (rest - {"zip"})):
        named.discard("postal")
    return [known[word] for word in named], rest - named


def _part_of_street(rest: frozenset[str], place: int) -> Meaning | None:
    for phrases, part in (
        (vocabulary.SECOND_LINE, SECOND_LINE),
        (vocabulary.THIRD_LINE, THIRD_LINE),
        (vocabulary.HOUSE_NUMBER, HOUSE_NUMBER),
        (vocabulary.TOWN_LINE, TOWN_LINE),
    ):
        if rest in phrases:
            return Meaning("street", place * _A_PLACE, part, place)
    units = rest & vocabulary.UNIT_WORDS
    if units and rest <= units | {"number"}:
        label = (
            "PO Box" if "box" in units else next(iter(sorted(units))).capitalize() if len(units) == 1 else ""
        )
        return Meaning("street", place * _A_PLACE, UNIT, place, label)
    return None
