"""Pairs of address lines with known answers: the same address written differently, or two addresses.

The answer depends only on the source of the lines and on their digits, so that no reader of addresses takes
part in its own test. Pairs without a certain answer are left out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

from library_validator.matching.phones import read_phone
from library_validator.matching.zips import five_digit_zip
from library_validator.releases.records import Outlet, Release, System
from library_validator_cli.evaluation.labelled import LabelledRow

MADE_UP: Final = ("next_street", "other_side")  # the sets of invented pairs
_DIGITS: Final = re.compile(r"\d+")
_FIGURES: Final = {
    word: str(number)
    for number, word in enumerate(
        "ONE TWO THREE FOUR FIVE SIX SEVEN EIGHT NINE TEN ELEVEN TWELVE".split(), start=1
    )
}
_SPELLED: Final = re.compile(rf"({'|'.join(_FIGURES)})\b")
_NUMBERED_STREET: Final = re.compile(
    r"(?P<before>\d+ (?:[A-Z.]+ )*?)(?P<number>\d+)(?P<ending>ST|ND|RD|TH)?(?P<after>(?: [A-Z.]+)*)"
)
_UNIT: Final = re.compile(r"\b(?:APT|BLDG|BOX|BUILDING|FLOOR|LOT|NO|RM|ROOM|STE|SUITE|UNIT)\b")
_OPPOSITE: Final = {"N": "S", "S": "N", "E": "W", "W": "E"} | {
    "NORTH": "SOUTH", "SOUTH": "NORTH", "EAST": "WEST", "WEST": "EAST"
}  # fmt: skip
_DIRECTED: Final = re.compile(
    r"(?P<before>\d+ )(?P<direction>[NSEW]|NORTH|SOUTH|EAST|WEST)(?P<after>\.? [A-Z0-9]{3,}.*)"
)


@dataclass(frozen=True, slots=True)
class Line:
    """An address line as written, with the rest of its address, which some readers need."""

    text: str
    city: str
    state: str
    zip: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A line and other lines. At least one of the others is the same address, or none is."""

    set: str
    same: bool
    line: Line
    others: tuple[Line, ...]


def numbers_of(text: str) -> list[str]:
    """Every number of a line in order, without leading zeros. A first number may be spelled out."""
    upper = text.strip().upper()
    spelled = _SPELLED.match(upper)
    found = [number.lstrip("0") for number in _DIGITS.findall(upper)]
    return [_FIGURES[spelled[1]], *found] if spelled else found


def are_written_alike(line: str, other: str) -> bool:
    """Whether two lines are equal without regard to case and white space."""
    return line.upper().split() == other.upper().split()


def pairs_of_releases(older: Iterable[Release], newer: Release) -> tuple[list[Pair], dict[str, int]]:
    """Pairs from the lines of systems and outlets that kept FSCS key, phone and ZIP.

    The set ``respelled`` has pairs of the same address: the lines differ, but not their first number.
    ``respelled_mailing`` has mailing lines. The set ``moved`` has pairs of two addresses: both lines begin
    with a number, and they share no number. Also returns the numbers of lines that are left out:
    ``unchanged``, and ``doubtful`` (neither respelled nor moved).
    """
    found: dict[tuple[str, str, str, str], Pair] = {}
    left_out: dict[str, int] = {"unchanged": 0, "doubtful": 0}
    for release in older:
        for line, other, mailing in _lines_of_kept_places(release, newer):
            identity = (line.text, other.text, line.zip, str(mailing))
            if are_written_alike(line.text, other.text):
                left_out["unchanged"] += 1
            elif numbers_of(line.text)[:1] == numbers_of(other.text)[:1] != []:
                name = "respelled_mailing" if mailing else "respelled"
                found[identity] = Pair(name, same=True, line=line, others=(other,))
            elif not mailing and _has_moved(line.text, other.text):
                found[identity] = Pair("moved", same=False, line=line, others=(other,))
            else:
                left_out["doubtful"] += 1
    return list(found.values()), left_out


def _has_moved(line: str, other: str) -> bool:
    begin = line.strip()[:1].isdigit() and other.strip()[:1].isdigit()
    return begin and not set(numbers_of(line)) & set(numbers_of(other))


def _lines_of_kept_places(older: Release, newer: Release) -> Iterator[tuple[Line, Line, bool]]:
    """Old and new line of each place with the same phone and ZIP, and whether they are mailing lines."""
    systems = {system.fscs_key: system for system in older.systems}
    for now in newer.systems:
        then = systems.get(now.fscs_key)
        if then is None or not _has_same_phone(then, now):
            continue
        if _has_same_zip(then.zip, now.zip):
            yield _line(then), _line(now), False
        mail = then.mailing_street, now.mailing_street
        if _has_same_zip(then.mailing_zip, now.mailing_zip) and all(_is_given(line) for line in mail):
            yield _mailing_line(then), _mailing_line(now), True
    outlets = {outlet.fscs_id: outlet for outlet in older.outlets}
    for present in newer.outlets:
        past = outlets.get(present.fscs_id)
        if past is not None and _has_same_phone(past, present) and _has_same_zip(past.zip, present.zip):
            yield _line(past), _line(present), False


