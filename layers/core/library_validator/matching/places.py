"""The address of an applicant: street, town, state, ZIP and country, whichever cells they are in.

If a cell has more than its own value, the rest fills empty cells, but never replaces a given value.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from library_validator.matching import unread
from library_validator.matching.address_lines import (
    Tail,
    is_plain_city,
    is_plain_street,
    read_city_line,
    read_street_line,
)
from library_validator.matching.countries import NO_COUNTRY, read_country
from library_validator.matching.normalize import STATES, words
from library_validator.matching.states import State, read_state
from library_validator.matching.unread import Unread
from library_validator.matching.values import has_flag, unwrap_value
from library_validator.matching.zips import NO_ZIP, Zip, is_foreign_within, read_zip, state_of_zip

_NOTHING: Final[tuple[Unread, ...]] = ()
_LONGEST_CODE: Final = 2  # letters beside a foreign ZIP: D-10115 is in Germany, 1234 AB in the Netherlands


class Place(NamedTuple):
    """An address as it was read. ``state`` is empty if no state was given, even if the ZIP shows it."""

    line: str  # street line, without town, state, ZIP and country
    city: str
    state: str  # two letters
    zip: str  # five digits
    state_of_zip: str  # the state that has such ZIPs
    is_american: bool  # whether a state, ZIP or country shows that it is American
    unread: tuple[Unread, ...]


def read_place(line: str, city: str, state: str, zip_code: str, country: str) -> Place:
    """Read the cells of an address, each as it was given."""
    line = unwrap_value(line)
    if state in STATES and city and not country and is_plain_city(city):  # most addresses are like this
        belongs_to = state_of_zip(zip_code) if len(zip_code) == 5 else ""
        if belongs_to and zip_code.isascii() and zip_code.isdigit():
            if "," not in line:
                return Place(line, city, state, zip_code, belongs_to, True, _NOTHING)
        elif not zip_code and is_plain_street(line):
            return Place(line, city, state, "", "", True, _NOTHING)
    reading = _Reading(read_state(state), read_zip(zip_code), has_flag=has_flag(country))
    return reading.place(line, unwrap_value(city), unwrap_value(country))


def _has_city_at_end(line: str, city: str) -> bool:
    return bool(city) and words(line).endswith(words(city))


class _Reading:
    """Reads the cells one after another; the first cell that has a value is used for it."""

    def __init__(self, of_state: State, of_zip: Zip, *, has_flag: bool) -> None:
        self._has_flag = has_flag
        self.state = of_state.code
        self.zip = of_zip.digits
        self.is_american = of_state.is_american or bool(of_state.code)
        self.unread: list[Unread] = []
        if of_state.is_foreign:
            self.unread.append(unread.FOREIGN_STATE)
        elif of_state.is_unreadable:
            self.unread.append(unread.STATE)
        self._state_is_open = not (of_state.code or of_state.is_foreign or of_state.is_unreadable)
        self._of_state, self._of_zip = of_state, of_zip

    def place(self, line: str, city: str, country: str) -> Place:
        if self._of_zip == NO_ZIP:
            self.zip = self._of_state.zip
        self._read_zip_cell(city)
        city = self._read_city(city)
        line, city = self._read_line(line, city)
        self._read_country(country)
        belongs_to = state_of_zip(self.zip) if self.zip else ""
        if self.zip and not belongs_to and not self.state:
            self.unread.append(unread.ZIP_OF_NO_STATE)
        is_american = self.is_american or bool(belongs_to)
        return Place(
            line, city, self.state, self.zip, belongs_to, is_american, tuple(dict.fromkeys(self.unread))
        )

    def _read_zip_cell(self, city: str) -> None:
        cell = self._of_zip
        if cell.is_foreign:
            self.unread.append(unread.FOREIGN_ZIP)
        elif cell.is_unreadable:
            self.unread.append(unread.ZIP)
        elif cell.has_more:
            self.unread.append(unread.ZIP_AND_MORE)
        if not cell.letters:
            return
        beside = read_state(cell.letters)
        tail = read_city_line(cell.letters)
        code = beside.code or tail.state
        is_code = len(cell.letters) <= _LONGEST_CODE and not (code or beside.is_american)
        if beside.is_foreign or tail.is_foreign or is_code:
            self.unread.append(unread.FOREIGN_ZIP)
            self.zip = ""
        elif code and code != state_of_zip(cell.digits):
            self.unread.append(unread.ZIP_OF_OTHER_STATE)
            self.zip = ""
        elif code:
            self._take_state(code)
        elif not beside.is_american and words(cell.letters) != words(city):
            self.unread.append(unread.ZIP_AND_MORE)
        self.is_american = self.is_american or beside.is_american

    def _read_city(self, city: str) -> str:
        if not city or is_plain_city(city):
            return city
        if not any(map(str.isalpha, city)):
            self.unread.append(unread.CITY)
            return ""
        tail = read_city_line(city)
        if tail.is_foreign:
            self.unread.append(unread.FOREIGN_CITY)
            return city
        if self._take_tail(tail):
            if tail.city:
                return tail.city
        elif tail.state and tail.state != self.state and "," in city:
            self.unread.append(unread.CITY_OF_OTHER_STATE)
            return tail.city or city
        name, _, end = city.rpartition(" ")
        if name and end.upper() == self.state:
            return name
        if name.endswith(",") and len(end) == _LONGEST_CODE and end.isalpha():
            self.unread.append(unread.CITY_OF_NO_STATE)
        return city

    def _read_line(self, line: str, city: str) -> tuple[str, str]:
        if not line or is_plain_street(line):
            return line, city
        tail = read_street_line(line)
        is_other_town = bool(tail.city and city) and words(tail.city) != words(city)
        if tail.is_foreign:
            if not (self.state and _has_city_at_end(line, city)):  # Ontario is also a town in California
                self.unread.append(unread.FOREIGN_STREET)
        elif not self._take_tail(tail):
            is_of_state = tail.state in ("", self.state)
            self.unread.append(unread.STREET_OF_OTHER_ZIP if is_of_state else unread.STREET_OF_OTHER_STATE)
        elif not is_other_town and (tail.zip or not (self.zip and self.state and city)):
            return tail.line, city or tail.city
        return line, city

    def _take_tail(self, tail: Tail) -> bool:
        """Take the end of a line, unless its state or ZIP differs from the given state or ZIP."""
        if tail.zip and self.zip and tail.zip != self.zip:
            return False
        state = tail.state or state_of_zip(tail.zip)
        if state and self.state and state != self.state:
            return False
        if tail.zip and not (self._of_zip.is_foreign or self._of_zip.is_unreadable):
            self.zip = tail.zip
        self._take_state(tail.state)
        self.is_american = self.is_american or tail.is_american
        return True

    def _take_state(self, code: str) -> None:
        if code and self._state_is_open:
            self.state = self.state or code
            self.is_american = True

    def _read_country(self, country: str) -> None:
        if not country:
            return
        found = read_country(country)
        if self.state and read_state(country).code == self.state and not self._has_flag:
            self.is_american = True  # Georgia as the country is the state, if the given state is Georgia
        elif found.foreign:
            self.unread.append(unread.FOREIGN_COUNTRY)
        elif found.state and self.state and found.state != self.state:
            self.unread.append(unread.COUNTRY_OF_OTHER_STATE)
        elif found is not NO_COUNTRY:
            self.is_american = True
            self._take_state(found.state)
        elif is_foreign_within(country.upper()):
            self.unread.append(unread.FOREIGN_COUNTRY)
        else:
            self.unread.append(unread.COUNTRY)
