"""Formats that are not read, recognised by the first bytes of a file.

The agency publishes a release in several formats, and people save it in others. Only CSV files in UTF-8 or
Windows-1252 are read. The refusal of any other file names its format and says what to do.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from library_validator.releases.reading import layouts

BEGINNING: Final = 1 << 14  # bytes that are examined; a header line in UTF-16 has four thousand bytes
_DOWNLOAD: Final = "download the CSV zip from the agency's page"
_UPLOAD_PAIR: Final = "`library-validator upload AE.csv OUTLETS.csv`"
_SAVE_AS_CSV: Final = f"comma separated files: {_DOWNLOAD}, or save both files as CSV (comma delimited)"
_SAVE_AS_UTF_8: Final = (
    f"CSV files in UTF-8 or Windows-1252: {_DOWNLOAD}, or save both files as CSV UTF-8 (comma delimited)"
)
_SAVE_SHEETS: Final = (
    f"CSV files: {_DOWNLOAD}, or save the systems (AE) and the outlets sheet as CSV and upload both: "
    f"{_UPLOAD_PAIR}"
)
_EXPORT_TABLES: Final = (
    f"CSV files: {_DOWNLOAD}, or export the systems (AE) and the outlets table as CSV and upload both: "
    f"{_UPLOAD_PAIR}"
)
_SEPARATORS: Final = {"\t": "tab separated ", ";": "semicolon separated ", "|": "pipe separated ", ",": ""}
# A first line in which Excel names the separator of the other lines.
_SEPARATOR_LINE: Final = re.compile(r"[^\x00-\x7f]*sep=.", re.IGNORECASE)
_SAS_PROGRAM: Final = re.compile(
    r"^\s*(?:proc\s+(?:format|import|contents|sort|print|datasets)\b|data\s+[\w.]+\s*;|libname\s+\w+\s|infile\s)",
    re.IGNORECASE | re.MULTILINE,
)
_SHEETS_IN_XML: Final = b"urn:schemas-microsoft-com:office:spreadsheet"


@dataclass(frozen=True, slots=True)
class OtherFormat:
    """A format that is not read."""

    what: str  # with its article: "an Excel workbook (.xlsx)"
    instead: str  # the expected format, and how to get it
    kind: str | None = None  # systems or outlets, if the header line shows it


_EXCEL: Final = OtherFormat("an Excel workbook (.xlsx)", _SAVE_SHEETS)
_OLD_EXCEL: Final = OtherFormat("an Excel workbook (.xls)", _SAVE_SHEETS)
_XML_EXCEL: Final = OtherFormat("an Excel workbook in XML", _SAVE_SHEETS)
_BINARY_EXCEL: Final = OtherFormat("an Excel workbook (.xlsb)", _SAVE_SHEETS)
_OPEN_DOCUMENT: Final = OtherFormat("an OpenDocument spreadsheet (.ods)", _SAVE_SHEETS)
_OFFICE: Final = OtherFormat("an Office document", _SAVE_SHEETS)
_SAS_DATA: Final = OtherFormat("a SAS data file (.sas7bdat)", _EXPORT_TABLES)
_SAS_TRANSPORT: Final = OtherFormat("a SAS transport file (.xpt)", _EXPORT_TABLES)
_SAS_CODE: Final = OtherFormat("a SAS program (.sas), which holds no data itself", f"CSV files: {_DOWNLOAD}")
_ACCESS: Final = OtherFormat("an Access database (.accdb)", _EXPORT_TABLES)
_OLD_ACCESS: Final = OtherFormat("an Access database (.mdb)", _EXPORT_TABLES)
_SPSS: Final = OtherFormat("an SPSS data file (.sav)", _EXPORT_TABLES)
_STATA: Final = OtherFormat("a Stata data file (.dta)", _EXPORT_TABLES)
_SIGNATURES: Final = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _OLD_EXCEL),
    (b"\x00\x01\x00\x00Standard ACE DB", _ACCESS),
    (b"\x00\x01\x00\x00Standard Jet DB", _OLD_ACCESS),
    (b"\x00" * 12 + b"\xc2\xea\x81\x60\xb3\x14\x11\xcf\xbd\x92", _SAS_DATA),
    (b"HEADER RECORD*******LIB", _SAS_TRANSPORT),
    (b"**COMPRESSED** **COMPRESSED**", _SAS_TRANSPORT),
    (b"$FL2", _SPSS),
    (b"$FL3", _SPSS),
    (b"<stata_dta>", _STATA),
)
_SUFFIXES: Final = {".xlsx": _EXCEL, ".xlsm": _EXCEL, ".xlsb": _BINARY_EXCEL, ".ods": _OPEN_DOCUMENT}


def other_format(beginning: bytes, name: str = "") -> OtherFormat | None:
    """The format of a file that begins with ``beginning``; None if the format is not known.

    Also None for a CSV file of the survey, and for any text that is not of the survey.
    """
    for signature, known in _SIGNATURES:
        if beginning.startswith(signature):
            return known
    suffix = PurePosixPath(name.replace("\\", "/")).suffix.lower()
    if beginning.startswith(b"PK"):
        is_workbook = b"[Content_Types].xml" in beginning and b"xl/" in beginning
        return _SUFFIXES.get(suffix) or (_EXCEL if is_workbook else None)
    if _SHEETS_IN_XML in beginning:
        return _XML_EXCEL
    text, encoding = _decode_beginning(beginning)
    if of_survey := _format_of_survey_file(text, encoding):
        return of_survey
    return _SAS_CODE if suffix == ".sas" or _SAS_PROGRAM.search(text) else None


def office_document(members: Collection[str]) -> OtherFormat | None:
    """The format of a zip that is an office document, such as a workbook, by the paths of its members."""
    if "[Content_Types].xml" in members:
        if "xl/workbook.bin" in members:
            return _BINARY_EXCEL
        return _EXCEL if any(member.startswith("xl/") for member in members) else _OFFICE
    return _OPEN_DOCUMENT if {"mimetype", "content.xml"} <= set(members) else None


def _format_of_survey_file(text: str, encoding: str) -> OtherFormat | None:
    """The format of a survey file whose separator is not a comma, or whose encoding is not read."""
    lines = text.splitlines()[:2]
    if lines and _SEPARATOR_LINE.fullmatch(lines[0]):
        del lines[0]
    header = lines[0] if lines else ""
    for separator, separated in _SEPARATORS.items():
        kind = layouts.recognise_kind(layouts.split_header(header, separator))
        if kind and (separated or encoding):
            article = "an" if kind == layouts.OUTLETS and not separated else "a"
            what = f"{article} {separated}{kind} file{encoding}"
            return OtherFormat(what, _SAVE_AS_CSV if separated else _SAVE_AS_UTF_8, kind)
    return None


def _decode_beginning(beginning: bytes) -> tuple[str, str]:
    """The text, and a phrase for an encoding that is not read: " in UTF-16"."""
    for mark, codec, encoding in (
        (codecs.BOM_UTF32_LE, "utf-32", " in UTF-32"),
        (codecs.BOM_UTF32_BE, "utf-32", " in UTF-32"),
        (codecs.BOM_UTF16_LE, "utf-16", " in UTF-16"),
        (codecs.BOM_UTF16_BE, "utf-16", " in UTF-16"),
    ):
        if beginning.startswith(mark):
            return _whole_characters(beginning).decode(codec, "replace"), encoding
    first = beginning[:200]
    # ASCII text in UTF-16 without a mark: every second byte is zero.
    for place, codec in ((1, "utf-16-le"), (0, "utf-16-be")):
        if len(first) > 20 and not any(first[place::2]):
            return _whole_characters(beginning).decode(codec, "replace"), " in UTF-16"
    return beginning.decode("cp1252", "replace"), ""


def _whole_characters(beginning: bytes) -> bytes:
    return beginning[: len(beginning) // 4 * 4]
