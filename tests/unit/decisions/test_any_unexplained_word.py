"""Rules that hold for any extra word in a library's name, and for any way to write the name.

The words are random letters, or everyday words that are in no list of the product. So these tests do not
depend on chosen examples.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from library_validator.decisions.answer import Answer
from library_validator.matching.slips import is_library
from library_validator.matching.words import LEGAL_FORMS, NAME_WORDS, OF_LIBRARIES, PARTICLES
from library_validator.releases.records import Outlet, System
from tests.builders.varied_registry import (
    ARROYO,
    HASTWELL,
    HAVENPORT,
    JUNIPER_CREEK,
    LARCHMERE,
    MUSEUM,
    OFENNEL,
    PELLWOOD,
    QUILLET,
    SABLE_COUNTY,
    SEVEN_ELMS,
    SPINDRIFT,
    address_and_phone_fields_of,
    address_fields_of,
    decision_on_applicant,
    evidence_of,
    key_of,
    town_fields_of,
)

LISTED: Final[tuple[System | Outlet, ...]] = (
    LARCHMERE, SABLE_COUNTY, SPINDRIFT, HAVENPORT, MUSEUM, QUILLET, SEVEN_ELMS, OFENNEL, ARROYO,
    JUNIPER_CREEK, PELLWOOD,
)  # fmt: skip
# The middle name of Hastwell may be any word that begins with its initial.
WITH_INITIAL: Final[tuple[System | Outlet, ...]] = (*LISTED, HASTWELL)
EVERYDAY: Final = """
    apartments realtors tavern motors yoga dental plumbing salon bakery parking lofts condos cinema brewery
    insurance attorneys catering daycare gaming vapes outlet storage wedding rental chess quilt genealogy
    archery haunted virtual online mobile digital private islamic masonic little toy tool seed human
    not anti fake former near unofficial against behind under versus without opponents imitation
    freunde vrienden amici przyjaciele venner vanner ystavat baratok prijatelji arkadaslari kaibigan
    gmbh limited holdings partnership ventures enterprises group llc ltd llp sons brothers
""".split()
GivenFields = Callable[[System | Outlet], dict[str, str]]
libraries: Final = st.sampled_from(LISTED)
KNOWN: Final = NAME_WORDS.keys() | OF_LIBRARIES | PARTICLES | LEGAL_FORMS
made_up: Final = st.text("abcdefghijklmnopqrstuvwxyz", min_size=5, max_size=14).filter(
    lambda word: word.upper() not in KNOWN and not is_library(word.upper())
)
everyday: Final = st.sampled_from(EVERYDAY)
places: Final = st.integers(min_value=0, max_value=7)
OFFERS: Final = (address_and_phone_fields_of, address_fields_of)
DRESSES: Final[tuple[Callable[[str], str], ...]] = (
    str.upper,
    str.lower,
    str.swapcase,
    "  {}  ".format,
    "{}.".format,
    "{},".format,
    '"{}"'.format,
    "\u201c{}\u201d".format,
    lambda text: text.replace(" ", "  "),
    lambda text: text.replace(" ", "\u00a0"),
    lambda text: text.replace("'", "\u2019"),
)
SEEDED: Final = settings(max_examples=300, derandomize=True, deadline=None)


def name_with_word(listed: System | Outlet, word: str, place: int) -> str:
    words = listed.name.title().split()
    return " ".join([*words[:place], word.title(), *words[place:]])


def shuffled_words_of_name(listed: System | Outlet) -> st.SearchStrategy[tuple[System | Outlet, list[str]]]:
    return st.tuples(st.just(listed), st.permutations(listed.name.title().split()))


def fields_of_impostors(listed: System | Outlet) -> dict[str, dict[str, str]]:
    """Fields of impostors: some are the library's, the others are their own."""
    own_phone = {"phone": f"{listed.phone[:3]}8675309"}
    return {
        "address and phone": address_and_phone_fields_of(listed),
        "address": address_fields_of(listed),
        "address, own phone": {**address_fields_of(listed), **own_phone},
        "phone, own street": {**address_and_phone_fields_of(listed), "street": "77 Impostor Way"},
        "town": town_fields_of(listed),
        "own street and phone": {**town_fields_of(listed), "street": "77 Impostor Way", **own_phone},
    }


