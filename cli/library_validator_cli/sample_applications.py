"""Applications as people type them, drawn from a release and mixed with impostors. For demos and load.

Every application has its right answer: ``label`` is the FSCS key of its library, or ``NONE`` for an
applicant that must never be validated. ``kind`` names the sort of application.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from random import Random
from typing import Final

from library_validator.matching.words import STATE_CODES
from library_validator.releases.records import Outlet, Release, System
from library_validator_cli import typing_mistakes

IMPOSTORS: Final = 0.3  # share of impostors among all applications
NONE: Final = "NONE"
_STATE_NAMES: Final = {code: name for name, code in reversed(STATE_CODES.items())}
_STREETS: Final = ("Main St", "College Ave", "University Dr", "Oak St", "Church St", "2nd St", "Park Ave")
_SCHOOLS: Final = ("Elementary School", "High School", "Middle School", "Charter Academy")
_SHOPS: Final = ("Books & Coffee", "Used Books", "Bookstore", "Comics and Books")
_COLLEGES: Final = ("Community College", "State University", "College of Nursing", "Bible College")
_MUSEUMS: Final = ("Historical Museum", "Art Museum", "Children's Museum", "County Historical Society")


@dataclass(frozen=True, slots=True)
class SampleApplication:
    """A line of the file: the text of the applicant, then the right answer."""

    application_id: str
    name: str
    street: str
    city: str
    state: str
    zip: str
    phone: str
    website: str
    fscs_id: str
    country: str
    label: str
    kind: str


COLUMNS: Final = tuple(field.name for field in fields(SampleApplication))


def sample_applications(release: Release, count: int, seed: int) -> Iterator[SampleApplication]:
    """``count`` applications. The same release and seed give the same applications.

    Raises ``ValueError`` for a release with systems in fewer than two states.
    """
    rng = Random(f"sample-applications {seed}")
    draw = _RecordDrawer(release, rng)
    for number in range(1, count + 1):
        kinds = _IMPOSTORS if rng.random() < IMPOSTORS else _LIBRARIES
        yield replace(rng.choice(kinds)(draw), application_id=f"sample-{seed}-{number:06d}")


class _RecordDrawer:
    """Draws records from a release."""

    def __init__(self, release: Release, rng: Random) -> None:
        self.rng = rng
        self.systems = [system for system in release.systems if system.street not in ("", "M")]
        self.branches = [outlet for outlet in release.outlets if outlet.type == "BR"]
        self.states_of: dict[str, set[str]] = {}
        records: list[System | Outlet] = [*release.systems, *release.outlets]
        for record in records:
            self.states_of.setdefault(record.name, set()).add(record.state)
        if len({system.state for system in self.systems}) < 2:
            raise ValueError(
                "applications can be drawn only from a release with systems in two states or more"
            )

    def system(self) -> System:
        return self.rng.choice(self.systems)

    def application(self, record: System | Outlet, kind: str, label: str | None = None) -> SampleApplication:
        """The record as its staff would type it, without a mistake."""
        rng = self.rng
        code = record.state
        state = typing_mistakes.title_case(_STATE_NAMES.get(code, code)) if rng.random() < 0.2 else code
        return SampleApplication(
            application_id="",
            name=typing_mistakes.change_case(record.name, rng),
            street=typing_mistakes.change_case(record.street, rng),
            city=typing_mistakes.change_case(record.city, rng),
            state=state,
            zip="" if record.zip == "M" else record.zip,
            phone=typing_mistakes.write_phone(record.phone, rng),
            website="",
            fscs_id="",
            country="",
            label=record.fscs_key if label is None else label,
            kind=kind,
        )

    def another_street(self) -> str:
        return f"{self.rng.randrange(100, 9900)} {self.rng.choice(_STREETS)}"


def _clean_application(draw: _RecordDrawer) -> SampleApplication:
    return draw.application(draw.system(), "clean")


def _application_with_typo(draw: _RecordDrawer) -> SampleApplication:
    typed = draw.application(draw.system(), "typo")
    if draw.rng.random() < 0.7:
        return replace(typed, name=typing_mistakes.mistype(typed.name, draw.rng))
    return replace(typed, street=typing_mistakes.mistype(typed.street, draw.rng))


def _abbreviated_application(draw: _RecordDrawer) -> SampleApplication:
    typed = draw.application(draw.system(), "abbreviated")
    return replace(
        typed,
        name=typing_mistakes.abbreviate(typed.name, draw.rng),
        street=typing_mistakes.abbreviate(typed.street, draw.rng),
    )


def _application_with_swapped_words(draw: _RecordDrawer) -> SampleApplication:
    typed = draw.application(draw.system(), "swapped")
    return replace(typed, name=typing_mistakes.swap_words(typed.name, draw.rng))


def _sparse_application(draw: _RecordDrawer) -> SampleApplication:
    """An application with name, city and state, in half of the cases with a ZIP."""
    typed = draw.application(draw.system(), "sparse")
    return replace(typed, street="", phone="", zip=draw.rng.choice((typed.zip, "")))


def _application_with_mailing_address(draw: _RecordDrawer) -> SampleApplication:
    system = draw.system()
    typed = draw.application(system, "mailing_address")
    if system.mailing_street in ("", "M"):
        return typed
    return replace(
        typed,
        street=typing_mistakes.change_case(system.mailing_street, draw.rng),
        city=typing_mistakes.change_case(system.mailing_city, draw.rng),
        zip=system.mailing_zip,
    )


def _application_of_branch(draw: _RecordDrawer) -> SampleApplication:
    return (
        draw.application(draw.rng.choice(draw.branches), "branch")
        if draw.branches
        else _clean_application(draw)
    )


def _application_with_fscs_id(draw: _RecordDrawer) -> SampleApplication:
    system = draw.system()
    typed = draw.application(system, "fscs_id")
    typed = replace(typed, fscs_id=typing_mistakes.write_fscs_id(system.fscs_key, draw.rng))
    return replace(typed, street="", phone="", zip="") if draw.rng.random() < 0.4 else typed


def _application_of_friends(draw: _RecordDrawer) -> SampleApplication:
    """An impostor with the name, address and phone of a library: no score recognizes it."""
    typed = draw.application(draw.system(), "friends", NONE)
    name = draw.rng.choice(("Friends of the {}", "Friends of {}", "{} Friends Group")).format(typed.name)
    return replace(typed, name=name)


def _application_of_foundation(draw: _RecordDrawer) -> SampleApplication:
    typed = draw.application(draw.system(), "foundation", NONE)
    name = draw.rng.choice(("{} Foundation", "{} Foundation Inc.", "{} Endowment Fund")).format(typed.name)
    return replace(typed, name=name)


def _application_of_neighbour(draw: _RecordDrawer, kind: str, endings: tuple[str, ...]) -> SampleApplication:
    """Another organization in a library's town, with an address of its own."""
    typed = draw.application(draw.system(), kind, NONE)
    name = f"{typed.city} {draw.rng.choice(endings)}"
    return replace(typed, name=name, street=draw.another_street(), phone="")


