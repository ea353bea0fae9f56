"""Whether every word that an applicant gives in its name has an explanation.

``Alder Public Library Apartments`` has street, phone and full name of the library, and one word more. No list
of such words can be complete. So the question is turned round: a word is explained by the entry, by the place,
or because only libraries use it of themselves; what is left over is for a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from library_validator.matching.entries import Entry
from library_validator.matching.match import Scored
from library_validator.matching.normalize import words as words_in
from library_validator.matching.query import Query
from library_validator.matching.slips import are_initials, is_shortened, is_slip
from library_validator.matching.wording import wording_of
from library_validator.matching.words import (
    AFFILIATES,
    AFTER_LIBRARY,
    ANYWHERE,
    BEFORE_LIBRARY,
    BEFORE_LIBRARY_AT_ITS_PLACE,
    CITY_WORDS,
    GENERIC,
    GOVERNMENT_OF_PLACE,
    HOSTS,
    LEGAL_FORMS,
    NAME_WORDS,
    OUT_OF_SCOPE,
    PARTICLES,
    SAYS_LIBRARY,
    STATE_CODES,
)

# C_LEGBAS: run by a government or district, not by a nonprofit association (PLS element 201)
GOVERNMENTAL: Final = frozenset({"CC", "CI", "CO", "LD", "MJ", "SD"})
_KINDS: Final = AFFILIATES | OUT_OF_SCOPE.keys() | HOSTS | GENERIC
_ARTICLES: Final = frozenset({"THE", "EL", "LA", "LAS", "LE", "LES", "LOS"})
_STATE_WORDS: Final[dict[str, frozenset[str]]] = {
    code: frozenset(
        word for name, owner in STATE_CODES.items() if owner == code for word in (*name.split(), code)
    )
    for code in set(STATE_CODES.values())
}


class Explained(NamedTuple):
    """The words of an applicant's name against one entry."""

    left: tuple[str, ...]  # words as written that nothing explains, in their order
    says_library: bool  # the name says that the body is a library
    bears_name: bool  # it is a listed name of the entry, every word of it: slips, place and legal form apart
    is_generic: bool  # no word of it tells one library from another


_THE_VERY_NAME: Final = Explained((), says_library=True, bears_name=True, is_generic=False)


def explain_words(query: Query, best: Scored, candidates: Sequence[Scored], *, located: bool) -> Explained:
    """Look for an explanation of every word of the applicant's name; ``best`` is the entry that it may be.

    ``candidates`` are those of the ranking: other outlets of the system are among them. ``located``: street or
    phone are the entry's.
    """
    wording = wording_of(query.applicant.name)
    listing = best.entry.listing
    if not wording.lost and wording.text in (listing.system_name, listing.outlet_name):
        return _THE_VERY_NAME
    reading = _Reading(query, wording.words, best.entry, candidates, located=located)
    reading.take_listed()
    reading.take_slips()
    bears_name = reading.bears_name()
    reading.take_words_of_libraries()
    return Explained(reading.left(), reading.says_library(), bears_name, reading.is_generic())


