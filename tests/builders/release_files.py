"""Small releases: a few rows in an official layout, and zips of them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Final

from library_validator.releases.reading.release import read_release
from library_validator.releases.records import Release

Row = Mapping[str, str]

SYSTEM: Final[Row] = {
    "STABR": "VT",
    "FSCSKEY": "VT0001",
    "LIBID": "VT0001",
    "LIBNAME": "ALDER PUBLIC LIBRARY",
    "ADDRESS": "1 MAIN STREET",
    "CITY": "ALDER",
    "ZIP": "05601",
    "ZIP4": "M",
    "ADDRES_M": "P.O. BOX 7",
    "CITY_M": "ALDER",
    "ZIP_M": "05602",
    "CNTY": "DOVETAIL",
    "PHONE": "8025550101",
    "C_RELATN": "NO",
    "C_LEGBAS": "CI",
    "C_ADMIN": "SO",
    "C_FSCS": "Y",
    "STARTDAT": "07/01/2021",
    "ENDDATE": "06/30/2022",
    "POPU_LSA": "1200",
    "F_POPLSA": "R_22",
    "TOTOPEXP": "50000",
    "YR_SUB": "2023",
    "RSTATUS": "1",
    "STATSTRU": "00",
    "STATNAME": "00",
    "STATADDR": "00",
    "LSAGEOID": "M",
    "LOCALE_ADD": "42",
}
OUTLET: Final[Row] = {
    "STABR": "VT",
    "FSCSKEY": "VT0001",
    "FSCS_SEQ": "002",
    "C_FSCS": "Y",
    "LIBID": "VT0001-002",
    "LIBNAME": "ALDER PUBLIC LIBRARY",
    "ADDRESS": "1 MAIN STREET",
    "CITY": "ALDER",
    "ZIP": "05601",
    "CNTY": "DOVETAIL",
    "PHONE": "8025550101",
    "C_OUT_TY": "CE",
    "SQ_FEET": "900",
    "F_SQ_FT": "R_22",
    "YR_SUB": "2023",
    "STATSTRU": "00",
    "STATNAME": "00",
    "STATADDR": "00",
    "LOCALE": "42",
    "GEOSTATUS": "E",
}
SYSTEMS_FILE: Final = "PLS_FY22_AE_pud22i.csv"
OUTLETS_FILE: Final = "pls_fy22_outlet_pud22i.csv"


def csv_of(rows: Sequence[Row]) -> str:
    """Rows in the form of the official files. The first row names the columns; no value is quoted."""
    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
    return "".join(f"{line}\r\n" for line in lines)


def zip_of(members: Mapping[str, str | bytes]) -> io.BytesIO:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as writer:
        for name, content in members.items():
            writer.writestr(name, content)
    target.seek(0)
    return target


def release_zip(
    systems: Sequence[Row] = (SYSTEM,),
    outlets: Sequence[Row] = (OUTLET,),
    more: Mapping[str, str | bytes] | None = None,
) -> io.BytesIO:
    """A whole release of FY2022 with the given rows."""
    return zip_of({SYSTEMS_FILE: csv_of(systems), OUTLETS_FILE: csv_of(outlets), **(more or {})})


def release_of(
    fiscal_year: int, systems: Sequence[Row] = (SYSTEM,), outlets: Sequence[Row] = (OUTLET,)
) -> Release:
    """The given rows as a release of ``fiscal_year``."""
    short = fiscal_year % 100
    dated_systems = [
        {**row, "ENDDATE": f"06/30/{fiscal_year}", "YR_SUB": str(fiscal_year + 1), "F_POPLSA": f"R_{short}"}
        for row in systems
    ]
    dated_outlets = [{**row, "YR_SUB": str(fiscal_year + 1), "F_SQ_FT": f"R_{short}"} for row in outlets]
    members = {f"pud{short}i_ae.csv": csv_of(dated_systems), f"pud{short}i_outlet.csv": csv_of(dated_outlets)}
    return read_release(zip_of(members))
