"""Blocking keys: under which keys an entry is filed, and which keys an applicant asks for.

Key families, most selective first. ``F`` FSCS key, ``P`` phone, ``S`` ZIP + house number, ``B`` ZIP + box,
``N`` the whole distinguishing name, in whatever state, ``Z`` ZIP, ``W`` state + one distinguishing word,
``C`` state + city.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from library_validator.matching.entries import Entry
from library_validator.matching.names import Name
from library_validator.matching.normalize import join_particle
from library_validator.matching.query import Query
from library_validator.matching.statistics import Statistics
from library_validator.terms import fscs_key_of

KEY_FAMILY: Final = "F"
NAME_FAMILY: Final = "N"
ZIP_FAMILY: Final = "Z"
CITY_FAMILY: Final = "C"
SURE_FAMILIES: Final = frozenset("FPSBN")  # few entries share one of these, and seldom by accident
MAX_KEYS: Final = 10
MAX_WORD_KEYS: Final = 4


def keys_of_entry(entry: Entry) -> Iterator[str]:
    """Every key that an entry is filed under, without repetition within a family."""
    yield f"F{entry.fscs_key}"
    for former in entry.former_ids:
        yield f"F{fscs_key_of(former)}"
    for phone in entry.phones:
        yield f"P{phone}"
    for address in entry.addresses:
        if address.zip:
            yield f"Z{address.zip}"
            if address.street.number:
                yield f"S{address.zip}{address.street.number}"
            if address.street.box:
                yield f"B{address.zip}{address.street.box}"
        if address.city:
            yield f"C{entry.state}{address.city}"
    for name in entry.names:
        yield f"{NAME_FAMILY}{core_of(name)}"
        for word in name.core:
            yield f"W{entry.state}{word}"


def keys_of_query(query: Query, statistics: Statistics) -> list[str]:
    """At most ten keys of an applicant, most selective first."""
    keys: list[str] = []
    if query.fscs_id:
        keys.append(f"F{query.fscs_id.key}")
    if query.phone:
        keys.append(f"P{query.phone}")
        if query.second_phone:
            keys.append(f"P{query.second_phone}")
    if query.zip:
        number, _name, box = query.street
        if number:
            keys.append(f"S{query.zip}{number}")
        if box:
            keys.append(f"B{query.zip}{box}")
        keys.append(f"Z{query.zip}")
    if query.name.tokens:
        keys.append(f"{NAME_FAMILY}{core_of(query.name)}")
    if query.state:
        if query.city:
            keys.append(f"C{query.state}{query.city}")
            if " " in query.city and (joined := join_particle(query.city)) != query.city:
                keys.append(f"C{query.state}{joined}")
        counted = [(count, word) for word in query.name.core if (count := statistics.count(word))]
        room = min(MAX_WORD_KEYS, MAX_KEYS - len(keys))
        keys += [f"W{query.state}{word}" for _, word in sorted(counted)[:room]]
    return keys[:MAX_KEYS]


def word_of(key: str) -> str:
    """The word of a ``W`` key."""
    return key[3:]


def core_of(name: Name) -> str:
    """The distinguishing part of a name, word order ignored; the whole name where all of it is generic."""
    return " ".join(sorted(name.core or name.tokens))[:100]
