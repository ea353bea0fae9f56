"""A release is read into records from an official zip of the Public Libraries Survey, FY2009 to FY2024.

Each file is unpacked once into memory (13 MB for both files, 128 MB at most) and read in two passes. The
first pass counts and hashes the bytes, compares the zip's checksum and finds the encoding, which can differ
between the two files. The second pass reads the rows.
"""

from __future__ import annotations

import codecs
import hashlib
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

from library_validator.errors import ReleaseRefused
from library_validator.releases.reading import layouts
from library_validator.releases.reading.archive import (
    CHUNK,
    DEFAULT_LIMITS,
    EXPECTED_ZIP,
    Archive,
    ArchiveLimits,
    open_archive,
)
from library_validator.releases.reading.fiscal_year import (
    check_same_year,
    disagreements,
    fiscal_year_of,
)
from library_validator.releases.reading.layouts import OUTLETS, STATE_SUMMARY, SYSTEMS
from library_validator.releases.reading.other_formats import OtherFormat, other_format
from library_validator.releases.reading.repairs import DOUBLE_ENCODED, Repairs
from library_validator.releases.reading.rows import MemberText, outlet_of, read_rows, system_of
from library_validator.releases.records import Outlet, Problem, Release, ReleaseReport, System

# Highest share of outlets without a system. Official files have no such outlets.
_ORPHANS_AT_MOST: Final = 0.005
_NOT_IN_CP1252: Final = (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d")
_Record = TypeVar("_Record", System, Outlet)


def read_release(
    source: Path | BinaryIO, *, file_name: str = "", limits: ArchiveLimits = DEFAULT_LIMITS
) -> Release:
    """Read the systems and outlets of one fiscal year from an official zip.

    ``source`` is a path or a seekable binary file; ``file_name`` is its name at the upload, which may name a
    year. The problems that a person should know before the release goes live are in ``report.problems``.
    Raises ``ReleaseRefused`` if the file is not exactly one whole release.
    """
    if isinstance(source, Path):
        file_name = file_name or source.name
    repairs = Repairs()
    digest = hashlib.sha256()
    with open_archive(source, limits) as archive:
        found = _recognise_members(archive)
        systems_file = _read_member(archive, found[SYSTEMS], SYSTEMS, digest.update)
        outlets_file = _read_member(archive, found[OUTLETS], OUTLETS, digest.update)
    systems = read_rows(systems_file, system_of, repairs)
    outlets = read_rows(outlets_file, outlet_of, repairs)
    check_same_year(systems.year_marks, outlets.year_marks)
    year = fiscal_year_of(systems.records)
    kept_systems, repeated_systems = _without_repeated_keys(SYSTEMS, systems.records, attrgetter("fscs_key"))
    kept_outlets, repeated_outlets = _without_repeated_keys(OUTLETS, outlets.records, attrgetter("fscs_id"))
    names = [name for name in (file_name, systems_file.member, outlets_file.member) if name]
    problems = [
        *disagreements(year, (systems.year_marks, outlets.year_marks), names),
        *repeated_systems,
        *repeated_outlets,
        *_problems_of_orphans(systems.records, outlets.records),
        *_problems_of_unreadable_values(repairs),
        *_problems_of_double_encoding(repairs),
    ]
    for file in (systems_file, outlets_file):
        repairs.done.update({f"{what} corrected": 1 for what in file.layout.renamed})
    report = ReleaseReport(
        fiscal_year=year,
        files=(
            systems.report(systems_file, systems_file.layout.name),
            # The outlets file changes less often, so its columns alone may show an older layout.
            outlets.report(outlets_file, max(systems_file.layout.name, outlets_file.layout.name)),
        ),
        systems=len(kept_systems),
        outlets=len(kept_outlets),
        systems_by_structure=_count_values(system.structure for system in kept_systems),
        outlets_by_structure=_count_values(outlet.structure for outlet in kept_outlets),
        outlets_by_type=_count_values(outlet.type for outlet in kept_outlets),
        repairs=dict(sorted(repairs.done.items())),
        problems=tuple(problems),
        unreadable=dict(sorted(repairs.unreadable.items())),
        row_problems=(*systems.problems, *outlets.problems),
    )
    return Release(year, digest.hexdigest(), kept_systems, kept_outlets, report)


def _recognise_members(archive: Archive) -> dict[str, str]:
    """Each kind of file with its member, recognised by the header line."""
    found: dict[str, str] = {}
    members = archive.members()
    for member in members:
        header = layouts.split_header(archive.first_line(member).decode("cp1252", "replace"))
        kind = layouts.recognise_kind(header)
        if kind in (SYSTEMS, OUTLETS) and kind in found:
            raise ReleaseRefused(
                f"a zip with two {kind} files ({found[kind]!r} and {member!r})",
                "one systems (AE) and one outlets file",
            )
        if kind:
            found[kind] = member
    if missing := [kind for kind in (SYSTEMS, OUTLETS) if kind not in found]:
        raise _refusal_of_incomplete_zip(found, missing, archive, members)
    return found


def _refusal_of_incomplete_zip(
    found: dict[str, str], missing: list[str], archive: Archive, members: list[str]
) -> ReleaseRefused:
    """The refusal of a zip that lacks a file of the release; it names the files that the zip has."""
    other = _member_in_other_format(
        archive, [member for member in members if member not in found.values()], missing
    )
    if other and len(missing) == 2:
        return ReleaseRefused(f"a zip that holds {other[1].what}: {other[0]!r}", other[1].instead)
    if len(missing) == 1:
        has, lacks = ("systems", "outlets") if missing == [OUTLETS] else ("outlets", "systems (AE)")
        article = "an" if has == "outlets" else "a"
        lacking = f"{article} {has} file ({found[has]!r}) but no {lacks} file"
        if other:
            return ReleaseRefused(
                f"a zip with {lacking} in CSV: {other[0]!r} is {other[1].what}", other[1].instead
            )
        return ReleaseRefused(f"a zip with {lacking}", EXPECTED_ZIP)
    if STATE_SUMMARY in found:
        return ReleaseRefused("a zip with the state summary only, which lists no libraries", EXPECTED_ZIP)
    held = ", ".join(map(repr, members[:3])) or "nothing"
    return ReleaseRefused(f"a zip without files of the survey (it holds {held})", EXPECTED_ZIP)


def _member_in_other_format(
    archive: Archive, members: list[str], missing: list[str]
) -> tuple[str, OtherFormat] | None:
    """A member in a format that is not read, if possible one that is surely of a ``missing`` kind."""
    others = [
        (member, other)
        for member in members
        if (other := other_format(archive.beginning(member), member)) and other.kind in (None, *missing)
    ]
    return min(others, key=lambda found: found[1].kind is None, default=None)


def _read_member(
    archive: Archive, member: str, kind: str, update_digest: Callable[[bytes], object]
) -> MemberText:
    """Read a member completely: size, checksum, digest, longest line, encoding, layout."""
    content = io.BytesIO()
    utf8 = codecs.getincrementaldecoder("utf-8")()
    is_utf8 = is_cp1252 = True
    header = archive.first_line(member)
    for chunk in archive.chunks(member):
        update_digest(chunk)
        content.write(chunk)
        if b"\n" not in chunk and b"\r" not in chunk and len(chunk) == CHUNK:
            raise ReleaseRefused(f"a line of more than {CHUNK >> 10} KB in {member!r}", "a line for each row")
        is_utf8 = is_utf8 and _is_decodable(utf8, chunk)
        is_cp1252 = is_cp1252 and not any(byte in chunk for byte in _NOT_IN_CP1252)
    if is_utf8 and _is_decodable(utf8, b"", final=True):
        encoding = "utf-8-sig" if header.startswith(codecs.BOM_UTF8) else "utf-8"
    else:
        encoding = "cp1252" if is_cp1252 else "latin-1"
    as_found = header.decode(encoding, "replace")
    return MemberText(
        member,
        layouts.locate_columns(layouts.split_header(as_found), kind, member, as_found),
        encoding,
        content,
    )


def _is_decodable(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _without_repeated_keys(
    kind: str, records: list[_Record], key_of: Callable[[_Record], str]
) -> tuple[tuple[_Record, ...], list[Problem]]:
    """The first record of each key, and a problem if keys are repeated."""
    if len(set(map(key_of, records))) == len(records):
        return tuple(records), []
    rows = Counter(map(key_of, records))
    first: dict[str, _Record] = {}
    for record in records:
        first.setdefault(key_of(record), record)
    repeated = [key for key, count in rows.items() if count > 1]
    message = (
        f"{len(repeated)} {kind} are listed more than once (the first row was taken): {_list_some(repeated)}"
    )
    return tuple(first.values()), [Problem("keys_repeated", "quarantine", message)]


def _problems_of_orphans(systems: list[System], outlets: list[Outlet]) -> Iterator[Problem]:
    keys = {system.fscs_key for system in systems}
    orphans = [outlet.fscs_id for outlet in outlets if outlet.fscs_key not in keys]
    if orphans:
        many = len(orphans) > _ORPHANS_AT_MOST * len(outlets)
        yield Problem(
            "outlets_without_system",
            "quarantine" if many else "warning",
            f"{len(orphans)} outlets belong to no system of the release: {_list_some(orphans)}",
        )


def _problems_of_unreadable_values(repairs: Repairs) -> Iterator[Problem]:
    for what, rows in sorted(repairs.unreadable.items()):
        yield Problem(
            "unreadable_values", "warning", f"{rows} values of {what} cannot be read and count as missing"
        )


def _problems_of_double_encoding(repairs: Repairs) -> Iterator[Problem]:
    if values := repairs.done[DOUBLE_ENCODED]:
        examples = ", ".join(f"{found!r} is {repaired!r}" for found, repaired in repairs.double_encoded)
        yield Problem(
            "double_encoded_text",
            "warning",
            f"{values} values were double-encoded (UTF-8 text was read as Windows-1252 and saved again) and "
            f"are repaired, {examples}: official files have none, check which program saved this file",
        )


def _list_some(keys: list[str]) -> str:
    return ", ".join(keys[:3]) + (" …" if len(keys) > 3 else "")


def _count_values(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))
