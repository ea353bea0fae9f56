"""The words of an applicant's name that have an explanation, and those that have none."""

from __future__ import annotations

import pytest

from library_validator.decisions.explained_name import ExplainedName
from library_validator.releases.records import Outlet, System
from tests.builders.varied_registry import (
    ARROYO,
    HASTWELL,
    JUNIPER_CREEK,
    LARCHMERE,
    MUSEUM,
    PELLWOOD,
    SABLE_COUNTY,
    SEVEN_ELMS,
    SPINDRIFT,
    address_fields_of,
    evidence_of,
    town_fields_of,
)


def name_in_town(listed: System | Outlet, name: str) -> ExplainedName:
    """The name of an applicant that gives only the town of a listed library."""
    return evidence_of(listed, name, **town_fields_of(listed)).name


def name_at_address(listed: System | Outlet, name: str) -> ExplainedName:
    """The name of an applicant that gives the whole address of a listed library, without a phone."""
    return evidence_of(listed, name, **address_fields_of(listed)).name


@pytest.mark.parametrize(
    ("listed", "name"),
    [
        (LARCHMERE, "Larchmere Public Library"),
        (LARCHMERE, "Library, Public, Larchmere"),
        (SABLE_COUNTY, "Sable County Library System"),
        (SABLE_COUNTY, "Sable County Library"),  # its central library's name
        (JUNIPER_CREEK, "Sable County Library System Juniper Creek Branch"),  # its system's too
        (MUSEUM, "Tollgate Museum and Library"),  # the entry has the word museum too
        (SPINDRIFT, "Spindrift Island Library Association"),
        (SEVEN_ELMS, "7 Elms Public Library"),
        (ARROYO, "Biblioteca P\u00fablica Municipal Arroyo Verde"),
    ],
)
def test_the_entrys_own_words_are_explained(listed: System | Outlet, name: str) -> None:
    assert name_in_town(listed, name).unexplained == ()


@pytest.mark.parametrize(
    "name",
    [
        "Hastwell Memorial Library of Thornby",  # its town
        "Hastwell Memorial Library of Quill",  # its county
        "Hastwell Memorial Library, Maine",  # its state
        "Hastwell Memorial Library, ME",
    ],
)
def test_the_words_of_the_place_are_explained(name: str) -> None:
    assert name_in_town(HASTWELL, name).unexplained == ()


def test_a_word_for_another_kind_is_explained_as_often_as_one_listed_name_has_it() -> None:
    assert name_in_town(MUSEUM, "Tollgate Museum and Library").unexplained == ()
    assert name_in_town(MUSEUM, "Tollgate Museum and Museum Library").unexplained == ("MUSEUM",)


def test_the_words_of_another_outlet_are_explained_if_its_whole_name_is_given() -> None:
    assert name_in_town(PELLWOOD, "Pellwood and Juniper Creek Libraries").unexplained == ()
    assert name_in_town(PELLWOOD, "Pellwood and Juniper Libraries").unexplained == ("JUNIPER",)


def test_another_outlet_does_not_explain_a_word_for_another_kind() -> None:
    assert name_in_town(PELLWOOD, "Pellwood and College Hill Libraries").unexplained == ("COLLEGE",)


@pytest.mark.parametrize(
    "name",
    [
        "Larchmere Main Public Library",
        "Larchmere Central Library",
        "Larchmere Library Main Branch",
        "Larchmere Library Bookmobile",
        "Larchmere Library District",
        "Larchmere Library System",
        "Larchmere Library Headquarters",
        "Larchmere Library Department",
        "Larchmere Free Library",
        "Larchmere Memorial Library",
        "Larchmere Carnegie Library",
        "Larchmere Regional Library",
        "Larchmere Free Public Library",
        "Larchmere Township Library",
        "Larchmere Area Joint Library",
        "Larchmere Library Board of Trustees",
        "Board of Directors of the Larchmere Library",
        "Larchmere Library Reading Room",
        "City of Larchmere Public Library",
        "Library of the Town of Larchmere",
        "Larchmere Department of Library",
    ],
)
def test_words_that_only_libraries_use_in_their_names_are_explained(name: str) -> None:
    assert name_in_town(LARCHMERE, name).unexplained == ()


@pytest.mark.parametrize(
    ("name", "unexplained"),
    [
        ("Larchmere Library Free", ("FREE",)),
        ("Larchmere Library Memorial", ("MEMORIAL",)),
        ("Larchmere Library Carnegie", ("CARNEGIE",)),
        ("Larchmere Library Town Center", ("TOWN", "CENTER")),
        ("Larchmere Library Village", ("VILLAGE",)),
        ("Larchmere Library City", ("CITY",)),
        ("Larchmere Library Area", ("AREA",)),
        ("Larchmere System Library", ("SYSTEM",)),
        ("Larchmere Headquarters Library", ("HEADQUARTERS",)),
        ("Larchmere Library Directors", ("DIRECTORS",)),
        ("Larchmere Library Room", ("ROOM",)),
        ("Larchmere Town Hall Library", ("TOWN", "HALL")),
        ("Larchmere Free Tax Library", ("FREE", "TAX")),
        ("Larchmere Library Building", ("BUILDING",)),
        ("Larchmere Library Information Services", ("INFORMATION", "SERVICES")),
        ("Larchmere Library Company", ("COMPANY",)),
    ],
)
def test_the_same_words_in_other_positions_and_words_of_hosts_are_unexplained(
    name: str, unexplained: tuple[str, ...]
) -> None:
    assert name_in_town(LARCHMERE, name).unexplained == unexplained


