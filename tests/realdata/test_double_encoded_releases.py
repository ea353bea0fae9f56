"""Official libraries in a file with accented letters that were encoded twice: repaired, or for a person."""

from __future__ import annotations

import io
import json
from dataclasses import astuple
from pathlib import Path

import pytest
from typer.testing import CliRunner

from library_validator.releases.guarding.guard import problems_of_file
from library_validator.releases.guarding.letters import is_spoiled, texts_of
from library_validator.releases.reading.release import read_release
from library_validator.releases.records import Outlet, Release, System
from library_validator_cli.main import app
from tests.builders.spoiled_releases import ReleaseTable, changed_release
from tests.realdata.official_years import FILES
from tests.unit.registry.test_hostile_uploads import Service

pytestmark = pytest.mark.realdata

TWO_STATES = "25-release-double-encoded.zip"
_UNDEFINED = frozenset({0x81, 0x8D, 0x8F, 0x90, 0x9D})  # in Windows-1252


@pytest.fixture(scope="module")
def two_states(data: Path) -> Path:
    """Puerto Rico and Delaware of FY2022, encoded twice. Five bytes became U+FFFD."""
    return data / "field" / TWO_STATES


def records_of(release: Release) -> dict[str, System | Outlet]:
    return {
        **{system.fscs_key: system for system in release.systems},
        **{outlet.fscs_id: outlet for outlet in release.outlets},
    }


def test_letters_are_repaired_if_the_repair_is_certain_and_otherwise_wait_for_a_person(
    two_states: Path, releases: dict[int, Release]
) -> None:
    release = read_release(two_states)
    published = records_of(releases[2022])
    repaired, spoiled = 0, 0
    for key, record in records_of(release).items():
        for (column, found), (_, right) in zip(texts_of(record), texts_of(published[key]), strict=True):
            assert found == right or is_spoiled(found), (key, column, found, right)
            spoiled += found != right
            repaired += found == right and not right.isascii()
    assert (repaired, spoiled) == (53, 14)
    assert release.report.repairs == {"double-encoded text repaired": repaired}
    messages = {problem.code: problem.message for problem in problems_of_file(release)}
    assert f"for certain: {spoiled} (PR0053 name " in messages["letters_spoiled"]


def test_inspect_shows_the_double_encoding(two_states: Path) -> None:
    shown = json.loads(CliRunner().invoke(app, ["inspect", str(two_states), "--json"]).stdout)
    severities = {problem["code"]: problem["severity"] for problem in shown["problems"]}
    assert severities["double_encoded_text"] == "warning"
    assert severities["letters_spoiled"] == "quarantine"


def test_the_service_quarantines_the_double_encoded_release(two_states: Path, data: Path) -> None:
    service = Service((data / "pls" / FILES[2021]).read_bytes())
    run = service.upload("releases/pls_fy2022_csv.zip", two_states.read_bytes())
    assert run.status == "quarantined"
    assert {"double_encoded_text", "letters_spoiled"} <= {problem["code"] for problem in run.problems}


def test_a_release_that_was_double_encoded_twice_is_repaired_to_the_published_release(
    data: Path, releases: dict[int, Release]
) -> None:
    def encode_cells_twice(table: ReleaseTable) -> None:
        for row in table.rows:
            row[:] = [_encode_twice(value) for value in row]

    spoiled = changed_release((data / "pls" / FILES[2022]).read_bytes(), encode_cells_twice)
    release = read_release(io.BytesIO(spoiled))
    for found, published in (
        (release.systems, releases[2022].systems),
        (release.outlets, releases[2022].outlets),
    ):
        assert list(map(astuple, found)) == list(map(astuple, published))
    assert [(problem.code, problem.severity) for problem in problems_of_file(release)] == [
        ("double_encoded_text", "warning")
    ]


def _encode_twice(value: str) -> str:
    """Encodes the letters of a value twice. ``ReleaseTable`` reads and writes values as Latin-1."""
    if value.isascii():
        return value
    text = value.encode("latin-1").decode("cp1252")
    for _ in range(2):
        text = "".join(
            bytes([byte]).decode("latin-1" if byte in _UNDEFINED else "cp1252") for byte in text.encode()
        )
    return text.encode().decode("latin-1")
