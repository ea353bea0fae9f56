"""The lines of a text file of unknown encoding.

A file is read as UTF-8. A line that is not UTF-8 is read as Windows-1252; this changes no other line.
UTF-16 and UTF-32 are recognised by their byte-order mark, UTF-16 also by its zero bytes.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import BinaryIO, Final, NamedTuple

MAX_LINE_CHARACTERS: Final = 1024 * 1024
_CHUNK: Final = 1024 * 1024
_HEAD: Final = 4096
_LINES_NAMED: Final = 5
# The byte-order mark of UTF-32 begins with the mark of UTF-16, so the longer mark is tried first.
_WIDE_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NAMES: Final = {"cp1252": "Windows-1252", "mac_roman": "Mac Roman"}


class Line(NamedTuple):
    """A line of the file; ``problem`` is empty if its text could be read."""

    number: int  # 1 is the first line of the file
    text: str  # with its line end
    problem: str = ""  # a phrase that completes "line 3 "


@dataclass(slots=True)
class OtherEncoding:
    """The lines of a UTF-8 file that are not UTF-8."""

    name: str
    count: int = 0
    last_line: int = 0
    first_lines: list[int] = field(default_factory=list)

    def add(self, line: int) -> None:
        self.count += 1
        self.last_line = line
        if len(self.first_lines) < _LINES_NAMED:
            self.first_lines.append(line)

    def sentence(self) -> str:
        """A sentence on the lines that were read in another encoding; empty if there are none."""
        if not self.count:
            return ""
        shown = ", ".join(map(str, self.first_lines))
        if self.count == 1:
            return f"not UTF-8, read as {self.name}: line {shown}"
        more = " …" if self.count > len(self.first_lines) else ""
        return f"not UTF-8, read as {self.name}: {self.count:,} lines ({shown}{more})"


class TextLines:
    """Every line of a file, in order, to be iterated once."""

    def __init__(self, source: BinaryIO) -> None:
        """``source`` is seekable, and is read from its beginning."""
        source.seek(0)
        self.encoding = _encoding_of(source.read(_HEAD))
        self.approximate_count, is_of_a_mac = _count_lines(source)
        # Only Excel for Mac ends lines with a bare carriage return, and it then writes Mac Roman.
        self._fallback = "mac_roman" if is_of_a_mac else "cp1252"
        self.others = OtherEncoding(_NAMES[self._fallback])
        self._source = source

    def __iter__(self) -> Iterator[Line]:
        self._source.seek(0)
        # Nearly every line is ASCII, and latin-1 is the fastest decoder of ASCII.
        of_bytes = self.encoding == "utf-8"
        text = io.TextIOWrapper(
            self._source, "latin-1" if of_bytes else self.encoding, errors="replace", newline=""
        )
        try:
            number = 0
            while line := text.readline(MAX_LINE_CHARACTERS):
                number += 1
                if len(line) == MAX_LINE_CHARACTERS:
                    _skip_rest(text, line)
                    yield Line(number, "", f"has over {MAX_LINE_CHARACTERS:,} characters")
                elif line.isascii():
                    yield Line(number, line)
                elif of_bytes:
                    yield self._decode_line(number, line)
                elif "\ufffd" in line:
                    yield Line(number, "", f"cannot be read as {self.encoding.upper()}")
                else:
                    yield Line(number, line.removeprefix("\ufeff"))
        finally:
            with suppress(ValueError):  # the file may be closed already
                text.detach()  # otherwise ``text`` would close it

    def _decode_line(self, number: int, latin: str) -> Line:
        raw = latin.encode("latin-1")
        try:
            return Line(number, raw.decode().removeprefix("\ufeff"))
        except UnicodeDecodeError:
            self.others.add(number)
        try:
            return Line(number, raw.removeprefix(codecs.BOM_UTF8).decode(self._fallback))
        except UnicodeDecodeError:
            return Line(number, "", f"has bytes that are neither UTF-8 nor {self.others.name}")


def _encoding_of(head: bytes) -> str:
    for mark, encoding in _WIDE_MARKS:
        if head.startswith(mark):
            return encoding
    zeros_first, zeros_second = head[::2].count(0), head[1::2].count(0)
    if zeros_second > len(head) / 5 and zeros_first <= zeros_second / 20:
        return "utf-16-le"
    if zeros_first > len(head) / 5 and zeros_second <= zeros_first / 20:
        return "utf-16-be"
    return "utf-8"


def _count_lines(source: BinaryIO) -> tuple[int, bool]:
    """The approximate number of lines, and whether most lines end with a bare carriage return."""
    feeds = returns = 0
    source.seek(0)
    while chunk := source.read(_CHUNK):
        feeds += chunk.count(b"\n")
        returns += chunk.count(b"\r")
    return max(feeds, returns), returns > 2 * feeds


def _skip_rest(text: io.TextIOWrapper, line: str) -> None:
    """Read on to the end of a line that is too long."""
    while line and line[-1] not in "\r\n":
        line = text.readline(_CHUNK)
