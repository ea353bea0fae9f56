from __future__ import annotations

from pathlib import Path

import pytest

from library_validator_cli.evaluation.floors import FloorCheck, check_floors, read_floors
from library_validator_cli.evaluation.measure import MeasuredRow
from library_validator_cli.evaluation.summary import groups_of
from library_validator_cli.failures import CommandFailed, WrongUsage
from tests.builders.measured_rows import N, R, V, measured_row

FLOORS_OF_THE_PROJECT = Path(__file__).parents[2] / "realdata"


@pytest.fixture
def floors_path(tmp_path: Path) -> Path:
    return tmp_path / "floors.toml"


def check_written_floors(
    path: Path, text: str, measured_rows: list[MeasuredRow], only: tuple[str, ...] = ()
) -> tuple[list[FloorCheck], list[str]]:
    path.write_text(text, "utf-8")
    return check_floors(read_floors(path), groups_of(measured_rows), only)


TEN = [measured_row(V, application_id=str(n)) for n in range(9)] + [measured_row(R, application_id="9")]


@pytest.mark.parametrize(
    ("limit", "met"),
    [
        ("validated_right_min = 0.9", True),
        ("validated_right_min = 0.91", False),
        ("validated_right_min = 9", True),
        ("validated_right_min = 10", False),
        ("review_max = 0.1", True),
        ("review_max = 0.09", False),
        ("review_max = 1", True),
        ("review_max = 0", False),
        ("wrong_max = 0", True),
        ("recall_min = 1.0", True),
        ("keys_max = 5", True),
        ("keys_max = 4", False),
    ],
)
def test_a_limit_on_rows_or_on_a_share_is_met_or_missed(floors_path: Path, limit: str, met: bool) -> None:
    checks, _ = check_written_floors(floors_path, f'[[floor]]\nset = "typed"\n{limit}\n', TEN)
    assert [check.met for check in checks] == [met]


def test_a_check_has_the_limit_and_the_measured_value(floors_path: Path) -> None:
    (check,), _ = check_written_floors(
        floors_path, '[[floor]]\nset = "typed"\nvalidated_right_min = 0.995\n', TEN
    )
    assert (check.about, check.limit, check.measured, check.met) == (
        "typed",
        "validated_right at least 99.5%",
        "9 of 10 (90.00%)",
        False,
    )


def test_the_sets_of_one_floor_are_counted_together(floors_path: Path) -> None:
    measured_rows = [measured_row(V, label="NONE", of=name) for name in ("museum", "museum", "college")]
    text = '[[floor]]\nsets = ["museum", "college"]\nnon_library_validated_max = 2\n'
    (check,), others = check_written_floors(floors_path, text, measured_rows)
    assert (check.measured, check.met, others) == ("3 of 3 (100.00%)", False, [])
    assert check_written_floors(floors_path, text, measured_rows[:2]) == ([], ["museum + college"])


def test_a_floor_is_checked_only_for_its_kind_and_its_fields(floors_path: Path) -> None:
    measured_rows = [measured_row(V, kind="typo"), measured_row(N, "", kind="short")]
    text = (
        '[[floor]]\nset = "typed"\nkind = "typo"\nvalidated_right_min = 1.0\n'
        '[[floor]]\nset = "typed"\nonly = "state,name"\nvalidated_right_min = 1.0\n'
    )
    (check,), others = check_written_floors(floors_path, text, measured_rows)
    assert (check.about, check.met) == ("typed / typo", True)
    assert others == ["typed as name, state"]
    (reduced,), others = check_written_floors(floors_path, text, measured_rows, only=("name", "state"))
    assert (reduced.measured, reduced.met) == ("1 of 2 (50.00%)", False)
    assert others == ["typed / typo"]


def test_a_limit_on_a_set_without_rows_is_missed(floors_path: Path) -> None:
    text = '[[floor]]\nset = "typed"\nnon_library_validated_max = 0\n'
    (check,), _ = check_written_floors(floors_path, text, TEN)
    assert (check.measured, check.met) == ("0 of 0 (no such row)", False)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[floor]\n", "is not TOML"),
        ("", "something other than"),
        ("wrong_max = 2\n", "something other than"),
        ("floor = 3\n", "something other than"),
        ("[[floor]]\nwrong_max = 2\n", "floor 1: has no set"),
        ('[[floor]]\nsets = "typed"\nwrong_max = 2\n', "floor 1: has no set"),
        ('[[floor]]\nset = "typed"\n', "floor 1: has no limit"),
        ('[[floor]]\nset = "typed"\nwrong_maximum = 2\n', "wrong_maximum is not a limit"),
        ('[[floor]]\nset = "typed"\nkeys_min = 2\n', "keys_min is not a limit"),
        ('[[floor]]\nset = "typed"\nwrong_max = "2"\n', "wrong_max is '2'"),
        ('[[floor]]\nset = "typed"\nwrong_max = true\n', "wrong_max is True"),
        ('[[floor]]\nset = "typed"\nwrong_max = -1\n', "wrong_max is -1"),
        ('[[floor]]\nset = "typed"\nvalidated_right_min = 99.9\n', "between 0.0 and 1.0"),
        ('[[floor]]\nset = "typed"\nwrong_max = 1.0\n', "can never fail"),
        ('[[floor]]\nset = "typed"\nrecall_min = 0\n', "can never fail"),
    ],
)
def test_a_file_of_floors_that_could_never_fail_is_refused(
    floors_path: Path, text: str, message: str
) -> None:
    floors_path.write_text(text, "utf-8")
    with pytest.raises(CommandFailed, match=message):
        read_floors(floors_path)


def test_a_floor_on_unknown_fields_is_refused(floors_path: Path) -> None:
    floors_path.write_text('[[floor]]\nset = "typed"\nonly = "colour"\nwrong_max = 2\n', "utf-8")
    with pytest.raises(WrongUsage, match="colour"):
        read_floors(floors_path)


@pytest.mark.parametrize(
    ("name", "reductions"),
    [
        ("floors.toml", {(), ("name", "city", "state"), ("name", "state")}),
        ("floors_of_seven_releases.toml", {()}),
    ],
)
def test_the_floors_of_the_project_can_be_read(name: str, reductions: set[tuple[str, ...]]) -> None:
    floors = read_floors(FLOORS_OF_THE_PROJECT / name)
    assert {floor.only for floor in floors} == reductions
    assert {"drift17_ae", "typed", "irs_legal", "neg_irs"} <= {
        name for floor in floors for name in floor.sets
    }
