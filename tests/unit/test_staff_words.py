"""Words of staff for the record: no e-mail addresses, no telephone numbers except the listed one."""

from __future__ import annotations

import pytest

from library_validator.errors import WordsRefused
from library_validator.staff_words import checked_words

LISTED = frozenset({"9075550100"})


@pytest.mark.parametrize(
    "words",
    [
        "write to jane.doe@example.org",
        "Jane Doe <jane@mail.example.org> confirmed it",
        "jane (at) example.org confirmed it",
        "jane[at]example.org",
        "JANE＠EXAMPLE.ORG",  # noqa: RUF001 a full-width sign
    ],
)
def test_an_email_address_is_refused(words: str) -> None:
    with pytest.raises(WordsRefused, match="an e-mail address"):
        checked_words(words, LISTED)


@pytest.mark.parametrize(
    "number",
    [
        "907-555-0199",
        "(907) 555-0199",
        "907.555.0199",
        "9075550199",
        "+1 907 555 0199",
        "1-907-555-0199",
        "907–555–0199",  # noqa: RUF001 a dash of a word processor
        "９０７－５５５－０１９９",  # noqa: RUF001 full-width digits
        "555-0199",
        "+49 30 901820",
        "+44 (0)20 7946 0958",
    ],
)
def test_a_telephone_number_is_refused_and_not_repeated(number: str) -> None:
    with pytest.raises(WordsRefused, match="a telephone number") as refused:
        checked_words(f"the clerk said so at {number}, in spring", LISTED)
    assert "0199" not in str(refused.value)
    assert "by role" in str(refused.value)


@pytest.mark.parametrize("number", ["907-555-0100", "(907) 555 0100", "+1 907.555.0100", "555-0100"])
def test_the_listed_number_is_allowed_and_only_that_one(number: str) -> None:
    assert checked_words(f"called {number}", LISTED)
    with pytest.raises(WordsRefused):
        checked_words(f"called {number}")
    with pytest.raises(WordsRefused):
        checked_words(f"called {number}, then 907-555-0199", LISTED)


@pytest.mark.parametrize(
    "words",
    [
        "AK0001-002 is the branch, since 2026-11-29",
        "the letter of 20261129 names 99501-1234",
        "EIN 12-3456789, FY2019-2022, 1,234,567 persons",
        "decision 6f1c6ee0-6c1b-5b0e-9d5a-6a3f0b8f7c11 of run releases/a.zip@1",
        "two libraries @ one address",
    ],
)
def test_dates_keys_and_amounts_are_no_telephone_numbers(words: str) -> None:
    assert checked_words(words) == words
