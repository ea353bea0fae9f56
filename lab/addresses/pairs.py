"""Pairs of address lines whose answer is known: the same address written differently, or two addresses.

The answer stands on who wrote the lines and on their digits alone, so that no reading of addresses has a
part in its own examination. Pairs of which that says nothing certain are left out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

from library_validator.matching.phones import read_phone
from library_validator.matching.zips import zip5
from library_validator.releases.records import Outlet, Release, System
from library_validator_cli.evaluation.labelled import LabelledRow

MADE_UP: Final = ("next_street", "other_side")  # sets
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
    """An address line as written, with the rest of its address, which some readers want to see."""

    text: str
    city: str
    state: str
    zip: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A line, and the lines of which at least one is the same address, or none is."""

    set: str
    same: bool
    line: Line
    others: tuple[Line, ...]


def numbers_of(text: str) -> list[str]:
    """Every number of a line in its order, without leading zeros; at its begin also one spelled out."""
    upper = text.strip().upper()
    spelled = _SPELLED.match(upper)
    found = [number.lstrip("0") for number in _DIGITS.findall(upper)]
    return [_FIGURES[spelled[1]], *found] if spelled else found


def written_alike(one: str, other: str) -> bool:
    """Whether two lines differ in case and white space at most."""
    return one.upper().split() == other.upper().split()


def of_releases(older: Iterable[Release], newer: Release) -> tuple[list[Pair], dict[str, int]]:
    """What became of the lines of systems and outlets that kept FSCS key, phone and ZIP.

    ``respelled``, the same: the lines differ, their first number does not. ``respelled_mailing``: mailing
    lines likewise. ``moved``, different: both begin with a number, and no number stands in both. Also
    returns how many lines are left out: ``unchanged``, and ``doubtful`` (neither of the two).
    """
    found: dict[tuple[str, str, str, str], Pair] = {}
    left_out: dict[str, int] = {"unchanged": 0, "doubtful": 0}
    for release in older:
        for one, other, mailing in _lines_of_both(release, newer):
            identity = (one.text, other.text, one.zip, str(mailing))
            if written_alike(one.text, other.text):
                left_out["unchanged"] += 1
            elif numbers_of(one.text)[:1] == numbers_of(other.text)[:1] != []:
                name = "respelled_mailing" if mailing else "respelled"
                found[identity] = Pair(name, same=True, line=one, others=(other,))
            elif not mailing and _has_moved(one.text, other.text):
                found[identity] = Pair("moved", same=False, line=one, others=(other,))
            else:
                left_out["doubtful"] += 1
    return list(found.values()), left_out


def _has_moved(one: str, other: str) -> bool:
    begin = one.strip()[:1].isdigit() and other.strip()[:1].isdigit()
    return begin and not set(numbers_of(one)) & set(numbers_of(other))


def _lines_of_both(older: Release, newer: Release) -> Iterator[tuple[Line, Line, bool]]:
    """Lines of one place then and now, its phone and ZIP being the same; whether they are for mail."""
    systems = {system.fscs_key: system for system in older.systems}
    for now in newer.systems:
        then = systems.get(now.fscs_key)
        if then is None or not _same_phone(then, now):
            continue
        if _same_zip(then.zip, now.zip):
            yield _line(then), _line(now), False
        mail = then.mailing_street, now.mailing_street
        if _same_zip(then.mailing_zip, now.mailing_zip) and all(_is_given(line) for line in mail):
            yield _mailing_line(then), _mailing_line(now), True
    outlets = {outlet.fscs_id: outlet for outlet in older.outlets}
    for present in newer.outlets:
        past = outlets.get(present.fscs_id)
        if past is not None and _same_phone(past, present) and _same_zip(past.zip, present.zip):
            yield _line(past), _line(present), False


def _same_phone(then: System | Outlet, now: System | Outlet) -> bool:
    return read_phone(then.phone) == read_phone(now.phone) != ""


def _same_zip(then: str, now: str) -> bool:
    return zip5(then) == zip5(now) != ""


def _is_given(text: str) -> bool:
    return text not in ("", "M")


def _line(record: System | Outlet) -> Line:
    return Line(record.street, record.city, record.state, record.zip)


def _mailing_line(system: System) -> Line:
    return Line(system.mailing_street, system.mailing_city, system.state, system.mailing_zip)


