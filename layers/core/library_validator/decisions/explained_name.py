"""Whether every word that an applicant gives in its name has an explanation.

``Alder Public Library Apartments`` has street, phone and full name of the library, and one word more. No
list of such words can be complete. So the question is turned round: a word is explained by the entry, by the
place, or because only libraries use it of themselves; what is left over is for a person.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import dropwhile, pairwise
from typing import Final

from library_validator.matching.match import Scored
from library_validator.matching.query import Query
from library_validator.matching.slips import (
    forms_of,
    is_acronym,
    is_initial,
    is_library,
    is_particle_mistyped,
    is_slip,
    is_written_for,
)
from library_validator.matching.vocabulary import Vocabulary
from library_validator.matching.wording import wording_of
from library_validator.matching.words import (
    AFFILIATES,
    AFTER_LIBRARY,
    ANYWHERE,
    BEFORE_LIBRARY,
    BEFORE_LIBRARY_AT_ITS_PLACE,
    BUSINESS_FORMS,
    CITY_WORDS,
    FIGURES,
    GENERIC,
    GOVERNMENT_OF_PLACE,
    HOSTS,
    LEGAL_FORMS,
    NAME_WORDS,
    OUT_OF_SCOPE,
    PARTICLES,
    SAYS_LIBRARY,
)

# C_LEGBAS: run by a government or district, not by a nonprofit association (PLS element 201)
GOVERNMENTAL: Final = frozenset({"CC", "CI", "CO", "LD", "MJ", "SD"})
_KINDS: Final = AFFILIATES | OUT_OF_SCOPE.keys() | HOSTS | GENERIC
# Never slips of other words.
_AS_THEY_ARE: Final = _KINDS | PARTICLES | LEGAL_FORMS | BUSINESS_FORMS | ANYWHERE | {"PUB"}
_BEFORE_AT_ITS_PLACE: Final = BEFORE_LIBRARY | BEFORE_LIBRARY_AT_ITS_PLACE
_ARTICLES: Final = frozenset({"THE", "EL", "LA", "LAS", "LE", "LES", "LOS"})
_INITIALS: Final = re.compile(r"\b[A-Z](?: [A-Z]\b)+")
_NUMBERS: Final = FIGURES.keys() | {"NO", "NUMBER"}
_GENERATIONS: Final = frozenset({"SR", "JR", "JUNIOR", "SENIOR", "II", "III"})
_LED_BY: Final = (
    ANYWHERE - SAYS_LIBRARY - {"BRANCH"}
)  # what may stand between an adjective and the word library
_SHORT_OR_FIGURE: Final = CITY_WORDS.keys() | FIGURES.keys()
_BETWEEN: Final = BEFORE_LIBRARY | (ANYWHERE - SAYS_LIBRARY)
_STREET: Final = (("SAINT",), ("STREET",), ("ST",))


class ExplainedName:
    """The name of an applicant, or a part of it, with the entry beside it that the applicant may be.

    - ``left``: words as written that nothing explains, in their order.
    - ``says_library``: the name says that the body is a library.
    - ``bears_name``: it is a listed name, every word of it: slips, place and legal form apart.
    - ``is_generic``: no word of it tells one library from another.
    - ``is_place``: it is nothing but the name of a place, or of its government.
    - ``is_library_by_head``: it says library, and no word after that is left: it is some library's.
    - ``names_entry``: a word of it, not of the place, is of a listed name.
    """

    __slots__ = (
        "_bears_name",
        "_best",
        "_candidates",
        "_has_acronym",
        "_left",
        "_located",
        "_open",
        "_places",
        "_query",
        "_vocabulary",
        "_words",
        "_written",
    )

    def __init__(
        self,
        query: Query,
        best: Scored,
        candidates: Sequence[Scored],
        *,
        located: bool,
        part: str | None = None,
    ) -> None:
        """``candidates``: of the ranking, with other outlets of the system among them. ``located``: street or
        phone are the entry's. ``part``: one of the names in the name, in place of the whole."""
        self._query, self._best, self._candidates, self._located = query, best, candidates, located
        self._vocabulary: Vocabulary = best.entry.vocabulary
        self._places = self._vocabulary.places
        self._words: list[str] = []  # with abbreviations written out and slips mended
        self._written: list[str] = []  # what each of them was written as
        self._open: list[int] = []  # positions of words that neither the entry nor its place explain
        self._has_acronym = False
        self._left: tuple[str, ...] | None = None
        self._bears_name: bool | None = None
        if best.compared.place != "different":
            own = query.place_words - query.unknown_words - _KINDS
            self._places = own | self._places if own else self._places
        self._read(wording_of(query.written if part is None else part))
        if any(self._words[position] not in _AS_THEY_ARE for position in self._open):
            self._take_other_outlets()
            self._take_slips()

    @property
    def left(self) -> tuple[str, ...]:
        if self._left is None:
            left = [position for position in self._open if not self._is_of_libraries(position)]
            self._left = tuple(dict.fromkeys([self._written[position] for position in left]))
        return self._left

    @property
    def says_library(self) -> bool:
        return not SAYS_LIBRARY.isdisjoint(self._words) or ("BRANCH" in self._words and self._is_branch)

    @property
    def bears_name(self) -> bool:
        if self._bears_name is None:
            self._bears_name = self._has_listed_name()
        return self._bears_name

    def _has_listed_name(self) -> bool:
        text = " ".join(self._words)
        given = frozenset((*text.split(), *_INITIALS.sub(lambda run: run[0].replace(" ", ""), text).split()))
        whole = [name for name in self._vocabulary.names if given.union(self._places).issuperset(name)]
        more_than_place = any(not self._places.issuperset(name) for name in whole)
        return any(not given.isdisjoint(name) for name in whole) and all(
            self._is_beside_a_name(position) or (more_than_place and self._is_of(position))
            for position in self._open
        )

    @property
    def is_generic(self) -> bool:
        """``The Library`` is; ``Public Library`` at the very place of one says enough."""
        if self._located and len(ANYWHERE.intersection(self._words)) > 1:
            return False
        return all(word in GENERIC or word in PARTICLES or word in LEGAL_FORMS for word in self._words)

    @property
    def is_place(self) -> bool:
        return all(
            word in self._places or word in GOVERNMENT_OF_PLACE or word in PARTICLES or word in LEGAL_FORMS
            for word in self._words
        )

    @property
    def is_library_by_head(self) -> bool:
        libraries = [position for position, word in enumerate(self._words) if word in SAYS_LIBRARY]
        return bool(libraries) and all(
            position < libraries[0]
            or self._words[position] in _NUMBERS
            or self._words[position].isdigit()
            or self._is_of_libraries(position)
            for position in self._open
        )

    @property
    def names_entry(self) -> bool:
        own = self._vocabulary.counts.keys() - self._places - _KINDS - BEFORE_LIBRARY
        return self._has_acronym or not own.isdisjoint(self._words)

    def _read(self, written: Sequence[str]) -> None:
        """Read each word as what the entry has, as often as one of its names has it, or as its place."""
        listed, places = dict(self._vocabulary.counts), self._places
        for position, word in enumerate(written):
            for token in self._meaning(word, written, position):
                if count := listed.get(token, 0):
                    listed[token] = count - 1
                elif token not in places:
                    self._open.append(len(self._words))
                self._words.append(token)
                self._written.append(word)

    def _meaning(self, word: str, written: Sequence[str], position: int) -> tuple[str, ...]:
        """What a written word stands for: what the entry has, where it can stand for several things."""
        if word == "PUB" and not _is_adjective(written, position):
            return (word,)  # the house that serves beer
        if word == "NO" and written[position + 1 : position + 2] and written[position + 1].isdigit():
            return ("NUMBER",)
        found = NAME_WORDS.get(word)
        if found == (word,) or (found is None and word not in _SHORT_OR_FIGURE):
            return (word,)
        meanings = [found] if found else []
        if word in CITY_WORDS:
            meanings += _STREET if word == "ST" else [(CITY_WORDS[word],)]
        if word in FIGURES:
            meanings.append((FIGURES[word],))
        known, places = self._vocabulary.counts, self._places
        for meaning in (*meanings, (word,)):
            if all(token in known or token in places for token in meaning):
                return meaning
        return meanings[0] if word not in FIGURES else (word,)

    def _take_other_outlets(self) -> None:
        """Explain the words of another outlet of the system, where the applicant gives its whole name."""
        given, key = frozenset(self._words), self._best.entry.fscs_key
        words: set[str] = set()
        for candidate in self._candidates:
            if candidate.entry.fscs_key == key and candidate is not self._best:
                for name in candidate.entry.names:
                    if name.core and given.issuperset(name.core):
                        words.update(name.core)
        words -= _KINDS
        self._open = [position for position in self._open if self._words[position] not in words]

    def _take_slips(self) -> None:
        """Explain what is a slip, a short form or the initial of a listed word that is otherwise missing.

        Where it is a slip, the listed word takes its place. Longer words come first: they leave less to
        chance.
        """
        given = frozenset(self._words)
        missing = [word for word in self._vocabulary.counts if word not in given]
        if given.isdisjoint(SAYS_LIBRARY) and "LIBRARY" not in missing:
            missing.append("LIBRARY")
        self._join_initials()
        for position in sorted(self._open, key=lambda position: -len(self._words[position])):
            word = self._words[position]
            if position in self._open and word not in _AS_THEY_ARE:
                self._take_slip(position, missing)

    def _join_initials(self) -> None:
        """``G C`` as one word, where neither is a listed initial: the acronym of a listed name perhaps."""
        words, still = self._words, self._open
        for position in range(len(words) - 1, 0, -1):
            if (
                len(words[position]) in (1, 2)
                and len(words[position - 1]) == 1
                and {position - 1, position}.issubset(still)
            ):
                words[position - 1], words[position] = words[position - 1] + words[position], ""
                still.remove(position)

    def _take_slip(self, position: int, missing: list[str]) -> None:
        word = self._words[position]
        if word in missing:  # initials, joined
            self._mend(position, word, missing)
            return
        if self._take_joined(position, missing) or self._take_moved_letter(position, missing):
            return
        for listed in missing:
            if is_written_for(word, listed):
                self._mend(position, listed, missing)
                return
        for first, second in pairwise(missing):
            if word == first + second:
                self._mend(position, f"{first} {second}", missing)
                return
        names = [listed for listed in missing if listed not in _KINDS and listed not in BEFORE_LIBRARY]
        if (
            is_initial(word, names)
            or self._is_part_of_name(position)
            or self._repeats_place(word)
        ):
            self._open.remove(position)
        elif self._is_acronym(word):
            self._open.remove(position)
            self._has_acronym = True

    def _take_joined(self, position: int, missing: list[str]) -> bool:
        """Whether the word and a neighbour are one listed word, written as two: ``De Kalb``, ``Li.b``."""
        words = self._words
        for start in (position - 1, position):
            if not 0 <= start < len(words) - 1:
                continue
            joined = words[start] + words[start + 1]
            for listed in missing:
                if (
                    joined == listed
                    or joined in forms_of(listed)
                    or (len(joined) > 7 and is_slip(joined, listed))
                ):
                    self._mend(start, listed, missing)
                    self._mend(start + 1, "", missing)
                    return True
        return False

    def _take_moved_letter(self, position: int, missing: list[str]) -> bool:
        """Whether the word begins with the last letter of the one before it: ``Publi cLibrary``."""
        if position == 0:
            return False
        word, rest = self._words[position], self._words[position][1:]
        before = self._written[position - 1] + word[:1]
        listed = "LIBRARY" if is_library(rest) else rest
        if before not in (self._words[position - 1], *missing) or listed not in ("LIBRARY", *missing):
            return False
        if before in missing:
            self._mend(position - 1, before, missing)
        self._mend(position, listed, missing)
        return True

    def _mend(self, position: int, listed: str, missing: list[str]) -> None:
        """Let ``listed`` take the place of a word, which has its explanation now."""
        self._words[position] = listed
        if position in self._open:
            self._open.remove(position)
        for word in listed.split():
            if word in missing:
                missing.remove(word)

    def _is_part_of_name(self, position: int) -> bool:
        """A middle initial, or junior and senior, beside a word of a listed name: ``John F Kennedy``."""
        words, names = self._words, self._vocabulary.counts.keys() - _KINDS
        before = next((word for word in words[:position][::-1] if len(word) > 1), "")
        after = next((word for word in words[position + 1 :] if len(word) > 1 and word not in PARTICLES), "")
        if words[position] in _GENERATIONS:
            return before in names - self._places
        return len(words[position]) == 1 and before in names and after in names - self._places

    def _repeats_place(self, word: str) -> bool:
        """A mistyped word of the place: as in the applicant's own city, or beside the word well written."""
        places = self._best.entry.place_words
        if word in self._query.place_words:
            return any(is_slip(word, place) for place in places)
        return (
            len(word) > 4
            and word in self._query.unknown_words
            and any(is_slip(word, place) for place in places if place in self._words)
        )

    def _is_forename(self, position: int) -> bool:
        """At the place of the entry, the forename of which the list has the initial: ``Silas L Griffith``."""
        word, following = self._words[position], self._words[position + 1 : position + 3]
        return (
            self._located
            and len(word) > 2
            and any(
                initial == word[0] and surname in following
                for name in self._vocabulary.names
                for initial, surname in pairwise(name)
            )
        )

    def _is_acronym(self, word: str) -> bool:
        """At the place of the entry, the first letters of a listed name."""
        return self._located and any(is_acronym(word, name) for name in self._vocabulary.names)

    def _is_of_libraries(self, position: int) -> bool:
        """Whether a word is the place's, or one that only libraries use of themselves."""
        word = self._words[position]
        return (
            word in ANYWHERE
            or self._is_beside_a_name(position)
            or self._belongs_to_library(position)
            or (self._is_of(position) and (self.says_library or self.bears_name))
            or self._is_its_body(position)
        )

    def _is_beside_a_name(self, position: int) -> bool:
        word, is_last = self._words[position], position == len(self._words) - 1
        if word in _ARTICLES:
            return True
        if position > 0 and not is_last and (word in PARTICLES or is_particle_mistyped(word)):
            return True
        if is_last and len(word) > 4:  # a form may have had no room for all of it
            return any(form.startswith(word) for form in LEGAL_FORMS)
        return position > 0 and word in LEGAL_FORMS

    def _belongs_to_library(self, position: int) -> bool:
        """``Free``, ``County`` … before the word library, ``District``, ``System`` … after it."""
        word, words = self._words[position], self._words
        following = words[position + 1 :]
        if word in AFTER_LIBRARY and "LIBRARY" in words[:position]:
            return True
        if word in BEFORE_LIBRARY and self._follows_biblioteca(position):
            return True
        if following[:1] == ["BRANCH"] and word in self._query.street.name.split():
            return True  # the branch of the street that it is in
        before = _BEFORE_AT_ITS_PLACE if self._located else BEFORE_LIBRARY
        if word == "DEPARTMENT" and following[:1] == ["OF"]:
            following = following[1:]
        elif word not in before:
            return False
        beyond = next((other for other in following if other not in before and other not in _LED_BY), "")
        return beyond in SAYS_LIBRARY or (beyond == "BRANCH" and self._is_branch)

    def _follows_biblioteca(self, position: int) -> bool:
        """In Spanish and French the adjective follows: ``Biblioteca Municipal``."""
        for before in range(position - 1, -1, -1):
            if self._written[before].startswith("BIBLIOT"):
                return True
            if self._words[before] not in BEFORE_LIBRARY and self._words[before] not in ANYWHERE:
                return False
        return False

    @property
    def _is_branch(self) -> bool:
        return self._located and not self._best.entry.is_system

    def _is_of(self, position: int) -> bool:
        """``City of``: how some libraries of cities write themselves."""
        words = self._words
        return words[position] in GOVERNMENT_OF_PLACE and words[position + 1 : position + 2] == ["OF"]

    def _is_its_body(self, position: int) -> bool:
        """``Board of Trustees``, ``Reading Room``; ``& Information Center`` at the place of the entry;
        ``Association`` where no government runs the library."""
        words, word = self._words, self._words[position]
        if word == "ASSOCIATION":
            return self._best.entry.listing.legal_basis not in GOVERNMENTAL
        if word in ("INFORMATION", "CENTER"):
            return self._located and "LIBRARY AND INFORMATION CENTER" in " ".join(words)
        if word in ("READING", "ROOM"):
            return self.says_library and "READING ROOM" in " ".join(words)
        if word == "DIRECTORS":
            return words[max(0, position - 2) : position] == ["BOARD", "OF"]
        return word in ("BOARD", "TRUSTEES")


def _is_adjective(written: Sequence[str], position: int) -> bool:
    """Whether library follows, with but words that libraries use of themselves between, or is shortened too."""
    following = dropwhile(_BETWEEN.__contains__, written[position + 1 :])
    return "LIB" in written or is_library(next(following, ""))
