"""The format of a file, by its first bytes: text, a workbook, or a format that is refused."""

from __future__ import annotations

import codecs
import re
import zipfile
from typing import BinaryIO, Final

from library_validator.errors import FileUnreadable

_AS_CSV: Final = "save the sheet as .xlsx or as CSV first"
# The first bytes of a format, and the phrase that follows the file's name in the message.
_OTHER_FORMATS: Final = (
    (b"%PDF", "is a PDF; applications are read from tables: CSV or .xlsx"),
    (
        b"\xd0\xcf\x11\xe0",
        f"is an old workbook (.xls), or has a password; {_AS_CSV}, without a password",
    ),
    (b"{\\rtf", "is a Word document; copy its table into a spreadsheet and save that as .xlsx or CSV"),
    (b"\x1f\x8b", "is compressed (gzip); unpack it first"),
    (b"7z\xbc\xaf", "is compressed (7z); unpack it first"),
    (b"Rar!", "is compressed (rar); unpack it first"),
    (b"\x89PNG", "is a picture; applications are read from tables: CSV or .xlsx"),
    (b"\xff\xd8\xff", "is a picture; applications are read from tables: CSV or .xlsx"),
    (b"SQLite format 3", "is a database; export the table as CSV first"),
)
_MARKUP: Final = re.compile(rb"\s*<(?:!doctype html|html|head|table|meta|\?xml|!--)", re.IGNORECASE)
_JSON_ARRAY: Final = re.compile(rb"\s*\[\s*[{\]]")
# A member that a zip of one format has and no other zip has, and the phrase that follows the file's name.
_OTHER_ZIPS: Final = (
    ("xl/workbook.bin", f"is a binary workbook (.xlsb); {_AS_CSV}"),
    (
        "word/document.xml",
        "is a Word document; copy its table into a spreadsheet and save that as .xlsx or CSV",
    ),
    ("mimetype", f"is an OpenDocument file (.ods); {_AS_CSV}"),
    ("Index/Document.iwa", f"is a Numbers document; {_AS_CSV}"),
)


def is_workbook(source: BinaryIO, file: str) -> bool:
    """Whether the file is an .xlsx workbook; False if it is text.

    Raises ``FileUnreadable`` if it is neither; the sentence says what the file is and what to do.
    """
    source.seek(0)
    head = source.read(1024)
    if not head.strip():
        raise FileUnreadable(file, "is empty")
    for magic, problem in _OTHER_FORMATS:
        if head.startswith(magic):
            raise FileUnreadable(file, problem)
    text = head.removeprefix(codecs.BOM_UTF8)
    if _MARKUP.match(text):
        raise FileUnreadable(
            file,
            f"is a web page or XML; open it in a spreadsheet, and {_AS_CSV}",
        )
    if _JSON_ARRAY.match(text):
        raise FileUnreadable(file, "is a JSON array; write JSON Lines instead, with one object in each line")
    if not head.startswith(b"PK\x03\x04"):
        return False
    return _is_workbook_zip(source, file)


def _is_workbook_zip(source: BinaryIO, file: str) -> bool:
    try:
        members = frozenset(zipfile.ZipFile(source).namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise FileUnreadable(file, f"is a damaged workbook or zip ({error}); save it again") from error
    for member, problem in _OTHER_ZIPS:
        if member in members:
            raise FileUnreadable(file, problem)
    if "xl/workbook.xml" not in members:
        raise FileUnreadable(
            file, "is a zip without a workbook in it; unpack it, or save the sheet as .xlsx or CSV"
        )
    return True
