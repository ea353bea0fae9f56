"""Inputs that went wrong once, each with the right answers in its own columns, against fiscal year 2022.

A file of ``field/`` that has the columns ``expected`` and ``label`` is read: an application fails where its
answer is not among ``expected``, or where it is validated under another key than ``label``.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

import pytest

from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator.decisions.application import FIELDS, application_from_fields
from library_validator.decisions.deciding import Decider
from library_validator_cli.local_matching import registry_of
from tests.realdata.official_years import FILES

pytestmark = pytest.mark.realdata

READ: Final = (
    "04-foreign-namesakes.csv",
    "05-state-spellings-hide-a-contradiction.csv",
    "07-state-spellings.csv",
    "11-apostrophes-entities-mojibake.csv",
    "15-phones-as-written.csv",
    "16-zips-as-exported.csv",
    "17-placeholders.csv",
    "18-one-cell-address-with-country.csv",
    "19-fractions.csv",
)


@pytest.fixture(scope="module")
def decider(data: Path) -> Decider:
    registry: MemoryRegistry = registry_of([data / "pls" / FILES[2022]], lambda _: None)
    return Decider(registry)


@pytest.mark.parametrize("name", READ)
def test_every_application_is_answered_as_its_file_says(decider: Decider, data: Path, name: str) -> None:
    with (data / "field" / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    kept = ("application_id", *FIELDS)
    read = [application_from_fields({name: row[name] for name in kept if name in row}) for row in rows]
    wrong = []
    for row, answer in zip(rows, decider.answers(read), strict=True):
        key = answer["match"]["fscs_key"] if answer["match"] else "NONE"
        told = f"{row['application_id']}: {answer['decision']} {key} {' '.join(answer['reason_codes'])}"
        if answer["decision"] not in row["expected"].split("|"):
            wrong.append(f"{told}; expected {row['expected']} ({row['why']})")
        elif answer["decision"] == "validated" and key != row["label"]:
            wrong.append(f"{told}; it is {row['label']}")
    assert rows
    assert wrong == []
