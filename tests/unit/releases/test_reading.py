from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from library_validator.releases.reading.release import read_release
from library_validator.releases.records import Outlet, System
from tests.builders.release_files import (
    OUTLET,
    OUTLETS_FILE,
    SYSTEM,
    SYSTEMS_FILE,
    csv_of,
    release_zip,
    zip_of,
)

UNDEFINED = frozenset({0x81, 0x8D, 0x8F, 0x90, 0x9D})  # bytes without a character in Windows-1252


def test_every_field_of_a_record_comes_from_its_column() -> None:
    release = read_release(release_zip())
    assert release.systems == (
        System(
            fscs_key="VT0001",
            state="VT",
            libid="VT0001",
            name="ALDER PUBLIC LIBRARY",
            street="1 MAIN STREET",
            city="ALDER",
            zip="05601",
            mailing_street="P.O. BOX 7",
            mailing_city="ALDER",
            mailing_zip="05602",
            county="DOVETAIL",
            phone="8025550101",
            structure="00",
            name_change="00",
            address_change="00",
            meets_fscs_definition="Y",
            legal_basis="CI",
            administrative_structure="SO",
            relationship="NO",
            reporting_status="1",
            locale="42",
            population=1200,
            operating_expenditure=50000,
            period_end="06/30/2022",
        ),
    )
    assert release.outlets == (
        Outlet(
            fscs_key="VT0001",
            sequence="002",
            state="VT",
            libid="VT0001-002",
            name="ALDER PUBLIC LIBRARY",
            street="1 MAIN STREET",
            city="ALDER",
            zip="05601",
            county="DOVETAIL",
            phone="8025550101",
            type="CE",
            structure="00",
            name_change="00",
            address_change="00",
            meets_fscs_definition="Y",
            locale="42",
        ),
    )
    assert release.fiscal_year == 2022
    assert release.report.problems == ()
    assert release.report.repairs == {}


def test_the_order_of_columns_does_not_matter() -> None:
    backwards = dict(reversed(list(SYSTEM.items())))
    assert read_release(release_zip([backwards])).systems == read_release(release_zip()).systems


def test_files_are_recognised_by_their_headers_and_not_by_their_names() -> None:
    release = read_release(
        zip_of(
            {
                "notes/a.dat": csv_of([OUTLET]),
                "deep/er/b": csv_of([SYSTEM]),
                "c.csv": "STABR,POPU_LSA,YR_SUB\r\n",
            }
        )
    )
    assert [(file.kind, file.member) for file in release.report.files] == [
        ("systems", "deep/er/b"),
        ("outlets", "notes/a.dat"),
    ]


def test_other_files_in_the_zip_are_ignored() -> None:
    clutter: dict[str, str | bytes] = {
        "README.txt": "Public Libraries Survey",
        "__MACOSX/._PLS_FY22_AE_pud22i.csv": b"\x00\x05\x16\x07\x00",
        "PLS_FY22_State_pud22i.csv": "STABR,POPU_LSA,YR_SUB\r\nVT,1,2023\r\n",
        "folder/": "",
        "empty.csv": "",
    }
    assert len(read_release(release_zip(more=clutter)).systems) == 1


def test_the_digest_is_of_the_systems_file_and_then_the_outlets_file() -> None:
    release = read_release(release_zip(more={"README.txt": "does not count"}))
    assert (
        release.content_sha256 == hashlib.sha256((csv_of([SYSTEM]) + csv_of([OUTLET])).encode()).hexdigest()
    )


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("cp1252", "cp1252")],
)
def test_each_file_is_read_in_its_own_encoding(encoding: str, expected: str) -> None:
    systems = csv_of([{**SYSTEM, "LIBNAME": "BIBLIOTECA MAYAGÜEZ"}]).encode(encoding)
    outlets = csv_of([{**OUTLET, "LIBNAME": "CATAÑO"}]).encode("cp1252")
    release = read_release(zip_of({SYSTEMS_FILE: systems, OUTLETS_FILE: outlets}))
    assert [file.encoding for file in release.report.files] == [expected, "cp1252"]
    assert release.systems[0].name == "BIBLIOTECA MAYAGÜEZ"
    assert release.outlets[0].name == "CATAÑO"


