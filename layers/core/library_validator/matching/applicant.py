"""What matching needs of an application."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Applicant:
    """An organization as it describes itself: text as given; empty means not given."""

    name: str
    street: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    phone: str = ""
    website: str = ""
    fscs_id: str = ""