def of_neighbours(release: Release) -> list[Pair]:
    """``neighbours``, different: two libraries or branches of one ZIP, of unlike phones and first numbers."""
    at: defaultdict[str, list[Outlet]] = defaultdict(list)
    for outlet in _libraries(release):
        if zip5(outlet.zip) and read_phone(outlet.phone):
            at[outlet.zip].append(outlet)
    return [
        Pair("neighbours", same=False, line=_line(one), others=(_line(other),))
        for outlets in at.values()
        for one, other in combinations(outlets, 2)
        if one.phone != other.phone and _other_number(one.street, other.street)
    ]


def made_up(release: Release) -> list[Pair]:
    """Listed lines and what is not far from them, different: ``next_street`` (the next numbered street or
    highway at the same house number), ``other_side`` (the opposite direction)."""
    lines = dict.fromkeys(map(_line, _libraries(release)))
    changed = [
        (name, line, change(line.text))
        for name, change in zip(MADE_UP, (next_street, other_side), strict=True)
        for line in lines
    ]
    return [
        Pair(name, same=False, line=line, others=(replace(line, text=text),))
        for name, line, text in changed
        if text
    ]


def next_street(text: str) -> str:
    """``100 W 5TH ST`` as ``100 W 6TH ST``; empty where house number or numbered street are missing."""
    found = _NUMBERED_STREET.fullmatch(text.upper())
    if found is None or _UNIT.search(found["before"]):
        return ""
    number = int(found["number"]) + 1
    ending = _ordinal_ending(number) if found["ending"] else ""
    return f"{found['before']}{number}{ending}{found['after']}"


def _ordinal_ending(number: int) -> str:
    return "TH" if number % 100 in (11, 12, 13) else {1: "ST", 2: "ND", 3: "RD"}.get(number % 10, "TH")


def other_side(text: str) -> str:
    """``100 W 5TH ST`` as ``100 E 5TH ST``; empty where no direction follows the house number."""
    found = _DIRECTED.fullmatch(text.upper())
    return f"{found['before']}{_OPPOSITE[found['direction']]}{found['after']}" if found else ""


def _libraries(release: Release) -> Iterator[Outlet]:
    for outlet in release.outlets:
        if outlet.type in ("CE", "BR") and _is_given(outlet.street):
            yield outlet


def _other_number(one: str, other: str) -> bool:
    first, second = numbers_of(one)[:1], numbers_of(other)[:1]
    return [] not in (first, second) and first != second


def of_labelled(rows: Sequence[LabelledRow], release: Release) -> list[Pair]:
    """Lines of applications of known libraries against what the release lists.

    A set of the rows' name, the same: against every line of the right system and its outlets, none of
    which is written like it, and one of which begins with its number. ``…_strangers``, different: against
    each line of other systems in the applicant's ZIP, or the right system's where none was given, with
    another number.
    """
    own: defaultdict[str, list[Line]] = defaultdict(list)
    near: defaultdict[str, list[tuple[str, Line]]] = defaultdict(list)
    for key, line in _listed(release):
        own[key].append(line)
        near[line.zip].append((key, line))
    pairs: dict[Pair, None] = {}
    for row in rows:
        applied = row.application
        if not row.is_library or not applied.street or row.label not in own:
            continue
        listed = tuple(dict.fromkeys(own[row.label]))
        zip_code = zip5(applied.zip) or listed[0].zip
        line = Line(applied.street, applied.city, applied.state, zip_code)
        number = numbers_of(line.text)[:1]
        is_told = number and any(numbers_of(other.text)[:1] == number for other in listed)
        if is_told and not any(written_alike(line.text, other.text) for other in listed):
            pairs[Pair(row.set, same=True, line=line, others=listed)] = None
        for key, other in dict.fromkeys(near[zip_code]):
            if key != row.label and _other_number(line.text, other.text):
                pairs[Pair(f"{row.set}_strangers", same=False, line=line, others=(other,))] = None
    return list(pairs)


def _listed(release: Release) -> Iterator[tuple[str, Line]]:
    """Every line under which a system can be found, with its FSCS key."""
    for system in release.systems:
        yield system.fscs_key, _line(system)
        if _is_given(system.mailing_street):
            yield system.fscs_key, _mailing_line(system)
    for outlet in release.outlets:
        if _is_given(outlet.street):
            yield outlet.fscs_key, _line(outlet)
