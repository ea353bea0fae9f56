"""Web pages are read in one pass, whatever they contain."""

from __future__ import annotations

import html.parser
import random
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from library_validator.releases.fetching.downloading import MAX_PAGE_BYTES
from library_validator.releases.fetching.pages import pieces_of, read_page

URL = "https://agency.example/survey/"
CHARACTERS = 288 * 1024  # the size of the page that took 99 s
PARTS = (
    "<a href=",
    "<a ",
    "<!--",
    "<![",
    "</",
    "<?",
    "<title>",
    "<script>",
    '="',
    "='",
    "= ",
    '"',
    "'",
    ">",
    "x",
)


def a_page_of(part: str) -> str:
    return part * (CHARACTERS // len(part))


def steps_of(text: str) -> int:
    """The number of calls, into Python and into C, that the reading of ``text`` makes."""
    calls = 0

    def count(_frame: object, event: str, _arg: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        list(pieces_of(text))
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize(
    "part", ["<a ", "<a href=", "<!--", "<![", "</", '<a x="', "<a x='", "<title>", "<script>"]
)
def test_a_page_of_unfinished_tags_takes_steps_in_proportion_to_its_size(part: str) -> None:
    whole = a_page_of(part)
    steps, steps_of_half = steps_of(whole), steps_of(whole[: len(whole) // 2])
    assert steps <= 2 * steps_of_half + 100
    assert steps < 4 * CHARACTERS


def test_pieces_of_a_page_never_overlap() -> None:
    rng = random.Random(20261129)
    for _ in range(300):
        text = "".join(rng.choices(PARTS, k=rng.randrange(200)))
        end = 0
        for piece in pieces_of(text):
            assert end <= piece.start < piece.end <= len(text)
            end = piece.end


def test_links_in_comments_and_scripts_are_not_links() -> None:
    page = read_page(
        b"<!-- <a href=1> --><script>'<a href=2>'</script><a title='a > b' href=3><!doctype html><a href=4",
        URL,
    )
    assert page.links == (f"{URL}3",)


@pytest.mark.parametrize(
    ("tag", "links"),
    [
        ("<a title=don't href=x.zip>", ("x.zip",)),
        ("<A class=b data-href=no HREF = 'a&amp;b.zip' >", ("a&b.zip",)),
        ("<a href=x.zip href=y.zip>", ("x.zip",)),
        ("<a title='href=no'>", ()),
        ("<abbr href=x.zip><link href=x.zip>", ()),
    ],
)
def test_the_address_of_a_link_is_its_first_href(tag: str, links: tuple[str, ...]) -> None:
    assert read_page(tag.encode(), URL).links == tuple(f"{URL}{link}" for link in links)


class _Links(html.parser.HTMLParser):
    found: list[str]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]


@given(
    st.lists(
        st.sampled_from(["<p>", "</p>", "text & more", "<a href='/1.zip'>", '<a class="c" href="/2.zip">']),
        max_size=20,
    )
)
@example([])
def test_links_of_ordinary_pages_are_those_that_the_standard_library_finds(parts: list[str]) -> None:
    text = "".join(parts)
    reader = _Links()
    reader.found = []
    reader.feed(text)
    assert read_page(text.encode(), "https://agency.example/").links == tuple(
        f"https://agency.example{link}" for link in reader.found
    )


def test_a_page_with_ten_thousand_links_is_within_the_limit() -> None:
    links = "".join(
        f'<li><a href="/sites/default/files/pls_fy{number}_csv.zip">CSV</a></li>\n'
        for number in range(10_000)
    )
    assert len(links) < MAX_PAGE_BYTES
    assert len(read_page(links.encode(), URL).links) == 10_000
