"""Whether every word that an applicant gives in its name has an explanation.

``Alder Public Library Apartments`` has street, phone and full name of the library, and one word more. No list
of such words can be complete. So the question is turned round: a word is explained by the entry, by the place,
or because only libraries use it of themselves; what is left over is for a person.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA

from library_validator.matching.entries import Entry
from library_validator.matching.match import Scored
from library_validator.matching.query import Query
from library_validator.matching.slips import VOWELS, is_acronym, is_initial, is_shortened, is_slip
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
_LEGAL_ACRONYMS: Final = frozenset({"LLC", "LLP", "LP", "PLLC", "PC"})
_ARTICLES: Final = frozenset({"THE", "EL", "LA", "LAS", "LE", "LES", "LOS"})
_INITIALS: Final = re.compile(r"\b[A-Z](?: [A-Z]\b)+")
_NUMBERS: Final = frozenset({"NO", "NUMBER", "ONE", "TWO", "THREE", "FOUR", "FIVE"})
_GENERATIONS: Final = frozenset({"SR", "JR", "JUNIOR", "SENIOR", "II", "III"})
# How people shorten a word: LIBRARY is LIB, LIBR …
_SHORT_FORMS: Final[dict[str, frozenset[str]]] = {
    long[0]: frozenset(short for short, meaning in NAME_WORDS.items() if meaning == long)
    for long in set(NAME_WORDS.values())
    if len(long) == 1
}
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
    is_place: bool  # nothing but the name of a place, or of its government
    is_library_by_head: bool  # it says library, and no word after that is left: some library
    names_entry: bool  # a word of it, not of the place, is of a listed name


_THE_VERY_NAME: Final = Explained(
    left=(),
    says_library=True,
    bears_name=True,
    is_generic=False,
    is_place=False,
    is_library_by_head=True,
    names_entry=True,
)


def explain_words(
    query: Query,
    best: Scored,
    candidates: Sequence[Scored],
    *,
    located: bool,
    words: Sequence[str] | None = None,
) -> Explained:
    """Look for an explanation of every word of the applicant's name; ``best`` is the entry that it may be.

    ``candidates`` are those of the ranking: other outlets of the system are among them. ``located``: street or
    phone are the entry's. ``words``: those of a part of the name, where it is not the whole.
    """
    if words is None:
        words, listing = wording_of(query.applicant.name).words, best.entry.listing
        listed = wording_of(listing.system_name).words, wording_of(listing.outlet_name).words
        if words in listed and (located or "LIBRARY" in words):
            return _THE_VERY_NAME
    reading = _Reading(query, words, best.entry, candidates, located=located)
    reading.take_listed()
    reading.take_slips()
    bears_name = reading.bears_name()
    reading.take_words_of_libraries(bears_name=bears_name)
    return Explained(
        reading.left(),
        reading.says_library(),
        bears_name,
        reading.is_generic(),
        reading.is_place(),
        reading.is_library_by_head(),
        reading.names_entry(),
    )


class _Reading:
    """The words of a name; ``open`` are the positions of those that are still without an explanation."""

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
        self.unknown = query.unknown_words
        self.names = list(_names_of(entry))
        self.supply = _most_often(self.names)
        self.place = _place_words(query, entry)
        self.own_place = query.place_words
        self.is_of_entry = False  # an acronym of a listed name is in it
        self.own_street = query.street.name.split()
        self.words: list[str] = []  # with abbreviations written out and slips mended
        self.written: list[str] = []  # what each of them was written as
        for position, word in enumerate(written):
            meaning = self._meaning(word, written, position)
            self.words += meaning
            self.written += [word] * len(meaning)
        self.open = list(range(len(self.words)))
        self.others = _words_of_other_outlets(entry, candidates, frozenset(self.words))

    def _meaning(self, word: str, written: Sequence[str], position: int) -> tuple[str, ...]:
        """What a written word stands for: what the entry has, where it can stand for several things."""
        if word == "PUB" and not _is_adjective(written, position):
            return (word,)  # the house that serves beer
        meanings = _meanings(word)
        for meaning in meanings:
            if all(token in self.supply or token in self.place for token in meaning):
                return meaning
        return meanings[0]

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

        Where it is a slip, the listed word takes its place. Longer words come first: they leave less to chance.
        """
        given = frozenset(self.words)
        missing = list(dict.fromkeys(word for name in self.names for word in name if word not in given))
        if given.isdisjoint(SAYS_LIBRARY) and "LIBRARY" not in missing:
            missing.append("LIBRARY")
        self._join_initials()
        for position in sorted(self.open, key=lambda position: -len(self.words[position])):
            if position in self.open and not self._is_read_as_it_is(position):
                self._take_slip(position, missing)

    def _join_initials(self) -> None:
        """``G C`` as one word, where it is no listed initial: the acronym of a listed name perhaps."""
        for position in range(len(self.words) - 1, 0, -1):
            pair = self.words[position - 1 : position + 1]
            if position in self.open and position - 1 in self.open and all(len(one) == 1 for one in pair):
                self.words[position - 1], self.words[position] = "".join(pair), ""
                self.open.remove(position)

    def _is_read_as_it_is(self, position: int) -> bool:
        """Whether a word says what it says, and is no slip of another."""
        word = self.words[position]
        return (
            word in ANYWHERE
            or word in self.place
            or word in _KINDS
            or word in PARTICLES
            or word in LEGAL_FORMS
            or word == "PUB"
        )

    def _take_slip(self, position: int, missing: list[str]) -> None:
        word = self.words[position]
        if self._take_joined(position, missing) or (position and self._has_a_letter_of(position, missing)):
            return
        for listed in missing:
            if is_slip(word, listed) or is_shortened(word, listed) or _is_slip_of_short_form(word, listed):
                self._mend(position, listed, missing)
                return
        if "LIBRARY" in missing and _is_library_mistyped(word):
            self._mend(position, "LIBRARY", missing)
            return
        for first, second in zip(missing, missing[1:], strict=False):
            if word == first + second:
                self._mend(position, f"{first} {second}", missing)
                return
        names = [listed for listed in missing if listed not in _KINDS and listed not in BEFORE_LIBRARY]
        if (
            is_initial(word, names)
            or self._is_between_names(position)
            or self._repeats(position)
            or self._is_forename(position)
        ):
            self.open.remove(position)
        elif (
            self.located
            and word not in _LEGAL_ACRONYMS
            and any(is_acronym(word, name) for name in self.names)
        ):
            self.open.remove(position)
            self.is_of_entry = True

    def _take_joined(self, position: int, missing: list[str]) -> bool:
        """Whether the word and a neighbour are one listed word, written as two: ``De Kalb``, ``Li.b``."""
        for start in (position - 1, position):
            if not 0 <= start < len(self.words) - 1:
                continue
            joined = self.words[start] + self.words[start + 1]
            for listed in missing:
                if joined in (listed, *_SHORT_FORMS.get(listed, ())) or (
                    len(joined) > 7 and is_slip(joined, listed)
                ):
                    self._mend(start, listed, missing)
                    self._mend(start + 1, "", missing)
                    return True
        return False

    def _is_forename(self, position: int) -> bool:
        """At the place of the entry, the forename of which the list has the initial: ``Silas L Griffith``."""
        word, following = self.words[position], self.words[position + 1 : position + 3]
        return self.located and any(
            name[start] == word[0] and len(word) > 2 and name[start + 1] in following
            for name in self.names
            for start in range(len(name) - 1)
        )

    def _mend(self, position: int, listed: str, missing: list[str]) -> None:
        """Let ``listed`` take the place of a word, which has its explanation now."""
        self.words[position] = listed
        if position in self.open:
            self.open.remove(position)
        for word in listed.split():
            missing.remove(word)

    def _has_a_letter_of(self, position: int, missing: list[str]) -> bool:
        """Whether the word has the last letter of the one before it: ``Publi cLibrary``."""
        word, rest = self.words[position], self.words[position][1:]
        before = self.written[position - 1] + word[:1]
        listed = "LIBRARY" if _is_library(rest) else rest
        if before not in (self.words[position - 1], *missing) or listed not in ("LIBRARY", *missing):
            return False
        if before in missing:
            self._mend(position - 1, before, missing)
        self._mend(position, listed, missing if listed in missing else [listed])
        return True

    def _is_between_names(self, position: int) -> bool:
        """A middle initial, or junior and senior, after a word that a listed name has: ``John F Kennedy``."""
        words, names = self.words, self.supply.keys() - _KINDS
        before = next((word for word in words[:position][::-1] if len(word) > 1), "")
        after = next((word for word in words[position + 1 :] if len(word) > 1 and word not in PARTICLES), "")
        if words[position] in _GENERATIONS:
            return before in names
        if len(words[position]) != 1 or after not in names - self.place:
            return False
        beside = {position - 1, position + 1}.intersection(self.open)
        return before in names or (not before and any(len(words[other]) == 1 for other in beside))

    def _repeats(self, position: int) -> bool:
        """A mistyped word of the place: as in the applicant's own city, or beside the word well written."""
        word = self.words[position]
        if word in self.own_place:
            return any(is_slip(word, place) for place in self.entry.place_words)
        return (
            len(word) > 4
            and word in self.unknown
            and any(is_slip(word, place) for place in self.entry.place_words if place in self.words)
        )

    def bears_name(self) -> bool:
        """Whether the name is a listed one, every word of it, place and legal form apart."""
        text = " ".join(self.words)
        given = frozenset((*text.split(), *_INITIALS.sub(lambda run: run[0].replace(" ", ""), text).split()))
        names = [name for name in self.names if given.union(self.place).issuperset(name)]
        more_than_place = any(not self.place.issuperset(name) for name in names)
        return any(not given.isdisjoint(name) for name in names) and all(
            self._is_beside_a_name(position) or (more_than_place and self._is_of(position))
            for position in self.open
        )

    def _is_beside_a_name(self, position: int) -> bool:
        word = self.words[position]
        return word in self.place or self._is_particle(position) or self._is_legal_form(position)

    def take_words_of_libraries(self, *, bears_name: bool) -> None:
        """Explain the place, and what only libraries use of themselves."""
        may_be_of = bears_name or self.says_library()
        self.open = [
            position
            for position in self.open
            if not (
                self.words[position] in ANYWHERE
                or self._is_beside_a_name(position)
                or self._belongs_to_library(position)
                or (may_be_of and self._is_of(position))
                or self._is_its_board(position)
            )
        ]

    def _is_particle(self, position: int) -> bool:
        word = self.words[position]
        if word in _ARTICLES:
            return True
        return 0 < position < len(self.words) - 1 and (word in PARTICLES or _is_particle_mistyped(word))

    def _is_legal_form(self, position: int) -> bool:
        """``Inc``, ``501C3`` …, at the end also where a form had no room for all of it."""
        word = self.words[position]
        if position == len(self.words) - 1 and len(word) > 4:
            return any(form.startswith(word) for form in LEGAL_FORMS)
        return position > 0 and word in LEGAL_FORMS

    def _belongs_to_library(self, position: int) -> bool:
        """``Free``, ``County`` … before the word library, ``District``, ``System`` … after it."""
        word, words = self.words[position], self.words
        following = words[position + 1 :]
        if word in AFTER_LIBRARY and "LIBRARY" in words[:position]:
            return True
        if word in BEFORE_LIBRARY and self._follows_biblioteca(position):
            return True
        before = BEFORE_LIBRARY | BEFORE_LIBRARY_AT_ITS_PLACE if self.located else BEFORE_LIBRARY
        if following[:1] == ["BRANCH"] and word in self.own_street:
            return True  # the branch of the street that it is in
        if word == "DEPARTMENT" and following[:1] == ["OF"]:
            following = following[1:]
        elif word not in before:
            return False
        for other in following:
            if other in SAYS_LIBRARY or (other == "BRANCH" and self._is_branch()):
                return True
            if other not in before and other not in ANYWHERE:
                return False
        return False

    def _follows_biblioteca(self, position: int) -> bool:
        """In Spanish and French the adjective follows: ``Biblioteca Municipal``."""
        for before in range(position - 1, -1, -1):
            if self.written[before].startswith("BIBLIOT"):
                return True
            if self.words[before] not in BEFORE_LIBRARY and self.words[before] not in ANYWHERE:
                return False
        return False

    def _is_branch(self) -> bool:
        return self.located and not self.entry.is_system

    def _is_of(self, position: int) -> bool:
        """``City of``: how some libraries of cities write themselves."""
        words = self.words
        return words[position] in GOVERNMENT_OF_PLACE and words[position + 1 : position + 2] == ["OF"]

    def _is_its_board(self, position: int) -> bool:
        """``Board of Trustees``, ``Reading Room``; ``Association`` where no government runs the library."""
        words, word = self.words, self.words[position]
        if word == "ASSOCIATION":
            return self.entry.listing.legal_basis not in GOVERNMENTAL
        if word in ("READING", "ROOM"):
            return self.says_library() and "READING ROOM" in " ".join(words)
        if word == "DIRECTORS":
            return words[max(0, position - 2) : position] == ["BOARD", "OF"]
        return word in ("BOARD", "TRUSTEES")

    def says_library(self) -> bool:
        return not SAYS_LIBRARY.isdisjoint(self.words) or ("BRANCH" in self.words and self._is_branch())

    def is_generic(self) -> bool:
        """Whether it is ``The Library``; ``Public Library`` at the very place of one says enough."""
        if self.located and len(ANYWHERE.intersection(self.words)) > 1:
            return False
        return all(word in GENERIC or word in PARTICLES or word in LEGAL_FORMS for word in self.words)

    def is_place(self) -> bool:
        return all(
            word in self.place or word in GOVERNMENT_OF_PLACE or word in PARTICLES or word in LEGAL_FORMS
            for word in self.words
        )

    def names_entry(self) -> bool:
        """Whether a listed name has a word of it that neither the place nor libraries in general have."""
        own = self.supply.keys() - self.place - _KINDS - BEFORE_LIBRARY
        return self.is_of_entry or not own.isdisjoint(self.words)

    def is_library_by_head(self) -> bool:
        """Whether everything after the word library has an explanation, or is a number."""
        libraries = [position for position, word in enumerate(self.words) if word in SAYS_LIBRARY]
        return bool(libraries) and all(
            position < libraries[0] or self.words[position] in _NUMBERS or self.words[position].isdigit()
            for position in self.open
        )

    def left(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.written[position] for position in sorted(self.open)))


