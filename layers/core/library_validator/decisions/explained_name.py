"""Every word of an applicant's name needs an explanation.

``Alder Public Library Apartments`` has the street, the phone and the whole name of the library, and one word
more. No list of such words can be complete, so the rule is the other way round. A word is explained if the
entry has it, if the place has it, or if only libraries use it in their names. If any word is unexplained, a
person decides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from library_validator.decisions.words_beside_entry import KINDS, WordsBesideEntry
from library_validator.matching.match import ScoredCandidate
from library_validator.matching.query import Query
from library_validator.matching.slips import is_particle_mistyped
from library_validator.matching.wording import wording_of
from library_validator.matching.words import (
    AFTER_LIBRARY,
    ANYWHERE,
    BEFORE_LIBRARY,
    BEFORE_LIBRARY_AT_ITS_PLACE,
    FIGURES,
    GENERIC,
    GOVERNMENT_OF_PLACE,
    LEGAL_FORMS,
    PARTICLES,
    SAYS_LIBRARY,
)

# C_LEGBAS: run by a government or district, not by a nonprofit association (PLS element 201)
GOVERNMENTAL: Final = frozenset({"CC", "CI", "CO", "LD", "MJ", "SD"})
_BEFORE_AT_ITS_PLACE: Final = BEFORE_LIBRARY | BEFORE_LIBRARY_AT_ITS_PLACE
_ARTICLES: Final = frozenset({"THE", "EL", "LA", "LAS", "LE", "LES", "LOS"})
_COUNTIES: Final = frozenset({"COUNTY", "PARISH", "BOROUGH"})
_BOARD: Final = frozenset({"THE", "BOARD", "OF", "TRUSTEES"})
_INITIALS: Final = re.compile(r"\b[A-Z](?: [A-Z]\b)+")
_NUMBERS: Final = FIGURES.keys() | {"NO", "NUMBER"}
# Words that may be between an adjective and the word library.
_LED_BY: Final = ANYWHERE - SAYS_LIBRARY - {"BRANCH"}


class ExplainedName(WordsBesideEntry):
    """The name of an applicant, or a part of it, compared word by word with the names of one entry.

    - ``unexplained``: the words that nothing explains, as they were written, in their order.
    - ``says_library``: the name says that the body is a library.
    - ``is_listed_name``: it has every word of a listed name; slips, the place and a legal form may differ.
    - ``is_generic``: all its words are common to many libraries: ``The Library``.
    - ``is_only_place``: it is the name of a place, or of its government, and nothing else: ``Town of Alder``.
    - ``is_explained_after_library``: it says library, and every word after that is explained: it is the name
      of a library, but perhaps of another library: ``Zebra Library``.
    - ``is_part_of_listed_name``: it has some words of a listed name, and lacks others.
    - ``has_listed_word``: it has a word of a listed name that is not a word of the place.
    """

    __slots__ = ("_is_listed_name", "_unexplained")

    def __init__(
        self,
        query: Query,
        best: ScoredCandidate,
        candidates: Sequence[ScoredCandidate],
        *,
        located: bool,
        part: str | None = None,
    ) -> None:
        """See ``WordsBesideEntry``. ``part``: the part of the name to explain; None: the whole name."""
        written = wording_of(query.written if part is None else part)
        super().__init__(query, best, candidates, written, located=located)
        self._unexplained: tuple[str, ...] | None = None
        self._is_listed_name: bool | None = None

    @property
    def unexplained(self) -> tuple[str, ...]:
        if self._unexplained is None:
            still = [position for position in self._doubtful if not self._is_library_word(position)]
            self._unexplained = tuple(dict.fromkeys([self._written[position] for position in still]))
        return self._unexplained

    @property
    def says_library(self) -> bool:
        if not SAYS_LIBRARY.isdisjoint(self._words):
            return True
        return self._is_branch and "BRANCH" in self._words and "BRANCH" not in self._places

    @property
    def is_listed_name(self) -> bool:
        if self._is_listed_name is None:
            self._is_listed_name = self._covers_listed_name()
        return self._is_listed_name

    def _covers_listed_name(self) -> bool:
        """Whether all words of a listed name are given; ``City of``, ``Inc.`` and the like may be added."""
        text = " ".join(self._words)
        given = frozenset((*text.split(), *_INITIALS.sub(lambda run: run[0].replace(" ", ""), text).split()))
        whole = [name for name in self._vocabulary.names if given.union(self._places).issuperset(name)]
        more_than_place = any(not self._places.issuperset(name) for name in whole)
        return any(not given.isdisjoint(name) for name in whole) and all(
            self._is_particle_or_form(position) or (more_than_place and self._is_city_of(position))
            for position in self._doubtful
        )

    @property
    def is_generic(self) -> bool:
        """``The Library`` is generic. ``Public Library`` is not, if street or phone are the entry's."""
        if self._located and len(ANYWHERE.intersection(self._words)) > 1:
            return False
        return all(word in GENERIC or word in PARTICLES or word in LEGAL_FORMS for word in self._words)

    @property
    def is_only_place(self) -> bool:
        return all(
            word in self._places or word in GOVERNMENT_OF_PLACE or word in PARTICLES or word in LEGAL_FORMS
            for word in self._words
        )

    @property
    def is_explained_after_library(self) -> bool:
        libraries = [position for position, word in enumerate(self._words) if word in SAYS_LIBRARY]
        return bool(libraries) and all(
            position < libraries[0]
            or self._words[position] in _NUMBERS
            or self._words[position].isdigit()
            or self._is_library_word(position)
            for position in self._doubtful
        )

    @property
    def is_part_of_listed_name(self) -> bool:
        return any(len(word) > 1 for word in self._words_of_incomplete_names(self._places))

    @property
    def has_listed_word(self) -> bool:
        own = self._vocabulary.counts.keys() - self._places - KINDS - BEFORE_LIBRARY
        return self._has_acronym or not own.isdisjoint(self._words)

    def _is_library_word(self, position: int) -> bool:
        """Whether only libraries, or the governments of their places, use the word in their names."""
        word = self._words[position]
        return (
            word in ANYWHERE
            or self._is_particle_or_form(position)
            or self._belongs_to_word_library(position)
            or (self._is_city_of(position) and (self.says_library or self.is_listed_name))
            or self._is_body_word(position)
        )

    def _is_particle_or_form(self, position: int) -> bool:
        """Whether a word is an article, a particle inside the name, or a legal form after it: ``Inc.``."""
        word, is_last = self._words[position], position == len(self._words) - 1
        if word in _ARTICLES:
            return True
        if position > 0 and not is_last and (word in PARTICLES or is_particle_mistyped(word)):
            return True
        if is_last and len(word) > 4:  # the application's form may have cut the word
            return any(form.startswith(word) for form in LEGAL_FORMS)
        if word not in LEGAL_FORMS or position == 0:
            return False
        return SAYS_LIBRARY.isdisjoint(self._words[position:])  # a legal form comes after the word library

    def _belongs_to_word_library(self, position: int) -> bool:
        """Whether the word belongs to the word library: ``Free`` before it, ``District`` after it."""
        word, words = self._words[position], self._words
        following = words[position + 1 :]
        if word in AFTER_LIBRARY and "LIBRARY" in words[:position]:
            return True
        if word in _COUNTIES and "LIBRARY" in words[: max(0, position - 1)]:
            return words[position - 1] in self._places  # ``Alder Library, Briar County``
        if word in BEFORE_LIBRARY and self._follows_biblioteca(position):
            return True
        if following[:1] == ["BRANCH"] and word in self._query.street.name.split():
            return True  # a branch with the name of its street
        before = _BEFORE_AT_ITS_PLACE if self._located else BEFORE_LIBRARY
        if word == "DEPARTMENT" and following[:1] == ["OF"]:
            following = following[1:]
        elif word not in before:
            return False
        beyond = next((other for other in following if other not in before and other not in _LED_BY), "")
        return beyond in SAYS_LIBRARY or (beyond == "BRANCH" and self._is_branch)

    def _follows_biblioteca(self, position: int) -> bool:
        """Whether an adjective follows ``Biblioteca``, as in Spanish and French: ``Biblioteca Municipal``."""
        for before in range(position - 1, -1, -1):
            if self._written[before].startswith("BIBLIOT"):
                return True
            if self._words[before] not in BEFORE_LIBRARY and self._words[before] not in ANYWHERE:
                return False
        return False

    @property
    def _is_branch(self) -> bool:
        """Whether the entry is an outlet, and the applicant has its street or phone."""
        return self._located and not self._best.entry.is_system

    def _is_city_of(self, position: int) -> bool:
        """Whether the word begins ``City of``, as the names of some city libraries do."""
        words = self._words
        return words[position] in GOVERNMENT_OF_PLACE and words[position + 1 : position + 2] == ["OF"]

    def _is_body_word(self, position: int) -> bool:
        """Whether the word names a part of the library or the body that runs it.

        ``Board of Trustees`` and ``Reading Room`` do. ``& Information Center`` does at the entry's street or
        phone, ``Association`` if no government runs the library.
        """
        words, word = self._words, self._words[position]
        if word == "ASSOCIATION":
            return self._best.entry.listing.legal_basis not in GOVERNMENTAL
        if word in ("INFORMATION", "CENTER"):
            return self._located and "LIBRARY AND INFORMATION CENTER" in " ".join(words)
        if word in ("READING", "ROOM"):
            return self.says_library and "READING ROOM" in " ".join(words)
        if word == "DIRECTORS":
            return words[max(0, position - 2) : position] == ["BOARD", "OF"]
        if word not in ("BOARD", "TRUSTEES"):
            return False
        return _BOARD.issuperset(words[:position]) or not SAYS_LIBRARY.isdisjoint(words[:position])