def _application_of_college(draw: _RecordDrawer) -> SampleApplication:
    return _application_of_neighbour(draw, "college", _COLLEGES)


def _application_of_museum(draw: _RecordDrawer) -> SampleApplication:
    return _application_of_neighbour(draw, "museum", _MUSEUMS)


def _application_of_school(draw: _RecordDrawer) -> SampleApplication:
    return _application_of_neighbour(draw, "school", _SCHOOLS)


def _application_of_bookshop(draw: _RecordDrawer) -> SampleApplication:
    return _application_of_neighbour(draw, "bookshop", _SHOPS)


def _application_of_namesake(draw: _RecordDrawer) -> SampleApplication:
    """The name of a library, in a state without a library of that name."""
    for _ in range(100):
        system, elsewhere = draw.system(), draw.system()
        if elsewhere.state not in draw.states_of[system.name]:
            name = typing_mistakes.change_case(system.name, draw.rng)
            typed = draw.application(elsewhere, "namesake", NONE)
            return replace(typed, name=name, street=draw.another_street(), phone="")
    return _application_of_college(draw)


_Kind = Callable[[_RecordDrawer], SampleApplication]
_LIBRARIES: Final[tuple[_Kind, ...]] = (
    _clean_application,
    _application_with_typo,
    _abbreviated_application,
    _application_with_swapped_words,
    _sparse_application,
    _application_with_mailing_address,
    _application_of_branch,
    _application_with_fscs_id,
)
_IMPOSTORS: Final[tuple[_Kind, ...]] = (
    _application_of_friends,
    _application_of_foundation,
    _application_of_college,
    _application_of_museum,
    _application_of_namesake,
    _application_of_school,
    _application_of_bookshop,
)
