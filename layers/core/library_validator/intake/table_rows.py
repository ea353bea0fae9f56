"""Decides whether the cells of a line are a row of its table, and says what is wrong if they are not."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from library_validator.intake.column_mapping import ColumnMapping
from library_validator.matching import normalize
from library_validator.matching.phones import read_phone

_CHECKS: Final[dict[str, Callable[[str], object]]] = {
    "state": normalize.state,
    "zip": re.compile(r"'?\d{3,5}(-?\d{4})?(\.0)?").fullmatch,
    "phone": read_phone,
    "fscs_id": normalize.fscs_id,
}
_ZIP: Final = re.compile(r"\d{5}(-\d{4})?")
_PHONE: Final = re.compile(r"\(?\d{3}\)?[ .-]{0,2}\d{3}[ .-]?\d{4}")
_SHIFTED: Final = (
    "has its values under the wrong headers, as state and ZIP show: put each value under its own header; "
    "a cell with a comma in it needs quotation marks"
)
_IN_TEXT: Final = re.compile(r"[,;\t] |(?<=\d),(?=\d{3}(?!\d))")
_SEPARATORS: Final = {",": "a comma", ";": "a semicolon", "\t": "a tab"}


class TableRow(NamedTuple):
    """A row, or lines that could not be read as a row: ``problem`` is a phrase that completes "line 3 "."""

    line: int  # 1 is the first line of the file
    last_line: int
    cells: list[str]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class RowShape:
    """The number of cells of a row, and the cells that show whether values are under the right headers."""

    width: int  # number of cells in the header
    named: int  # number of cells up to the last header that is not empty
    delimiter: str
    has_spaces: bool  # whether the header has a blank after each delimiter
    checks: tuple[tuple[int, Callable[[str], object]], ...]
    state: int | None  # position of the column with the state, if there is one
    zip: int | None

    @classmethod
    def of_header(cls, header: Sequence[str], delimiter: str, mapping: ColumnMapping) -> RowShape:
        named = max((at + 1 for at, cell in enumerate(header) if cell.strip()), default=0)
        spaces = [cell.startswith(" ") for cell in header[1:named]]
        checks = [(at, check) for field, check in _CHECKS.items() for at in mapping.positions(field)]
        (state,), (zip_code,) = (mapping.positions(field) or (None,) for field in ("state", "zip"))
        has_spaces = bool(spaces) and all(spaces)
        return cls(len(header), named, delimiter, has_spaces, tuple(checks), state, zip_code)

    def is_whole(self, cells: Sequence[str]) -> bool:
        """Whether there is a cell for every header, and no value after the last header."""
        return self.named <= len(cells) <= self.width and not any(map(str.strip, cells[self.named :]))

    def problem_of(self, cells: Sequence[str]) -> str:
        """Why the cells are not a row; empty if they are a row.

        Too few or too many cells are also a row, if it is certain that the missing or surplus cells are empty
        cells at the end.
        """
        if self.is_whole(cells):
            return _SHIFTED if self.is_shifted(cells) else ""
        beyond = any(map(str.strip, cells[self.named :]))
        if not beyond and (self._cannot_be_shifted(cells) or self._has_values_in_place(cells)):
            return ""
        count = f"{len(cells)} cell" if len(cells) == 1 else f"{len(cells)} cells"
        said = f"has {count} where the header has {self.width}"
        if len(cells) < self.named:
            return f"{said}: its values may be under the wrong headers; add the separators that are missing"
        if len(cells) <= self.width:
            return f"has a value in column {len(cells)}, which has no header"
        return f"{said}: a cell with {_SEPARATORS[self.delimiter]} in it needs quotation marks"

    def is_shifted(self, cells: Sequence[str]) -> bool:
        """Whether a state or a phone is under the ZIP's header, or a ZIP or a phone under the state's."""
        if self.zip is not None and (cell := cells[self.zip]):
            if cell[0].isalpha():
                return bool(normalize.state(cell))
            if len(cell) >= 10 and _PHONE.fullmatch(cell.strip()):
                return True
        if self.state is not None and (cell := cells[self.state]) and not cell[0].isalpha():
            return bool(_ZIP.fullmatch(cell.strip()) or _PHONE.fullmatch(cell.strip()))
        return False

    def _cannot_be_shifted(self, cells: Sequence[str]) -> bool:
        """Whether there are more surplus cells than values that a stray delimiter could have split."""
        return 0 < sum(1 for cell in cells if cell.strip()) <= len(cells) - self.width

    def _has_values_in_place(self, cells: Sequence[str]) -> bool:
        """Whether a state, ZIP, phone or FSCS id is under its header, and nothing else is there."""
        found = [(check, cells[at].strip()) for at, check in self.checks if at < len(cells)]
        found = [(check, cell) for check, cell in found if cell]
        # A town may have the name of a state, but not the two letters of a state.
        is_proof = any(len(cell) == 2 or not cell.isalpha() for _, cell in found)
        if not is_proof or not all(check(cell) for check, cell in found):
            return False
        return self.has_spaces or not any(cell.startswith(" ") for cell in cells)

    def fit_to_header(self, cells: list[str]) -> list[str]:
        """As many cells as the header has: empty cells are added or removed at the end."""
        return cells[: self.width] + [""] * (self.width - len(cells))

    def count_cells(self, line: str) -> int:
        """The number of cells of a line, without regard to quotation marks."""
        return line.count(self.delimiter) + 1

    def may_be_row(self, line: str) -> bool:
        """Whether a line has as many cells as a row, without regard to quotation marks.

        A separator before a blank belongs to a text and does not count, unless the header has it too.
        """
        in_text = 0 if self.has_spaces else line.count(f"{self.delimiter} ")
        return self.count_cells(line) - in_text >= self.named

    def count_separators(self, line: str) -> int:
        """The number of separators in a line, except separators within a text or a figure (1,000)."""
        if self.has_spaces:
            return line.count(self.delimiter)
        return len(_IN_TEXT.sub("", line).split(self.delimiter)) - 1
