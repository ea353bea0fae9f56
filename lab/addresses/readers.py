"""Readers of address lines: the product's plain rules, and the parsers of other people.

Each reader finds house number, street and box of a line, in the product's own form, so that the same
comparison serves them all. Parsers are loaded by name, so that each can be measured without the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Final

from lab.addresses.pairs import Line
from library_validator.matching import normalize
from library_validator.matching.normalize import Street
from library_validator.matching.words import STREET_WORDS

Read = Callable[[Line], Street | None]  # None: the reader could not read the line
_FIRST_NUMBER: Final = re.compile(r"\d+")
_ORDINAL: Final = re.compile(r"(\d+)(?:ST|ND|RD|TH)")

# The parts of a street in the same order for every spelling: its directions, its name, its kind. A line
# without a street may have a building or a landmark: ONE LIBRARY PLAZA.
_NAME_PARTS: Final = ("StreetNamePreModifier", "StreetName", "StreetNamePostModifier", "SecondStreetName")
_OTHER_NAME_PARTS: Final = ("LandmarkName", "BuildingName")
_KIND_PARTS: Final = ("StreetNamePreType", "StreetNamePostType")
_DIRECTION_PARTS: Final = ("StreetNamePreDirectional", "StreetNamePostDirectional")


@dataclass(frozen=True, slots=True)
class Reader:
    name: str
    module: str  # the module to import
    packages: tuple[str, ...]  # packages to install, without their own requirements
    load: Callable[[], Read]  # raises the exceptions of the import


def with_plain_rules() -> Read:
    """The product's own reader: ``normalize.street`` without its cache."""
    uncached = normalize.street.__wrapped__
    return lambda line: uncached(line.text)


def with_whole_lines() -> Read:
    """The whole line as if it were a street's name."""
    return lambda line: _street_or_none("", normalize.words(line.text), "")


def with_usaddress(module: str, read_word: Callable[[str], str]) -> Callable[[], Read]:
    """Reads lines by ``tag`` of usaddress, or of a module like it. ``read_word`` shortens the words of a
    street."""

    def load() -> Read:
        package = import_module(module)
        repeated: type[Exception] = package.RepeatedLabelError

        def read(line: Line) -> Street | None:
            try:
                parts, _ = package.tag(line.text)
            except repeated:
                return None
            return street_of_parts(parts, read_word)

        return read

    return load


def street_of_parts(parts: Mapping[str, str], read_word: Callable[[str], str]) -> Street | None:
    """The parts that usaddress labels, put together."""

    def text_of(names: Iterable[str]) -> list[str]:
        found = [word for name in names for word in normalize.words(parts.get(name, "")).split()]
        return [read_word(word) for word in found]

    directions = sorted(text_of(_DIRECTION_PARTS))
    called = text_of(_NAME_PARTS) or text_of(_OTHER_NAME_PARTS)
    name = " ".join([*directions, *called, *text_of(_KIND_PARTS)])
    box = normalize.words(parts.get("USPSBoxID", "")).partition(" ")[0].lstrip("0")
    route = _first_number(parts.get("USPSBoxGroupID", ""))
    return _street_or_none(
        _first_number(parts.get("AddressNumber", "")), name, f"R{route}B{box}" if route else box
    )


def _first_number(text: str) -> str:
    """The product's form of a house number: ``72`` for ``72-31``, nothing for ``ONE``."""
    found = _FIRST_NUMBER.search(text)
    return found[0].lstrip("0") if found else ""


def keep_word(word: str) -> str:
    return word


def shorten_word(word: str) -> str:
    """A street's word as USPS Publication 28 shortens it, by the product's own table."""
    ordinal = _ORDINAL.fullmatch(word)
    return ordinal[1] if ordinal else STREET_WORDS.get(word, word)


def with_scourgify() -> Read:
    """usaddress-scourgify, which shortens words by Publication 28. It refuses PO boxes."""
    package = import_module("scourgify")
    failure: type[Exception] = import_module("scourgify.exceptions").AddressNormalizationError

    def read(line: Line) -> Street | None:
        given = {
            "address_line_1": line.text,
            "address_line_2": None,
            "city": line.city or None,
            "state": line.state or None,
            "postal_code": line.zip or None,
        }
        try:
            found: str = package.normalize_address_record(given, strict=False)["address_line_1"] or ""
        except failure:
            return None
        first, _, rest = normalize.words(found).partition(" ")
        number = _first_number(first)
        return _street_or_none(number, rest if number else normalize.words(found), "")

    return read


def with_pyap() -> Read:
    """pyap finds addresses in text by regular expressions. Its first address is used."""
    package = import_module("pyap")

    def read(line: Line) -> Street | None:
        found = package.parse(f"{line.text}, {line.city}, {line.state} {line.zip}", country="US")
        if not found:
            return None
        parts: dict[str, str | None] = found[0].as_dict()
        named = [
            parts.get(part) or "" for part in ("street_name", "street_type", "route_id", "post_direction")
        ]
        name = " ".join(shorten_word(word) for word in normalize.words(" ".join(named)).split())
        return _street_or_none(_first_number(parts.get("street_number") or ""), name, "")

    return read


def with_libpostal() -> Read:
    """libpostal's ``parse_address``, from a package with the module ``postal``. It needs its data."""
    parse: Callable[..., list[tuple[str, str]]] = import_module("postal.parser").parse_address

    def read(line: Line) -> Street | None:
        found = parse(f"{line.text}, {line.city}, {line.state} {line.zip}", country="us")
        return street_of_labels(found)

    return read


def street_of_labels(found: Iterable[tuple[str, str]]) -> Street | None:
    """The labels of libpostal, put together: ``[("100", "house_number"), ("main st", "road"), …]``."""
    parts = {label: normalize.words(value) for value, label in found}
    name = " ".join(shorten_word(word) for word in parts.get("road", "").split())
    number, box = (_first_number(parts.get(label, "")) for label in ("house_number", "po_box"))
    return _street_or_none(number, name, box)


def _street_or_none(number: str, name: str, box: str) -> Street | None:
    street = Street(number, name, box)
    return None if street.is_empty else street


READERS: Final = (
    Reader("plain rules", "library_validator.matching.normalize", (), with_plain_rules),
    Reader("whole lines, unread", "library_validator.matching.normalize", (), with_whole_lines),
    Reader("usaddress as it is", "usaddress", ("usaddress",), with_usaddress("usaddress", keep_word)),
    Reader(
        "usaddress, words shortened", "usaddress", ("usaddress",), with_usaddress("usaddress", shorten_word)
    ),
    Reader(
        "fastaddress, words shortened",
        "fastaddress",
        ("fastaddress",),
        with_usaddress("fastaddress", shorten_word),
    ),
    Reader("usaddress-scourgify", "scourgify", ("usaddress-scourgify",), with_scourgify),
    Reader("pyap, words shortened", "pyap", ("pyap",), with_pyap),
    Reader("libpostal", "postal.parser", ("pypostal-multiarch",), with_libpostal),
)
RULES: Final = READERS[0]