def test_bytes_that_windows_1252_lacks_are_read_as_latin_1() -> None:
    systems = csv_of([SYSTEM]).encode().replace(b"ALDER PUBLIC", b"\xc5LDER\x90PUBLIC")
    release = read_release(zip_of({SYSTEMS_FILE: systems, OUTLETS_FILE: csv_of([OUTLET])}))
    assert release.report.files[0].encoding == "latin-1"
    assert release.systems[0].name == "ÅLDER\x90PUBLIC LIBRARY"


def test_a_file_that_ends_within_a_character_of_utf_8_is_not_utf_8() -> None:
    systems = csv_of([SYSTEM]).encode().removesuffix(b"\r\n") + b"\xc3"
    release = read_release(zip_of({SYSTEMS_FILE: systems, OUTLETS_FILE: csv_of([OUTLET])}))
    assert release.report.files[0].encoding == "cp1252"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_end_with_or_without_a_carriage_return(encoding: str, end: str) -> None:
    rows = [{**SYSTEM, "FSCSKEY": f"VT000{n}", "LIBNAME": name} for n, name in enumerate("AÉŒZ", start=1)]
    systems = csv_of(rows).replace("\r\n", end).encode(encoding)
    release = read_release(zip_of({SYSTEMS_FILE: systems, OUTLETS_FILE: csv_of([OUTLET])}))
    assert [system.name for system in release.systems] == ["A", "É", "Œ", "Z"]


def test_a_late_byte_decides_the_encoding_of_the_whole_file() -> None:
    early = {**SYSTEM, "LIBNAME": "PEÑUELAS"}
    rows = [
        early,
        *({**SYSTEM, "FSCSKEY": f"VT{n:04}"} for n in range(2, 2000)),
        {**early, "FSCSKEY": "VT9999"},
    ]
    release = read_release(
        zip_of({SYSTEMS_FILE: csv_of(rows).encode("cp1252"), OUTLETS_FILE: csv_of([OUTLET])})
    )
    assert {release.systems[0].name, release.systems[-1].name} == {"PEÑUELAS"}


def test_misspelled_headers_are_understood_and_reported() -> None:
    renamed = {f" {name.lower()}": value for name, value in SYSTEM.items() if name != "STATSTRU"}
    release = read_release(release_zip([{**renamed, "STATUSRU": "23"}]))
    assert release.systems[0].structure == "23"
    assert release.report.repairs == {
        "header STATUSRU corrected": 1,
        "headers in lower case corrected": 1,
    }


def test_a_release_that_a_spreadsheet_ruined_is_repaired_and_the_repairs_are_counted() -> None:
    system = {
        **SYSTEM,
        "ZIP": "5601",
        "ZIP_M": "5602.0",
        "STATSTRU": "1",
        "PHONE": "(802) 555-0101",
        "POPU_LSA": "1200.0",
    }
    outlet = {**OUTLET, "FSCS_SEQ": "2", "STATNAME": "6", "PHONE": "8025550101.0", "CITY": "ALDER "}
    release = read_release(release_zip([system], [outlet]))
    (read,), (read_outlet,) = release.systems, release.outlets
    assert (read.zip, read.mailing_zip, read.structure, read.phone) == ("05601", "05602", "01", "8025550101")
    assert (read.population, read_outlet.fscs_id) == (1200, "VT0001-002")
    assert (read_outlet.name_change, read_outlet.phone, read_outlet.city) == ("06", "8025550101", "ALDER")
    assert release.report.repairs == {
        "FSCS_SEQ padded": 1,
        "POPU_LSA without decimals": 1,
        "STATNAME padded": 1,
        "STATSTRU padded": 1,
        "ZIP code padded": 2,
        "ZIP code without decimals": 1,
        "blanks around values removed": 1,
        "phone punctuation removed": 1,
        "phone without decimals": 1,
    }


def encode_twice(text: str) -> str:
    """UTF-8 text, read as Windows-1252 by a program that keeps the five bytes unknown to Windows-1252."""
    return "".join(
        bytes([byte]).decode("cp1252" if byte not in UNDEFINED else "latin-1") for byte in text.encode()
    )


