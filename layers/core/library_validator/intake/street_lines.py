"""The street of an address that has several columns: line 1, line 2, suite, PO box."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from library_validator.intake import headers

# "12 Main St" and "No. 12", but not "2nd floor".
_HOUSE_NUMBER: Final = re.compile(r"\s*(?:no\.? ?)?\d+(?!\d|st\b|nd\b|rd\b|th\b)", re.IGNORECASE)
_BOX: Final = re.compile(r"\s*(?:p\.? ?o\.? ?)?(?:box|drawer)\b", re.IGNORECASE)
_BARE_UNIT: Final = re.compile(r"#?\s*([A-Za-z]?-?\d{1,5}-?[A-Za-z]?|[A-Za-z])")
# "Attn: …" and "c/o …" name a person, or an organization that is not the applicant.
_PERSON: Final = re.compile(r"\s*(?:attn|attention|c\s*/\s*o|care of)\b", re.IGNORECASE)


class StreetPart(NamedTuple):
    """A column that holds a part of the street."""

    position: int
    part: int  # a part of a street in ``headers``: ``FIRST_LINE``, ``UNIT`` …
    label: str = ""  # "Suite", if the header says it and the cells leave it out


def street_of(cells: Sequence[str], parts: Sequence[StreetPart]) -> str:
    """The parts of a row's street as a single line, joined by ", ".

    A line that begins with a house number comes first, and a PO box last. A number without a word is written
    with its label ("Suite 4", "Unit 4"). Lines that name a person ("Attn: …") are left out.
    """
    number = ""
    lines: list[str] = []
    for position, part, label in parts:
        text = cells[position].strip()
        if not text or has_addressee(text):
            continue
        if part == headers.HOUSE_NUMBER:
            number = text
            continue
        if number and part == headers.FIRST_LINE:
            text, number = f"{number} {text}", ""
        elif part not in (headers.FIRST_LINE, headers.TOWN_LINE) and (bare := _BARE_UNIT.fullmatch(text)):
            text = f"{label or 'Unit'} {bare[1]}"
        lines.append(text)
    if number:
        lines.insert(0, number)
    lines.sort(key=_order_of_line)
    return ", ".join(lines)


def has_addressee(line: str) -> bool:
    """Whether a line names a person or organization that receives the mail: ``Attn: …``, ``c/o …``."""
    return bool(_PERSON.match(line))


def _order_of_line(line: str) -> int:
    if _BOX.match(line):
        return 2
    return 0 if _HOUSE_NUMBER.match(line) else 1
