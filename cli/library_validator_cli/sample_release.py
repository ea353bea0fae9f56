"""Write the sample release: invented libraries in the official layout, for demos and tests.

``python -m library_validator_cli.sample_release TARGET.zip --fiscal-year 2022 --seed 1`` writes the newer of
the two releases under ``events/sample``. FY2021 and FY2022 differ as two real years do: a few libraries
were renamed, left or were added, a branch moved to another system, and the columns changed.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from random import Random
from typing import Annotated, BinaryIO, Final

import typer

from library_validator_cli.sample_libraries import (
    InventedLibrary,
    InventedOutlet,
    invent_libraries,
    read_ingredients,
)

BUNDLED_FISCAL_YEAR: Final = 2022
BUNDLED_SEED: Final = 1
_RENAMED_IN: Final = 2022
_FOLDER: Final = "PLS_SAMPLE"
_PACKED_AT: Final = (2024, 6, 1, 0, 0, 0)  # fixed, because the same year and seed must give the same file
_CLOSED, _SILENT = "23", "25"  # STATSTRU: temporarily closed, survey non-respondent
_README: Final = """\
SAMPLE RELEASE - INVENTED DATA

Every library, place, person and telephone number in these files is invented. They have the layout of the
Public Libraries Survey (FY{year}) so that library-validator can be tried without the official files, which
the Institute of Museum and Library Services publishes. All FSCS keys end in 7001 or more and most LIBIDs
begin with SAMPLE: neither is found in an official release.

{systems} systems, {outlets} outlets.
"""
# Text columns with the same value in every row. All other columns are numbers.
_CONSTANT: Final = {
    **dict.fromkeys(("VISITRPT", "REFERRPT", "PITUSRRPT", "WIFISRPT"), "CT"),
    **dict.fromkeys(("C19CLOSE", "C19PUBSV", "C19ECRD2", "C19REFER"), "M"),
    **dict.fromkeys(("C19OUTSD", "C19XWIF2", "C19XWIF3", "C19STOTH"), "M"),
    **dict.fromkeys(("ZIP4", "ZIP4_M", "LSAGEOID", "LSAGEOTYPE", "CENTRACT", "CENBLOCK", "CDCODE"), "M"),
    **dict.fromkeys(("INCITSST", "INCITSCO", "GNISPLAC"), "M"),
    "CBSA": "-4",
    "MICROF": "N",
    "GEOSTATUS": "E",
    "GEOSCORE": "100",
    "GEOMTYPE": "POINTADDRESS",
    "ODFINE": "N",
    "LSABOUND": "N",
    "GEOCODE": "PL1",
    "C_RELATN": "NO",
    "STATADDR": "00",
}


def write_sample_release(target: BinaryIO, fiscal_year: int, seed: int) -> None:
    """Writes a zip with an AE file (UTF-8), an outlets file (Windows-1252) and a README to ``target``.

    ``fiscal_year`` is 2020 or later. Years to 2021 have the layout of FY2021, later years that of FY2022.
    Raises ``ValueError`` for an earlier year.
    """
    if fiscal_year < 2020:
        raise ValueError(f"fiscal year {fiscal_year}: the sample has the layouts of FY2021 and FY2022 only")
    layout = read_ingredients()["layouts"]["2021" if fiscal_year <= 2021 else "2022"]
    random = Random(seed + fiscal_year)
    libraries = [
        library for library in invent_libraries(seed) if library.since <= fiscal_year <= library.until
    ]
    systems = [_system_row(library, fiscal_year, random) for library in libraries]
    outlets = [
        _outlet_row(library, outlet, fiscal_year, random)
        for library in libraries
        for outlet in _outlets_listed_in(library, fiscal_year)
    ]
    short = fiscal_year % 100
    readme = _README.format(year=fiscal_year, systems=len(systems), outlets=len(outlets))
    with zipfile.ZipFile(target, "w") as writer:
        for name, content in (
            (f"PLS_FY{short}_AE_pud{short}i.csv", _csv_bytes(layout["systems"], systems).encode("utf-8")),
            (
                f"pls_fy{short}_outlet_pud{short}i.csv",
                _csv_bytes(layout["outlets"], outlets).encode("cp1252"),
            ),
            ("README INVENTED SAMPLE.txt", readme.encode("ascii")),
        ):
            member = zipfile.ZipInfo(f"{_FOLDER}/{name}", date_time=_PACKED_AT)
            writer.writestr(member, content, zipfile.ZIP_DEFLATED, compresslevel=9)


def _outlets_listed_in(library: InventedLibrary, year: int) -> list[InventedOutlet]:
    return [outlet for outlet in library.outlets if outlet.since <= year <= outlet.until]


def _csv_bytes(columns: str, rows: Iterable[Mapping[str, str]]) -> str:
    """CSV in the official form: capitals, CRLF, quotes only around values with a comma."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns.split(), extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _system_row(library: InventedLibrary, year: int, random: Random) -> dict[str, str]:
    state = read_ingredients()["states"][library.state]
    closed, silent = library.structure == _CLOSED, library.structure == _SILENT
    listed = _outlets_listed_in(library, year)
    of_type = [outlet.type for outlet in listed]
    ends = year - 1 if random.random() < 0.03 else year  # as in some 300 official rows
    row = _all_columns("systems", library, year, random)
    row |= {
        **_identity_columns(library, year),
        "LIBNAME": (library.formerly if library.formerly and year < _RENAMED_IN else library.name)[:60],
        "ADDRESS": library.street[:35],
        "ADDRES_M": (library.post_office_box or library.street)[:35],
        "CITY_M": library.city[:20],
        "ZIP_M": library.zip,
        "PHONE": "-3" if closed else library.phone,
        "LIBID": library.libid,
        "C_LEGBAS": library.legal_basis,
        "C_ADMIN": "SO" if len(listed) == 1 else "MO",
        "ENDDATE": "-3" if closed else f"{state['period_end']}/{ends}",
        "STARTDAT": "-3" if closed else f"{_day_after(state['period_end'])}/{_start_year(state, ends)}",
        "RSTATUS": "3" if closed or silent else "1",
        "STATSTRU": _structure_code(library.structure, library.since, year),
        "STATNAME": "06" if library.formerly and year == _RENAMED_IN else "00",
        "LOCALE_ADD": (locale := random.choice(("21", "32", "33", "41", "42", "43"))),
        "LOCALE_MOD": locale,
        "LSAGEORATIO": "-1",
    }
    if not closed:
        row |= {
            "POPU_LSA": str(library.population),
            "POPU_UND": str(library.population),
            "CENTLIB": str(of_type.count("CE")),
            "BRANLIB": str(of_type.count("BR")),
            "BKMOB": str(of_type.count("BS")),
        }
    if not closed and not silent:
        row["TOTOPEXP"] = str(int(library.population * random.uniform(18, 70)))
    return row