def _has_same_phone(then: System | Outlet, now: System | Outlet) -> bool:
    return read_phone(then.phone) == read_phone(now.phone) != ""


def _has_same_zip(then: str, now: str) -> bool:
    return five_digit_zip(then) == five_digit_zip(now) != ""


def _is_given(text: str) -> bool:
    return text not in ("", "M")


def _line(record: System | Outlet) -> Line:
    return Line(record.street, record.city, record.state, record.zip)


def _mailing_line(system: System) -> Line:
    return Line(system.mailing_street, system.mailing_city, system.state, system.mailing_zip)


def pairs_of_neighbours(release: Release) -> list[Pair]:
    """The set ``neighbours``: two libraries or branches in a ZIP, with different phones and first numbers."""
    at: defaultdict[str, list[Outlet]] = defaultdict(list)
    for outlet in _library_outlets(release):
        if five_digit_zip(outlet.zip) and read_phone(outlet.phone):
            at[outlet.zip].append(outlet)
    return [
        Pair("neighbours", same=False, line=_line(outlet), others=(_line(other),))
        for outlets in at.values()
        for outlet, other in combinations(outlets, 2)
        if outlet.phone != other.phone and _has_other_number(outlet.street, other.street)
    ]


def invented_pairs(release: Release) -> list[Pair]:
    """Listed lines and near but different lines: ``next_street`` (the next numbered street or highway at the
    same house number), ``other_side`` (the opposite direction)."""
    lines = dict.fromkeys(map(_line, _library_outlets(release)))
    changed = [
        (name, line, change(line.text))
        for name, change in zip(MADE_UP, (next_street, opposite_side), strict=True)
        for line in lines
    ]
    return [
        Pair(name, same=False, line=line, others=(replace(line, text=text),))
        for name, line, text in changed
        if text
    ]


def next_street(text: str) -> str:
    """``100 W 5TH ST`` becomes ``100 W 6TH ST``. Empty without a house number or a numbered street."""
    found = _NUMBERED_STREET.fullmatch(text.upper())
    if found is None or _UNIT.search(found["before"]):
        return ""
    number = int(found["number"]) + 1
    ending = _ordinal_ending(number) if found["ending"] else ""
    return f"{found['before']}{number}{ending}{found['after']}"


def _ordinal_ending(number: int) -> str:
    return "TH" if number % 100 in (11, 12, 13) else {1: "ST", 2: "ND", 3: "RD"}.get(number % 10, "TH")


def opposite_side(text: str) -> str:
    """``100 W 5TH ST`` becomes ``100 E 5TH ST``. Empty without a direction after the house number."""
    found = _DIRECTED.fullmatch(text.upper())
    return f"{found['before']}{_OPPOSITE[found['direction']]}{found['after']}" if found else ""


def _library_outlets(release: Release) -> Iterator[Outlet]:
    for outlet in release.outlets:
        if outlet.type in ("CE", "BR") and _is_given(outlet.street):
            yield outlet


def _has_other_number(line: str, other: str) -> bool:
    first, second = numbers_of(line)[:1], numbers_of(other)[:1]
    return [] not in (first, second) and first != second


def pairs_of_labelled_rows(rows: Sequence[LabelledRow], release: Release) -> list[Pair]:
    """Lines of applications of known libraries with the lines of the release.

    The set with the name of the rows has pairs of the same address: the other lines are all lines of the
    right system and its outlets. None of them is written like the applicant's line, and at least one begins
    with its number. The set ``…_strangers`` has pairs of two addresses: the other line has another number and
    is of another system in the applicant's ZIP, or in the right system's ZIP if the applicant gave none.
    """
    own: defaultdict[str, list[Line]] = defaultdict(list)
    near: defaultdict[str, list[tuple[str, Line]]] = defaultdict(list)
    for key, line in _listed_lines(release):
        own[key].append(line)
        near[line.zip].append((key, line))
    pairs: dict[Pair, None] = {}
    for row in rows:
        applied = row.application
        if not row.is_library or not applied.street or row.label not in own:
            continue
        listed = tuple(dict.fromkeys(own[row.label]))
        zip_code = five_digit_zip(applied.zip) or listed[0].zip
        line = Line(applied.street, applied.city, applied.state, zip_code)
        number = numbers_of(line.text)[:1]
        is_told = number and any(numbers_of(other.text)[:1] == number for other in listed)
        if is_told and not any(are_written_alike(line.text, other.text) for other in listed):
            pairs[Pair(row.set, same=True, line=line, others=listed)] = None
        for key, other in dict.fromkeys(near[zip_code]):
            if key != row.label and _has_other_number(line.text, other.text):
                pairs[Pair(f"{row.set}_strangers", same=False, line=line, others=(other,))] = None
    return list(pairs)


def _listed_lines(release: Release) -> Iterator[tuple[str, Line]]:
    """Every line of each system and its outlets, with the FSCS key."""
    for system in release.systems:
        yield system.fscs_key, _line(system)
        if _is_given(system.mailing_street):
            yield system.fscs_key, _mailing_line(system)
    for outlet in release.outlets:
        if _is_given(outlet.street):
            yield outlet.fscs_key, _line(outlet)
