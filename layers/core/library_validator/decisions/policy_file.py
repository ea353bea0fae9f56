"""The numbers and lists of the decision policy, read from ``policy.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TypeVar, get_args

from library_validator.terms import NameLevel, PhoneLevel, PlaceLevel, StreetLevel

_Level = TypeVar("_Level", bound=str)


@dataclass(frozen=True, slots=True)
class Policy:
    """The values of ``policy.toml``, under the same names; thresholds and rarity are in bits."""

    version: str
    validate: float
    validate_by_name: float
    review: float
    margin: float
    akin: float
    distinct: float
    known: float
    enough_with_place: frozenset[NameLevel]
    enough_with_location: frozenset[NameLevel]
    street: frozenset[StreetLevel]
    phone: frozenset[PhoneLevel]
    place: frozenset[PlaceLevel]


@lru_cache(maxsize=1)
def load_policy() -> Policy:
    """The policy of ``policy.toml``. Raises ``ValueError`` if it names an unknown level."""
    body = tomllib.loads(resources.files(__package__).joinpath("policy.toml").read_text("utf-8"))
    numbers: dict[str, float] = {**body["thresholds"], **body["rarity"]}
    levels: dict[str, list[str]] = {**body["names"], **body["location"]}
    return Policy(
        version=body["version"],
        validate=numbers["validate"],
        validate_by_name=numbers["validate_by_name"],
        review=numbers["review"],
        margin=numbers["margin"],
        akin=numbers["akin"],
        distinct=numbers["distinct"],
        known=numbers["known"],
        enough_with_place=_levels(levels["enough_with_place"], get_args(NameLevel)),
        enough_with_location=_levels(levels["enough_with_location"], get_args(NameLevel)),
        street=_levels(levels["street"], get_args(StreetLevel)),
        phone=_levels(levels["phone"], get_args(PhoneLevel)),
        place=_levels(levels["place"], get_args(PlaceLevel)),
    )


def _levels(listed: list[str], known: tuple[_Level, ...]) -> frozenset[_Level]:
    unknown = set(listed).difference(known)
    if unknown:
        raise ValueError(f"policy.toml has unknown levels {sorted(unknown)}; known are {', '.join(known)}")
    return frozenset(level for level in known if level in listed)