@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize("name", ["BAYAMÓN", "MANATÍ", "LAS NEREIDAS À", "O\u2019NEILL", "ĀINA HAINA"])
def test_double_encoded_text_is_repaired_and_reported(name: str, times: int) -> None:
    spoiled = name
    for _ in range(times):
        spoiled = encode_twice(spoiled)
    release = read_release(release_zip([{**SYSTEM, "LIBNAME": spoiled, "CITY_M": spoiled}]))
    assert (release.systems[0].name, release.systems[0].mailing_city) == (name, name)
    assert release.report.repairs == {"double-encoded text repaired": 2}
    assert [file.repaired for file in release.report.files] == [1, 0]
    (problem,) = release.report.problems
    assert (problem.code, problem.severity) == ("double_encoded_text", "warning")
    assert problem.message.startswith("2 values were double-encoded ")
    assert f"{spoiled!r} is {name!r}" in problem.message


def test_each_file_of_a_release_may_be_double_encoded_or_not() -> None:
    systems = csv_of([{**SYSTEM, "LIBNAME": "BIBLIOTECA MAYAGÜEZ"}]).encode()
    outlets = csv_of([{**OUTLET, "LIBNAME": encode_twice("CATAÑO")}]).encode()
    windows = csv_of([{**OUTLET, "LIBNAME": "CATAÑO"}]).encode("cp1252")
    for other, repairs in ((outlets, {"double-encoded text repaired": 1}), (windows, {})):
        release = read_release(zip_of({SYSTEMS_FILE: systems, OUTLETS_FILE: other}))
        assert (release.systems[0].name, release.outlets[0].name) == ("BIBLIOTECA MAYAGÜEZ", "CATAÑO")
        assert release.report.repairs == repairs


def test_rows_of_utf_8_in_a_file_of_windows_1252_are_repaired() -> None:
    rows = [{**SYSTEM, "FSCSKEY": f"VT000{number}", "LIBNAME": "PEÑUELAS"} for number in (1, 2)]
    header, first, second = csv_of(rows).splitlines(keepends=True)
    systems = (header + first).encode() + second.encode("cp1252")
    release = read_release(zip_of({SYSTEMS_FILE: systems, OUTLETS_FILE: csv_of([OUTLET])}))
    assert [system.name for system in release.systems] == ["PEÑUELAS", "PEÑUELAS"]
    assert release.report.repairs == {"double-encoded text repaired": 1}


@pytest.mark.parametrize("name", ["CAFÉ\u2019S", "SÃO PAULO", "HERNÃ\ufffdNDEZ", "MU?OZ", "Peña Ã± Española"])
def test_text_that_cannot_be_repaired_for_certain_is_unchanged(name: str) -> None:
    release = read_release(release_zip([{**SYSTEM, "LIBNAME": name}]))
    assert release.systems[0].name == name
    assert (release.report.repairs, release.report.problems) == ({}, ())


@pytest.mark.parametrize("times", [0, 1, 2])
def test_a_byte_order_mark_is_not_part_of_the_first_column(times: int) -> None:
    mark = "\ufeff"
    for _ in range(times):
        mark = encode_twice(mark)
    first = {"FSCSKEY": SYSTEM["FSCSKEY"], **SYSTEM}
    release = read_release(
        zip_of({SYSTEMS_FILE: mark + csv_of([first]), OUTLETS_FILE: mark + csv_of([OUTLET])})
    )
    assert release.systems == read_release(release_zip()).systems
    assert release.report.repairs == {}


def test_missing_codes_stay_on_the_record() -> None:
    closed = {
        **SYSTEM,
        "FSCSKEY": "VT0002",
        "PHONE": "-3",
        "POPU_LSA": "-3",
        "TOTOPEXP": "-9",
        "ENDDATE": "-3",
    }
    release = read_release(release_zip([SYSTEM, closed]))
    read = release.systems[1]
    assert (read.phone, read.population, read.operating_expenditure, read.period_end) == ("-3", -3, -9, "-3")


