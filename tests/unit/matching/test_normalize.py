"""Names, addresses, phones and ids become comparable."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library_validator.matching import normalize
from library_validator.matching.compare_addresses import compare_streets
from library_validator.matching.names import read_name
from library_validator.matching.normalize import Street
from library_validator.matching.words import NAME_PHRASES, PHRASE_WORDS
from library_validator.terms import FscsId


@pytest.mark.parametrize(
    ("typed", "listed"),
    [
        ("Alder Pt. P.L.D.", "ALDER PT PUBLIC LIBRARY DISTRICT"),
        ("The Smith Mem'l Lib.", "SMITH MEMORIAL LIBRARY"),
        ("St. Mary's Parish Library", "SAINT MARYS PARISH LIBRARY"),
        ("Ste. Genevieve County Library", "SAINT GENEVIEVE COUNTY LIBRARY"),
        ("Eagle`s Nest Public Library", "EAGLES NEST PUBLIC LIBRARY"),
        ("Brown & Sons Free Library", "BROWN AND SONS FREE LIBRARY"),
        ("Peñasco Community Library", "PENASCO COMMUNITY LIBRARY"),
        ("J. H. Wootters Library", "JH WOOTTERS LIBRARY"),
        ("Alder Twp. Library", "ALDER TOWNSHIP LIBRARY"),
        ("\u0410LDER Public Library", "ALDER PUBLIC LIBRARY"),  # a Cyrillic A
        ("Briar Public Libraries", "BRIAR PUBLIC LIBRARY"),
    ],
)
def test_spellings_of_one_name_become_equal(typed: str, listed: str) -> None:
    assert read_name(typed).text == read_name(listed).text


@pytest.mark.parametrize("phrase", [phrase for phrase, _ in NAME_PHRASES])
def test_every_phrase_has_a_word_by_which_it_is_found(phrase: str) -> None:
    assert not PHRASE_WORDS.isdisjoint(phrase.split())


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Briar County Library", "Briar City Library"),
        ("East Coral Library", "West Coral Library"),
        ("Briar Township Library", "Briar Library"),
        ("Number 1 Branch", "Number 2 Branch"),
    ],
)
def test_words_that_distinguish_neighbours_are_kept(name: str, other: str) -> None:
    assert read_name(name).core != read_name(other).core


@pytest.mark.parametrize(
    ("typed", "listed"),
    [
        ("12 N. Fork Rd.", "12 NORTH FORK ROAD"),
        ("100 First Street", "100 1ST ST"),
        ("PO Box 129", "P.O. BOX 129"),
        ("P O BOX 0129 ", "PO Box 0129"),
        ("20514 Hwy. 6, Suite 4", "20514 HIGHWAY 6"),
        ("400 Main Street, Ste. B", "400 MAIN ST"),
        ("116\u00bd Towner Ave", "116 1/2 TOWNER AVENUE"),
        ("116-1/2 Towner Ave", "116 TOWNER AVENUE"),
        ("No. 6 3/4 Mill Rd", "6 MILL RD"),
        ("100-102 Main St", "100 MAIN ST"),
        ("1400 \u2013 1404 Main St", "1400 MAIN ST"),
        ("Apartado 447", "PO BOX 447"),
        ("Apdo. Postal 447", "PO BOX 447"),
        ("Casilla 12", "PO BOX 12"),
    ],
)
def test_spellings_of_one_address_line_become_equal(typed: str, listed: str) -> None:
    assert normalize.street(typed) == normalize.street(listed)


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("455 Main Street", Street("455", "MAIN ST", "")),
        ("RR 2 Box 14", Street("", "", "R2B14")),
        ("POB 77", Street("", "", "77")),
        ("P.O. Drawer C", Street("", "", "C")),
        ("12 Elm Ave, POBox 9", Street("12", "ELM AVE", "9")),
        ("No. 7 5th St Unit 3B rear", Street("7", "5 ST", "")),
        ("Suite 4", Street("", "SUITE 4", "")),  # the line is only a unit
        ("Boxwood Lane", Street("", "BOXWOOD LN", "")),
        ("103-34 Lefferts Blvd", Street("103", "34 LEFFERTS BLVD", "")),  # one house number of Queens
        ("12 3/4 Mile Rd", Street("12", "MILE RD", "")),
        ("Calle Apartado", Street("", "CALLE APARTADO", "")),
        ("M", Street("", "", "")),  # the registry's sign for missing
    ],
)
def test_an_address_line_is_split_into_number_name_and_box(line: str, parts: Street) -> None:
    assert normalize.street(line) == parts


def test_a_direction_after_the_house_number_belongs_to_the_street() -> None:
    assert normalize.street("455 N MAIN ST") == normalize.street("455 North Main Street")
    assert normalize.street("455 N MAIN ST").number == "455"


@pytest.mark.parametrize(
    ("one", "other"),
    [("12 N Fork Rd", "12 S Fork Rd"), ("100 5th St", "100 6th St"), ("7 Highway 190", "7 Highway 191")],
)
def test_two_streets_that_differ_in_a_figure_or_a_direction_are_different(one: str, other: str) -> None:
    assert compare_streets(normalize.street(one), normalize.street(other)) == "same_number"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AK0001", FscsId("AK0001", "")),
        ("ak0001-002", FscsId("AK0001", "002")),
        ("AK 0001", FscsId("AK0001", "")),
        ("AK0001-2", FscsId("AK0001", "002")),
        ("AK0001\u20132", FscsId("AK0001", "002")),
        ("FSCS AK-0001/002", FscsId("AK0001", "002")),
    ],
)
def test_fscs_ids_are_read_in_all_their_spellings(text: str, expected: FscsId) -> None:
    assert normalize.fscs_id(text) == expected


@pytest.mark.parametrize("text", ["", "0001", "XX0001", "AK00012", "AK001", "library"])
def test_a_text_that_is_not_an_fscs_id_is_not_read(text: str) -> None:
    assert normalize.fscs_id(text) is None


@pytest.mark.parametrize(
    ("text", "expected"), [("me", "ME"), ("Maine", "ME"), ("N. Carolina", ""), ("XX", "")]
)
def test_states_are_read_by_code_or_name(text: str, expected: str) -> None:
    assert normalize.state(text) == expected


@given(st.text(max_size=400))
def test_any_text_can_be_normalized(text: str) -> None:
    name = read_name(text).text
    assert name.isascii()
    assert read_name(name).text.split() == name.split() or name
    for read in (normalize.city, normalize.state):
        assert read(text).isascii()
    assert normalize.street(text).name.isascii()


def words_by_patterns(text: str) -> str:
    """The rule of ``normalize.words``, with a pattern for each of its steps."""
    closed_up = re.sub("['`]", "", normalize.fold(text)).replace("&", " AND ")
    plain = re.sub("[^A-Z0-9]+", " ", closed_up).strip()
    return re.sub(r"\b[A-Z](?: [A-Z]\b)+", lambda initials: initials[0].replace(" ", ""), plain)


@given(st.text(max_size=80) | st.text("aB1 &'`-.,_\t\n\u2019\u00e9\u0410", max_size=40))
def test_words_have_letters_and_digits_only_and_initials_are_joined(text: str) -> None:
    assert normalize.words(text) == words_by_patterns(text)