def _outlet_row(
    library: InventedLibrary, outlet: InventedOutlet, year: int, random: Random
) -> dict[str, str]:
    closed = outlet.structure == _CLOSED
    renamed = library.formerly and year < _RENAMED_IN and outlet.name == library.name
    row = _all_columns("outlets", library, year, random, outlet.structure)
    row |= {
        **_identity_columns(library, year),
        "FSCS_SEQ": outlet.sequence,
        "LIBNAME": (library.formerly if renamed else outlet.name)[:60],
        "ADDRESS": outlet.street[:35],
        "CITY": outlet.city[:20],
        "ZIP": outlet.zip,
        "PHONE": "-3" if closed else outlet.phone,
        "LIBID": f"{library.key}-{outlet.sequence}" if library.libid == library.key else library.libid,
        "C_OUT_TY": outlet.type,
        "STATSTRU": _structure_code(outlet.structure, max(outlet.since, library.since), year),
        "STATNAME": "06"
        if outlet.name == library.name and library.formerly and year == _RENAMED_IN
        else "00",
        "LOCALE": "42",
    }
    return row


def _identity_columns(library: InventedLibrary, year: int) -> dict[str, str]:
    """The columns that a system and its outlets share."""
    state = read_ingredients()["states"][library.state]
    return {
        "STABR": library.state,
        "FSCSKEY": library.key,
        "C_FSCS": library.meets_fscs_definition,
        "CITY": library.city[:20],
        "ZIP": library.zip,
        "CNTY": library.county[:20],
        "OBEREG": state["region"],
        "YR_SUB": str(year + 1),
        "LONGITUD": f"{state['longitude'] + int(library.zip[-2:]) / 100:.7f}",
        "LATITUDE": f"{state['latitude'] - int(library.key[-2:]) / 100:.7f}",
    }


def _all_columns(
    kind: str, library: InventedLibrary, year: int, random: Random, structure: str = ""
) -> dict[str, str]:
    """The values of all columns: flags, constants, and numbers of the library's size or codes for missing
    numbers."""
    structure = structure or library.structure
    columns = read_ingredients()["layouts"]["2021" if year <= 2021 else "2022"][kind].split()
    missing = {_CLOSED: "-3", _SILENT: "-1"}.get(structure)
    flag = f"{'U' if missing else 'R'}_{year % 100}"
    row = {}
    for column in columns:
        if column.startswith("F_"):
            row[column] = flag
        elif column in _CONSTANT:
            row[column] = _CONSTANT[column]
        else:
            row[column] = missing or str(int(library.population * random.random() * 0.2))
    if kind == "outlets" and not missing:
        row |= {"HOURS": str(random.randint(600, 3200)), "WKS_OPEN": "52", "L_NUM_BM": "0"}
        row |= {"C19WKSCL": "0", "C19WKSLO": "0"} if "C19WKSCL" in row else {}
    return row


def _structure_code(structure: str, since: int, year: int) -> str:
    """STATSTRU in ``year``. ``02`` (new) and ``11`` (moved) are set in the first year only."""
    if structure in (_CLOSED, _SILENT):
        return structure
    if since != year:
        return "00"
    return structure if structure != "00" else "02"


def _day_after(period_end: str) -> str:
    return {"06/30": "07/01", "09/30": "10/01", "12/31": "01/01"}[period_end]


def _start_year(state: Mapping[str, str], end_year: int) -> int:
    return end_year if state["period_end"] == "12/31" else end_year - 1


def main(
    target: Annotated[Path, typer.Argument(help="The zip to write.")],
    fiscal_year: Annotated[int, typer.Option(min=2020)] = BUNDLED_FISCAL_YEAR,
    seed: Annotated[int, typer.Option()] = BUNDLED_SEED,
) -> None:
    """Write a sample release: about 300 invented libraries in the official layout."""
    with target.open("wb") as opened:
        write_sample_release(opened, fiscal_year, seed)


if __name__ == "__main__":
    typer.run(main)
