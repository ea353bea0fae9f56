"""The pairs of address lines of the benchmark, their readers, and the counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lab.addresses import costs, pairs
from lab.addresses.address_parsers import PRODUCT, print_tables, run
from lab.addresses.comparing import (
    ReaderLevels,
    compare_as_product,
    comparison_with,
    levels_of,
    measure,
    mistakes_of_readers,
)
from lab.addresses.pairs import Line, Pair
from lab.addresses.readers import (
    keep_word,
    shorten_word,
    street_of_labels,
    street_of_parts,
    with_plain_rules,
    with_whole_lines,
)
from library_validator.decisions.application import Application
from library_validator.matching.normalize import Street
from library_validator.releases.records import Outlet, Release, System
from library_validator_cli.evaluation.labelled import LabelledRow
from tests.builders.small_registry import ALDER, BRIAR_COUNTY, outlet, release


def systems_of(*systems: System) -> Release:
    return release(systems, fiscal_year=2015)


def line(text: str) -> Line:
    return Line(text, "ALDER POINT", "ME", "04901")


def pair(text: str, *others: str, same: bool = True, name: str = "respelled") -> Pair:
    return Pair(name, same, line(text), tuple(map(line, others)))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("100 W 5TH ST", ["100", "5"]),
        ("P.O. BOX 0129", ["129"]),
        ("One South Sixth Avenue", ["1"]),
        ("ONEIDA STREET", []),
        ("N6524 COUNTY RD A", ["6524"]),
    ],
)
def test_the_numbers_of_a_line_are_read_from_its_digits(text: str, numbers: list[str]) -> None:
    assert pairs.numbers_of(text) == numbers


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("12 N FORK RD", [("respelled", True)]),
        ("90 MILL STREET", [("moved", False)]),
        ("12  north fork road", []),  # unchanged
        ("NORTH FORK ROAD", []),  # doubtful
        ("14 HIGHWAY 12", []),  # doubtful: 12 is in both
    ],
)
def test_digits_decide_whether_a_line_is_respelled_or_moved(
    now: str, expected: list[tuple[str, bool]]
) -> None:
    newer = release((replace(ALDER, street=now, mailing_street="M"),))
    found, _ = pairs.pairs_of_releases([systems_of(ALDER)], newer)
    assert [(pair.set, pair.same) for pair in found] == expected


def test_lines_that_are_left_out_are_counted() -> None:
    newer = release((replace(ALDER, street="NORTH FORK ROAD"),))
    assert pairs.pairs_of_releases([systems_of(ALDER)], newer) == ([], {"unchanged": 1, "doubtful": 1})


def test_mailing_lines_have_their_own_set() -> None:
    then = replace(ALDER, mailing_street="P.O. BOX 7")
    newer = release((replace(ALDER, mailing_street="PO Box 7"),))
    found, _ = pairs.pairs_of_releases([systems_of(then)], newer)
    assert [(pair.set, pair.line.text, pair.others[0].text) for pair in found] == [
        ("respelled_mailing", "P.O. BOX 7", "PO Box 7")
    ]


@pytest.mark.parametrize("changed", [{"phone": "2075559999"}, {"zip": "04999"}, {"fscs_key": "ME0099"}])
def test_a_place_with_another_phone_zip_or_key_is_left_out(changed: dict[str, str]) -> None:
    now = replace(ALDER, street="12 N FORK RD", mailing_street="M", **changed)  # type: ignore[arg-type]
    assert pairs.pairs_of_releases([systems_of(ALDER)], release((now,)))[0] == []


def test_equal_lines_of_two_older_releases_make_one_pair() -> None:
    older = [systems_of(ALDER), release((ALDER,), fiscal_year=2017)]
    newer = release((replace(ALDER, street="12 N FORK RD", mailing_street="M"),))
    assert len(pairs.pairs_of_releases(older, newer)[0]) == 1


def branch(sequence: str, street: str, phone: str) -> Outlet:
    return outlet("ME0001", sequence, "A BRANCH", street, "ALDER POINT", "04901", phone)


def test_neighbours_have_the_same_zip_and_different_phones_and_numbers() -> None:
    outlets = (
        branch("002", "12 NORTH FORK ROAD", "2075550101"),
        branch("003", "90 MILL STREET", "2075550102"),
        branch("004", "92 MILL STREET", "2075550102"),
        branch("005", "12 N. FORK RD.", "2075550103"),
    )
    found = {
        (pair.line.text, pair.others[0].text)
        for pair in pairs.pairs_of_neighbours(release((ALDER,), outlets))
    }
    assert found == {
        ("12 NORTH FORK ROAD", "90 MILL STREET"),
        ("12 NORTH FORK ROAD", "92 MILL STREET"),
        ("90 MILL STREET", "12 N. FORK RD."),
        ("92 MILL STREET", "12 N. FORK RD."),
    }


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("100 W 5TH ST", "100 W 6TH ST"),
        ("100 WEST 10TH STREET", "100 WEST 11TH STREET"),
        ("100 21ST AVE", "100 22ND AVE"),
        ("100 111TH ST", "100 112TH ST"),
        ("20514 HWY. 6", "20514 HWY. 7"),
        ("100 MAIN ST", ""),
        ("100 MAIN ST STE 4", ""),
        ("PO BOX 129", ""),
    ],
)
def test_the_next_street_has_the_next_number(text: str, changed: str) -> None:
    assert pairs.next_street(text) == changed


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("100 W 5TH ST", "100 E 5TH ST"),
        ("12 North Fork Road", "12 SOUTH FORK ROAD"),
        ("12 N. FORK RD", "12 S. FORK RD"),
        ("12 E ST", ""),  # a street called E
        ("12 WESTERN AVE", ""),
    ],
)
def test_the_opposite_side_has_the_opposite_direction(text: str, changed: str) -> None:
    assert pairs.opposite_side(text) == changed


def labelled(label: str, street: str, zip_code: str = "04901") -> LabelledRow:
    application = Application(application_id="a-1", name="A library", street=street, zip=zip_code)
    return LabelledRow("typed", "", label, application, ())


def test_an_application_is_paired_with_its_system_and_with_strangers() -> None:
    near = replace(BRIAR_COUNTY, zip="04901", mailing_zip="04901")
    found = pairs.pairs_of_labelled_rows([labelled("ME0001", "12 N Fork Rd")], release((ALDER, near)))
    assert {(pair.set, pair.same, pair.others[0].text) for pair in found} == {
        ("typed", True, "12 NORTH FORK ROAD"),
        ("typed_strangers", False, "400 MAIN STREET"),
    }


@pytest.mark.parametrize("label", ["NONE", "GONE", "ME0099"])
def test_an_applicant_that_is_not_a_listed_library_makes_no_pairs(label: str) -> None:
    assert pairs.pairs_of_labelled_rows([labelled(label, "12 N Fork Rd")], release((ALDER,))) == []


def test_an_application_written_like_its_system_is_left_out() -> None:
    assert pairs.pairs_of_labelled_rows([labelled("ME0001", "12 north fork road")], release((ALDER,))) == []


def test_parts_of_usaddress_make_a_street_in_one_order() -> None:
    before = {
        "AddressNumber": "203",
        "StreetNamePreDirectional": "E.",
        "StreetName": "BENTON",
        "StreetNamePostType": "AVE",
    }
    after = {
        "AddressNumber": "203",
        "StreetName": "BENTON",
        "StreetNamePostType": "Avenue",
        "StreetNamePostDirectional": "EAST",
    }
    assert street_of_parts(before, shorten_word) == Street("203", "E BENTON AVE", "")
    assert street_of_parts(after, shorten_word) == Street("203", "E BENTON AVE", "")
    assert street_of_parts(after, keep_word) == Street("203", "EAST BENTON AVENUE", "")


def test_boxes_of_usaddress_are_read_as_the_product_reads_them() -> None:
    rules = with_plain_rules()
    box = {"USPSBoxType": "P.O. BOX", "USPSBoxID": "129"}
    route = {"USPSBoxGroupType": "RR", "USPSBoxGroupID": "2", "USPSBoxType": "Box", "USPSBoxID": "45"}
    assert street_of_parts(box, shorten_word) == rules(line("PO Box 129"))
    assert street_of_parts(route, shorten_word) == rules(line("RR 2 Box 45"))


@pytest.mark.parametrize(
    ("given", "number"), [("72-31", "72"), ("012", "12"), ("N6524", "6524"), ("ONE", "")]
)
def test_house_numbers_of_parsers_are_written_as_the_product_writes_them(given: str, number: str) -> None:
    read = street_of_parts({"AddressNumber": given, "StreetName": "MAIN"}, shorten_word)
    assert read == Street(number, "MAIN", "")


def test_parts_without_a_street_are_not_a_street() -> None:
    assert street_of_parts({"Recipient": "CITY HALL"}, shorten_word) is None
    assert street_of_parts({"BuildingName": "LIBRARY PLAZA"}, shorten_word) == Street("", "LIBRARY PLZ", "")


def test_labels_of_libpostal_make_a_street() -> None:
    found = [("100", "house_number"), ("north main street", "road"), ("alder point", "city")]
    assert street_of_labels(found) == Street("100", "N MAIN ST", "")
    assert street_of_labels([("po box 129", "po_box")]) == Street("", "", "129")
    assert street_of_labels([("alder point", "city")]) is None


def test_the_level_of_a_pair_is_that_of_its_best_line() -> None:
    compare = comparison_with(with_plain_rules())
    assert compare(pair("12 N Fork Rd", "PO BOX 7", "12 NORTH FORK ROAD")) == "exact"
    assert compare(pair("12 N Fork Rd", "90 MILL STREET", "14 NORTH FORK ROAD")) == "same_street"


def test_a_line_that_cannot_be_read_has_the_level_unread() -> None:
    assert comparison_with(lambda _: None)(pair("12 N FORK RD", "12 N FORK RD")) == "unread"


def test_the_product_compares_whole_lines_too() -> None:
    mistyped = pair("120 Main Sttreet", "120 MAIN STREET")
    assert compare_as_product(mistyped) == "near"


def test_shares_and_mistakes_are_counted_by_set() -> None:
    known = [
        pair("12 N Fork Rd", "12 NORTH FORK ROAD"),
        pair("12 N Fork Rd", "90 MILL ST"),
        pair("1 A ST", "7 B ST", same=False, name="moved"),
        pair("1 E MAIN ST", "1 W MAIN ST", same=False, name="other_side"),
    ]
    rules = ReaderLevels("rules", ("exact", "different", "near", "near"))
    measured = measure(rules, known)
    assert (measured["respelled"]["pairs"], measured["respelled"]["judged_same"]) == (2, 1)
    assert (measured["moved"]["judged_same"], measured["moved"]["judged_exact"]) == (1, 0)
    better = ReaderLevels("better", ("exact", "near", "different", "near"))
    assert [
        (mistake["line"], mistake["right"])
        for mistake in mistakes_of_readers([rules], [rules, better], known)
    ] == [
        ("12 N Fork Rd", ["better"]),
        ("1 A ST", ["better"]),
    ]


def test_lines_read_as_a_whole_have_no_house_number_and_differ_by_a_digit() -> None:
    reader = levels_of(
        "whole", comparison_with(with_whole_lines()), [pair("100 NORTH MAIN ST", "102 NORTH MAIN ST")]
    )
    assert reader.levels == ("different",)


def test_installed_bytes_include_requirements() -> None:
    assert costs.installed_bytes(["rapidfuzz"]) > 1_000_000
    assert costs.installed_bytes([]) == costs.installed_bytes(["no-such-package"]) == 0
    assert costs.installed_bytes(["pydantic"]) > costs.installed_bytes(["pydantic-core"])


def test_every_installed_reader_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    found = run(
        [
            pair("12 N Fork Rd", "12 NORTH FORK ROAD"),
            pair("12 N FORK RD", "90 MILL STREET", same=False, name="moved"),
        ]
    )
    assert found["judged"][PRODUCT]["respelled"]["judged_exact"] == 1
    assert found["judged"][PRODUCT]["moved"]["judged_same"] == 0
    assert found["readers"]["plain rules"]["unread"] == 0
    assert found["readers"]["plain rules"]["microseconds_per_line"] > 0
    print_tables(found)
    assert "| respelled (1) | 100.00 (100.00) |" in capsys.readouterr().out
