"""FSCS ids, ZIPs, phones and states in every way in which people, spreadsheets and forms write them.

Each kind has a table of spellings that are read correctly, for any value, and a table of spellings that are
not read. A spelling of the second table gives nothing, or the right value, but never another value.
"""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from library_validator.matching import normalize
from library_validator.matching.phones import read_phone
from library_validator.matching.states import read_state
from library_validator.matching.words import STATE_CODES
from library_validator.matching.zips import five_digit_zip
from library_validator.terms import FscsId

EXAMPLES: Final = settings(max_examples=25)  # for each of about 150 spellings
CODES: Final = sorted(set(STATE_CODES.values()))
KEYS: Final = st.builds("{}{:04d}".format, st.sampled_from(CODES), st.integers(min_value=0, max_value=9999))
OUTLETS: Final = st.integers(min_value=0, max_value=999)
ZIPS: Final = st.integers(min_value=501, max_value=99_950)  # 00501 Holtsville NY to 99950 Ketchikan AK
PLUS_FOUR: Final = st.integers(min_value=0, max_value=9999).map("{:04d}".format)
PHONES: Final = st.builds(  # area code and exchange begin with 2 to 9
    "{}{}{:04d}".format,
    st.integers(min_value=200, max_value=999),
    st.integers(min_value=200, max_value=999).filter(lambda exchange: exchange != 555),
    st.integers(min_value=0, max_value=9999),
)


def in_full_width(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if sign.isascii() and sign.isalnum() else sign for sign in text)


def spell_key(spelling: str, key: str) -> str:
    return spelling.format(
        k=key, l=key.lower(), t=key.capitalize(), s=key[:2], d=key[2:], w=in_full_width(key)
    )


FSCS_KEYS: Final = (
    "{k}", "{l}", "{t}", "{s} {d}", "{s}-{d}", "{s}.{d}", "{s}_{d}", "{w}",
    " {k} ", "{k}.", '"{k}"', "({k})", "#{k}", "'{k}", "{k}\u00a0",
    "FSCS {k}", "FSCS: {k}", "fscs id {l}", "FSCS Key: {k}", "FSCSKEY={k}", "FSCS-{k}", "FSCS#{k}",
    "{k} ({s})", "{k}; {k}", "Outlet of {k}",
)  # fmt: skip
FSCS_KEYS_UNREAD: Final = (
    "{s}  {d}", "{s} - {d}", "{s}, {d}", "{s}/{d}", "{s}#{d}", "{s}\u2013{d}", "FSCS{k}", "ID{k}",
)  # fmt: skip


@pytest.mark.parametrize("spelling", FSCS_KEYS)
@EXAMPLES
@given(key=KEYS)
def test_fscs_keys_are_read_in_every_spelling(spelling: str, key: str) -> None:
    assert normalize.fscs_id(spell_key(spelling, key)) == FscsId(key, "")


@pytest.mark.parametrize("spelling", FSCS_KEYS_UNREAD)
@EXAMPLES
@given(key=KEYS)
def test_an_unreadable_key_gives_nothing_and_never_another_key(spelling: str, key: str) -> None:
    assert normalize.fscs_id(spell_key(spelling, key)) in (None, FscsId(key, ""))


def spell_outlet(spelling: str, key: str, outlet: int) -> str:
    return spelling.format(
        k=key, l=key.lower(), s=key[:2], d=key[2:], q=f"{outlet:03d}", j=f"{outlet:02d}", i=outlet
    )


FSCS_IDS: Final = (
    "{k}-{q}", "{k}-{i}", "{k}-{j}", "{l}-{q}", "{k} {q}", "{k}/{q}", "{k}.{q}", "{k}_{q}", "{k} - {q}",
    "{k}--{q}", "{k}\t{q}", "{s}-{d}-{q}", "{s} {d} {q}", "{s} {d}-{i}", "{s}{d}-{q}.", "FSCS {s}-{d}/{q}",
    "{k}-{i}.0",
)  # fmt: skip
FSCS_IDS_WITHOUT_OUTLET: Final = (
    "{k}, {q}", "{k}:{q}", "{k} ({q})", "{k}#{q}", "{k} outlet {i}", "{k} seq {q}",
)  # fmt: skip
FSCS_IDS_UNREAD: Final = (
    "{k}{q}", "{k}\u2013{q}", "{k}\u2014{q}", "{k}\u2011{q}",
)  # fmt: skip


