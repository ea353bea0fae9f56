"""Values that a spreadsheet or a database spoiled are repaired if only one original is possible.

Every repair is counted by name. A value that cannot be read becomes the survey's code for "missing" and is
counted too. Nothing is guessed.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from library_validator import mojibake

MISSING: Final = "M"
MISSING_NUMBER: Final = -1
_MISSING_CODES: Final = frozenset({"", "M", "-1", "-3", "-4", "-9"})
_PHONE_CODES: Final = frozenset({"M", "-1", "-3", "-4", "-9"})
# Only these states have ZIP codes that begin with 0 (four digits are left) and with 00 (three are left).
_STATES_OF_0: Final = frozenset({"CT", "MA", "ME", "NH", "NJ", "NY", "RI", "VT"})
_STATES_OF_00: Final = frozenset({"NY", "PR", "VI"})
_DECIMAL: Final = re.compile(r"[0-9]+\.0+")
_ZIP_PLUS_4: Final = re.compile(r"([0-9]{5})(?:-?[0-9]{4}|-)")
_PHONE_EXTENSION: Final = re.compile(r"(?i)\s*(?:x|ext\.?)\s*[0-9]+$")
DOUBLE_ENCODED: Final = "double-encoded text repaired"
_EXAMPLES_KEPT: Final = 2


def is_digits(value: str) -> bool:
    """Whether ``value`` has only the digits 0 to 9, and at least one of them."""
    return value.isascii() and value.isdecimal()


class Repairs:
    """The repairs of a release. ``done`` and ``unreadable`` count values.

    ``row_done`` and ``row_unreadable`` are for the current row: the reader clears them between rows.
    ``double_encoded`` has examples of double-encoded text: the value as found, and as repaired.
    """

    def __init__(self) -> None:
        self.done: Counter[str] = Counter()
        self.unreadable: Counter[str] = Counter()
        self.row_done = 0
        self.row_unreadable: list[tuple[str, str]] = []  # the kind of value, and the value as found
        self.double_encoded: list[tuple[str, str]] = []

    def count_repair(self, what: str) -> None:
        self.done[what] += 1
        self.row_done += 1

    def _count_unreadable(self, what: str, value: str) -> None:
        self.unreadable[what] += 1
        self.row_unreadable.append((what, value))

    def repair_text(self, value: str) -> str:
        """``value`` as it was before it was encoded twice, if that is certain; else unchanged."""
        repaired = mojibake.repair_text(value)
        if repaired != value:
            self.count_repair(DOUBLE_ENCODED)
            if len(self.double_encoded) < _EXAMPLES_KEPT:
                self.double_encoded.append((value, repaired))
        return repaired

    def repair_zip(self, value: str, state: str) -> str:
        """A ZIP code of five digits, or ``M``. Leading zeros are added if the state has such ZIP codes."""
        if value in _MISSING_CODES:
            return MISSING
        whole = self._without_decimals(value, "ZIP code")
        if (len(whole) == 4 and state in _STATES_OF_0) or (len(whole) == 3 and state in _STATES_OF_00):
            if is_digits(whole):
                self.count_repair("ZIP code padded")
                return whole.zfill(5)
        elif plus_4 := _ZIP_PLUS_4.fullmatch(whole):
            self.count_repair("ZIP+4 cut to five digits")
            return plus_4[1]
        if len(whole) == 5 and is_digits(whole):
            return whole
        self._count_unreadable("ZIP code", value)
        return MISSING

    def repair_code(self, value: str, width: int, column: str) -> str:
        """A numeric code of ``width`` digits. Only a shorter number is changed."""
        whole = self._without_decimals(value, column)
        if len(whole) < width and is_digits(whole):
            self.count_repair(f"{column} padded")
            return whole.zfill(width)
        return whole

    def repair_phone(self, value: str) -> str:
        """A phone of ten digits, or a code instead (-3 temporarily closed, -4 none, M missing)."""
        if value in _PHONE_CODES:
            return value
        if not value:
            return MISSING
        whole = self._without_decimals(value, "phone")
        digits = re.sub(r"[\s().+/-]", "", _PHONE_EXTENSION.sub("", whole))
        if len(digits) == 11 and digits.startswith("1"):
            digits = digits[1:]
        if len(digits) == 10 and is_digits(digits):
            if digits != whole:
                self.count_repair("phone punctuation removed")
            return digits
        self._count_unreadable("phone", value)
        return MISSING

    def repair_number(self, value: str, column: str) -> int:
        """A whole number, persons or US dollars; -1 if there is none."""
        if value in {"", MISSING}:
            return MISSING_NUMBER
        plain = self._without_decimals(value.replace(",", "").removeprefix("$"), column)
        try:
            number = int(plain)
        except ValueError:
            self._count_unreadable(column, value)
            return MISSING_NUMBER
        if plain != value and "," in value:
            self.count_repair(f"{column} without thousands separators")
        return number

    def _without_decimals(self, value: str, column: str) -> str:
        """``9556`` for ``9556.0``, which a spreadsheet writes for a column of numbers with decimals."""
        if _DECIMAL.fullmatch(value):
            self.count_repair(f"{column} without decimals")
            return value.partition(".")[0]
        return value
