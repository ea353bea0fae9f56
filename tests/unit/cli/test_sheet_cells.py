"""No spreadsheet executes a written cell, and every text can be restored."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library_validator_cli.sheet_cells import sheet_cell


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://example.invalid","open")',
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        "  =1+1",
        "\u00a0=1+1",
        "\ufeff=1+1",
        "\u200b=1+1",
        "\uff1d1+1",
        "\uff0b1",
        "\uff0d1",
        "\uff20SUM(A1)",
        "\ufe631",
        "\u22121",
        "'=1+1",
        "\ttab",
    ],
)
def test_a_text_that_could_be_executed_gets_an_apostrophe(text: str) -> None:
    assert sheet_cell(text) == f"'{text}"


@pytest.mark.parametrize("value", ["P-1", "Añasco", "", "(503) 555-0104", "A=B", -1.5, 12, None, True])
def test_every_other_value_is_unchanged(value: object) -> None:
    assert sheet_cell(value) == value


@given(st.text())
def test_removing_one_apostrophe_restores_the_text(text: str) -> None:
    written = sheet_cell(text)
    assert written.removeprefix("'") == text
