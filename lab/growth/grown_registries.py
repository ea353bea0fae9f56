"""Registries many times the size of a release, made from it in memory. They are the same in every run.

- ``places``: copies of the release's libraries in new states and new towns. Towns, people and all other
  distinctive words of a name are new; so are ZIPs, phone numbers and ids.
- ``towns``: the same new towns in the existing states. The words that names share (``COUNTY``, ``NORTH`` …)
  then occur ten times as often in each state.
- ``denser``: the existing towns and ZIPs have many times their libraries, with other names, other house
  numbers and other phone numbers of the same area.
- ``one_state``: only the libraries of a single state. ``release``: the release itself.

The libraries of the release do not change, so the right answers do not change. A new place (``places``,
``towns``) shares no key with an applicant of the release, except keys of common names and words (``MAIN
LIBRARY``). There are only 100,000 ZIPs, so new towns share new ZIPs in registries of six times the release or
more. New keys have a letter in place of a digit, and new states have codes that no state has.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import product
from string import ascii_uppercase, digits
from typing import Final

from library_validator.matching import normalize, words
from library_validator.releases.records import Outlet, Release, System

WAYS: Final = ("release", "places", "towns", "denser", "one_state")
ALPHABET: Final = digits + ascii_uppercase
_SYLLABLES: Final = tuple("".join(pair) for pair in product("BDFGHJKLMNPRSTVZ", "AEIOU"))
_COINED: Final = len(_SYLLABLES) ** 4  # different words of four syllables
_PHONES: Final = 8_000_000_000  # ten digits that do not begin with 0 or 1
_SCATTER: Final = 15_485_863  # a prime: its multiples visit every number of a range before they repeat
_WORD: Final = re.compile(r"[A-Za-z]{3,}")
_DIGITS: Final = re.compile(r"\d+")
_HIGHEST_HOUSE: Final = 40_000

# Words that do not distinguish libraries do not change: kinds, directions, and their short forms.
_KEPT: Final = frozenset(
    {
        *words.GENERIC, *words.SEPARATORS, *words.GOVERNMENTS, *words.LIBRARY_WORDS, *words.AFFILIATES,
        *words.HOSTS, *words.OUT_OF_SCOPE, *words.STOP_WORDS, *words.NAME_WORDS,
        *words.CITY_WORDS, *words.CITY_WORDS.values(),
        *(word for phrase in words.NAME_PHRASES for word in " ".join(phrase).split()),
    }
)  # fmt: skip


def grow(release: Release, way: str, factor: int, seed: int = 1) -> Release:
    """A release with ``factor`` times the libraries of ``release``. Its own libraries come first."""
    if way == "one_state":
        return _libraries_of_state(release, largest_state(release))
    maker = _CopyMaker(release, way, random.Random(f"{seed} {way}"))
    systems, outlets = list(release.systems), list(release.outlets)
    for copy in range(1, factor):
        more_systems, more_outlets = maker.copy(copy)
        systems += more_systems
        outlets += more_outlets
    made = f"{release.content_sha256} {way} {factor} {seed}"
    report = replace(release.report, systems=len(systems), outlets=len(outlets))
    return Release(
        release.fiscal_year,
        hashlib.sha256(made.encode()).hexdigest(),
        tuple(systems),
        tuple(outlets),
        report,
    )


def largest_state(release: Release) -> str:
    return Counter(system.state for system in release.systems).most_common(1)[0][0]


def _libraries_of_state(release: Release, state: str) -> Release:
    systems = tuple(system for system in release.systems if system.state == state)
    keys = {system.fscs_key for system in systems}
    outlets = tuple(outlet for outlet in release.outlets if outlet.fscs_key in keys)
    report = replace(release.report, systems=len(systems), outlets=len(outlets))
    made = hashlib.sha256(f"{release.content_sha256} {state}".encode()).hexdigest()
    return Release(release.fiscal_year, made, systems, outlets, report)


@dataclass(slots=True)
class _CopyNames:
    """The new names of a copy for the names of the release, the same in every run."""

    number: int
    states: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    zips: dict[str, str] = field(default_factory=dict)
    phones: dict[str, str] = field(default_factory=dict)
    houses: dict[tuple[str, str], str] = field(default_factory=dict)


class _CopyMaker:
    """Makes copies of a release's libraries. A new name is new in all copies."""

    def __init__(self, release: Release, way: str, chance: random.Random) -> None:
        self._release = release
        self._way = way
        self._chance = chance
        self._words = 0
        self._phones = 0
        self._keys: Counter[str] = Counter()
        known_zips = {code for system in release.systems for code in (system.zip, system.mailing_zip)}
        known_zips |= {outlet.zip for outlet in release.outlets}
        zips = [f"{number:05}" for number in range(1, 100_000) if f"{number:05}" not in known_zips]
        chance.shuffle(zips)
        self._new_zips = _repeat_forever(zips)
        states = ["".join(pair) for pair in product(ALPHABET, repeat=2)]
        self._new_states = _repeat_forever(
            [state for state in states if not normalize.state(state) and not state.isdigit()]
        )
        known_phones = {system.phone for system in release.systems}
        self._known_phones = known_phones | {outlet.phone for outlet in release.outlets}
        known: list[System | Outlet] = [*release.systems, *release.outlets]
        self._known_words = {word for record in known for word in _WORD.findall(record.name)}
        self._houses: dict[str, set[str]] = {}
        for record in known:
            self._houses.setdefault(record.zip, set()).update(_DIGITS.findall(record.street))

    def copy(self, number: int) -> tuple[list[System], list[Outlet]]:
        copy = _CopyNames(number)
        return (
            [self._copy_of_system(system, copy) for system in self._release.systems],
            [self._copy_of_outlet(outlet, copy) for outlet in self._release.outlets],
        )

    def _copy_of_system(self, system: System, copy: _CopyNames) -> System:
        key = self._new_key(system.fscs_key, system.state, copy)
        return replace(
            system,
            fscs_key=key,
            state=key[:2],
            libid=key,
            name=self._new_name(system.name, copy),
            street=self._new_street(system.street, system.zip, copy),
            city=self._new_city(system.city, copy),
            zip=self._new_zip(system.zip, copy),
            mailing_street=self._new_street(system.mailing_street, system.mailing_zip, copy),
            mailing_city=self._new_city(system.mailing_city, copy),
            mailing_zip=self._new_zip(system.mailing_zip, copy),
            county=self._new_city(system.county, copy),
            phone=self._new_phone(system.phone, copy),
        )

    def _copy_of_outlet(self, outlet: Outlet, copy: _CopyNames) -> Outlet:
        key = self._new_key(outlet.fscs_key, outlet.state, copy)
        return replace(
            outlet,
            fscs_key=key,
            state=key[:2],
            libid=f"{key}-{outlet.sequence}",
            name=self._new_name(outlet.name, copy),
            street=self._new_street(outlet.street, outlet.zip, copy),
            city=self._new_city(outlet.city, copy),
            zip=self._new_zip(outlet.zip, copy),
            county=self._new_city(outlet.county, copy),
            phone=self._new_phone(outlet.phone, copy),
        )

    def _new_state(self, state: str, copy: _CopyNames) -> str:
        if self._way != "places":
            return state
        if state not in copy.states:
            copy.states[state] = next(self._new_states)
        return copy.states[state]

    def _new_key(self, key: str, state: str, copy: _CopyNames) -> str:
        if key not in copy.keys:
            new_state = self._new_state(state, copy)
            number = self._keys[new_state]
            self._keys[new_state] += 1
            last = "".join(ALPHABET[number // 36**place % 36] for place in (2, 1, 0))
            copy.keys[key] = f"{new_state}{ascii_uppercase[number // 36**3]}{last}"
        return copy.keys[key]

    def _new_name(self, name: str, copy: _CopyNames) -> str:
        return _WORD.sub(lambda found: self._new_word(found[0], copy), name)

    def _new_city(self, city: str, copy: _CopyNames) -> str:
        """A new town. A name that only has words of kinds (``LAKE CITY``) gets a new word before it."""
        if self._way == "denser" or city == "M" or not city:
            return city
        renamed = self._new_name(city, copy)
        return renamed if renamed != city else f"{self._new_word(f'{city} ', copy)} {city}"

    def _new_word(self, word: str, copy: _CopyNames) -> str:
        if word in _KEPT:
            return word
        if word not in copy.words:
            copy.words[word] = self._coin_word()
        return copy.words[word]

    def _coin_word(self) -> str:
        while True:
            self._words += 1
            rest = self._words * _SCATTER % _COINED
            coined = ""
            for _ in range(4):
                rest, syllable = divmod(rest, len(_SYLLABLES))
                coined += _SYLLABLES[syllable]
            if coined not in self._known_words:
                return coined

    def _new_zip(self, zip_code: str, copy: _CopyNames) -> str:
        if self._way == "denser" or not zip_code.isdigit():
            return zip_code
        if zip_code not in copy.zips:
            copy.zips[zip_code] = next(self._new_zips)
        return copy.zips[zip_code]

    def _new_phone(self, phone: str, copy: _CopyNames) -> str:
        if not phone.isdigit():
            return phone
        while phone not in copy.phones:
            self._phones += 1
            number = f"{2_000_000_000 + self._phones * _SCATTER % _PHONES}"
            if self._way == "denser":
                number = phone[:3] + number[3:]
            if number not in self._known_phones:
                self._known_phones.add(number)
                copy.phones[phone] = number
        return copy.phones[phone]

    def _new_street(self, street: str, zip_code: str, copy: _CopyNames) -> str:
        """The same street with another number of its house or box. New places have new streets."""
        if self._way != "denser":
            return street
        first = _DIGITS.search(street)

        def replace_number(found: re.Match[str]) -> str:
            is_number = first is not None and found.start() == first.start()
            is_number |= street[: found.start()].endswith("BOX ")
            return self._new_house(found[0], zip_code, copy) if is_number else found[0]

        return _DIGITS.sub(replace_number, street)

    def _new_house(self, number: str, zip_code: str, copy: _CopyNames) -> str:
        taken = self._houses.setdefault(zip_code, set())
        while (zip_code, number) not in copy.houses:
            house = str(self._chance.randrange(1, _HIGHEST_HOUSE))
            if house not in taken:
                taken.add(house)
                copy.houses[zip_code, number] = house
        return copy.houses[zip_code, number]


def _repeat_forever(values: list[str]) -> Iterator[str]:
    while True:
        yield from values