def test_a_value_that_cannot_be_read_counts_as_missing_and_is_reported() -> None:
    release = read_release(release_zip([{**SYSTEM, "ZIP": "OHIO", "PHONE": "8.03E+09", "POPU_LSA": "many"}]))
    assert (release.systems[0].zip, release.systems[0].phone, release.systems[0].population) == ("M", "M", -1)
    assert [(problem.code, problem.severity) for problem in release.report.problems] == [
        ("unreadable_values", "warning")
    ] * 3


def test_the_layout_of_fy2009_lacks_later_columns() -> None:
    later = {"ADDRES_M", "CITY_M", "ZIP_M", "C_FSCS", "LOCALE_ADD", "LSAGEOID"}
    early = {name: value for name, value in SYSTEM.items() if name not in later} | {"FIPSST": "50"}
    release = read_release(release_zip([early]))
    read = release.systems[0]
    assert (read.mailing_street, read.mailing_zip, read.meets_fscs_definition, read.locale) == (
        "",
        "",
        "",
        "",
    )
    assert release.report.files[0].layout == "FY2009"


def test_quoted_values_keep_their_commas() -> None:
    release = read_release(release_zip([{**SYSTEM, "ADDRESS": '"1 MAIN STREET, SUITE ""B"""'}]))
    assert release.systems[0].street == '1 MAIN STREET, SUITE "B"'


def test_a_bad_row_is_counted_and_does_not_affect_other_rows() -> None:
    rows = [{**SYSTEM, "FSCSKEY": f"VT{number:04}"} for number in range(1, 401)]
    lines = csv_of(rows).splitlines(keepends=True)
    lines[7] = lines[7].replace("ALDER PUBLIC LIBRARY", '"ALDER PUBLIC LIBRARY')
    release = read_release(zip_of({SYSTEMS_FILE: "".join(lines), OUTLETS_FILE: csv_of([OUTLET])}))
    assert len(release.systems) == 399
    assert release.report.files[0].rejected == 1
    assert release.report.files[0].rows == 400


def test_blank_lines_at_the_end_are_not_rows() -> None:
    commas = "," * (len(SYSTEM) - 1)
    systems = csv_of([SYSTEM]) + f"\r\n{commas}\r\n\r\n"
    release = read_release(zip_of({SYSTEMS_FILE: systems, OUTLETS_FILE: csv_of([OUTLET])}))
    assert (release.report.files[0].rows, release.report.files[0].rejected) == (1, 0)


def test_a_release_with_a_repeated_key_keeps_the_first_row_and_waits_for_a_person() -> None:
    again = {**SYSTEM, "LIBNAME": "ANOTHER LIBRARY"}
    release = read_release(release_zip([SYSTEM, again], [OUTLET, OUTLET]))
    assert [system.name for system in release.systems] == ["ALDER PUBLIC LIBRARY"]
    assert (release.report.systems, release.report.outlets) == (1, 1)
    assert [(problem.code, problem.severity) for problem in release.report.problems] == [
        ("keys_repeated", "quarantine")
    ] * 2


@pytest.mark.parametrize(("outlets", "severity"), [(50, "quarantine"), (400, "warning")])
def test_outlets_without_a_system_are_reported(outlets: int, severity: str) -> None:
    rows = [{**OUTLET, "FSCS_SEQ": f"{number:03}"} for number in range(1, outlets)]
    release = read_release(release_zip(outlets=[*rows, {**OUTLET, "FSCSKEY": "VT0404"}]))
    (problem,) = release.report.problems
    assert (problem.code, problem.severity) == ("outlets_without_system", severity)
    assert "VT0404-002" in problem.message


def test_counts_by_status_and_type_are_reported() -> None:
    bookmobile = {**OUTLET, "FSCS_SEQ": "003", "C_OUT_TY": "BS", "STATSTRU": "23"}
    report = read_release(release_zip(outlets=[OUTLET, bookmobile])).report
    assert report.systems_by_structure == {"00": 1}
    assert report.outlets_by_structure == {"00": 1, "23": 1}
    assert report.outlets_by_type == {"BS": 1, "CE": 1}


def test_a_path_is_read_like_an_open_file(tmp_path: Path) -> None:
    path = tmp_path / "pls_fy2022_csv.zip"
    path.write_bytes(release_zip().getvalue())
    assert read_release(path) == read_release(release_zip())