@pytest.mark.parametrize("spelling", FSCS_IDS)
@EXAMPLES
@given(key=KEYS, outlet=OUTLETS)
def test_ids_of_outlets_are_read_in_every_spelling(spelling: str, key: str, outlet: int) -> None:
    assert normalize.fscs_id(spell_outlet(spelling, key, outlet)) == FscsId(key, f"{outlet:03d}")


@pytest.mark.parametrize("spelling", [*FSCS_IDS_WITHOUT_OUTLET, *FSCS_IDS_UNREAD])
@EXAMPLES
@given(key=KEYS, outlet=OUTLETS)
def test_an_unreadable_outlet_number_is_left_out_and_never_read_as_another(
    spelling: str, key: str, outlet: int
) -> None:
    read = normalize.fscs_id(spell_outlet(spelling, key, outlet))
    system, whole = FscsId(key, ""), FscsId(key, f"{outlet:03d}")
    assert read in ((system, whole) if spelling in FSCS_IDS_WITHOUT_OUTLET else (None, system, whole))


@EXAMPLES
@given(key=KEYS.map(lambda key: f"QQ{key[2:]}"))
def test_a_key_without_the_letters_of_a_state_is_not_read(key: str) -> None:
    assert normalize.fscs_id(key) is None


def spell_zip(spelling: str, zip_code: int, plus_four: str) -> str:
    whole = f"{zip_code:05d}"
    return spelling.format(z=whole, i=zip_code, p=plus_four, w=in_full_width(whole))


ZIP_CODES: Final = (
    "{z}", "{i}", " {z} ", "{z}\u00a0", "{z}-{p}", "{i}-{p}", "{z} {p}", "{z} - {p}", "{z}{p}",
    "{z}-", "{z}-0000", "{z}.0", "{z}.", "{z},", "{z}, USA", "USA {z}", "'{z}", '="{z}"', '= "{z}"',
    '"{z}"', "({z})", "#{z}", "ZIP {z}", "Zip: {z}", "AK {z}", "AK-{z}", "{z}\u2013{p}", "{z}+{p}", "{z}_{p}",
    "{z}/{p}", "{w}", "{z}\u200b", "\ufeff{z}", "{z}\u00ad", "\u202d{z}\u202c", "{z}&nbsp;", "{z} or {z}",
)  # fmt: skip
ZIP_CODES_UNREAD: Final = (
    "{i}{p}", "{i}.0", "{z}{p}1", "{z}1", "{z}-{z}",
)  # fmt: skip


@pytest.mark.parametrize("spelling", ZIP_CODES)
@EXAMPLES
@given(zip_code=ZIPS, plus_four=PLUS_FOUR)
def test_zips_are_read_in_every_spelling(spelling: str, zip_code: int, plus_four: str) -> None:
    assert five_digit_zip(spell_zip(spelling, zip_code, plus_four)) == f"{zip_code:05d}"


@pytest.mark.parametrize("spelling", ZIP_CODES_UNREAD)
@EXAMPLES
@given(zip_code=ZIPS, plus_four=PLUS_FOUR)
def test_an_unreadable_zip_is_empty_and_never_another_zip(
    spelling: str, zip_code: int, plus_four: str
) -> None:
    assert five_digit_zip(spell_zip(spelling, zip_code, plus_four)) in ("", f"{zip_code:05d}")


def spell_phone(spelling: str, phone: str) -> str:
    return spelling.format(p=phone, a=phone[:3], e=phone[3:6], s=phone[6:], w=in_full_width(phone))


PHONE_NUMBERS: Final = (
    "{p}", "({a}) {e}-{s}", "({a}){e}-{s}", "({a}){e}{s}", "({a})-{e}-{s}", "[{a}] {e}-{s}",
    "{a}-{e}-{s}", "{a}.{e}.{s}", "{a} {e} {s}", "{a}/{e}-{s}", "{a}-{e}{s}", "{a} - {e} - {s}",
    "{a}_{e}_{s}",
    "{a}\u2013{e}\u2013{s}", "{a}\u2011{e}\u2011{s}", "{a}\u00a0{e}\u00a0{s}", "{w}", "<{p}>",
    "1-{a}-{e}-{s}", "1.{a}.{e}.{s}", "1 ({a}) {e} {s}", "+1 {a} {e} {s}", "+1 ({a}) {e}-{s}", "+1{p}",
    "tel:+1{p}",
    "{a}-{e}-{s} ext. 12", "{a}-{e}-{s} ext 12", "{a}-{e}-{s}, ext. 3", "{a}-{e}-{s} EXT12",
    "{a}-{e}-{s} x12", "{a}-{e}-{s}x12", "{a}-{e}-{s} #12",
    "Phone: {a}-{e}-{s}", "Ph. {a}-{e}-{s}", "T {a}-{e}-{s}", "{a}-{e}-{s} (main)",
    "{p}.0", "001 {a} {e} {s}", "011 1 {a} {e} {s}", "tel:+1-{a}-{e}-{s};ext=5", '="{p}"', "{p}\u200b",
    "{a}-{e}-{s} extension 12", "{a}-{e}-{s} Ext: 12", "{a}-{e}-{s} Extn 12", "{a}-{e}-{s}, option 2",
    "{a}-{e}-{s} or 907-555-0199", "{a}-{e}-{s} / 907-555-0199", "{a}-{e}-{s}/0199", "{a}-{e}-{s} press 1",
    "{a}-{e}-{s} opt. 2", "{a}-{e}-{s} menu 3", "{p},,12", "{p} 12", "{a}-{e}-{s} ask for 4",
)  # fmt: skip
PHONE_NUMBERS_UNREAD: Final = (
    "{e}-{s}", "+44 {a} {e} {s}", "0044 {p}", "011 44 {a} {e} {s}", "44 {a} {e} {s}", "{p}7", "2 {p}",
)  # fmt: skip


