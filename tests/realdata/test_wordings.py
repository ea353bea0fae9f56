"""Bodies that are named after listed libraries but are not public libraries: none is validated.

The author of the wordings did not look at the rules. Forms that libraries use too are counted separately.
``python -m lab.wordings`` writes the same rows, and ``library-validator evaluate`` shows their answers.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from lab.pages.extract import Accuracy, drop_empty_measures
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
from library_validator_cli.evaluation.measure import MeasuredRow, measure_rows
from library_validator_cli.evaluation.summary import groups_of

pytestmark = pytest.mark.realdata

COMMITTED: Final = Path(__file__).parents[2] / "lab" / "results" / "wordings.json"
LEGAL_FORMS: Final = ("inc", "incorporated", "corporation")


@pytest.fixture(scope="module")
def measured_rows(
    releases: dict[int, Release], newest: MemoryRegistry, tmp_path_factory: pytest.TempPathFactory
) -> list[MeasuredRow]:
    """Every wording with every library in every variant, as the benchmark writes them."""
    release, wordings = releases[2022], read_wordings()
    libraries = choose_libraries(release, wordings, LIBRARIES, SEED)
    path = tmp_path_factory.mktemp("wordings") / "wordings.csv"
    write_applications(applications_of(release, wordings, libraries, SEED), path)
    (file,) = read_labelled([path])
    with measure_rows(file.rows, newest) as stream:
        return list(stream)


def validated_ids(measured_rows: list[MeasuredRow], of: str, ending: str = "") -> list[str]:
    """The ids of the validated rows of a set with this ending of their kind."""
    return [
        measured.row.application.application_id
        for measured in measured_rows
        if measured.row.set == of
        and measured.row.kind.endswith(ending)
        and measured.answer is Answer.VALIDATED
    ]


def test_a_body_with_only_a_librarys_name_or_town_is_not_validated(measured_rows: list[MeasuredRow]) -> None:
    assert sum(measured.row.set == SET for measured in measured_rows) >= 20_000
    assert validated_ids(measured_rows, SET) == []


def test_a_body_with_another_street_and_another_phone_is_not_validated(
    measured_rows: list[MeasuredRow],
) -> None:
    assert validated_ids(measured_rows, FORM_SET, f"/{Variant.OWN_STREET_AND_PHONE}") == []


@pytest.mark.parametrize("form", LEGAL_FORMS)
def test_a_library_with_its_legal_form_and_its_own_address_is_validated(
    measured_rows: list[MeasuredRow], form: str
) -> None:
    assert len(validated_ids(measured_rows, FORM_SET, f"{form}/{Variant.DOOR_AND_PHONE}")) == LIBRARIES


def test_the_committed_counts_equal_those_of_a_new_evaluation(
    measured_rows: list[MeasuredRow], newest: MemoryRegistry
) -> None:
    committed = Accuracy.model_validate_json(COMMITTED.read_bytes()).main_measurement
    assert committed.registry_version == newest.pointer().active
    assert committed.groups == [drop_empty_measures(group) for group in groups_of(measured_rows)]
