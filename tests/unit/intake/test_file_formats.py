"""A file that is not a table of applications is refused with a sentence that says what it is."""

from __future__ import annotations

import io
import zipfile

import pytest

from library_validator.errors import FileUnreadable
from library_validator.intake.file_formats import is_workbook


def zip_of(*members: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        for member in members:
            opened.writestr(member, "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b" \r\n\t", "is empty"),
        (b"%PDF-1.7", "is a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", r"is an old workbook \(.xls\), or has a password"),
        (b"<!DOCTYPE html><table>", "is a web page or XML"),
        (b"\xef\xbb\xbf\r\n<html>", "is a web page or XML"),
        (b'<?xml version="1.0"?><Workbook>', "is a web page or XML"),
        (b"{\\rtf1", "is a Word document"),
        (b"\x1f\x8b\x08", "is compressed"),
        (b' [ {"name": "Anytown"} ]', "is a JSON array"),
        (zip_of("word/document.xml"), "is a Word document"),
        (zip_of("mimetype", "content.xml"), "is an OpenDocument file"),
        (zip_of("xl/workbook.bin"), "is a binary workbook"),
        (zip_of("pls_ae.csv", "pls_outlet.csv"), "is a zip without a workbook"),
        (zip_of("xl/workbook.xml")[:60], "is a damaged workbook or zip"),
    ],
)
def test_a_file_of_another_format_is_refused_with_the_name_of_its_format(content: bytes, said: str) -> None:
    with pytest.raises(FileUnreadable, match=f"^a.csv {said}"):
        is_workbook(io.BytesIO(content), "a.csv")


def test_workbooks_and_text_are_distinguished() -> None:
    assert is_workbook(io.BytesIO(zip_of("xl/workbook.xml")), "a.xlsx")
    for text in (b"name\n", "name\n".encode("utf-16"), b"[ID],[Name]\n", b'{"name": "X"}\n'):
        assert not is_workbook(io.BytesIO(text), "a.csv")
