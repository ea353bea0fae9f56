"""Notices about a file: which columns were read as which field, and what was not read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from library_validator.intake.column_mapping import Choice, ColumnMapping
from library_validator.intake.encodings import OtherEncoding

_SEPARATORS = {";": "semicolons", "\t": "tabs"}


@dataclass(slots=True)
class Notices:
    """Facts about a file, which are complete when every line is read."""

    choices: dict[str, Choice] = field(default_factory=dict)  # field -> the columns that it is read from
    passed_over: dict[str, str] = field(default_factory=dict)  # header -> why another column is read
    ignored: set[str] = field(default_factory=set)
    personal: set[str] = field(default_factory=set)
    generated_ids: int = 0
    separator: str = ","
    sheet: str = ""
    other_sheets: tuple[str, ...] = ()
    titles: dict[int, str] = field(default_factory=dict)  # line -> text above the header
    others: OtherEncoding | None = None  # lines in another encoding
    uneven_rows: int = 0
    unnamed_values: int = 0  # number of rows with a value in a column without a header
    lines_of_persons: int = 0  # number of rows with an address line that names a person
    error_cells: int = 0

    def add(self, mapping: ColumnMapping) -> None:
        for choice in mapping.choices:
            self.choices.setdefault(choice.field, choice)
        self.passed_over.update(mapping.passed_over)
        self.ignored.update(mapping.ignored)
        self.personal.update(mapping.personal)

    def sentences(self) -> list[str]:
        return [*self._file_sentences(), *self._column_sentences(), *self._row_sentences()]

    def surprises(self) -> list[str]:
        """The sentences, without the list of columns if all columns have the documented names."""
        is_documented = all(choice.headers == (choice.field,) for choice in self.choices.values())
        return self.sentences()[1:] if is_documented and not [*self._file_sentences()] else self.sentences()

    def _file_sentences(self) -> Iterator[str]:
        if self.sheet:
            others = f"; sheets not read: {', '.join(self.other_sheets)}" if self.other_sheets else ""
            yield f"sheet read: {self.sheet}{others}"
        if self.separator in _SEPARATORS:
            yield f"columns are separated by {_SEPARATORS[self.separator]}"
        if self.titles:
            texts = ", ".join(f'line {line} "{text}"' for line, text in self.titles.items())
            yield f"above the header, not read: {texts}"

    def _column_sentences(self) -> Iterator[str]:
        if self.choices:
            yield f"columns read: {', '.join(map(str, self.choices.values()))}"
        if self.passed_over:
            reasons = ", ".join(f'"{header}" ({why})' for header, why in sorted(self.passed_over.items()))
            yield f"columns not read, because another column is read: {reasons}"
        if self.ignored:
            yield f"unknown columns, not read: {', '.join(sorted(self.ignored))}"
        if self.personal:
            names = ", ".join(sorted(self.personal))
            yield f"columns about persons, which are not read: {names}"

    def _row_sentences(self) -> Iterator[str]:
        if self.others and (sentence := self.others.sentence()):
            yield sentence
        for count, what in (
            (self.uneven_rows, "rows with too few or too many empty cells at their end"),
            (self.unnamed_values, "rows with values in columns without a header, which are not read"),
            (
                self.lines_of_persons,
                'rows with an address line about a person ("Attn: …"), which is left out',
            ),
            (self.error_cells, "cells with an error of the spreadsheet (#N/A …), which are read as empty"),
        ):
            if count:
                yield f"{what}: {count:,}"
        if self.generated_ids:
            yield (
                f"{self.generated_ids:,} rows have no application_id: "
                "they are named after the file and the row"
            )