def _meanings(word: str) -> list[tuple[str, ...]]:
    """What a written word can stand for, what it stands for most often first, itself last."""
    found = [NAME_WORDS[word]] if word in NAME_WORDS else []
    if word in CITY_WORDS:
        found.append((CITY_WORDS[word],))
    if word == "ST":
        found.append(("STREET",))
    return [*found, (word,)]


def _is_adjective(written: Sequence[str], position: int) -> bool:
    """Whether the word library follows in the same phrase, or is shortened too, wherever it stands."""
    phrase = itertools.takewhile(lambda word: word not in PARTICLES, written[position + 1 :])
    return "LIB" in written or any(map(_is_library, phrase))


def _is_abbreviation(word: str) -> bool:
    return len(word) > 1 and (NAME_WORDS.get(word, (word,)) != (word,) or word in CITY_WORDS)


def _is_library(word: str) -> bool:
    """Whether a word is library, shortened or mistyped perhaps."""
    return (
        NAME_WORDS.get(word, ())[:1] == ("LIBRARY",)
        or _is_slip_of_short_form(word, "LIBRARY")
        or _is_library_mistyped(word)
    )


def _is_library_mistyped(word: str) -> bool:
    """Two slips in the word that is mistyped most often, where one end of it is as it should be."""
    return (
        len(word) > 4
        and (word[0] == "L" or word[-1] == "Y")
        and OSA.distance(word, "LIBRARY", score_cutoff=2) <= 2
    )


