"""The tables of ``docs/accuracy.md``, from invented measurements."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pytest

from lab.pages.accuracy_cells import interval, percent, reasons_and_counts, rows_and_share
from lab.pages.accuracy_mistake_figures import LIBRARIES, mistake_figures
from lab.pages.accuracy_set_figures import set_figures
from lab.pages.accuracy_wording_figures import wording_figures
from lab.pages.extract import Accuracy, Measurement, drop_empty_measures
from library_validator_cli.evaluation.curves import curve_of
from library_validator_cli.evaluation.intervals import Share
from library_validator_cli.evaluation.measure import MeasuredRow
from library_validator_cli.evaluation.run import MeasuredFile
from library_validator_cli.evaluation.summary import groups_of
from tests.builders.measured_rows import N, R, V, measured_row

NEWEST: Final = MeasuredFile(name="newest.zip", sha256="22")
OLDER: Final = MeasuredFile(name="older.zip", sha256="21")
SAMPLE: Final = MeasuredFile(name="sample.zip", sha256="00")


def measurement_of(
    measured_rows: Iterable[MeasuredRow],
    *,
    releases: tuple[MeasuredFile, ...] = (NEWEST,),
    only: tuple[str, ...] = (),
) -> Measurement:
    rows = list(measured_rows)
    points = curve_of(rows)
    shipped = next(point for point in points if point.threshold == 0)
    return Measurement(
        command="library-validator evaluate",
        labelled=[],
        releases=list(releases),
        fiscal_year=2022,
        only=list(only),
        registry_version="2022.1",
        policy_version="1/1",
        threshold=0,
        groups=[drop_empty_measures(group) for group in groups_of(rows)],
        as_shipped=shipped,
        by_score=shipped,
        around=[point for point in points if point.threshold in (-1, 0, 1)],
        choices=[],
        reliability=[],
    )


def lines(table: str) -> list[str]:
    """The rows of a table under its head, without the outer bars."""
    return [line[2:-2] for line in table.splitlines() if line.startswith("|")][2:]


class TestMistakeFigures:
    def test_each_kind_of_applicant_with_wrong_answers_is_named_with_reasons_and_share(self) -> None:
        refused = [measured_row(N, of="erate", code=code) for code in ("NO_ENTRY", "NO_ENTRY", "AFFILIATE")]
        reasons = "`NO_ENTRY` 2, `AFFILIATE` 1"
        table = lines(
            mistake_figures(measurement_of([*refused, measured_row(of="erate"), measured_row(of="typed")]))
        )
        assert table == [
            "**validated as another library** | **listed libraries** |  | 5 | 0 | 0.00% | 0.00 to 43.45",
            f"**not validated** | **listed libraries** | {reasons} | 5 | 3 | 60.00% | 23.07 to 88.24",
            f" | {LIBRARIES['erate']} | {reasons} | 4 | 3 | 75.00% | 30.06 to 95.45",
            "**sent to a person** | **listed libraries** |  | 5 | 0 | 0.00% | 0.00 to 43.45",
        ]

    def test_applicants_without_entry_and_vanished_libraries_have_their_own_rows(self) -> None:
        rows = [
            measured_row(V, label="NONE", of="neg_museum"),
            measured_row(R, label="NONE", of="neg_museum", code="NAME_DIFFERS"),
            measured_row(V, label="GONE", of="gone17", same_place=False, code="SUCCEEDED"),
        ]
        assert [line.split(" | ")[:3] for line in lines(mistake_figures(measurement_of(rows)))] == [
            ["**validated**", "**applicants that are not listed libraries**", "`MATCH` 1"],
            ["", "museums", "`MATCH` 1"],
            [
                "**validated as a library at another place**",
                "**libraries that are no longer listed**",
                "`SUCCEEDED` 1",
            ],
            ["", "library systems that are no longer listed", "`SUCCEEDED` 1"],
            ["**sent to a person**", "**applicants that are not listed libraries**", "`NAME_DIFFERS` 1"],
            ["", "museums", "`NAME_DIFFERS` 1"],
        ]

    def test_the_kind_of_applicant_with_most_wrong_answers_comes_first(self) -> None:
        rows = [measured_row(R, label="NONE", of=of) for of in ("neg_museum", "neg_ipeds", "neg_ipeds")]
        assert [line.split(" | ")[1] for line in lines(mistake_figures(measurement_of(rows)))[2:]] == [
            "colleges",
            "museums",
        ]

    @pytest.mark.parametrize(
        ("label", "of"), [("ME0001", "fscs_contradicts"), ("NONE", "fscs_impostor")], ids=str
    )
    def test_a_review_is_the_right_answer_to_an_application_with_the_fscs_id_of_another_library(
        self, label: str, of: str
    ) -> None:
        assert "sent to a person" not in mistake_figures(
            measurement_of([measured_row(R, label=label, of=of)])
        )


class TestSetFigures:
    def test_sets_measured_with_other_releases_are_in_the_table_of_the_newest_release(self) -> None:
        hard = measurement_of([measured_row(of="hard")], releases=(SAMPLE, OLDER))
        blocks = set_figures(Accuracy(measurements=[measurement_of([measured_row(), measured_row(N)]), hard]))
        assert [line.split(" | ")[:3] for line in lines(blocks["libraries"])] == [
            ["`typed`", "2", "1 (50.00%)"],
            ["`hard`", "1", "1 (100.00%)"],
        ]
        assert (blocks["few-fields"], blocks["older-releases"]) == ("", "")

    def test_measurements_with_older_releases_have_their_own_table(self) -> None:
        older = measurement_of([measured_row(), measured_row(R, label="NONE")], releases=(OLDER, NEWEST))
        blocks = set_figures(Accuracy(measurements=[measurement_of([measured_row(R)]), older]))
        assert blocks["older-releases"].startswith("2 releases: `older.zip`, `newest.zip`.")
        assert "| `typed` | 1 | 1 (100.00%) |" in blocks["older-releases"]
        assert "| `typed` | 1 | 0 | 0.00 to 79.35 | 1 (100.00%) |" in blocks["older-releases"]
        assert "| `typed` | 1 | 0 (0.00%) |" in blocks["libraries"]

    def test_a_measurement_with_few_fields_has_tables_and_other_thresholds(self) -> None:
        few = measurement_of(
            [measured_row(bits=0.5), measured_row(), measured_row(N, label="NONE")], only=("name", "city")
        )
        blocks = set_figures(Accuracy(measurements=[measurement_of([measured_row()]), few]))
        assert blocks["few-fields"].startswith(
            "**With name, city.** Of 2 applications of listed libraries, 2 "
        )
        assert "| `typed` | 2 | 2 (100.00%) |" in blocks["few-fields"]
        assert lines(blocks["name-and-town"]) == [
            "0 | 2 (100.00%) | 0 | 0",
            "1 (shipped) | 2 (100.00%) | 0 | 0",
            "2 | 1 (50.00%) | 0 | 0",
        ]

    def test_a_measurement_that_validates_no_row_has_only_a_sentence(self) -> None:
        few = measurement_of([measured_row(R), measured_row(N, label="NONE")], only=("name", "state"))
        blocks = set_figures(Accuracy(measurements=[measurement_of([measured_row()]), few]))
        assert "0 were validated with the right key (0.00%)" in blocks["few-fields"]
        assert (lines(blocks["few-fields"]), blocks["name-and-town"]) == ([], "")


class TestWordingFigures:
    @pytest.fixture
    def blocks(self) -> dict[str, str]:
        rows = [
            measured_row(R, label="NONE", of="wordings", kind="support/door"),
            measured_row(N, label="NONE", of="wordings", kind="support/town_only"),
            measured_row(N, label="NONE", of="wordings", kind="denial/door"),
            measured_row(V, label="NONE", of="wordings_form", kind="board-of-trustees/door"),
            measured_row(R, label="NONE", of="wordings_form", kind="board-of-trustees/door"),
        ]
        return wording_figures(Accuracy(measurements=[measurement_of(rows)]))

    def test_bodies_are_counted_by_their_fields_and_by_their_kind(self, blocks: dict[str, str]) -> None:
        total, by_variant, by_kind = blocks["wordings"].split("\n\n")
        assert total == "Of 3 applications, 0 were validated (95%: 0.00 to 56.15%)."
        assert lines(by_variant) == [
            "its street and ZIP | 2 | 0 | 1 (50.00%) | 1 (50.00%)",
            "its town alone | 1 | 0 | 0 (0.00%) | 1 (100.00%)",
            "all | 3 | 0 | 1 (33.33%) | 2 (66.66%)",
        ]
        assert [line.split(" | ")[:4] for line in lines(by_kind)] == [
            ["friends, volunteers and other supporters", "2", "0", "1 (50.00%)"],
            ["not the library by their own words: Not, Former, Near, c/o", "1", "0", "0 (0.00%)"],
        ]

    def test_forms_that_libraries_use_too_are_counted_separately(self, blocks: dict[str, str]) -> None:
        assert blocks["wordings-of-libraries"].splitlines() == [
            "| validated with | its street and ZIP |",
            "| --- | ---: |",
            "| board of trustees | 1 of 2 |",
        ]


class TestAccuracyCells:
    def test_shares_are_rounded_to_the_disadvantage_of_the_product(self) -> None:
        assert percent(Share(count=99_999, of=100_000)) == "99.99%"
        assert percent(Share(count=100_000, of=100_000)) == "100.00%"
        assert interval(Share(count=0, of=10_000)) == "0.00 to 0.04"
        assert percent(Share(count=0, of=0)) == "-"
        assert rows_and_share(Share(count=1_999, of=2_000)) == "1,999 (99.95%)"

    def test_the_most_frequent_reasons_come_first_and_equally_frequent_reasons_are_ordered_by_name(
        self,
    ) -> None:
        reasons = {"TIE": 1, "NO_ENTRY": 1_200, "AFFILIATE": 1}
        assert reasons_and_counts(reasons) == "`NO_ENTRY` 1,200, `AFFILIATE` 1, `TIE` 1"
        assert reasons_and_counts(reasons, 2) == "`NO_ENTRY` 1,200, `AFFILIATE` 1"
