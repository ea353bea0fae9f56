"""Texts from outside do not change the display of a terminal."""

from __future__ import annotations

import pytest

from library_validator_cli.terminal import escape_cells, show_warning


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ALDER\x1b[2J", r"ALDER\x1b[2J"),
        ("AL\u202eDER", r"AL\u202eDER"),
        ("half a sign \ud800", r"half a sign \ud800"),
        ("two\nlines", "two\nlines"),
        ("BIBLIOTECA DE CATAÑO", "BIBLIOTECA DE CATAÑO"),
    ],
)
def test_characters_that_are_not_seen_are_shown_as_codes(
    text: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert escape_cells(text) == [shown]
    show_warning(text)
    assert capsys.readouterr().err == f"{shown}\n"