def _is_slip_of_short_form(word: str, listed: str) -> bool:
    """A slip of the hand in ``LIB``, ``MEM``, ``ASSOC`` …, which stand for the listed word.

    In the short ones two letters changed places, one was doubled or is missing. Another letter in its place would
    make ``LAB`` a library; where it leaves no vowel, it makes no word.
    """
    return any(
        is_slip(word, short) if len(short) > 4 else _is_slip_of_few_letters(word, short)
        for short in _SHORT_FORMS.get(listed, ())
    )


def _is_particle_mistyped(word: str) -> bool:
    """``fo``, ``aand``: letters that changed places, or one of them twice."""
    return any(
        set(word) == set(particle) and OSA.distance(word, particle) == 1 for particle in ("OF", "AND", "THE")
    )


def _is_slip_of_few_letters(word: str, short: str) -> bool:
    if word.replace("I", "L") == short.replace("I", "L"):
        return True  # they look alike
    if abs(len(word) - len(short)) > 1 or OSA.distance(word, short, score_cutoff=1) != 1:
        return False
    if len(word) == len(short):
        return set(word) == set(short) or (len(word) > 2 and VOWELS.isdisjoint(word))
    return set(word) == set(short) or 1 < len(word) < len(short)


def _names_of(entry: Entry) -> Iterator[tuple[str, ...]]:
    """The listed names, as they are compared and as they are published; abbreviations are written out in the first."""
    for names in (entry.names, entry.system_names):
        for name in names:
            yield name.tokens
    for published in (entry.listing.system_name, entry.listing.outlet_name):
        if published:
            yield tuple([word for word in wording_of(published).words if not _is_abbreviation(word)])


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
    return entry.place_words.union(
        own, _STATE_WORDS.get(entry.state, ()), wording_of(entry.listing.city).words
    )


def _words_of_other_outlets(
    entry: Entry, candidates: Sequence[Scored], given: frozenset[str]
) -> frozenset[str]:
    """The distinguishing words of other outlets of the same system of which the applicant gives the whole name."""
    return frozenset(
        word
        for candidate in candidates
        if candidate.entry.fscs_key == entry.fscs_key
        for name in candidate.entry.names
        if given.issuperset(name.core)
        for word in name.core
        if word not in _KINDS
    )
