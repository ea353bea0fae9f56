"""Bodies that are no public library, named after listed ones, in wordings that were written without sight of
the rules: none is validated. Forms in which libraries write themselves too are counted apart.

``python -m lab.wordings`` writes the same rows, and ``library-validator evaluate`` shows them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from lab.pages.extract import Accuracy, counted
from lab.wordings.__main__ import LIBRARIES, SEED
from lab.wordings.applications import (
    FORM_SET,
    SET,
    Variant,
    applications_of,
    write_applications,
)
from lab.wordings.libraries import choose_libraries
from lab.wordings.wording import read_wordings
from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator.decisions.answer import Answer
from library_validator.releases.records import Release
from library_validator_cli.evaluation.labelled import read_labelled
from library_validator_cli.evaluation.measure import MeasuredRow, measuring
from library_validator_cli.evaluation.summary import groups_of

pytestmark = pytest.mark.realdata

COMMITTED: Final = Path(__file__).parents[2] / "lab" / "results" / "wordings.json"
LEGAL_FORMS: Final = ("inc", "incorporated", "corporation")


@pytest.fixture(scope="module")
def measured_rows(
    releases: dict[int, Release], newest: MemoryRegistry, tmp_path_factory: pytest.TempPathFactory
) -> list[MeasuredRow]:
    """Every wording beside every library in every variant, as the benchmark writes them."""
    release, wordings = releases[2022], read_wordings()
    libraries = choose_libraries(release, wordings, LIBRARIES, SEED)
    path = tmp_path_factory.mktemp("wordings") / "wordings.csv"
    write_applications(applications_of(release, wordings, libraries, SEED), path)
    (file,) = read_labelled([path])
    with measuring(file.rows, newest) as stream:
        return list(stream)


def validated(measured_rows: list[MeasuredRow], of: str, ending: str = "") -> list[str]:
    """The ids of those of a set that are validated, whose kind ends so."""
    return [
        one.row.application.application_id
        for one in measured_rows
        if one.row.set == of and one.row.kind.endswith(ending) and one.answer is Answer.VALIDATED
    ]


def test_nobody_is_validated_who_only_bears_a_librarys_name_or_town(measured_rows: list[MeasuredRow]) -> None:
    assert sum(one.row.set == SET for one in measured_rows) >= 20_000
    assert validated(measured_rows, SET) == []


def test_nobody_is_validated_with_another_street_and_another_phone(measured_rows: list[MeasuredRow]) -> None:
    assert validated(measured_rows, FORM_SET, f"/{Variant.OWN_STREET_AND_PHONE}") == []


@pytest.mark.parametrize("form", LEGAL_FORMS)
def test_a_library_with_its_legal_form_is_validated_at_its_door(
    measured_rows: list[MeasuredRow], form: str
) -> None:
    assert len(validated(measured_rows, FORM_SET, f"{form}/{Variant.DOOR_AND_PHONE}")) == LIBRARIES


def test_the_committed_counts_are_those_of_a_fresh_evaluation(
    measured_rows: list[MeasuredRow], newest: MemoryRegistry
) -> None:
    committed = Accuracy.model_validate_json(COMMITTED.read_bytes()).whole
    assert committed.registry_version == newest.pointer().active
    assert committed.groups == [counted(group) for group in groups_of(measured_rows)]
