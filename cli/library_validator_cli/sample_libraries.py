"""Invented libraries for the sample release: no library, person or telephone number is real.

``sample_release.toml`` has the words that they are made of, and the special libraries (namesakes, closures,
moves).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from itertools import count
from random import Random
from typing import Any, Final

_ORDINARY_IN_A_STATE: Final = 22
_FIRST_KEY: Final = 7001  # the numbers of official keys are far lower
_TYPES: Final = ("CE", "BR", "BS", "BM")


@dataclass(frozen=True, slots=True)
class InventedOutlet:
    sequence: str  # FSCS_SEQ
    type: str  # C_OUT_TY
    name: str
    street: str
    city: str
    zip: str
    phone: str
    structure: str = "00"
    since: int = 0  # first and last fiscal year that list it
    until: int = 9999


@dataclass(frozen=True, slots=True)
class InventedLibrary:
    key: str
    libid: str
    state: str
    name: str
    formerly: str  # its name before FY2022, or empty
    street: str
    city: str
    zip: str
    post_office_box: str  # mailing address, or empty if mail goes to the street
    county: str
    phone: str
    legal_basis: str
    structure: str
    meets_fscs_definition: str
    population: int
    since: int
    until: int
    outlets: tuple[InventedOutlet, ...]


@cache
def read_ingredients() -> Mapping[str, Any]:
    """The tables of ``sample_release.toml``."""
    text = resources.files(__package__).joinpath("sample_release.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def invent_libraries(seed: int) -> list[InventedLibrary]:
    """About 300 libraries in 12 states, by key. The same seed gives the same libraries."""
    workshop = _LibraryInventor(Random(seed))
    libraries = []
    for state in read_ingredients()["states"]:
        special = [story for story in read_ingredients()["library"] if story["state"] == state]
        invent_story = [workshop.invent_story(state) for _ in range(_ORDINARY_IN_A_STATE)]
        keys = [f"{state}{_FIRST_KEY + index}" for index in range(len(special) + len(invent_story))]
        for index, story in enumerate([*special, *invent_story]):
            libraries.append(workshop.build_library(story, keys[index], _libid(state, keys, index)))
    return libraries


def _libid(state: str, keys: list[str], index: int) -> str:
    """The state's own id. Kansas, as in official files, has ids that equal another library's FSCS key."""
    if state == "KS" and index % 2 == 0:
        return keys[(index + 1) % len(keys)]
    return keys[index] if index % 5 == 0 else f"SAMPLE-{keys[index]}"


@dataclass(frozen=True, slots=True)
class _OutletPlace:
    """The address and phone of an outlet. A branch keeps them when it moves to another system."""

    street: str
    city: str
    zip: str
    phone: str


@dataclass(slots=True)
class _LibraryInventor:
    """Invents towns, streets and telephone numbers, each only once."""

    random: Random
    _towns: set[str] = field(default_factory=set)
    _zips: dict[tuple[str, str], str] = field(default_factory=dict)
    _branches: dict[tuple[str, str], _OutletPlace] = field(default_factory=dict)
    _telephones: Iterator[int] = field(default_factory=lambda: count(1000, 7))

    def invent_story(self, state: str) -> dict[str, Any]:
        """Invents an ordinary library, with the fields that special libraries have in
        ``sample_release.toml``."""
        patterns = read_ingredients()["patterns"]
        (pattern,) = self.random.choices(list(patterns), weights=list(patterns.values()))
        town = self._town()
        name = pattern.format(town=town, person=self.random.choice(read_ingredients()["words"]["people"]))
        story: dict[str, Any] = {"state": state, "name": name, "city": town}
        story["legal_basis"] = (
            "NP" if "ASSOCIATION" in name else self.random.choices(("CI", "CO", "NP"), (7, 2, 2))[0]
        )
        if self.random.random() < 0.3:
            branches = [f"BR {self._town()} BRANCH" for _ in range(self.random.randint(1, 4))]
            bookmobile = [f"BS {town} BOOKMOBILE"] if self.random.random() < 0.15 else []
            story["outlets"] = [f"CE {name}", *branches, *bookmobile]
        return story

    def build_library(self, story: Mapping[str, Any], key: str, libid: str) -> InventedLibrary:
        state, city = story["state"], story["city"]
        phone = self._telephone(state)
        street = story.get("street") or self._street()
        zip_code = self._zip(state, city)
        return InventedLibrary(
            key=key,
            libid=libid,
            state=state,
            name=story["name"],
            formerly=story.get("formerly", ""),
            street=street,
            city=city,
            zip=zip_code,
            post_office_box=f"P.O. BOX {self.random.randint(11, 980)}" if self.random.random() < 0.33 else "",
            county=story.get("county") or self.random.choice(read_ingredients()["words"]["counties"]),
            phone=phone,
            legal_basis=story.get("legal_basis", "CI"),
            structure=story.get("structure", "00"),
            meets_fscs_definition=story.get("meets_fscs_definition", "Y"),
            population=int(10 ** self.random.uniform(2.6, 5.0)),
            since=story.get("since", 0),
            until=story.get("until", 9999),
            outlets=tuple(self._outlets(story, street, zip_code, phone)),
        )

    def _outlets(
        self, story: Mapping[str, Any], street: str, zip_code: str, phone: str
    ) -> Iterator[InventedOutlet]:
        state = story["state"]
        for index, outlet in enumerate(story.get("outlets") or [f"CE {story['name']}"]):
            kind, _, name = outlet.partition(" ")
            if kind not in _TYPES:
                raise ValueError(f"{outlet!r} in sample_release.toml does not begin with one of {_TYPES}")
            place = _OutletPlace(street, story["city"], zip_code, phone)
            if kind == "BR":
                own = replace(place, street=self._street(), phone=self._telephone(state))
                place = self._branches.setdefault((state, name), own)
            yield InventedOutlet(
                sequence=f"{index + 2:03}",
                type=kind,
                name=name,
                street=place.street,
                city=place.city,
                zip=place.zip,
                phone=place.phone,
                structure=story.get("outlet_structures", {}).get(name, story.get("structure", "00")),
                since=story.get("outlet_since", {}).get(name, 0),
                until=story.get("outlet_until", {}).get(name, 9999),
            )

    def _town(self) -> str:
        words = read_ingredients()["words"]
        while True:
            beginning = self.random.choice(words["beginnings"].split())
            town = f"{beginning}{self.random.choice(words['endings'].split())}"
            if town not in self._towns:
                self._towns.add(town)
                return town

    def _street(self) -> str:
        words = read_ingredients()["words"]
        number = self.random.randint(1, 1480)
        return (
            f"{number} {self.random.choice(words['streets'].split())} "
            f"{self.random.choice(words['street_types'])}"
        )

    def _zip(self, state: str, city: str) -> str:
        """The ZIP code of a town: the state's first three digits, then two that are unique in the state."""
        in_state = sum(1 for known, _ in self._zips if known == state)
        prefix: str = read_ingredients()["states"][state]["zip"]
        return self._zips.setdefault((state, city), f"{prefix}{in_state + 1:02}")

    def _telephone(self, state: str) -> str:
        return f"{read_ingredients()['states'][state]['area_code']}555{next(self._telephones)}"
