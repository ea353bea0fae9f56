"""Characters that nobody sees, and e-mail addresses, keep a release from going live by itself.

Values of a release are shown on terminals and pages, and reach events. An escape sequence changes the display
of a terminal, a bidirectional control changes the order of the letters, and an e-mail address is a person's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from typing import Final

from library_validator.releases.records import Outlet, Problem, Release, System
from library_validator.unseen import UNSEEN_MARKS

_SHOWN: Final = 3
# U+001A and the characters from U+0080 to U+009F are left by a wrong encoding: see ``letters``.
_OF_ENCODINGS: Final = frozenset({"\x1a", *map(chr, range(0x80, 0xA0))})
# Controls, formats, private, unassigned, surrogates, and the separators of lines and paragraphs.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"})
# Names such as "LIBRARY @ THE DEPOT" and "PORTJEFFLIBRARY@GOODTIMES" are no addresses.
_EMAIL: Final = re.compile(r"[\w.+-]{1,64}@(?=([\w-]{1,63}(?:\.[\w-]{1,63})*\.[A-Za-z]{2,}))")

_SYSTEM_COLUMNS: Final = tuple(field.name for field in fields(System) if "str" in str(field.type))
_OUTLET_COLUMNS: Final = tuple(field.name for field in fields(Outlet) if "str" in str(field.type))

_Values = Mapping[tuple[str, str], str]  # (FSCS key or id, column) -> value


def has_hidden_characters(text: str) -> bool:
    """Whether ``text`` has a character that is not seen and that no wrong encoding leaves."""
    if text.isascii() and text.isprintable():
        return False
    if UNSEEN_MARKS.search(text):
        return True
    return any(unicodedata.category(sign) in _UNSEEN and sign not in _OF_ENCODINGS for sign in text)


def has_email(text: str) -> bool:
    return _email_in(text) is not None


def _email_in(text: str) -> re.Match[str] | None:
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)  # U+FF20 is @
    return _EMAIL.search(plain) if "@" in plain else None


def problems_of_text(release: Release, nearest: Release | None) -> Iterator[Problem]:
    """A value that the accepted release ``nearest`` has for the same key was accepted with that release."""
    hidden = _new_values(release, nearest, has_hidden_characters)
    if hidden:
        examples = _list_some(f"{place} {_in_ascii(text)}" for place, text in _named(hidden))
        yield Problem(
            "characters_hidden",
            "quarantine",
            f"values with control characters or other characters that are not seen: {len(hidden)} "
            f"({examples}); official files have none, so compare these values with the file on the agency's "
            "page",
        )
    emails = _new_values(release, nearest, has_email)
    if emails:
        examples = _list_some(f"{place} {_masked(text)}" for place, text in _named(emails))
        yield Problem(
            "email_addresses",
            "quarantine",
            f"values with an e-mail address: {len(emails)} ({examples}); the survey has no such column, and "
            "values of a release are published, so compare these values with the file on the agency's page",
        )


def _new_values(
    release: Release, nearest: Release | None, has_property: Callable[[str], bool]
) -> dict[tuple[str, str], str]:
    found = _values_with(release, has_property)
    accepted = _values_with(nearest, has_property) if found and nearest else {}
    return {place: text for place, text in found.items() if accepted.get(place) != text}


def _values_with(release: Release, has_property: Callable[[str], bool]) -> dict[tuple[str, str], str]:
    records: tuple[System | Outlet, ...] = (*release.systems, *release.outlets)
    return {
        (record.fscs_key if isinstance(record, System) else record.fscs_id, column): text
        for record in records
        for column in (_SYSTEM_COLUMNS if isinstance(record, System) else _OUTLET_COLUMNS)
        if has_property(text := getattr(record, column))
    }


def _named(values: _Values) -> Iterator[tuple[str, str]]:
    for (key, column), text in values.items():
        yield f"{key} {column.replace('_', ' ')}", text


def _in_ascii(text: str) -> str:
    """The text in quotes, with every character escaped that is not plain ASCII."""
    return ascii(text[:100])


def _masked(text: str) -> str:
    """The domain of the e-mail address: the message is published, and the rest may name a person."""
    found = _email_in(text)
    return f"…@{found[1][:60]}" if found else ""


def _list_some(examples: Iterator[str]) -> str:
    every = list(examples)
    return ", ".join(every[:_SHOWN]) + (" …" if len(every) > _SHOWN else "")