@pytest.mark.parametrize("spelling", PHONE_NUMBERS)
@EXAMPLES
@given(phone=PHONES)
def test_phones_are_read_in_every_spelling(spelling: str, phone: str) -> None:
    assert read_phone(spell_phone(spelling, phone)) == phone


@pytest.mark.parametrize("spelling", PHONE_NUMBERS_UNREAD)
@EXAMPLES
@given(phone=PHONES)
def test_an_unreadable_phone_is_empty_and_never_another_phone(spelling: str, phone: str) -> None:
    assert read_phone(spell_phone(spelling, phone)) in ("", phone)


SHORT_NAMES: Final = frozenset("GUAM IDAHO IOWA MAINE OHIO PALAU TEXAS UTAH".split())
NAMES: Final = {  # other names of at most five letters are abbreviations
    name.title(): code for name, code in STATE_CODES.items() if len(name) > 5 or name in SHORT_NAMES
}


def spell_state(spelling: str, name: str) -> str:
    code = NAMES[name]
    return spelling.format(
        c=code,
        l=code.lower(),
        t=code.title(),
        n=name,
        u=name.upper(),
        m=name.lower(),
        d=".".join(code),
        b=". ".join(code),
        j=name.replace(" ", ""),
        w=in_full_width(code),
        x=name.replace(" ", "  "),
    )


STATES: Final = (
    "{c}", "{l}", "{t}", "{c}.", " {c} ", "{d}.", "{b}.", "'{c}", "{w}", "{n}", "{u}", "{m}", "{n}.",
    "{j}", "{x}",
    "State of {n}", "STATE OF {u}", "Commonwealth of {n}",
    "The State of {n}", "{n} State", "{n}, USA", "{c}, USA", "{n}, U.S.A.", "US-{c}", "{c} - {n}",
    "{n} ({c})", "{n} {c}", "{c}/{n}", "{c} 99501", "{c}, United States", "{n}, United States of America",
    "us-{l}", "USA - {n}", '="{c}"', "{c}\u200b", "{n}&nbsp;", "{c}, Estados Unidos",
)  # fmt: skip


@pytest.mark.parametrize("spelling", STATES)
def test_states_are_read_in_every_spelling(spelling: str) -> None:
    assert {name: read_state(spell_state(spelling, name)).code for name in NAMES} == NAMES


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Calif.", "CA"), ("Mass.", "MA"), ("Penna.", "PA"), ("W. Va.", "WV"), ("N. Mex.", "NM"),
        ("N.H.", "NH"),
        ("D.C.", "DC"), ("Washington, D.C.", "DC"), ("Wash.", "WA"), ("U.S. Virgin Islands", "VI"),
        ("Hawai\u02bbi", "HI"), ("Hawai\u2018i", "HI"), ("P.R.", "PR"), ("Fla", "FL"), ("Ia.", "IA"),
        ("S. Dak.", "SD"),
        ("W. Virginia", "WV"), ("No. Dakota", "ND"), ("So. Carolina", "SC"), ("N. Hampshire", "NH"),
        ("Oreg.", "OR"), ("Ida.", "ID"), ("Alas.", "AK"), ("USVI", "VI"), ("CNMI", "MP"),
        ("Wash., D.C.", "DC"),
        ("Virgin Islands (US)", "VI"), ("Rhode Island and Providence Plantations", "RI"),
    ],
)  # fmt: skip
def test_short_names_of_states_on_letterheads_are_read(text: str, code: str) -> None:
    assert read_state(text).code == code
