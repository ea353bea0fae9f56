"""The readable part of the decision policy: ``policy.toml``, read."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Policy:
    """The numbers and lists of ``policy.toml``, under its names; weights and rarity in bits."""

    version: str
    validate: float
    validate_by_name: float
    review: float
    margin: float
    akin: float
    distinct: float
    known: float
    enough_with_place: frozenset[str]
    enough_with_location: frozenset[str]
    street: frozenset[str]
    phone: frozenset[str]
    place: frozenset[str]


@lru_cache(maxsize=1)
def load_policy() -> Policy:
    body = tomllib.loads(resources.files(__package__).joinpath("policy.toml").read_text("utf-8"))
    numbers: dict[str, float] = {**body["thresholds"], **body["rarity"]}
    levels: dict[str, frozenset[str]] = {
        name: frozenset(listed) for name, listed in {**body["names"], **body["location"]}.items()
    }
    return Policy(
        version=body["version"],
        validate=numbers["validate"],
        validate_by_name=numbers["validate_by_name"],
        review=numbers["review"],
        margin=numbers["margin"],
        akin=numbers["akin"],
        distinct=numbers["distinct"],
        known=numbers["known"],
        enough_with_place=levels["enough_with_place"],
        enough_with_location=levels["enough_with_location"],
        street=levels["street"],
        phone=levels["phone"],
        place=levels["place"],
    )
