"""A release of an invented country: systems in a few states, each with a central library and a branch."""

from __future__ import annotations

from library_validator.releases.records import Release
from tests.builders.release_files import OUTLET, SYSTEM, release_of

Rows = list[dict[str, str]]
STATES = {"VT": "05", "NH": "03", "ME": "04"}
_FIRST = ("ALDER", "BIRCH", "CEDAR", "DOGWOOD", "ELM", "FIR", "GINKGO", "HAZEL", "IRONWOOD", "JUNIPER")
_SECOND = ("BROOK", "CREEK", "FALLS", "HILL", "LAKE", "MEADOW", "POND", "RIDGE", "SPRING", "VALLEY")


def country_rows(systems_per_state: int = 60) -> tuple[Rows, Rows]:
    """Rows of systems and of outlets; names, streets and phones differ, and nearly all ZIP codes."""
    systems, outlets = [], []
    for state_number, (state, zip_start) in enumerate(STATES.items()):
        for number in range(systems_per_state):
            town = f"{_FIRST[number % 10]} {_SECOND[(number // 10 + state_number) % 10]}"
            phone = f"80{state_number}555{number:04}"
            row = {
                "STABR": state,
                "FSCSKEY": f"{state}{number + 1:04}",
                "LIBNAME": f"{town} PUBLIC LIBRARY",
                "ADDRESS": f"{number + 1} {_SECOND[number % 10]} STREET",
                "CITY": town,
                "ZIP": f"{zip_start}{number + 100}",
                "PHONE": phone,
            }
            systems.append({**SYSTEM, **row})
            outlets.append({**OUTLET, **row, "FSCS_SEQ": "002"})
            branch = {"LIBNAME": f"{town} BRANCH LIBRARY", "ADDRESS": f"{number + 900} SCHOOL ROAD"}
            outlets.append(
                {**OUTLET, **row, **branch, "FSCS_SEQ": "003", "C_OUT_TY": "BR", "PHONE": f"9{phone[1:]}"}
            )
    return systems, outlets


def release_of_country(rows: tuple[Rows, Rows], fiscal_year: int) -> Release:
    return release_of(fiscal_year, *rows)
