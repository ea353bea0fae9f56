"""A labelled application for every wording, library and variant."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Final

from lab.wordings.wording import Wording
from library_validator.releases.records import Outlet, Release, System
from library_validator_cli.evaluation.labelled import NONE
from library_validator_cli.typing_mistakes import title_case

SET: Final = "wordings"
FORM_SET: Final = "wordings_form"  # wordings that real libraries use, too
_STREETS: Final = (
    "Quillfeather Lane", "Marigold Court", "Tannery Row", "Old Quarry Road", "Larkspur Drive",
    "Copperleaf Way", "Foundry Street", "Pennywhistle Avenue",
)  # fmt: skip


class Variant(StrEnum):
    """The facts of the library that a body gives as its own, besides words of the name."""

    DOOR_AND_PHONE = "door_and_phone"
    DOOR = "door"
    DOOR_OWN_PHONE = "door_own_phone"
    TOWN_ONLY = "town_only"
    OWN_STREET_AND_PHONE = "own_street_and_phone"


@dataclass(frozen=True, slots=True)
class WordingApplication:
    """A line of the file. Its id has the wording, the FSCS key and the variant."""

    application_id: str
    name: str
    street: str
    city: str
    state: str
    zip: str
    phone: str
    label: str
    set: str
    kind: str  # the kind of the wording, or the id of a form of libraries; then the variant


COLUMNS: Final = tuple(field.name for field in fields(WordingApplication))


def applications_of(
    release: Release, wordings: Sequence[Wording], libraries: Sequence[System], seed: int
) -> Iterator[WordingApplication]:
    """Every wording with every library in every variant, in this order. A seed always gives the same rows.

    A body's own street and phone are invented and not in the release. Its phone has the library's area code
    and is the same in both variants with a phone.
    """
    made_up = _InventedFacts(release)
    for wording in wordings:
        for library in libraries:
            chance = Random(f"wordings {seed} {wording.id} {library.fscs_key}")
            own_phone = made_up.phone(chance, library.phone[:3])
            own_street = made_up.street(chance, library.zip)
            for variant in Variant:
                yield _application(wording, library, variant, own_street, own_phone)


def write_applications(applications: Iterable[WordingApplication], path: Path) -> int:
    """Writes the labelled CSV and returns the number of rows. The same rows give the same bytes."""
    written = 0
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, lineterminator="\n")
        writer.writerow(COLUMNS)
        for application in applications:
            writer.writerow(astuple(application))
            written += 1
    return written


def _application(
    wording: Wording, library: System, variant: Variant, own_street: str, own_phone: str
) -> WordingApplication:
    city = title_case(library.city)
    library_street = title_case(library.street)
    street, postcode, phone = {
        Variant.DOOR_AND_PHONE: (library_street, library.zip, library.phone),
        Variant.DOOR: (library_street, library.zip, ""),
        Variant.DOOR_OWN_PHONE: (library_street, library.zip, own_phone),
        Variant.TOWN_ONLY: ("", "", ""),
        Variant.OWN_STREET_AND_PHONE: (own_street, library.zip, own_phone),
    }[variant]
    kind = wording.id if wording.form_of_library else wording.kind
    return WordingApplication(
        application_id=f"{wording.id}:{library.fscs_key}:{variant}",
        name=wording.name_with(title_case(library.name), city),
        street=street,
        city=city,
        state=library.state,
        zip=postcode,
        phone=f"{phone[:3]}-{phone[3:6]}-{phone[6:]}" if phone else "",
        label=NONE,
        set=FORM_SET if wording.form_of_library else SET,
        kind=f"{kind}/{variant}",
    )


class _InventedFacts:
    """Invents streets and phones that no library of the release has."""

    def __init__(self, release: Release) -> None:
        records: list[System | Outlet] = [*release.systems, *release.outlets]
        self._phones = {record.phone for record in records}
        self._streets = {(record.zip, record.street.upper()) for record in records}

    def phone(self, chance: Random, area: str) -> str:
        """Ten digits in the usual form of the area."""
        while True:
            phone = f"{area}{chance.randrange(200, 1000)}{chance.randrange(10_000):04d}"
            if phone not in self._phones and phone[4:6] != "11":
                return phone

    def street(self, chance: Random, postcode: str) -> str:
        while True:
            street = f"{chance.randrange(100, 9900)} {chance.choice(_STREETS)}"
            if (postcode, street.upper()) not in self._streets:
                return street
