"""One street is joined from several columns."""

from __future__ import annotations

import pytest

from library_validator.intake import headers
from library_validator.intake.street_lines import StreetPart, street_of
from library_validator.matching.normalize import street

LINES = (
    StreetPart(0, headers.FIRST_LINE),
    StreetPart(1, headers.SECOND_LINE),
    StreetPart(2, headers.UNIT, "Suite"),
)


@pytest.mark.parametrize(
    ("cells", "joined"),
    [
        (["12 Main St", "", ""], "12 Main St"),
        (["12 Main St", "Suite 4", ""], "12 Main St, Suite 4"),
        (["12 Main St", "4", ""], "12 Main St, Unit 4"),
        (["12 Main St", "#4B", ""], "12 Main St, Unit 4B"),
        (["12 Main St", "", "200"], "12 Main St, Suite 200"),
        (["12 Main St", "", "Suite 200"], "12 Main St, Suite 200"),
        (["PO Box 40", "12 Main St", ""], "12 Main St, PO Box 40"),
        (["12 Main St", "P.O. Box 40", ""], "12 Main St, P.O. Box 40"),
        (["Town Hall", "12 Main St", ""], "12 Main St, Town Hall"),
        (["One Library Plaza", "2nd Floor", ""], "One Library Plaza, 2nd Floor"),
        (["12 Main St", "Attn: A. Person", ""], "12 Main St"),
        (["c/o A. Person", "12 Main St", ""], "12 Main St"),
        (["", "12 Main St", ""], "12 Main St"),
        (["", "", ""], ""),
    ],
)
def test_lines_are_joined_in_the_order_of_an_address(cells: list[str], joined: str) -> None:
    assert street_of(cells, LINES) == joined


def test_a_house_number_in_its_own_column_comes_before_the_street() -> None:
    parts = (StreetPart(0, headers.HOUSE_NUMBER), StreetPart(1, headers.FIRST_LINE))
    assert street_of(["12", "Main St"], parts) == "12 Main St"
    assert street_of(["12", ""], parts) == "12"
    assert street_of(["", "Main St"], parts) == "Main St"


@pytest.mark.parametrize("second", ["Suite 4", "4", "PO Box 40", "#12", "Room 3B"])
def test_the_normalizer_finds_the_same_street_in_the_joined_line(second: str) -> None:
    found = street(street_of(["12 Main Street", second, ""], LINES))
    assert (found.number, found.name) == ("12", "MAIN ST")
