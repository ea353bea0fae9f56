"""``docs/accuracy.md`` has the measured figures, and the measured code is the code that ships."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lab.pages import accuracy_page, extract
from lab.pages.accuracy_mistake_figures import GONE, LIBRARIES, OTHERS
from lab.pages.accuracy_wording_figures import KINDS, VARIANTS
from lab.wordings.applications import Variant
from lab.wordings.wording import read_wordings
from library_validator.decisions.policy_file import load_policy
from library_validator.matching.weights import load_weights
from library_validator_cli.main import app
from library_validator_cli.sample_release import BUNDLED_FISCAL_YEAR, BUNDLED_SEED, write_sample_release
from tests.accuracy.labelled import HARD_CASES

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "accuracy.md"
ACCURACY = ROOT / "lab" / "results" / "accuracy.json"
WORDINGS = ROOT / "lab" / "results" / "wordings.json"
PEERS = ROOT / "lab" / "results" / "accuracy_peers.json"
BUNDLED = ROOT / "events" / "sample" / "pls_sample_fy2022_csv.zip"


def accuracy() -> extract.Accuracy:
    return extract.Accuracy.model_validate_json(ACCURACY.read_bytes())


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return Path(shutil.copy(PAGE, tmp_path / "accuracy.md"))


def write_page(page: Path, *options: str, peers: bool = True) -> int:
    measured = [str(ACCURACY), "--wordings", str(WORDINGS), *(["--peers", str(PEERS)] if peers else [])]
    return accuracy_page.main([*measured, "--output", str(page), *options])


def test_the_command_writes_the_page_of_the_repository(page: Path) -> None:
    assert write_page(page) == 0
    assert page.read_text("utf-8") == PAGE.read_text("utf-8")
    assert write_page(page, "--check") == 0


def test_a_figure_that_was_not_measured_is_reported_and_replaced(
    page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    right = PAGE.read_text("utf-8")
    page.write_text(right.replace("| `typed` | 1,495 |", "| `typed` | 1,496 |"), "utf-8")
    assert write_page(page, "--check") == 1
    assert "is not what" in capsys.readouterr().err
    assert page.read_text("utf-8") != right
    assert write_page(page) == 0
    assert page.read_text("utf-8") == right


def test_a_page_without_the_marker_of_a_figure_is_refused(
    page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page.write_text(PAGE.read_text("utf-8").replace("<!-- figures: gone -->", ""), "utf-8")
    assert write_page(page) == 1
    assert "no marker: gone" in capsys.readouterr().err


def test_without_results_of_peers_the_page_keeps_the_table_of_peers(page: Path) -> None:
    assert write_page(page, "--check", peers=False) == 0


def test_every_set_with_a_wrong_answer_has_a_plain_name() -> None:
    unnamed = {
        (measure, group.set)
        for measure, who in (
            ("wrong", LIBRARIES),
            ("non_library_validated", OTHERS),
            ("gone_validated", GONE),
        )
        for group in accuracy().main_measurement.sets
        if measure in group.measures and group.set not in who
    }
    assert unnamed == set()


def test_every_set_that_was_measured_is_described() -> None:
    described = PAGE.read_text("utf-8").partition("## What it was measured on")[2].partition("<!--")[0]
    sets = {group.set for measurement in accuracy().measurements for group in measurement.sets}
    assert {name for name in sets if f"`{name}`" not in described} == set()


def test_every_kind_and_variant_of_the_wordings_has_a_plain_name() -> None:
    assert {wording.kind for wording in read_wordings() if not wording.form_of_library} == set(KINDS)
    assert set(Variant) == set(VARIANTS)


def test_the_figures_were_measured_with_the_shipped_policy_and_weights() -> None:
    shipped = f"{load_policy().version}/{load_weights().version}"
    wordings = extract.Accuracy.model_validate_json(WORDINGS.read_bytes())
    measurements = accuracy().measurements
    assert {measured.policy_version for measured in measurements + wordings.measurements} == {shipped}
    assert {measured.threshold for measured in measurements} == {load_policy().validate}


def test_the_curve_at_the_shipped_threshold_counts_the_answers_of_the_product() -> None:
    for measurement in accuracy().measurements:
        point = measurement.as_shipped
        assert point.right == measurement.total_of("validated_right")
        assert point.wrong_key == measurement.total_of("wrong")
        assert point.non_libraries == measurement.total_of("non_library_validated")


def test_the_committed_counts_equal_those_of_a_new_evaluation_of_the_hard_cases(tmp_path: Path) -> None:
    before = tmp_path / "pls_sample_fy2021_csv.zip"
    with before.open("wb") as target:
        write_sample_release(target, BUNDLED_FISCAL_YEAR - 1, BUNDLED_SEED)
    words = ["evaluate", str(HARD_CASES), "--release", str(BUNDLED), "--release", str(before)]
    done = CliRunner().invoke(app, [*words, "--report", str(tmp_path)])
    assert done.exit_code == 0, done.output
    output = tmp_path / "accuracy.json"
    assert extract.main([str(tmp_path / "run.json"), "--output", str(output)]) == 0

    (fresh,) = extract.Accuracy.model_validate_json(output.read_bytes()).measurements
    (committed,) = (kept for kept in accuracy().measurements if kept.labelled == fresh.labelled)
    assert fresh.groups == committed.groups
    assert (fresh.as_shipped, fresh.by_score) == (committed.as_shipped, committed.by_score)
    assert (fresh.command, fresh.releases) == (committed.command, committed.releases)
    assert fresh.registry_version == committed.registry_version


def test_the_committed_results_contain_no_application() -> None:
    assert '"rows": [' not in ACCURACY.read_text("utf-8")
    assert '"application_id"' not in ACCURACY.read_text("utf-8")


def test_a_file_that_is_not_a_run_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = tmp_path / "run.json"
    wrong.write_text("{}", "utf-8")
    assert extract.main([str(wrong), "--output", str(tmp_path / "out.json")]) == 1
    assert "is not a run.json" in capsys.readouterr().err
    assert not (tmp_path / "out.json").exists()
