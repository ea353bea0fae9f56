"""The words of an applicant's name, and their explanations by the entry's names, its place, or a slip."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import dropwhile, pairwise
from typing import Final

from library_validator.matching.match import ScoredCandidate
from library_validator.matching.query import Query
from library_validator.matching.slips import (
    forms_of,
    is_acronym,
    is_library,
    is_slip,
    is_written_for,
)
from library_validator.matching.vocabulary import Vocabulary
from library_validator.matching.words import (
    AFFILIATES,
    ANYWHERE,
    BEFORE_LIBRARY,
    BUILDINGS,
    BUSINESS_FORMS,
    CITY_WORDS,
    FIGURES,
    GENERIC,
    GOVERNMENTS,
    HOSTS,
    LEFT_OUT,
    LEGAL_FORMS,
    NAME_WORDS,
    OF_LIBRARIES,
    OUT_OF_SCOPE,
    PARTICLES,
    SAYS_LIBRARY,
    SEPARATORS,
)

KINDS: Final = AFFILIATES | OUT_OF_SCOPE.keys() | HOSTS | GENERIC
# Words that are never slips of other words.
_AS_THEY_ARE: Final = KINDS | PARTICLES | LEGAL_FORMS | BUSINESS_FORMS | ANYWHERE | {"PUB", "FR"}
_LEFT_OUT: Final = LEFT_OUT | PARTICLES
_OTHER_BODIES: Final = (AFFILIATES | OUT_OF_SCOPE.keys() | HOSTS | BUILDINGS) - OF_LIBRARIES
_GENERATIONS: Final = frozenset({"SR", "JR", "II", "III"})
_SHORT_OR_FIGURE: Final = CITY_WORDS.keys() | FIGURES.keys()
_STREET: Final = (("SAINT",), ("STREET",), ("ST",))
_ADJECTIVES: Final = BEFORE_LIBRARY | (ANYWHERE - SAYS_LIBRARY)
_BETWEEN: Final = _ADJECTIVES | {short for short, long in NAME_WORDS.items() if _ADJECTIVES.issuperset(long)}
_DIRECTIONS: Final = (
    SEPARATORS - GOVERNMENTS
)  # directions and other words that differ between neighbouring places


class WordsBesideEntry:
    """The words of a name, and the names of the entry that the applicant may be."""

    __slots__ = (
        "_best",
        "_candidates",
        "_doubtful",
        "_has_acronym",
        "_located",
        "_place_names",
        "_place_start",
        "_places",
        "_query",
        "_vocabulary",
        "_words",
        "_written",
    )

    def __init__(
        self,
        query: Query,
        best: ScoredCandidate,
        candidates: Sequence[ScoredCandidate],
        written: Sequence[str],
        *,
        located: bool,
    ) -> None:
        """``candidates``: the candidates of the ranking. ``written``: the words as they were written.
        ``located``: the street or the phone is the entry's.
        """
        self._query, self._best, self._candidates, self._located = query, best, candidates, located
        self._vocabulary: Vocabulary = best.entry.vocabulary
        self._places, self._place_names = self._vocabulary.places, self._vocabulary.place_names
        self._words: list[str] = []  # abbreviations are written out, slips corrected
        self._written: list[str] = []  # the same words as they were written
        self._doubtful: list[int] = []  # positions of words without an explanation so far
        self._has_acronym = False
        if best.compared.place != "different":
            own = query.place_words - query.unknown_words - KINDS
            if not self._places.issuperset(own):
                self._places = own | self._places
                self._place_names = (*self._place_names, tuple(query.city.split()))
        self._explain_listed_words(written)
        self._place_start = self._find_trailing_place()
        if any(self._words[position] not in _AS_THEY_ARE for position in self._doubtful):
            self._explain_by_other_outlets()
            self._explain_slips()
        self._question_stray_words()
        self._question_other_bodies()

    def _explain_listed_words(self, written: Sequence[str]) -> None:
        """Explain the words of the place, and the entry's words as often as one of its names has them."""
        listed, places = dict(self._vocabulary.counts), self._places
        for position, word in enumerate(written):
            for token in self._meaning(word, written, position):
                if count := listed.get(token, 0):
                    listed[token] = count - 1
                elif token not in places:
                    self._doubtful.append(len(self._words))
                self._words.append(token)
                self._written.append(word)

    def _find_trailing_place(self) -> int:
        """The position where a place is repeated after the name, or the end; corrects slips in the place.

        ``Alder Point Library of Aldre Point``. Without ``of``, the city must be given with the same slip.
        """
        words, city = self._words, self._query.place_words
        for name in self._place_names:
            start = len(words) - len(name)
            if start < 2 or not name:
                continue
            tail, follows_of = words[start:], words[start - 1] == "OF"
            if all(
                word == place or ((follows_of or word in city) and is_slip(word, place))
                for word, place in zip(tail, name, strict=True)
            ):
                words[start:] = name
                self._doubtful = [position for position in self._doubtful if position < start]
                return start
        return len(words)

    def _question_stray_words(self) -> None:
        """Doubt a word of a place, or a direction, that is not inside the whole name of a place.

        ``New North Haven Library`` in the county of New Haven is not the North Haven Library. Outside the
        name of a place, such a word is explained only if a listed name has it there too.
        """
        words = self._words
        place_words = (self._places | _DIRECTIONS).intersection(words)
        if not place_words:
            return
        of_places = _positions_inside_places(words, self._place_names)
        for word in place_words:
            at = [position for position, other in enumerate(words) if other == word]
            inside = of_places.intersection(at)
            strayed = [position for position in at if position not in inside]
            if strayed and (len(at) > 1 or word in self._places):
                listed = [
                    self._count_outside_place(name, word, len(inside)) for name in self._vocabulary.names
                ]
                allowed = max(listed, default=0)
                self._doubtful += strayed[: max(0, len(strayed) - allowed)]
        self._doubtful = sorted(set(self._doubtful))

    def _question_other_bodies(self) -> None:
        """Doubt ``University``, ``Bank``, ``Hall`` … if the rest of the listed name is not given.

        ``Alder University Library`` is not the University Park Branch of Alder.
        """
        bodies = _OTHER_BODIES.intersection(self._words)
        if bodies and (bodies := bodies & self._words_of_incomplete_names(frozenset())):
            of_places = _positions_inside_places(self._words, self._place_names)
            at = {position for position, word in enumerate(self._words) if word in bodies}
            self._doubtful = sorted(at.difference(of_places).union(self._doubtful))

    def _words_of_incomplete_names(self, besides: frozenset[str]) -> set[str]:
        """The given words that are only in listed names of which another word is missing.

        ``besides``: words that may be missing all the same.
        """
        given = besides.union(" ".join(self._words).split())
        parts = [name for name in self._vocabulary.names if not given.issuperset(set(name) - _LEFT_OUT)]
        of_parts = {word for name in parts for word in name if word in given}
        whole = {word for name in self._vocabulary.names if name not in parts for word in name}
        return of_parts - whole - self._places - _LEFT_OUT

    def _count_outside_place(self, name: tuple[str, ...], word: str, given_in_places: int) -> int:
        """How often a listed name has the word, except where the applicant gives it with its place."""
        within = sum(name[position] == word for position in _positions_inside_places(name, self._place_names))
        return name.count(word) - within + max(0, within - given_in_places)

    def _meaning(self, word: str, written: Sequence[str], position: int) -> tuple[str, ...]:
        """The meaning of a written word; of several meanings, the one that the entry or its place has."""
        if word in ("PUB", "FR") and not _is_adjective(word, written, position):
            return (word,)  # PUB: a house that serves beer; FR: friends
        if word == "CO" and not self._is_county(written, position):
            return (word,)  # CO: a company
        if word == "NO" and written[position + 1 : position + 2] and written[position + 1].isdigit():
            return ("NUMBER",)
        found = NAME_WORDS.get(word)
        if len(word) == 1 and word in self._vocabulary.counts:
            return (word,)  # an initial, not a direction: ``E`` is not East
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
        return meanings[0] if len(word) > 1 and word not in FIGURES else (word,)

    def _is_county(self, written: Sequence[str], position: int) -> bool:
        """Whether ``Co`` means county: it follows a name, and not the word library or ``and``."""
        before = written[position - 1] if position else ""
        return before not in _BETWEEN and before not in PARTICLES and not is_library(before)

    def _explain_by_other_outlets(self) -> None:
        """Explain the words of another outlet of the system if the applicant gives its whole name."""
        given, key = frozenset(self._words), self._best.entry.fscs_key
        words: set[str] = set()
        for candidate in self._candidates:
            if candidate.entry.fscs_key == key and candidate is not self._best:
                for name in candidate.entry.names:
                    if name.core and given.issuperset(set(name.tokens) - _LEFT_OUT):
                        words.update(name.core)
        words -= KINDS
        self._doubtful = [position for position in self._doubtful if self._words[position] not in words]

    def _explain_slips(self) -> None:
        """Explain a word that is a slip, a short form or the initial of a listed word that is not given.

        The listed word then takes the place of the slip. Longer words come first: they agree less by chance.
        """
        missing = self._missing_words()
        self._join_initials()
        for position in sorted(self._doubtful, key=lambda position: -len(self._words[position])):
            word = self._words[position]
            if position in self._doubtful and word not in _AS_THEY_ARE and word not in _DIRECTIONS:
                self._explain_slip(position, missing)

    def _missing_words(self) -> list[str]:
        """The listed words that were not given: a slip may replace one of them.

        They are the words of listed names from which another word was given. If there is no such name, and no
        listed name is complete, they are the words of all names. Words that libraries share always count.
        """
        given, names = frozenset(self._words[: self._place_start]), self._vocabulary.names
        meant = [name for name in names if not given.isdisjoint(set(name) - OF_LIBRARIES)]
        if not meant and not any(given.issuperset(name) for name in names):
            meant = [*names]
        words = OF_LIBRARIES.union(*meant)
        missing = [word for word in self._vocabulary.counts if word in words and word not in given]
        if given.isdisjoint(SAYS_LIBRARY) and "LIBRARY" not in missing:
            missing.append("LIBRARY")
        return missing

    def _join_initials(self) -> None:
        """Join ``G C`` to one word if neither is a listed initial: it may be the acronym of a listed name."""
        words, still = self._words, self._doubtful
        for position in range(len(words) - 1, 0, -1):
            if (
                len(words[position]) in (1, 2)
                and len(words[position - 1]) == 1
                and {position - 1, position}.issubset(still)
            ):
                words[position - 1], words[position] = words[position - 1] + words[position], ""
                still.remove(position)

    def _explain_slip(self, position: int, missing: list[str]) -> None:
        """Explain one word by the first of these rules that applies, and take its word out of ``missing``."""
        word = self._words[position]
        if word in missing:  # initials that were joined
            self._replace_word(position, word, missing)
            return
        if self._explain_split_word(position, missing) or self._explain_moved_letter(position, missing):
            return
        for listed in missing:
            if is_written_for(word, listed):
                self._replace_word(position, listed, missing)
                return
        for first, second in pairwise(missing):
            if word == first + second:
                self._replace_word(position, f"{first} {second}", missing)
                return
        if self._is_initial(position, missing) or self._is_part_of_name(position):
            self._doubtful.remove(position)
        elif self._is_acronym(word):
            self._doubtful.remove(position)
            self._has_acronym = True

    def _explain_split_word(self, position: int, missing: list[str]) -> bool:
        """Explain two words that are one listed word: ``De Kalb``, ``Li.b``. False: they are two words."""
        words = self._words
        for start in (position - 1, position):
            if not 0 <= start < len(words) - 1:
                continue
            joined = words[start] + words[start + 1]
            for listed in missing:
                if (
                    joined == listed
                    or joined in forms_of(listed)
                    or (
                        len(joined) > 7
                        and {start, start + 1}.issubset(self._doubtful)
                        and is_slip(joined, listed)
                    )
                ):
                    self._replace_word(start, listed, missing)
                    self._replace_word(start + 1, "", missing)
                    return True
        return False

    def _explain_moved_letter(self, position: int, missing: list[str]) -> bool:
        """Explain ``Publi cLibrary``: a letter moved to the next word. False: no letter moved."""
        if position == 0:
            return False
        word, rest = self._words[position], self._words[position][1:]
        before = self._written[position - 1] + word[:1]
        listed = "LIBRARY" if is_library(rest) else rest
        if before not in (self._words[position - 1], *missing) or listed not in ("LIBRARY", *missing):
            return False
        if before in missing:
            self._replace_word(position - 1, before, missing)
        self._replace_word(position, listed, missing)
        return True

    def _replace_word(self, position: int, listed: str, missing: list[str]) -> None:
        """Replace a word by ``listed``, which explains it."""
        self._words[position] = listed
        if position in self._doubtful:
            self._doubtful.remove(position)
        for word in listed.split():
            if word in missing:
                missing.remove(word)

    def _is_part_of_name(self, position: int) -> bool:
        """Whether the word is a middle initial or ``Jr`` beside a listed word: ``John F Kennedy``."""
        words, names = self._words, self._vocabulary.counts.keys() - KINDS
        before = next((word for word in words[:position][::-1] if len(word) > 1), "")
        after = next((word for word in words[position + 1 :] if len(word) > 1 and word not in PARTICLES), "")
        if self._written[position] in _GENERATIONS:
            return before in names - self._places - OF_LIBRARIES
        return len(words[position]) == 1 and before in names and after in names - self._places

    def _is_initial(self, position: int, missing: Sequence[str]) -> bool:
        """Whether a word is one letter, in the place of a listed word that begins with it."""
        words, letter = self._words, self._words[position]
        if len(letter) != 1:
            return False
        before, after = words[position - 1] if position else "", (*words[position + 1 :], "")[0]
        for name in self._vocabulary.names:
            beside = ("", *name, "")
            for place, word in enumerate(name):
                if word[0] != letter or word not in missing or word in OF_LIBRARIES:
                    continue
                if before == beside[place] or after == beside[place + 2]:
                    return True
        return False

    def _is_acronym(self, word: str) -> bool:
        """Whether the word has the first letters of a listed name, and street or phone are the entry's."""
        return self._located and any(is_acronym(word, name) for name in self._vocabulary.names)


def _positions_inside_places(words: Sequence[str], names: Iterable[tuple[str, ...]]) -> set[int]:
    """The positions of words that are inside the whole name of a place."""
    found: set[int] = set()
    for name in names:
        size = len(name)
        for start in range(len(words) - size + 1) if size else ():
            if tuple(words[start : start + size]) == name:
                found.update(range(start, start + size))
    return found


def _is_adjective(word: str, written: Sequence[str], position: int) -> bool:
    """Whether ``Pub`` means public, or ``Fr`` free: library follows, perhaps after adjectives."""
    if word == "PUB" and "PUBLIC" in written:
        return False
    following = dropwhile(_BETWEEN.__contains__, written[position + 1 :])
    return "LIB" in written or is_library(next(following, ""))