class _Reading:
    """The words of a name, with those that are still without an explanation: ``open``, by position."""

    def __init__(
        self,
        query: Query,
        written: Sequence[str],
        entry: Entry,
        candidates: Sequence[Scored],
        *,
        located: bool,
    ) -> None:
        self.entry, self.located = entry, located
        self.names = list(_names_of(entry))
        self.supply = _most_often(self.names)
        self.place = _place_words(query, entry)
        self.others = _words_of_other_outlets(entry, candidates)
        self.words: list[str] = []  # with abbreviations written out
        self.written: list[str] = []  # what each of them was written as
        for position, word in enumerate(written):
            meaning = self._meaning(word, written[position + 1 : position + 2])
            self.words += meaning
            self.written += [word] * len(meaning)
        self.open = list(range(len(self.words)))

    def _meaning(self, word: str, following: Sequence[str]) -> tuple[str, ...]:
        """What a written word stands for: what the entry has, where it can stand for several things."""
        meanings = [(word,), *_other_meanings(word, following)]
        for meaning in meanings:
            if all(token in self.supply or token in self.place for token in meaning):
                return meaning
        return meanings[-1]

    def take_listed(self) -> None:
        """Explain what a listed name has, as often as one of them has it, or another outlet's own name."""
        supply = dict(self.supply)
        still = []
        for position in self.open:
            word = self.words[position]
            if supply.get(word, 0) > 0:
                supply[word] -= 1
            elif word not in self.others:
                still.append(position)
        self.open = still

    def take_slips(self) -> None:
        """Explain what is a slip, a short form or the initial of a listed word that is otherwise missing.

        Where it is a slip, the listed word takes its place.
        """
        given = frozenset(self.words)
        missing = list(dict.fromkeys(word for name in self.names for word in name if word not in given))
        if not given.intersection(SAYS_LIBRARY):
            missing.append("LIBRARY")
        for position in [position for position in self.open if not self._is_expected(position)]:
            meant = self._meant(position, missing)
            if meant is not None:
                for word in meant:
                    if word in missing:
                        missing.remove(word)
                self.open.remove(position)
                if meant:
                    self.words[position] = " ".join(meant)

    def _is_expected(self, position: int) -> bool:
        """Whether the word is read as it is: it says what it says, and is no slip of another."""
        word = self.words[position]
        return word in ANYWHERE or word in self.place or word in _KINDS or word in PARTICLES or word in LEGAL_FORMS

    def _meant(self, position: int, missing: list[str]) -> tuple[str, ...] | None:
        """The listed words, out of those that are missing, that a word stands for; empty for an initial."""
        word = self.words[position]
        for listed in missing:
            if is_slip(word, listed) or is_shortened(word, listed):
                return (listed,)
        for listed in missing:
            if self._is_joined(position, listed):
                return (listed,)
        for first, second in zip(missing, missing[1:], strict=False):
            if word == first + second:
                return (first, second)
        if are_initials(word, missing) or self._is_middle_initial(position):
            return ()
        return None

    def _is_joined(self, position: int, listed: str) -> bool:
        """Whether the word and a neighbour are the listed word, written as two."""
        words = self.words
        before = words[position - 1] + words[position] if position else ""
        after = "".join(words[position : position + 2])
        return listed in (before, after)

    def _is_middle_initial(self, position: int) -> bool:
        """A single letter between two words that a listed name has, as in ``John F Kennedy``."""
        words = self.words
        return (
            len(words[position]) == 1
            and 0 < position < len(words) - 1
            and words[position - 1] in self.supply.keys() - _KINDS
            and words[position + 1] in self.supply.keys() - _KINDS
        )

    def bears_name(self) -> bool:
        """Whether the name is a listed one, every word of it, place and legal form apart."""
        given = frozenset(" ".join(self.words).split())
        return not any(not self._is_beside_a_name(position) for position in self.open) and any(
            given.issuperset(name) for name in self.names
        )

    def _is_beside_a_name(self, position: int) -> bool:
        word = self.words[position]
        return word in self.place or self._is_particle(position) or self._is_legal_form(position)

    def take_words_of_libraries(self) -> None:
        """Explain the place, and what only libraries use of themselves."""
        self.open = [
            position
            for position in self.open
            if not (
                self.words[position] in ANYWHERE
                or self._is_beside_a_name(position)
                or self._belongs_to_library(position)
                or self._is_government(position)
                or self._is_its_board(position)
            )
        ]

    def _is_particle(self, position: int) -> bool:
        word = self.words[position]
        if word not in PARTICLES:
            return False
        return word in _ARTICLES or 0 < position < len(self.words) - 1

    def _is_legal_form(self, position: int) -> bool:
        return position > 0 and self.words[position] in LEGAL_FORMS

    def _belongs_to_library(self, position: int) -> bool:
        """``Free``, ``County`` … before the word library, ``District``, ``System`` … after it."""
        word, words = self.words[position], self.words
        if word in AFTER_LIBRARY and "LIBRARY" in words[:position]:
            return True
        if word == "DEPARTMENT" and words[position + 1 : position + 3] == ["OF", "LIBRARY"]:
            return True
        before = BEFORE_LIBRARY | BEFORE_LIBRARY_AT_ITS_PLACE if self.located else BEFORE_LIBRARY
        if word not in before:
            return False
        for following in words[position + 1 :]:
            if following in SAYS_LIBRARY:
                return True
            if following not in before and following not in ANYWHERE:
                return False
        return False

    def _is_government(self, position: int) -> bool:
        """``City of`` before a word of the place."""
        words = self.words
        if words[position] not in GOVERNMENT_OF_PLACE or words[position + 1 : position + 2] != ["OF"]:
            return False
        following = next((word for word in words[position + 2 :] if word not in _ARTICLES), "")
        return following in self.place

    def _is_its_board(self, position: int) -> bool:
        """``Board of Trustees`` and ``Association``, where no government runs the library."""
        words, word = self.words, self.words[position]
        if word == "ASSOCIATION":
            return self.entry.listing.legal_basis not in GOVERNMENTAL
        if word == "DIRECTORS":
            return words[max(0, position - 2) : position] == ["BOARD", "OF"]
        return word in ("BOARD", "TRUSTEES")

    def says_library(self) -> bool:
        if not SAYS_LIBRARY.isdisjoint(self.words):
            return True
        return "BRANCH" in self.words and self.located and not self.entry.is_system

    def is_generic(self) -> bool:
        return all(word in GENERIC or word in PARTICLES or word in LEGAL_FORMS for word in self.words)

    def left(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.written[position] for position in self.open))


def _other_meanings(word: str, following: Sequence[str]) -> Iterator[tuple[str, ...]]:
    if word == "PUB" and not {"LIB", "LIBR", "LIBRARY"}.intersection(following):
        return  # the house that serves beer
    if word in CITY_WORDS:
        yield (CITY_WORDS[word],)
    if word == "ST":
        yield ("STREET",)
    if word in NAME_WORDS:
        yield NAME_WORDS[word]


def _names_of(entry: Entry) -> Iterator[tuple[str, ...]]:
    """The listed names, as they are compared and as they are published."""
    for names in (entry.names, entry.system_names):
        for name in names:
            yield name.tokens
    for published in (entry.listing.system_name, entry.listing.outlet_name):
        if published:
            yield tuple(words_in(published).split())


def _most_often(names: Iterable[Sequence[str]]) -> dict[str, int]:
    """How often the name that has a word most often has it."""
    most: dict[str, int] = {}
    for name in names:
        for word in name:
            if (count := name.count(word)) > most.get(word, 0):
                most[word] = count
    return most


def _place_words(query: Query, entry: Entry) -> frozenset[str]:
    """Words of the entry's cities, county and state; of the applicant's city those that entries use."""
    own = query.place_words - query.unknown_words - _KINDS
    return entry.place_words | own | _STATE_WORDS.get(entry.state, frozenset())


def _words_of_other_outlets(entry: Entry, candidates: Sequence[Scored]) -> frozenset[str]:
    """The distinguishing words of the names of other outlets of the same system."""
    return frozenset(
        word
        for candidate in candidates
        if candidate.entry.fscs_key == entry.fscs_key
        for name in candidate.entry.names
        for word in name.core
        if word not in _KINDS
    )
