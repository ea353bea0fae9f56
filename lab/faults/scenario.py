"""What the service has to do under faults: applications of three senders, and releases of one country."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, Final

from lab.faults.deliveries import Applications
from tests.builders.events import NOON_MS
from tests.builders.invented_country import country_rows
from tests.builders.release_files import csv_of, zip_of

SENDERS: Final = ("AROASENDERONE", "AROASENDERTWO", "AROASENDERTHREE")
FIRST_YEAR: Final = 2015
_SYSTEMS_PER_STATE: Final = 20
_MOVES_A_YEAR: Final = 3  # the guard quarantines a release in which more have changed
_LIBRARIES: Final = 40  # that applicants are, so that several claim the same library
_MOST_VERSIONS: Final = 5  # of an application
_MINUTE_MS: Final = 60_000

Fields = dict[str, Any]


def send_applications(applications: Applications, count: int, random: Random) -> None:
    """Send ``count`` messages. Applications have several versions; some senders send the same one again."""
    sent: list[tuple[float, str, str, Fields]] = []
    number = 0
    while len(sent) < count:
        number += 1
        sender, application = random.choice(SENDERS), f"A-{number}"
        begun = random.uniform(0, count)
        for version, fields in enumerate(_versions(application, random)):
            sent.append((begun + version * random.uniform(1, count / 20), sender, application, fields))
    sent.sort(key=lambda each: each[0])
    for position, (_, sender, application, fields) in enumerate(sent[:count]):
        body: Fields | str = fields if random.random() > 0.005 else "not JSON"
        applications.send(body, sender, NOON_MS + position * _MINUTE_MS, application)
    applications.delay_some(random)


def _versions(application: str, random: Random) -> Iterator[Fields]:
    """The versions of an application in their order. Half of the senders count them."""
    library, counted = _draw_library(random), random.random() < 0.5
    earlier: list[Fields] = []
    for revision in range(random.randint(1, _MOST_VERSIONS)):
        if random.random() < 0.2:
            library = _draw_library(random)
        fields = _fields_of(library, random) | {"application_id": application}
        if counted:
            fields["revision"] = revision
        elif earlier and random.random() < 0.25:
            fields = random.choice(earlier)  # A, B, then A again
        earlier.append(fields)
        yield fields


def _draw_library(random: Random) -> int:
    """Most often one of the first libraries, which move from year to year."""
    return min(random.randrange(_LIBRARIES), random.randrange(_LIBRARIES))


def _fields_of(library: int, random: Random) -> Fields:
    row = _SYSTEMS[library]
    fields: Fields = {
        "name": row["LIBNAME"].title(),
        "street": row["ADDRESS"].title(),
        "city": row["CITY"].title(),
        "state": row["STABR"],
        "zip": row["ZIP"],
        "phone": row["PHONE"],
    }
    change = random.random()
    if change < 0.15:
        del fields["phone"]
    elif change < 0.25:
        fields["street"] = f"{random.randint(1, 999)} Nowhere Lane"
    elif change < 0.3:
        fields["name"] = "The Corner Bakery"
    return fields


def release_file(number: int) -> tuple[str, bytes]:
    """The name and the content of a release. Each year, a few more libraries have moved."""
    year = FIRST_YEAR + number
    systems, outlets = country_rows(_SYSTEMS_PER_STATE)
    for changed in range(_MOVES_A_YEAR * number):
        new = {"PHONE": f"207555{1_000 + changed:04}", "ADDRESS": f"{changed + 1} NEW STREET"}
        systems[changed] |= new
        outlets[2 * changed] |= new
    short = f"{year % 100:02}"
    members = {
        f"pud{short}i_ae.csv": csv_of([_dated(row, year) for row in systems]),
        f"pud{short}i_outlet.csv": csv_of([_dated(row, year) for row in outlets]),
    }
    return f"pls_fy{year}_csv.zip", zip_of(members).getvalue()


def _dated(row: dict[str, str], year: int) -> dict[str, str]:
    dates = {
        "ENDDATE": f"06/30/{year}",
        "YR_SUB": str(year + 1),
        "F_POPLSA": f"R_{year % 100}",
        "F_SQ_FT": f"R_{year % 100}",
    }
    return row | {name: value for name, value in dates.items() if name in row}


_SYSTEMS: Final = country_rows(_SYSTEMS_PER_STATE)[0]
