"""A release that is not CSV is refused: the refusal names the format and says what to do."""

from __future__ import annotations

import codecs
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library_validator.errors import ReleaseRefused
from library_validator.releases.reading.archive import zip_pair
from library_validator.releases.reading.other_formats import other_format
from library_validator.releases.reading.release import read_release
from tests.builders.release_files import OUTLET, SYSTEM, csv_of, release_zip, zip_of

SYSTEMS, OUTLETS = csv_of([SYSTEM]), csv_of([OUTLET])
SAVE_AS_CSV = (
    "expected comma separated files: download the CSV zip from the agency's page, or save both files as CSV "
    "(comma delimited)"
)
SAVE_AS_UTF_8 = (
    "expected CSV files in UTF-8 or Windows-1252: download the CSV zip from the agency's page, or save both "
    "files as CSV UTF-8 (comma delimited)"
)
SAVE_SHEETS = (
    "expected CSV files: download the CSV zip from the agency's page, or save the systems (AE) and the "
    "outlets sheet as CSV and upload both: `library-validator upload AE.csv OUTLETS.csv`"
)
EXPORT_TABLES = (
    "expected CSV files: download the CSV zip from the agency's page, or export the systems (AE) and the "
    "outlets table as CSV and upload both: `library-validator upload AE.csv OUTLETS.csv`"
)
TAB, SEMICOLON = SYSTEMS.replace(",", "\t"), SYSTEMS.replace(",", ";")
SAS_PROGRAM = "/* PLS FY2022 */\r\nPROC FORMAT;\r\n value $stru '00'='no change';\r\nrun;\r\n"
SAS_DATA = b"\0" * 12 + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011") + b"\0" * 200
WORKBOOK: Mapping[str, str | bytes] = {
    "[Content_Types].xml": "<Types/>",
    "xl/workbook.xml": "<workbook/>",
    "xl/worksheets/sheet1.xml": "<worksheet/>",
}
# The content of a file, and its format and the advice in the refusal.
LONE = {
    "tab": (TAB.encode(), "a tab separated systems file", SAVE_AS_CSV),
    "tab, outlets": (OUTLETS.replace(",", "\t").encode(), "a tab separated outlets file", SAVE_AS_CSV),
    "semicolon": (SEMICOLON.encode("utf-8-sig"), "a semicolon separated systems file", SAVE_AS_CSV),
    "semicolon, named in a first line": (
        f"sep=;\r\n{SEMICOLON}".encode("utf-8-sig"), "a semicolon separated systems file", SAVE_AS_CSV
    ),
    "pipe": (SYSTEMS.replace(",", "|").encode(), "a pipe separated systems file", SAVE_AS_CSV),
    "utf-16": (SYSTEMS.encode("utf-16"), "a systems file in UTF-16", SAVE_AS_UTF_8),
    "utf-16 be": (
        codecs.BOM_UTF16_BE + SYSTEMS.encode("utf-16-be"), "a systems file in UTF-16", SAVE_AS_UTF_8
    ),
    "utf-16 unmarked": (OUTLETS.encode("utf-16-le"), "an outlets file in UTF-16", SAVE_AS_UTF_8),
    "utf-16 be unmarked": (OUTLETS.encode("utf-16-be"), "an outlets file in UTF-16", SAVE_AS_UTF_8),
    "utf-32": (SYSTEMS.encode("utf-32"), "a systems file in UTF-32", SAVE_AS_UTF_8),
    "unicode text": (TAB.encode("utf-16"), "a tab separated systems file in UTF-16", SAVE_AS_CSV),
    "sas7bdat": (SAS_DATA, "a SAS data file (.sas7bdat)", EXPORT_TABLES),
    "xpt": (b"HEADER RECORD*******LIBRARY HEADER RECORD!!!", "a SAS transport file (.xpt)", EXPORT_TABLES),
    "sas": (
        SAS_PROGRAM.encode(),
        "a SAS program (.sas), which holds no data itself",
        "expected CSV files: download the CSV zip from the agency's page",
    ),
    "xlsx": (zip_of(WORKBOOK).getvalue(), "an Excel workbook (.xlsx)", SAVE_SHEETS),
    "xlsb": (
        zip_of({**WORKBOOK, "xl/workbook.bin": b"\0"}).getvalue(), "an Excel workbook (.xlsb)", SAVE_SHEETS
    ),
    "docx": (
        zip_of({"[Content_Types].xml": "<Types/>", "word/document.xml": ""}).getvalue(),
        "an Office document",
        SAVE_SHEETS,
    ),
    "ods": (
        zip_of({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": ""}).getvalue(),
        "an OpenDocument spreadsheet (.ods)",
        SAVE_SHEETS,
    ),
    "xls": (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 500, "an Excel workbook (.xls)", SAVE_SHEETS),
    "xml": (
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
        "an Excel workbook in XML",
        SAVE_SHEETS,
    ),
    "accdb": (b"\0\1\0\0Standard ACE DB\0", "an Access database (.accdb)", EXPORT_TABLES),
    "mdb": (b"\0\1\0\0Standard Jet DB\0", "an Access database (.mdb)", EXPORT_TABLES),
    "sav": (b"$FL2@(#) SPSS DATA FILE", "an SPSS data file (.sav)", EXPORT_TABLES),
    "dta": (b"<stata_dta><header>", "a Stata data file (.dta)", EXPORT_TABLES),
}  # fmt: skip


def refusal(content: bytes | io.BytesIO) -> str:
    with pytest.raises(ReleaseRefused) as refused:
        read_release(io.BytesIO(content) if isinstance(content, bytes) else content)
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize(("content", "what", "instead"), LONE.values(), ids=LONE)
def test_the_refusal_of_a_file_names_its_format(content: bytes, what: str, instead: str) -> None:
    assert refusal(content) == f"{what}; {instead}"


@pytest.mark.parametrize("form", [form for form in LONE if form != "docx"])
def test_the_refusal_of_a_zip_names_the_file_and_its_format(form: str) -> None:
    content, what, instead = LONE[form]
    name = f"PLS_FY22/AE.{form}"
    found = refusal(zip_of({"README.txt": "Public Libraries Survey", name: content}))
    assert found == f"a zip that holds {what}: {name!r}; {instead}"


def test_an_office_document_in_a_zip_is_not_a_workbook() -> None:
    assert refusal(zip_of({"codes.docx": LONE["docx"][0]})).startswith("a zip without files of the survey")


def test_if_a_file_of_a_pair_has_another_format_the_refusal_names_it() -> None:
    sheet = zip_of(WORKBOOK).getvalue()
    assert refusal(zip_of({"AE.csv": SYSTEMS, "o.xlsx": sheet})) == (
        "a zip with a systems file ('AE.csv') but no outlets file in CSV: 'o.xlsx' is an Excel workbook "
        f"(.xlsx); {SAVE_SHEETS}"
    )
    assert refusal(zip_of({"o.csv": OUTLETS, "AE.csv": TAB})) == (
        "a zip with an outlets file ('o.csv') but no systems (AE) file in CSV: 'AE.csv' is a tab separated "
        f"systems file; {SAVE_AS_CSV}"
    )


def test_the_refusal_names_a_file_of_the_missing_kind_before_other_files() -> None:
    members = {"AE.csv": SYSTEMS, "codes.sas": SAS_PROGRAM, "o.txt": OUTLETS.replace(",", ";")}
    assert "'o.txt' is a semicolon separated outlets file" in refusal(zip_of(members))


def test_a_second_systems_file_is_not_taken_for_the_missing_outlets_file() -> None:
    assert refusal(zip_of({"AE.csv": SYSTEMS, "AE.txt": TAB})).startswith(
        "a zip with a systems file ('AE.csv') but no outlets file; expected"
    )


def test_a_whole_release_may_have_files_in_other_formats_too() -> None:
    clutter: dict[str, str | bytes] = {
        "AE.xlsx": zip_of(WORKBOOK).getvalue(),
        "AE.sas7bdat": SAS_DATA,
        "AE.txt": TAB,
        "formats.sas": SAS_PROGRAM,
    }
    assert read_release(release_zip(more=clutter)).systems == read_release(release_zip()).systems


def test_a_workbook_is_named_although_it_unpacks_to_too_much() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as writer:
        for name, content in WORKBOOK.items():
            writer.writestr(name, content)
        writer.filelist[-1].file_size = 1 << 30  # the zip's directory states this size
    assert refusal(target).startswith("an Excel workbook (.xlsx);")


@pytest.mark.parametrize(
    ("content", "form"),
    [(TAB.encode(), "a tab separated"), (zip_of(WORKBOOK).getvalue(), "an Excel workbook")],
)
def test_a_pair_of_files_in_another_format_is_not_zipped(tmp_path: Path, content: bytes, form: str) -> None:
    first, second = tmp_path / "AE.dat", tmp_path / "outlets.csv"
    first.write_bytes(content)
    second.write_text(OUTLETS, newline="")
    with pytest.raises(ReleaseRefused, match=f"'AE.dat' is {form}"):
        zip_pair(first, second, io.BytesIO())


@pytest.mark.parametrize(
    "content", [SYSTEMS.encode(), OUTLETS.encode("utf-8-sig"), b"", b"a;b\r\n1;2\r\n", b"%PDF"]
)
def test_a_csv_file_of_the_survey_and_other_texts_have_no_other_format(content: bytes) -> None:
    assert other_format(content) is None


@given(st.binary(max_size=400), st.sampled_from(["", "a.csv", "b.xlsx", "c.sas"]))
def test_any_bytes_can_be_checked_for_their_format(content: bytes, name: str) -> None:
    found = other_format(content, name)
    assert found is None or found.what.startswith(("a ", "an "))
