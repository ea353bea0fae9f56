"""The input and the output of every matcher of the comparison.

Every peer gets the product's normalization of names, streets, cities, states, ZIPs and phones: full words for
abbreviations, no stop words, digits of phones. Users of these peers start with less than that. The comparison
is about matching and deciding, not about cleaning.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from library_validator.matching import normalize
from library_validator.matching.names import read_name
from library_validator.matching.phones import read_phone
from library_validator.matching.zips import five_digit_zip
from library_validator.releases.records import Outlet, Release, System

FIELDS: Final = ("name", "street", "city", "state", "zip", "phone")


@dataclass(frozen=True, slots=True)
class Record:
    """A cleaned place of the registry or a cleaned application. A missing field is empty."""

    id: str  # unique among the records of one side
    place: str  # FSCS key of a system, FSCS id of an outlet; empty for an application
    name: str
    street: str  # house number, name and box in one line
    number: str  # number of the house or the box
    city: str
    state: str  # two letters
    zip: str  # five digits
    phone: str  # ten digits

    @property
    def fscs_key(self) -> str:
        return self.place[:6]


@dataclass(frozen=True, slots=True)
class BestLibrary:
    """A matcher's first choice for one application. Scores of different matchers cannot be compared."""

    fscs_key: str  # empty: no candidate
    score: float
    margin: float | None  # score above the best candidate of another library; None: no such candidate


NOTHING: Final = BestLibrary("", float("-inf"), None)


class Peer(Protocol):
    """A matcher that others would use for this work."""

    name: str

    def prepare(self, registry: Sequence[Record]) -> None:
        """Reads the registry, and trains if the matcher trains."""

    def score(self, applications: Sequence[Record]) -> list[BestLibrary]:
        """An answer for each application, in order."""


def record_of(identity: str, place: str, fields: Mapping[str, str]) -> Record:
    """Cleans a row. ``fields`` has any of ``FIELDS``, as written."""
    street = normalize.street(fields.get("street", ""))
    box = f"BOX {street.box}" if street.box else ""
    return Record(
        id=identity,
        place=place,
        name=read_name(fields.get("name", "")).text,
        street=" ".join(part for part in (street.number, street.name, box) if part),
        number=street.number or street.box,
        city=normalize.city(fields.get("city", "")),
        state=normalize.state(fields.get("state", "")),
        zip=five_digit_zip(fields.get("zip", "")),
        phone=read_phone(fields.get("phone", "")),
    )


def records_of(release: Release) -> list[Record]:
    """Every system, every mailing address that differs from the street address, and every outlet."""
    records: list[Record] = []
    for system in release.systems:
        fields = _fields_of(system)
        at_street = record_of(system.fscs_key, system.fscs_key, fields)
        fields |= {
            "street": system.mailing_street,
            "city": system.mailing_city,
            "zip": system.mailing_zip,
        }
        by_mail = record_of(f"{system.fscs_key} mail", system.fscs_key, fields)
        records.append(at_street)
        if by_mail.street not in ("", at_street.street):
            records.append(by_mail)
    records += [record_of(outlet.fscs_id, outlet.fscs_id, _fields_of(outlet)) for outlet in release.outlets]
    return records


def _fields_of(published: System | Outlet) -> dict[str, str]:
    return {name: getattr(published, name) for name in FIELDS}


def best_libraries(
    pairs: Iterable[tuple[str, str, float]], applications: Sequence[Record]
) -> list[BestLibrary]:
    """The best library of each application, from scored pairs (application id, FSCS key, score).

    A library has the score of its best record. Equal scores are ordered by FSCS key, so that the order of the
    pairs does not change the answer.
    """
    scores: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for identity, key, score in pairs:
        known = scores[identity]
        if score > known.get(key, float("-inf")):
            known[key] = score
    answers = []
    for application in applications:
        ranked = sorted(scores.get(application.id, {}).items(), key=lambda scored: (-scored[1], scored[0]))[
            :2
        ]
        if not ranked:
            answers.append(NOTHING)
            continue
        key, score = ranked[0]
        answers.append(BestLibrary(key, score, score - ranked[1][1] if len(ranked) > 1 else None))
    return answers