@SEEDED
@given(listed=libraries, word=made_up | everyday, place=places)
def test_one_extra_word_is_never_validated_even_with_the_librarys_street_and_phone(
    listed: System | Outlet, word: str, place: int
) -> None:
    decision = decision_on_applicant(
        name_with_word(listed, word, place), **address_and_phone_fields_of(listed)
    )
    assert decision.decision is not Answer.VALIDATED


@SEEDED
@given(
    listed=libraries,
    word=everyday,
    place=places,
    variant=st.sampled_from(sorted(fields_of_impostors(LARCHMERE))),
)
def test_one_extra_word_is_never_validated_whatever_else_is_given(
    listed: System | Outlet, word: str, place: int, variant: str
) -> None:
    decision = decision_on_applicant(
        name_with_word(listed, word, place), **fields_of_impostors(listed)[variant]
    )
    assert decision.decision is not Answer.VALIDATED


@SEEDED
@given(listed=libraries, word=made_up | everyday, place=places)
def test_a_word_without_an_explanation_is_unexplained(listed: System | Outlet, word: str, place: int) -> None:
    evidence = evidence_of(listed, name_with_word(listed, word, place), **address_and_phone_fields_of(listed))
    assert word.upper() in evidence.name.unexplained


@SEEDED
@given(listed=libraries, words=st.lists(everyday, min_size=2, max_size=4, unique=True), place=places)
def test_several_extra_words_are_never_validated(
    listed: System | Outlet, words: list[str], place: int
) -> None:
    decision = decision_on_applicant(
        name_with_word(listed, " ".join(words), place), **address_and_phone_fields_of(listed)
    )
    assert decision.decision is not Answer.VALIDATED


@pytest.mark.parametrize("listed", WITH_INITIAL, ids=lambda listed: listed.name)
@pytest.mark.parametrize(
    "given_fields", [address_and_phone_fields_of, address_fields_of], ids=["address and phone", "address"]
)
def test_the_listed_name_itself_is_validated(listed: System | Outlet, given_fields: GivenFields) -> None:
    decision = decision_on_applicant(listed.name.title(), **given_fields(listed))
    assert (decision.decision, key_of(decision)) == (Answer.VALIDATED, listed.fscs_key)


@SEEDED
@given(
    in_some_order=st.sampled_from(WITH_INITIAL).flatmap(shuffled_words_of_name),
    given_fields=st.sampled_from(OFFERS),
)
def test_the_words_of_the_listed_name_may_have_any_order(
    in_some_order: tuple[System | Outlet, list[str]], given_fields: GivenFields
) -> None:
    listed, words = in_some_order
    decision = decision_on_applicant(" ".join(words), **given_fields(listed))
    assert (decision.decision, key_of(decision)) == (Answer.VALIDATED, listed.fscs_key)


@SEEDED
@given(
    listed=st.sampled_from(WITH_INITIAL),
    word=st.just("") | everyday,
    dress=st.sampled_from(DRESSES),
    variant=st.sampled_from(sorted(fields_of_impostors(LARCHMERE))),
)
def test_case_blanks_and_punctuation_around_a_name_change_no_answer(
    listed: System | Outlet, word: str, dress: Callable[[str], str], variant: str
) -> None:
    plain = name_with_word(listed, word, 9) if word else listed.name.title()
    fields = fields_of_impostors(listed)[variant]
    expected, found = decision_on_applicant(plain, **fields), decision_on_applicant(dress(plain), **fields)
    assert (found.decision, key_of(found)) == (expected.decision, key_of(expected))


@SEEDED
@given(
    listed=st.sampled_from(WITH_INITIAL),
    dress=st.sampled_from(DRESSES),
    variant=st.sampled_from(sorted(fields_of_impostors(LARCHMERE))),
)
def test_case_and_blanks_of_the_other_fields_change_no_answer(
    listed: System | Outlet, dress: Callable[[str], str], variant: str
) -> None:
    plain = fields_of_impostors(listed)[variant]
    dressed = {name: dress(value) if name in ("street", "city") else value for name, value in plain.items()}
    expected, found = (
        decision_on_applicant(listed.name, **plain),
        decision_on_applicant(listed.name, **dressed),
    )
    assert (found.decision, key_of(found)) == (expected.decision, key_of(expected))
