"""Chooses the columns that are read for the fields of an application, and says why others are not read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from library_validator.decisions.application import FIELDS
from library_validator.errors import FileUnreadable, NotInFile
from library_validator.intake import headers
from library_validator.intake.header_words import NO_PLACE
from library_validator.intake.headers import Meaning, meaning_of
from library_validator.intake.street_lines import StreetPart

COLUMNS: Final = ("application_id", *FIELDS, "revision")
_SHOWN: Final = 80  # most characters of a header that a message shows


class Choice(NamedTuple):
    """A field, and the headers of the columns that it is read from."""

    field: str
    headers: tuple[str, ...]

    def __str__(self) -> str:
        if self.headers == (self.field,):
            return self.field
        return f"{self.field} from " + " and ".join(f'"{header}"' for header in self.headers)


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """The cells that are read in each row, by their positions."""

    single: tuple[tuple[str, int], ...]  # field and position; no street if ``street`` has parts
    street: tuple[StreetPart, ...]  # empty if one column has the whole street
    choices: tuple[Choice, ...]  # in the order of ``COLUMNS``
    passed_over: tuple[tuple[str, str], ...]  # a header, and the reason why another column is read instead
    ignored: tuple[str, ...]  # headers that are not recognised
    personal: tuple[str, ...]  # headers of columns about persons
    unnamed: tuple[int, ...]  # positions of columns without a header, before the last header

    @property
    def fields(self) -> frozenset[str]:
        return frozenset(choice.field for choice in self.choices)

    def positions(self, field: str) -> tuple[int, ...]:
        return tuple(position for name, position in self.single if name == field)


def count_named_fields(cells: Sequence[str], chosen: Mapping[str, Sequence[str]]) -> int:
    """The number of fields that the cells name; 0 if the organization's name is not among them."""
    named = {key_of(header): field for field, given in chosen.items() for header in given}
    fields = set()
    for cell in cells:
        meaning = meaning_of(cell)
        field = named.get(key_of(cell)) or (meaning and meaning.target)
        if field and field != headers.PERSON:
            fields.add(field)
    return len(fields) if "name" in fields else 0


def map_columns(
    file: str,
    header: Sequence[str],
    *,
    chosen: Mapping[str, Sequence[str]],
    beside: Sequence[str] = (),
    documented_first: bool = False,
) -> ColumnMapping:
    """Find the columns of a table by their headers. ``file`` is the file's name, for messages.

    ``chosen``: the headers that the user named for a field; no other column is read for that field.
    ``beside``: exact names of columns that are read besides the columns of an application.
    ``documented_first``: a column with exactly the name of its field comes before all others, and the
    organization's name may be missing.

    Raises ``NotInFile`` if a chosen field or header does not exist, and ``FileUnreadable`` if it is not
    certain which column has the organization's name.
    """
    return _Mapper(file, header, chosen, beside, documented_first=documented_first).mapping()


def key_of(header: str) -> str:
    """The header in lower case and without extra blanks, as headers are compared."""
    return " ".join(header.replace("\ufeff", "").split()).casefold()