@pytest.mark.parametrize("name", ["Larchmere Community Library", "Larchmere Neighborhood Library"])
def test_the_words_community_and_neighborhood_are_explained_at_the_librarys_street_or_phone(
    name: str,
) -> None:
    assert name_at_address(LARCHMERE, name).unexplained == ()
    assert len(name_in_town(LARCHMERE, name).unexplained) == 1


@pytest.mark.parametrize(
    "name",
    [
        "Biblioteca Municipal de Larchmere",
        "Biblioteca P\u00fablica Regional Larchmere",
        "Biblioth\u00e8que Municipale de Larchmere",
    ],
)
def test_the_adjective_follows_the_word_library_in_spanish_and_french(name: str) -> None:
    assert name_in_town(LARCHMERE, name).unexplained == ()


def test_the_word_association_is_explained_if_no_government_runs_the_library() -> None:
    assert name_in_town(HASTWELL, "Hastwell Memorial Library Association").unexplained == ()
    assert name_in_town(LARCHMERE, "Larchmere Library Association").unexplained == ("ASSOCIATION",)


@pytest.mark.parametrize(
    "form",
    [
        "Inc", "Inc.", "Incorporated", "Corp.", "Corporation", "501(c)(3)", "501c3", "NFP", "Nonprofit",
        "Non-Profit Corporation", "a Nonprofit Corporation", "Incorpor",
    ],
)  # fmt: skip
def test_the_legal_forms_of_nonprofits_and_governments_are_explained(form: str) -> None:
    assert name_in_town(LARCHMERE, f"Larchmere Public Library {form}").unexplained == ()


@pytest.mark.parametrize(
    ("form", "unexplained"),
    [
        ("LLC", ("LLC",)), ("Ltd", ("LTD",)), ("LP", ("LP",)), ("LLP", ("LLP",)),
        ("& Sons", ("SONS",)), ("Co.", ("CO",)), ("GmbH", ("GMBH",)), ("PLLC", ("PLLC",)),
        ("Group", ("GROUP",)), ("Holdings", ("HOLDINGS",)),
    ],
)  # fmt: skip
def test_the_legal_forms_of_businesses_are_unexplained(form: str, unexplained: tuple[str, ...]) -> None:
    assert name_in_town(LARCHMERE, f"Larchmere Public Library {form}").unexplained == unexplained
    assert name_at_address(LARCHMERE, f"Larchmere Public Library {form}").unexplained == unexplained


def test_a_legal_form_at_the_beginning_is_unexplained() -> None:
    assert name_in_town(LARCHMERE, "Inc Larchmere Public Library").unexplained == ("INC",)


@pytest.mark.parametrize(
    "name",
    [
        "Larchmeer Public Library",
        "Larchmere Pubilc Libarry",
        "LarchmerePublic Library",
        "Larch mere Public Library",
        "Larchmere Publi cLibrary",
        "Larchmere Pub. Lib.",
        "Larchmere P.L.",
        "Larchmere Pub Lib",
    ],
)
def test_slips_short_forms_and_blanks_in_the_wrong_place_are_explained(name: str) -> None:
    assert name_in_town(LARCHMERE, name).unexplained == ()
    assert name_in_town(LARCHMERE, name).says_library


@pytest.mark.parametrize(
    ("name", "unexplained"),
    [
        ("Larchmere Public Libraryish", ("LIBRARYISH",)),
        ("Larchmere Publicity Library", ("PUBLICITY",)),
        ("Larchmere Library Districting", ("DISTRICTING",)),
        ("Larchmere Public Lab", ("LAB",)),
        ("Larchmere Tree Library", ("TREE",)),
        ("Not Larchmere Public Library", ("NOT",)),
        ("Larchmere Toy Library", ("TOY",)),
        ("Larchmere Library Pub", ("PUB",)),
        ("Larchmere Pub and Library", ("PUB",)),
    ],
)
def test_a_longer_word_a_different_word_and_an_extra_word_are_not_slips(
    name: str, unexplained: tuple[str, ...]
) -> None:
    assert name_in_town(LARCHMERE, name).unexplained == unexplained


