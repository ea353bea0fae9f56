from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library_validator.mojibake import repair_text

LATIN = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x17F, exclude_categories=["Cc"]))


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("EspaÃ±ola", "Española"),
        ("Oâ€™Neill", "O’Neill"),
        ("OÃ¢â‚¬â„¢Neill", "O’Neill"),
        ("MayagÃ¼ez", "Mayagüez"),
        ("BibliothÃ¨que", "Bibliothèque"),
        ("Ä€ina Haina", "Āina Haina"),
        ("WaiâÊ»anae", "WaiâÊ»anae"),
        ("WaiÊ»anae", "Waiʻanae"),
        ("SÃ\x8d", "SÍ"),
        ("SÃƒÂ\x8d", "SÍ"),
        ("SÃƒÆ’Ã‚Â\x8d", "SÍ"),
    ],
)
def test_text_that_was_read_as_windows_1252_once_or_more_is_repaired(wrong: str, right: str) -> None:
    assert repair_text(wrong) == right


@pytest.mark.parametrize(
    "text",
    ["", "Plain", "Española", "CAFÉ’S LIBRARY", "SÃO PAULO", "NIÑO’S", "“Ñ”", "Peña Ã± Española", "图书馆"],
)
def test_text_whose_repair_is_not_certain_stays_as_it_is(text: str) -> None:
    assert repair_text(text) == text


@given(LATIN)
def test_any_text_that_was_read_in_the_wrong_encoding_is_repaired(text: str) -> None:
    wrong = text.encode().decode("latin-1")
    assert repair_text(wrong) in (text, repair_text(text))
