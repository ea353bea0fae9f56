"""Read a release: an official zip of the Public Libraries Survey, FY2009 to FY2024, into records.

Two passes over each file, both streaming: the first counts the bytes, hashes them, holds them to the
zip's checksum and finds the encoding (it differs between the files of one zip); the second reads rows.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import BinaryIO, Final, Generic, TypeVar

from library_validator.errors import ReleaseRefused
from library_validator.releases import layouts
from library_validator.releases.archive import (
    CHUNK,
    DEFAULT_LIMITS,
    EXPECTED_ZIP,
    Archive,
    ArchiveLimits,
    open_archive,
)
from library_validator.releases.fiscal_year import (
    Witnesses,
    check_same_year,
    disagreements,
    tell_fiscal_year,
)
from library_validator.releases.layouts import OUTLETS, STATE_SUMMARY, SYSTEMS, Layout
from library_validator.releases.records import (
    FileReport,
    Outlet,
    Problem,
    Release,
    ReleaseReport,
    System,
)
from library_validator.releases.repairs import Repairs, is_digits

# Shares of a file's rows. Official files have none of either.
_REJECTED_AT_MOST: Final = 0.005
_ORPHANS_AT_MOST: Final = 0.005
_NOT_IN_CP1252: Final = (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d")
_KEY: Final = re.compile(r"[A-Z]{2}[0-9]{4}")
_SEQUENCE: Final = re.compile(r"[0-9]{3}")

_Record = TypeVar("_Record", System, Outlet)
_Values = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Source:
    """A recognised member, after the first pass."""

    member: str
    layout: Layout
    encoding: str


@dataclass(frozen=True, slots=True)
class _Contents(Generic[_Record]):
    records: list[_Record]
    rejected: int
    witnesses: Witnesses

    def report(self, source: _Source) -> FileReport:
        layout = source.layout
        rows = len(self.records) + self.rejected
        return FileReport(
            layout.kind, source.member, layout.name, source.encoding, rows, layout.columns, self.rejected
        )


def read_release(
    source: Path | BinaryIO, *, file_name: str = "", limits: ArchiveLimits = DEFAULT_LIMITS
) -> Release:
    """Read the systems and outlets of one fiscal year from an official zip.

    ``source`` is a path or a seekable binary file; ``file_name`` is the name it was uploaded under, a
    witness of its year. What a person should know before it goes live is in ``report.problems``.
    Raises ``ReleaseRefused`` if it is anything but one whole release.
    """
    if isinstance(source, Path):
        file_name = file_name or source.name
    repairs = Repairs()
    digest = hashlib.sha256()
    with open_archive(source, limits) as archive:
        found = _recognise_members(archive)
        systems_file = _first_pass(archive, found[SYSTEMS], SYSTEMS, digest.update)
        outlets_file = _first_pass(archive, found[OUTLETS], OUTLETS, digest.update)
        systems = _read_rows(archive, systems_file, _system, repairs)
        outlets = _read_rows(archive, outlets_file, _outlet, repairs)
    check_same_year(systems.witnesses, outlets.witnesses)
    year = tell_fiscal_year(systems.records)
    kept_systems, repeated_systems = _once(SYSTEMS, systems.records, attrgetter("fscs_key"))
    kept_outlets, repeated_outlets = _once(OUTLETS, outlets.records, attrgetter("fscs_id"))
    names = [name for name in (file_name, systems_file.member, outlets_file.member) if name]
    problems = [
        *disagreements(year, (systems.witnesses, outlets.witnesses), names),
        *repeated_systems,
        *repeated_outlets,
        *_orphans(systems.records, outlets.records),
        *_unreadable(repairs),
    ]
    for file in (systems_file, outlets_file):
        repairs.done.update({f"{what} corrected": 1 for what in file.layout.renamed})
    report = ReleaseReport(
        fiscal_year=year,
        files=(systems.report(systems_file), outlets.report(outlets_file)),
        systems=len(kept_systems),
        outlets=len(kept_outlets),
        systems_by_structure=_counts(system.structure for system in kept_systems),
        outlets_by_structure=_counts(outlet.structure for outlet in kept_outlets),
        outlets_by_type=_counts(outlet.type for outlet in kept_outlets),
        repairs=dict(sorted(repairs.done.items())),
        problems=tuple(problems),
    )
    return Release(year, digest.hexdigest(), kept_systems, kept_outlets, report)


def _recognise_members(archive: Archive) -> dict[str, str]:
    """The member that holds each kind of file, told by its header line."""
    found: dict[str, str] = {}
    members = archive.members()
    for member in members:
        header = layouts.split_header(archive.first_line(member).decode("cp1252", "replace"))
        kind = layouts.recognise(header)
        if kind in (SYSTEMS, OUTLETS) and kind in found:
            raise ReleaseRefused(
                f"a zip with two {kind} files ({found[kind]!r} and {member!r})",
                "one systems (AE) and one outlets file",
            )
        if kind:
            found[kind] = member
    match (SYSTEMS in found, OUTLETS in found):
        case (True, False):
            raise ReleaseRefused(
                f"a zip with a systems file ({found[SYSTEMS]!r}) but no outlets file", EXPECTED_ZIP
            )
        case (False, True):
            raise ReleaseRefused(
                f"a zip with an outlets file ({found[OUTLETS]!r}) but no systems (AE) file", EXPECTED_ZIP
            )
        case (False, False) if STATE_SUMMARY in found:
            raise ReleaseRefused("a zip with the state summary only, which lists no libraries", EXPECTED_ZIP)
        case (False, False):
            held = ", ".join(map(repr, members[:3])) or "nothing"
            raise ReleaseRefused(f"a zip without files of the survey (it holds {held})", EXPECTED_ZIP)
    return found


def _first_pass(
    archive: Archive, member: str, kind: str, update_digest: Callable[[bytes], object]
) -> _Source:
    """Read a member to its end: size, checksum, digest, longest line, encoding, layout."""
    utf8 = codecs.getincrementaldecoder("utf-8")()
    is_utf8 = is_cp1252 = True
    header = archive.first_line(member)
    for chunk in archive.chunks(member):
        update_digest(chunk)
        if b"\n" not in chunk and b"\r" not in chunk and len(chunk) == CHUNK:
            raise ReleaseRefused(f"a line of more than {CHUNK >> 10} KB in {member!r}", "one row a line")
        if is_utf8:
            try:
                utf8.decode(chunk)
            except UnicodeDecodeError:
                is_utf8 = False
        is_cp1252 = is_cp1252 and not any(byte in chunk for byte in _NOT_IN_CP1252)
    if is_utf8:
        encoding = "utf-8-sig" if header.startswith(codecs.BOM_UTF8) else "utf-8"
    else:
        encoding = "cp1252" if is_cp1252 else "latin-1"
    as_found = header.decode(encoding, "replace")
    return _Source(member, layouts.locate(layouts.split_header(as_found), kind, member, as_found), encoding)


def _read_rows(
    archive: Archive,
    source: _Source,
    to_record: Callable[[_Values, Repairs], _Record | None],
    repairs: Repairs,
) -> _Contents[_Record]:
    """The second pass. Raises ``ReleaseRefused`` if too many rows cannot be read, or there is none."""
    layout = source.layout
    pick: Callable[[list[str]], _Values] = itemgetter(*layout.picks)
    records: list[_Record] = []
    submission_years: list[str] = []
    flags: list[str] = []
    rejected = 0
    with archive.text(source.member, source.encoding) as lines:
        next(lines)
        for row in _split(lines):
            if len(row) != layout.columns:
                rejected += bool(any(row))
                continue
            row.append("")  # what columns that this year does not have point to
            picked = pick(row)
            values = tuple(map(str.strip, picked))
            if values != picked:
                repairs.done["blanks around values removed"] += 1
            record = to_record(values, repairs)
            if record is None:
                rejected += bool(any(row))
                continue
            records.append(record)
            submission_years.append(row[layout.submission_year])
            flags.append(row[layout.flag])
    if rejected > _REJECTED_AT_MOST * (len(records) + rejected):
        raise ReleaseRefused(
            f"{rejected} rows of {source.member!r} that cannot be read, of {len(records) + rejected}",
            f"{layout.columns} columns in every row and a valid FSCSKEY",
        )
    if not records:
        raise ReleaseRefused(f"a {layout.kind} file without rows ({source.member!r})", EXPECTED_ZIP)
    return _Contents(records, rejected, Witnesses(Counter(submission_years), Counter(flags)))


def _split(lines: Iterable[str]) -> Iterator[list[str]]:
    """One row a line: an unclosed quote costs its own row and never the rows after it."""
    for line in lines:
        if '"' not in line:
            yield line.rstrip("\n").split(",")
            continue
        try:
            yield next(csv.reader((line,), strict=True))
        except csv.Error:
            yield [line]


def _system(values: _Values, repairs: Repairs) -> System | None:
    """A System from its columns in the order of its fields; None without a valid key."""
    # fmt: off
    (key, state, libid, name, street, city, zip_code, mailing_street, mailing_city, mailing_zip, county,
     phone, structure, name_change, address_change, meets, legal, administrative, relationship, reporting,
     locale, population, expenditure, period_end) = values
    # fmt: on
    if not _KEY.fullmatch(key):
        return None
    if len(zip_code) != 5 or not is_digits(zip_code):
        zip_code = repairs.zip(zip_code, state)
    if mailing_zip and (len(mailing_zip) != 5 or not is_digits(mailing_zip)):
        mailing_zip = repairs.zip(mailing_zip, state)
    if len(phone) != 10 or not is_digits(phone):
        phone = repairs.phone(phone)
    if len(structure) != 2 or len(name_change) != 2 or len(address_change) != 2:
        structure = repairs.code(structure, 2, "STATSTRU")
        name_change = repairs.code(name_change, 2, "STATNAME")
        address_change = repairs.code(address_change, 2, "STATADDR")
    return System(
        key,
        state,
        libid,
        name,
        street,
        city,
        zip_code,
        mailing_street,
        mailing_city,
        mailing_zip,
        county,
        phone,
        structure,
        name_change,
        address_change,
        meets,
        legal,
        administrative,
        relationship,
        reporting,
        locale,
        int(population) if population.isdecimal() else repairs.number(population, "POPU_LSA"),
        int(expenditure) if expenditure.isdecimal() else repairs.number(expenditure, "TOTOPEXP"),
        period_end,
    )


def _outlet(values: _Values, repairs: Repairs) -> Outlet | None:
    """An Outlet from its columns in the order of its fields; None without a valid key or sequence."""
    # fmt: off
    (key, sequence, state, libid, name, street, city, zip_code, county, phone, outlet_type, structure,
     name_change, address_change, meets, locale) = values
    # fmt: on
    if len(sequence) != 3:
        sequence = repairs.code(sequence, 3, "FSCS_SEQ")
    if not _KEY.fullmatch(key) or not _SEQUENCE.fullmatch(sequence):
        return None
    if len(zip_code) != 5 or not is_digits(zip_code):
        zip_code = repairs.zip(zip_code, state)
    if len(phone) != 10 or not is_digits(phone):
        phone = repairs.phone(phone)
    if len(structure) != 2 or len(name_change) != 2 or len(address_change) != 2:
        structure = repairs.code(structure, 2, "STATSTRU")
        name_change = repairs.code(name_change, 2, "STATNAME")
        address_change = repairs.code(address_change, 2, "STATADDR")
    return Outlet(
        key,
        sequence,
        state,
        libid,
        name,
        street,
        city,
        zip_code,
        county,
        phone,
        outlet_type,
        structure,
        name_change,
        address_change,
        meets,
        locale,
    )


def _once(
    kind: str, records: list[_Record], key_of: Callable[[_Record], str]
) -> tuple[tuple[_Record, ...], list[Problem]]:
    """The first record of every key, and what to say of the others."""
    rows = Counter(map(key_of, records))
    if len(rows) == len(records):
        return tuple(records), []
    first: dict[str, _Record] = {}
    for record in records:
        first.setdefault(key_of(record), record)
    repeated = [key for key, count in rows.items() if count > 1]
    message = (
        f"{len(repeated)} {kind} stand there more than once (the first row was taken): {_some(repeated)}"
    )
    return tuple(first.values()), [Problem("keys_repeated", "quarantine", message)]


def _orphans(systems: list[System], outlets: list[Outlet]) -> Iterator[Problem]:
    keys = {system.fscs_key for system in systems}
    orphans = [outlet.fscs_id for outlet in outlets if outlet.fscs_key not in keys]
    if orphans:
        many = len(orphans) > _ORPHANS_AT_MOST * len(outlets)
        yield Problem(
            "outlets_without_system",
            "quarantine" if many else "warning",
            f"{len(orphans)} outlets belong to no system of the release: {_some(orphans)}",
        )


def _unreadable(repairs: Repairs) -> Iterator[Problem]:
    for what, rows in sorted(repairs.unreadable.items()):
        yield Problem(
            "unreadable_values", "warning", f"{rows} values of {what} cannot be read and count as missing"
        )


def _some(keys: list[str]) -> str:
    return ", ".join(keys[:3]) + (" …" if len(keys) > 3 else "")


def _counts(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))
