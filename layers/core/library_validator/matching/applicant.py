"""The fields of an application that matching needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Description(Protocol):
    """The values that describe an organization, as they were given; a value that was not given is empty."""

    @property
    def name(self) -> str: ...
    @property
    def street(self) -> str: ...
    @property
    def city(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def zip(self) -> str: ...
    @property
    def phone(self) -> str: ...
    @property
    def fscs_id(self) -> str: ...
    @property
    def country(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Applicant:
    """A ``Description`` that is not part of an application."""

    name: str
    street: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    phone: str = ""
    website: str = ""
    fscs_id: str = ""
    country: str = ""