class _Mapper:
    """Removes each column that is read from ``self._open``; columns that remain there are not read."""

    def __init__(
        self,
        file: str,
        header: Sequence[str],
        chosen: Mapping[str, Sequence[str]],
        beside: Sequence[str],
        *,
        documented_first: bool,
    ) -> None:
        self._file = file
        self._documented_first = documented_first
        self._header = [" ".join(cell.replace("\ufeff", "").split())[:_SHOWN] for cell in header]
        self._keys = [key_of(cell) for cell in header]
        self._meanings = [meaning_of(cell) for cell in header]
        self._open = [position for position, cell in enumerate(self._header) if cell]
        self._chosen = chosen
        self._beside = beside
        self._single: dict[str, int] = {}
        self._street: list[StreetPart] = []

    def mapping(self) -> ColumnMapping:
        for field, given in self._chosen.items():
            self._take_chosen(field, given)
        for name in self._beside:
            self._take_columns(name, self._columns_named(name)[:1])
        for field in COLUMNS:
            if field in self._chosen:
                continue
            if self._documented_first and (documented := self._columns_named(field)):
                self._refuse_repeated_headers(documented)
                self._take_columns(field, documented)
            elif field == "street":
                self._take_street()
            else:
                self._take_columns(field, self._preferred_column(field))
        if "name" not in self._single and not self._documented_first:
            raise FileUnreadable(
                self._file,
                f"has no column for the organization's name (found: {self._list_headers()}); "
                f"the first line names the columns: {', '.join(COLUMNS)}",
                option="column",
            )
        return ColumnMapping(
            single=tuple(self._single.items()),
            street=tuple(self._street),
            choices=tuple(self._choices()),
            passed_over=tuple(self._columns_passed_over()),
            ignored=tuple(self._header[at] for at in self._open if not self._target(at)),
            personal=tuple(self._header[at] for at in self._open if self._target(at) == headers.PERSON),
            unnamed=self._unnamed_columns(),
        )

    def _target(self, position: int) -> str:
        """The field of a column, or ``PERSON``; empty if the header is unknown or its field is not read."""
        meaning = self._meanings[position]
        known = meaning is not None and meaning.target in (*COLUMNS, headers.PERSON)
        return meaning.target if meaning and known else ""

    def _list_headers(self) -> str:
        shown = [
            "".join(sign if sign.isprintable() else "?" for sign in cell[:60]) for cell in self._header[:12]
        ]
        return ", ".join(f'"{cell}"' for cell in shown if cell) or "nothing"

    def _columns_named(self, name: str) -> list[int]:
        return [at for at in self._open if self._keys[at].replace(" ", "_").replace("-", "_") == name]

    def _take_columns(self, field: str, positions: Sequence[int]) -> None:
        for position in positions:
            self._single[field] = position
            self._open.remove(position)

    def _take_chosen(self, field: str, given: Sequence[str]) -> None:
        if field not in COLUMNS:
            raise NotInFile(
                f"{field!r} is not a field of an application; the fields are {', '.join(COLUMNS)}"
            )
        if len(given) > 1 and field != "street":
            raise NotInFile(f"{field} is read from one column, but {len(given)} columns were named for it")
        positions = []
        for text in given:
            found = [at for at in self._open if self._keys[at] == key_of(text)]
            if not found:
                raise NotInFile(
                    f"{self._file} has no column {text!r}; its columns are {self._list_headers()}"
                )
            if len(found) > 1:
                raise FileUnreadable(self._file, f"has the column {text!r} more than once; keep one of them")
            self._open.remove(found[0])
            positions.append(found[0])
        if len(positions) == 1:
            self._single[field] = positions[0]
        else:
            self._street = [StreetPart(at, headers.FIRST_LINE + rank) for rank, at in enumerate(positions)]

    def _preferred_column(self, field: str) -> list[int]:
        """The column whose header comes first in the order of preference; the leftmost of equal columns.

        Raises ``FileUnreadable`` for two equal headers, and for two headers that could both be the name.
        """
        ranked = [(meaning.rank, at) for at, meaning in self._candidates(field)]
        if not ranked:
            return []
        best, position = min(ranked)
        equals = [at for rank, at in ranked if rank == best]
        self._refuse_repeated_headers(equals)
        if len(equals) > 1 and field == "name":
            raise FileUnreadable(
                self._file,
                f'has two columns that could be the name: "{self._header[equals[0]]}" and '
                f'"{self._header[equals[1]]}"',
                option="column",
            )
        return [position]

    def _candidates(self, field: str) -> Iterable[tuple[int, Meaning]]:
        for at in self._open:
            meaning = self._meanings[at]
            if meaning is not None and meaning.target == field:
                yield at, meaning

    def _refuse_repeated_headers(self, positions: Sequence[int]) -> None:
        keys = [self._keys[at] for at in positions]
        for at, key in zip(positions, keys, strict=True):
            if keys.count(key) > 1:
                raise FileUnreadable(
                    self._file, f"has the column {self._header[at]!r} more than once; keep one of them"
                )

    def _take_street(self) -> None:
        """Take the columns of the preferred address: its first line and its other parts."""
        candidates = list(self._candidates("street"))
        if not candidates:
            return
        first_lines = [(meaning.rank, at) for at, meaning in candidates if meaning.part == headers.FIRST_LINE]
        if first_lines:
            best, first = min(first_lines)
            self._refuse_repeated_headers([at for rank, at in first_lines if rank == best])
            place = (self._meanings[first] or Meaning("street")).place
        else:
            first, place = -1, min(meaning.place for _, meaning in candidates)
        has_plain_line = any(
            meaning.part == headers.FIRST_LINE and meaning.place == NO_PLACE for _, meaning in candidates
        )
        parts: dict[int, StreetPart] = {}
        for at, meaning in candidates:
            belongs = meaning.place == place or (meaning.place == NO_PLACE and not has_plain_line)
            if (meaning.part == headers.FIRST_LINE and at != first) or not belongs:
                continue
            if meaning.part == headers.TOWN_LINE and self._has_town_columns():
                continue
            if meaning.part == headers.UNIT:
                parts[len(candidates) + at] = StreetPart(at, meaning.part, meaning.label)
            else:
                parts.setdefault(meaning.part, StreetPart(at, meaning.part))
        self._keep_street([parts[order] for order in sorted(parts)])

    def _has_town_columns(self) -> bool:
        return any(True for field in ("city", "zip") for _ in self._candidates(field)) or bool(
            {"city", "zip"} & (self._single.keys() | self._chosen.keys())
        )

    def _keep_street(self, parts: list[StreetPart]) -> None:
        for part in parts:
            self._open.remove(part.position)
        if len(parts) == 1 and not parts[0].label:
            self._single["street"] = parts[0].position
        else:
            self._street = parts

    def _choices(self) -> Iterable[Choice]:
        for field in (*self._beside, *COLUMNS):
            if field == "street" and self._street:
                yield Choice(field, tuple(self._header[part.position] for part in self._street))
            elif field in self._single:
                yield Choice(field, (self._header[self._single[field]],))

    def _columns_passed_over(self) -> Iterable[tuple[str, str]]:
        choices = {choice.field: choice for choice in self._choices()}
        for at in self._open:
            target = self._target(at)
            if target and target != headers.PERSON:
                read = " and ".join(f'"{header}"' for header in choices[target].headers)
                yield self._header[at], f"{target} is read from {read}"

    def _unnamed_columns(self) -> tuple[int, ...]:
        last = max((at for at, cell in enumerate(self._header) if cell), default=0)
        return tuple(at for at, cell in enumerate(self._header[:last]) if not cell)
