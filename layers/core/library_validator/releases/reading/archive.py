"""A zip from outside is read member by member. Nothing that the zip says about itself is trusted.

Nothing is extracted to disk. Sizes are counted during the reading. Checksums are compared before any row is
used.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final, cast

from library_validator.errors import ReleaseRefused
from library_validator.releases.reading import layouts
from library_validator.releases.reading.other_formats import BEGINNING, office_document, other_format
from library_validator.terms import MOST_RELEASE_BYTES

EXPECTED_ZIP: Final = "an official PLS zip with the systems (AE) and the outlets file"
HOW_TO_ZIP: Final = (
    "the official zip with both files: put the pair in one zip, or let "
    "`library-validator upload AE.csv OUTLETS.csv` do it"
)
CHUNK: Final = 1 << 16  # bytes; also the longest line that is read
_READ_ERRORS: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError)


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """The limits of a zip. An official zip has 4 MB and 5 members, and unpacks to 13 MB."""

    compressed_bytes: int = MOST_RELEASE_BYTES
    uncompressed_bytes: int = 128 << 20  # of all members together, counted while they are read
    ratio: int = 40  # the unpacked bytes are at most so many times the zip's bytes; checked from 1 MB on
    members: int = 100
    directory_bytes: int = 256 << 10  # of the list of members; 100 members have at most 32 KB


DEFAULT_LIMITS: Final = ArchiveLimits()


class Archive:
    """The files of an open zip. Every read counts towards the limits."""

    def __init__(self, opened: zipfile.ZipFile, size: int, limits: ArchiveLimits) -> None:
        self._zip = opened
        self._size = size
        self._limits = limits
        self._read = 0

    def members(self) -> list[str]:
        """The paths of all files, without folders. Raises ``ReleaseRefused`` for an unsafe zip."""
        infos = self._zip.infolist()
        if len(infos) > self._limits.members:
            raise ReleaseRefused(f"a zip with {len(infos)} members", f"at most {self._limits.members}")
        if not all(info.filename for info in infos):
            raise ReleaseRefused("a zip with a file that has no name", EXPECTED_ZIP)
        names = [info.filename for info in infos if not info.is_dir()]
        if document := office_document(names):
            raise ReleaseRefused(document.what, document.instead)
        for info in infos:
            path = PurePosixPath(info.filename.replace("\\", "/"))
            if path.is_absolute() or ".." in path.parts or ":" in "".join(path.parts[:1]):
                raise ReleaseRefused(
                    f"a zip with the path {info.filename!r}, which leaves its folder", EXPECTED_ZIP
                )
            if info.flag_bits & 0x1:
                raise ReleaseRefused(f"an encrypted zip ({info.filename!r} needs a password)", EXPECTED_ZIP)
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise ReleaseRefused(
                    f"a zip with an unusual compression ({info.filename!r})", "the usual one (deflate)"
                )
        # Sizes are counted while reading. But a zip that states a size above the limit is not a release.
        claimed = sum(info.file_size for info in infos)
        if claimed > self._limits.uncompressed_bytes:
            limit = self._limits.uncompressed_bytes >> 20
            raise ReleaseRefused(
                f"a zip that unpacks to more than {limit} MB (it says {claimed >> 20:,} MB)",
                "about 15 MB",
            )
        if len(set(names)) != len(names):
            raise ReleaseRefused("a zip with two files of the same name", EXPECTED_ZIP)
        return names

    def first_line(self, member: str) -> bytes:
        """The first line of a member, cut at 64 KB."""
        with _refuse_damage(member), self._zip.open(member) as opened:
            line = opened.readline(CHUNK)
        self._count_bytes(len(line))
        return line

    def beginning(self, member: str) -> bytes:
        """The first bytes of a member, which show its format."""
        with _refuse_damage(member), self._zip.open(member) as opened:
            beginning = opened.read(BEGINNING)
        self._count_bytes(len(beginning))
        return beginning

    def chunks(self, member: str) -> Iterator[bytes]:
        """The bytes of a member; its checksum is compared at the end."""
        with _refuse_damage(member), self._zip.open(member) as opened:
            while chunk := opened.read(CHUNK):
                self._count_bytes(len(chunk))
                yield chunk

    def _count_bytes(self, size: int) -> None:
        self._read += size
        if self._read > self._limits.uncompressed_bytes:
            limit = self._limits.uncompressed_bytes >> 20
            raise ReleaseRefused(f"a zip that unpacks to more than {limit} MB", "about 15 MB")
        if self._read > max(1 << 20, self._size * self._limits.ratio):
            raise ReleaseRefused(
                f"a zip that unpacks to more than {self._limits.ratio} times its size", "about 4 times"
            )


class _OpeningFile:
    """A file of which ``zipfile`` reads only a short list of members while it opens the zip.

    ``zipfile`` reads the whole list in one piece and keeps an object for each member (316 MB for 600,000
    members) before anybody can count them.
    """

    def __init__(self, file: BinaryIO, size: int, limits: ArchiveLimits) -> None:
        self.has_opened = False
        self.seek = file.seek
        self.tell = file.tell
        self.seekable = file.seekable
        self._file = file
        self._size = size
        self._limits = limits

    def read(self, size: int = -1) -> bytes:
        requested = size if size >= 0 else self._size - self._file.tell()
        if not self.has_opened and requested > self._limits.directory_bytes:
            raise ReleaseRefused(
                f"a zip whose list of members has {requested >> 10:,} KB",
                f"a list of at most {self._limits.directory_bytes >> 10} KB",
            )
        return self._file.read(size)


@contextmanager
def open_archive(source: Path | BinaryIO, limits: ArchiveLimits = DEFAULT_LIMITS) -> Iterator[Archive]:
    """Open a zip. Raises ``ReleaseRefused``, with the kind of file, if it is not a zip.

    ``source`` must be seekable.
    """
    if isinstance(source, Path):
        with source.open("rb") as opened, open_archive(opened, limits) as archive:
            yield archive
        return
    size = source.seek(0, io.SEEK_END)
    source.seek(0)
    if size > limits.compressed_bytes:
        raise ReleaseRefused(f"a file of {size >> 20} MB", f"at most {limits.compressed_bytes >> 20} MB")
    opening = _OpeningFile(source, size, limits)
    try:
        opened_zip = zipfile.ZipFile(cast("BinaryIO", opening))
    except _READ_ERRORS:
        source.seek(0)
        raise _refusal_of_other_file(source.read(CHUNK)) from None
    opening.has_opened = True
    with opened_zip:
        yield Archive(opened_zip, size, limits)


@contextmanager
def _refuse_damage(member: str) -> Iterator[None]:
    try:
        yield
    except _READ_ERRORS as error:
        raise ReleaseRefused(
            f"a damaged zip ({member!r}: {error})", "a whole file: download it again"
        ) from error


def _refusal_of_other_file(beginning: bytes) -> ReleaseRefused:
    text = beginning.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not text:
        return ReleaseRefused("an empty file", EXPECTED_ZIP)
    if text.startswith(b"PK"):
        return ReleaseRefused("a truncated or damaged zip", "a whole file: download it again")
    if other := other_format(beginning[:BEGINNING]):
        return ReleaseRefused(other.what, other.instead)
    if text[:1] == b"<" or b"<html" in text[:2000].lower():
        return ReleaseRefused(
            "a web page that was saved with the name of a zip", f"{EXPECTED_ZIP}: download the file itself"
        )
    header = layouts.split_header(text.splitlines()[0].decode("cp1252", "replace"))
    match layouts.recognise_kind(header):
        case layouts.STATE_SUMMARY:
            return ReleaseRefused("a state summary, which lists no libraries", EXPECTED_ZIP)
        case layouts.SYSTEMS | layouts.OUTLETS as kind:
            return ReleaseRefused(f"a lone CSV with the {kind} of a release", HOW_TO_ZIP)
    return ReleaseRefused("a file that is neither a zip nor a file of the survey", EXPECTED_ZIP)


def zip_pair(systems_csv: Path, outlets_csv: Path, target: BinaryIO) -> None:
    """Write the two files of a release into one zip, unchanged; the same files give the same bytes.

    Their header lines show which is which, so the order does not matter. Raises ``ReleaseRefused`` unless
    the files are a systems file and an outlets file.
    """
    kinds = {}
    for path in (systems_csv, outlets_csv):
        with path.open("rb") as opened:
            header = layouts.split_header(opened.readline(CHUNK).decode("cp1252", "replace"))
            opened.seek(0)
            other = other_format(opened.read(BEGINNING), path.name)
        if other:
            raise ReleaseRefused(f"{path.name!r} is {other.what}", other.instead)
        kind = layouts.recognise_kind(header)
        if kind not in (layouts.SYSTEMS, layouts.OUTLETS):
            raise ReleaseRefused(
                f"{path.name!r} is {'a state summary' if kind else 'not a file of the survey'}",
                "a systems (AE) and an outlets CSV",
            )
        if kind in kinds:
            raise ReleaseRefused(f"two {kind} files", "one systems (AE) and one outlets CSV")
        kinds[kind] = path
    same_name = systems_csv.name == outlets_csv.name
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as writer:
        for kind, path in sorted(kinds.items(), reverse=True):
            info = zipfile.ZipInfo(f"{kind}/{path.name}" if same_name else path.name)
            info.compress_type = zipfile.ZIP_DEFLATED
            with path.open("rb") as opened, writer.open(info, "w") as member:
                while chunk := opened.read(CHUNK):
                    member.write(chunk)