def test_a_slip_is_explained_only_if_the_word_it_replaces_is_not_given() -> None:
    assert name_in_town(HASTWELL, "Hastwel Memorial Library").unexplained == ()
    assert name_in_town(HASTWELL, "Hastwell Hastwel Memorial Library").unexplained == ("HASTWEL",)


@pytest.mark.parametrize("form", ["L.L.C.", "L. P.", "501(c)(4)", "501(c)(6)"])
def test_a_business_form_in_single_letters_is_unexplained(form: str) -> None:
    assert name_in_town(LARCHMERE, f"Larchmere Public Library {form}").unexplained != ()


@pytest.mark.parametrize(
    "name",
    [
        "O T Hastwell Memorial Library",
        "Oliver Hastwell Memorial Library",
        "Oliver T. Hastwell Jr. Memorial Library",
        "Hastwell, Oliver T., Memorial Library",
    ],
)
def test_initials_and_parts_of_a_persons_name_are_explained(name: str) -> None:
    assert name_in_town(HASTWELL, name).unexplained == ()


def test_an_acronym_is_explained_only_at_the_librarys_street_or_phone() -> None:
    assert name_at_address(SABLE_COUNTY, "SCLS Library").unexplained == ()
    assert name_in_town(SABLE_COUNTY, "SCLS Library").unexplained == ("SCLS",)


def test_a_whole_middle_name_is_unexplained_if_only_its_initial_is_listed() -> None:
    assert name_at_address(HASTWELL, "Oliver Thomas Hastwell Memorial Library").unexplained == ("THOMAS",)


@pytest.mark.parametrize(
    ("name", "unexplained"),
    [
        ("Seven Elms Public Library", ()),
        ("7 Elms Public Library", ()),
        ("Six Elms Public Library", ("SIX",)),
        ("8 Elms Public Library", ("8",)),
        ("Seven Elms Public Library 2", ("2",)),
        ("Seven Elms Public Library No. 3", ("NO", "3")),
    ],
)
def test_a_number_is_explained_only_by_the_same_number(name: str, unexplained: tuple[str, ...]) -> None:
    assert name_in_town(SEVEN_ELMS, name).unexplained == unexplained


@pytest.mark.parametrize(
    ("name", "unexplained"),
    [
        ("The Public Library of Larchmere", ()),
        ("Public Library at Larchmere", ()),
        ("Public Library fo Larchmere", ()),
        ("La Biblioteca de Larchmere", ()),
        ("Public Library of the Larchmere", ()),
        ("Of Larchmere Public Library", ("OF",)),
        ("Larchmere Public Library of", ("OF",)),
        ("For Larchmere Public Library", ("FOR",)),
        ("Larchmere Public Library by", ("BY",)),
        ("DBA Larchmere Public Library", ("DBA",)),
        ("Formerly Larchmere Public Library", ("FORMERLY",)),
    ],
)
def test_particles_are_explained_inside_a_name_and_articles_everywhere(
    name: str, unexplained: tuple[str, ...]
) -> None:
    assert name_in_town(LARCHMERE, name).unexplained == unexplained


@pytest.mark.parametrize(
    ("name", "unexplained"),
    [
        ("Anti-Larchmere Public Library", ("ANTI",)),
        ("Fake Larchmere Public Library", ("FAKE",)),
        ("Former Larchmere Public Library", ("FORMER",)),
        ("Near Larchmere Public Library", ("NEAR",)),
        ("Old Larchmere Public Library", ("OLD",)),
        ("C/O Larchmere Public Library", ("CAREOF",)),
        ("Larchmere Public Library (not affiliated)", ("NOT", "AFFILIATED")),
        ("FOL Larchmere Public Library", ("FOL",)),
        ("F. of Larchmere Public Library", ("F",)),
        ("Friends0f Larchmere Public Library", ("FRIENDS0F",)),
        ("Larchmere Public Library Apartments", ("APARTMENTS",)),
        ("Larchmere Public Library Realtors", ("REALTORS",)),
        ("Larchmere Public Library dba Alderby Motors", ("ALDERBY", "MOTORS")),
        ("Freunde der Larchmere Public Library", ("FREUNDE", "DER")),
        ("Larchmere Public Library Przyjaciele", ("PRZYJACIELE",)),
        ("V\u00e4nner Larchmere Public Library", ("VANNER",)),
        ("Larchmere Law Library", ("LAW",)),
        ("Larchmere Tool Library", ("TOOL",)),
        ("Larchmere Private Library", ("PRIVATE",)),
        ("Larchmere Little Free Library", ("LITTLE",)),
    ],
)
def test_negations_other_languages_and_any_other_word_are_unexplained(
    name: str, unexplained: tuple[str, ...]
) -> None:
    assert name_in_town(LARCHMERE, name).unexplained == unexplained
    assert set(name_at_address(LARCHMERE, name).unexplained) == set(unexplained)


def test_an_unexplained_word_is_named_once() -> None:
    assert name_in_town(LARCHMERE, "Zebra Larchmere Public Library Zebra").unexplained == ("ZEBRA",)
