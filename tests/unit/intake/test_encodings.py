"""The lines of a file whose encoding is not stated."""

from __future__ import annotations

import io

import pytest

from library_validator.intake.encodings import MAX_LINE_CHARACTERS, Line, TextLines

SPANISH = "name\nBiblioteca de Loíza\nBiblioteca de Añasco\n"


def lines(content: bytes) -> tuple[list[str], TextLines]:
    text = TextLines(io.BytesIO(content))
    return [line.text.rstrip("\r\n") for line in text], text


@pytest.mark.parametrize(
    "content",
    [
        SPANISH.encode(),
        SPANISH.encode("utf-8-sig"),
        SPANISH.encode("utf-16"),
        SPANISH.encode("utf-16-le"),
        SPANISH.encode("utf-16-be"),
        SPANISH.encode("utf-32"),
        SPANISH.encode("cp1252"),
        SPANISH.replace("\n", "\r\n").encode(),
        SPANISH.replace("\n", "\r").encode("mac_roman"),
    ],
    ids=[
        "utf-8",
        "utf-8 with a mark",
        "utf-16 with a mark",
        "utf-16-le without",
        "utf-16-be without",
        "utf-32",
        "windows-1252",
        "line ends of Windows",
        "mac roman with line ends of a Mac",
    ],
)
def test_encodings_of_exports_are_read(content: bytes) -> None:
    found, _ = lines(content)
    assert found == ["name", "Biblioteca de Loíza", "Biblioteca de Añasco"]


def test_a_line_that_is_not_utf_8_does_not_change_other_lines() -> None:
    content = "Loíza\n".encode() + "Añasco\n".encode("cp1252") + "Peñuelas’\n".encode()
    found, text = lines(content)
    assert found == ["Loíza", "Añasco", "Peñuelas’"]
    assert text.others.sentence() == "not UTF-8, read as Windows-1252: line 2"


def test_the_notice_names_the_first_of_many_lines_in_another_encoding() -> None:
    _, text = lines("Añasco\n".encode("cp1252") * 12)
    assert text.others.sentence() == "not UTF-8, read as Windows-1252: 12 lines (1, 2, 3, 4, 5 …)"


def test_a_line_that_fits_no_encoding_is_reported_alone() -> None:
    found = list(TextLines(io.BytesIO(b"one\nA\x81\xfa\nthree\n")))
    assert found[1].problem == "has bytes that are neither UTF-8 nor Windows-1252"
    assert (found[0], found[2]) == (Line(1, "one\n"), Line(3, "three\n"))


def test_a_byte_order_mark_in_the_middle_is_not_part_of_its_line() -> None:
    mark = b"\xef\xbb\xbf"
    assert lines(b"a\n" + mark + b"b\n" + mark + "ñ\n".encode("cp1252"))[0] == ["a", "b", "ñ"]


def test_only_line_feeds_and_carriage_returns_end_a_line() -> None:
    assert lines("a\x0bb\x0cc\x85d\u2028e\nf".encode())[0] == ["a\x0bb\x0cc\x85d\u2028e", "f"]


def test_a_line_that_is_too_long_is_reported_and_the_next_is_read() -> None:
    text = list(TextLines(io.BytesIO(b"a\n" + b"x" * (3 * MAX_LINE_CHARACTERS) + b"\nb\n")))
    assert [line.text for line in text] == ["a\n", "", "b\n"]
    assert "1,048,576 characters" in text[1].problem


def test_half_a_character_of_utf_16_is_reported_with_its_line() -> None:
    content = "a\nb".encode("utf-16") + b"\x00\xd8" + "\nc\n".encode("utf-16-le")
    found = list(TextLines(io.BytesIO(content)))
    assert [line.problem for line in found] == ["", "cannot be read as UTF-16", ""]


def test_the_file_stays_open_after_reading() -> None:
    source = io.BytesIO(b"a\n")
    assert len(list(TextLines(source))) == 1
    assert not source.closed


def test_the_file_may_be_closed_before_all_lines_are_read() -> None:
    source = io.BytesIO(b"a\nb\n")
    lines = iter(TextLines(source))
    assert next(lines).text == "a\n"
    source.close()
    lines.close()  # type: ignore[attr-defined]  # it is a generator
