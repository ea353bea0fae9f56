"""The list of sources, the offers of a page, and the time for each source: without a network."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from library_validator.adapters.memory.downloads import MemoryHttpClient
from library_validator.adapters.memory.fetch_states import MemoryFetchStates
from library_validator.adapters.memory.fetched_releases import MemoryFetchedReleases
from library_validator.adapters.memory.releases_bucket import MemoryReleasesBucket
from library_validator.releases.fetching.downloading import Validators
from library_validator.releases.fetching.fetch import FetchPorts, KnownReleases, look_for_release
from library_validator.releases.fetching.offers import (
    Offer,
    known_offers,
    linked_offers,
    offer_at,
    year_in_name,
)
from library_validator.releases.fetching.pages import read_page
from library_validator.releases.fetching.source_states import FetchedFile, SourceState
from library_validator.releases.fetching.sources import (
    ReleaseSource,
    built_in_sources,
    own_source,
    read_source_file,
    read_sources,
)
from tests.builders.release_files import zip_of

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TODAY = NOW.date()
PAGE = ReleaseSource(
    "page", "page", True, frozenset({"agency.example"}), url="https://agency.example/survey/"
)
ENTRY: dict[str, Any] = {
    "id": "page",
    "kind": "page",
    "official": True,
    "url": "https://agency.example/survey",
    "hosts": ["agency.example"],
}


def sources_as_json(*entries: dict[str, Any], **more: object) -> str:
    return json.dumps({"sources": entries, **more})


def offers_of_page(
    html: str, source: ReleaseSource = PAGE, today: date = TODAY
) -> list[tuple[int | None, str]]:
    page = read_page(html.encode(), source.url)
    return [(offer.fiscal_year, offer.url) for offer in linked_offers(source, page, today)]


# The list of sources


def test_the_built_in_list_has_the_agency_first_and_then_copies_that_are_not_official() -> None:
    sources = built_in_sources()
    assert [(source.id, source.kind, source.official) for source in sources] == [
        ("imls-page", "page", True),
        ("imls-files", "table", True),
        ("archived-page", "page", False),
        ("archived-files", "table", False),
    ]
    assert not any(source.plain_http for source in sources)


def test_each_year_of_the_built_in_table_is_in_the_name_of_its_file() -> None:
    table = built_in_sources()[1]
    assert {year_in_name(address): year for year, address in table.releases.items()} == {
        year: year for year in range(2017, 2025)
    }
    assert [offer.fiscal_year for offer in known_offers(table, TODAY)] == list(range(2024, 2016, -1))


def test_a_copy_is_requested_from_the_archive_with_the_date_of_today() -> None:
    archive = built_in_sources()[3]
    newest = known_offers(archive, TODAY)[0]
    assert newest.url == (
        "https://web.archive.org/web/20261123id_/"
        "https://www.imls.gov/sites/default/files/2026-06/pls_fy2024_csv.zip"
    )
    assert archive.may_ask(newest.url)
    assert not archive.may_ask(newest.address)


def test_an_operators_list_is_read_from_toml_and_json(tmp_path: Path) -> None:
    as_json = tmp_path / "sources.json"
    as_json.write_text(sources_as_json(ENTRY))
    as_toml = tmp_path / "sources.toml"
    as_toml.write_text(
        '[[sources]]\nid = "page"\nkind = "page"\nofficial = true\n'
        'url = "https://agency.example/survey"\nhosts = ["agency.example"]\n'
    )
    assert read_source_file(as_json) == read_source_file(as_toml) == read_sources(sources_as_json(ENTRY))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[]", "valid dictionary|object"),
        ("{", "JSON"),
        (sources_as_json(), "at least 1"),
        (sources_as_json({**ENTRY, "kind": "ftp"}), "kind"),
        (sources_as_json({**ENTRY, "colour": "red"}), "colour"),
        (sources_as_json({**ENTRY, "hosts": []}), "hosts"),
        (sources_as_json({**ENTRY, "url": ""}), "needs url"),
        (
            sources_as_json({**ENTRY, "releases": {"2022": "https://agency.example/a.zip"}}),
            "needs url and nothing else",
        ),
        (
            sources_as_json({**ENTRY, "url": "http://agency.example/survey"}),
            "not an https address on one of its hosts",
        ),
        (
            sources_as_json({**ENTRY, "url": "https://elsewhere.example/"}),
            "not an https address on one of its hosts",
        ),
        (
            sources_as_json({**ENTRY, "url": "https://agency.example:8443/"}),
            "not an https address on one of its hosts",
        ),
        (
            sources_as_json({**ENTRY, "url": "https://me@agency.example/"}),
            "not an https address on one of its hosts",
        ),
        (sources_as_json({**ENTRY, "url": "http://127.0.0.1/", "hosts": ["127.0.0.1"]}), "not an https"),
        (
            sources_as_json(
                {**ENTRY, "url": "http://169.254.169.254/", "hosts": ["169.254.169.254"]}, plain_http=True
            ),
            "not an https address",
        ),
        (sources_as_json(ENTRY, ENTRY), "two sources are called page"),
        (sources_as_json({**ENTRY, "id": "own-url"}), "two sources are called own-url"),
        (
            sources_as_json(
                {
                    "id": "c",
                    "kind": "copy",
                    "of": "page",
                    "prefix": "https://a.example/",
                    "hosts": ["a.example"],
                }
            ),
            "is not in the list before it",
        ),
        (
            sources_as_json(
                ENTRY,
                {
                    "id": "c",
                    "kind": "copy",
                    "official": True,
                    "of": "page",
                    "prefix": "https://a.example/",
                    "hosts": ["a.example"],
                },
            ),
            "cannot be official",
        ),
    ],
)
def test_a_wrong_list_is_refused_with_the_reason(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read_sources(text)


def test_an_operators_address_is_official_only_on_the_agencys_hosts() -> None:
    listed = built_in_sources()
    own = own_source("https://mirror.example/pls.zip", listed)
    assert (own.id, own.kind, own.official, own.hosts) == (
        "own-url",
        "file",
        False,
        frozenset({"mirror.example"}),
    )
    agency = own_source("https://www.imls.gov/sites/default/files/x.zip", listed)
    assert (agency.id, agency.kind, agency.official) == ("imls-page", "file", True)
    assert not own_source("https://www.imls.gov.evil.example/x.zip", listed).official
    for wrong in ("http://mirror.example/pls.zip", "file:///etc/passwd", "https://", "x.zip", "ftp://a/b"):
        with pytest.raises(ValueError, match="not an https address"):
            own_source(wrong, listed)


# The offers of a source


def test_links_to_releases_are_found_on_any_page() -> None:
    html = """<title> Public
      Libraries </title><base href="https://agency.example/files/">
      <a href="2025/pls_fy2023_csv.zip#top">2023</a> <A HREF='/x/PLS_FY2022_CSV.ZIP'>2022
      <a href="pls_fy2018_data_files_csv.zip">x</a><a>none</a><a href>none</a><a href="http://[">bad</a>
      <a href="2025/pls_fy2023_sas.zip">SAS</a><a href="https://agency.example/pls_fy2021_csv.zip?x=1">y</a>"""
    assert offers_of_page(html) == [
        (2023, "https://agency.example/files/2025/pls_fy2023_csv.zip"),
        (2022, "https://agency.example/x/PLS_FY2022_CSV.ZIP"),
        (2021, "https://agency.example/pls_fy2021_csv.zip?x=1"),
        (2018, "https://agency.example/files/pls_fy2018_data_files_csv.zip"),
    ]


def test_the_later_upload_of_a_year_comes_first() -> None:
    html = '<a href="/2025-08/pls_fy2023_csv.zip">a</a><a href="/2026-02/pls_fy2023_csv_0.zip">b</a>'
    assert (
        next(url for _, url in offers_of_page(html)) == "https://agency.example/2026-02/pls_fy2023_csv_0.zip"
    )


@pytest.mark.parametrize(
    "href",
    [
        "https://evil.example/pls_fy2023_csv.zip",
        "http://agency.example/pls_fy2023_csv.zip",
        "//evil.example/pls_fy2023_csv.zip",
        "javascript:get('pls_fy2023_csv.zip')",
        "/pls_fy2099_csv.zip",
        "/pls_fy2026_csv.zip",
        "/pls_fy2023_csv.zip.exe",
        "/museums_fy2023_csv.zip",
    ],
)
def test_links_to_other_hosts_and_to_years_that_are_not_over_are_ignored(href: str) -> None:
    assert offers_of_page(f'<a href="{href}">CSV</a>') == []


def test_the_links_before_broken_html_are_read() -> None:
    assert offers_of_page('<a href="/pls_fy2022_csv.zip">CSV</a><![nonsense[ ') == [
        (2022, "https://agency.example/pls_fy2022_csv.zip")
    ]


@given(st.binary(max_size=400))
@example(b"><![x y]>")
def test_any_bytes_are_read_as_a_page(content: bytes) -> None:
    page = read_page(b"<a href=" + content, "https://agency.example/")
    assert all(isinstance(link, str) for link in page.links)
    assert len(page.title) <= 80


@given(st.text(max_size=300))
def test_any_address_gives_a_plain_file_name(address: str) -> None:
    name = Offer(f"https://a.example/{address}", "", None).file_name if "[" not in address else "x.zip"
    assert name.lower().endswith(".zip")
    assert len(name) <= 104
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
    assert not name.startswith(".")


def test_an_uploaded_object_has_the_name_of_its_file() -> None:
    for address, name in {
        "https://a.example/x/pls_fy2022_csv.zip?download=1": "pls_fy2022_csv.zip",
        "https://a.example/release%20of%202022.zip": "release-of-2022.zip",
        "https://a.example/..%2F..%2Fetc%2Fpasswd": "etc-passwd.zip",
        "https://a.example/": "release.zip",
    }.items():
        assert offer_at(PAGE, address, None, TODAY).file_name == name


# The time and the memory of a search


class SlowHttpClient(MemoryHttpClient):
    """Every request takes ``seconds`` of the time that is left."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds
        self.left = 100.0
        self.given: list[float] = []

    def get(self, url: str, headers: Any, seconds: float) -> Any:
        self.given.append(seconds)
        self.left -= min(self.seconds, seconds)
        return super().get(url, headers, seconds)


def test_each_source_has_an_equal_share_of_the_time_that_is_left() -> None:
    web = SlowHttpClient(seconds=10)
    states = MemoryFetchStates()
    ports = FetchPorts(
        web,
        MemoryFetchedReleases(MemoryReleasesBucket()),
        states,
        lambda: web.left,
        lambda _: None,
        10**6,
        has_run=lambda _: True,
    )
    sources = read_sources(sources_as_json(*({**ENTRY, "id": f"page-{number}"} for number in range(4))))
    look_for_release(sources, KnownReleases(), ports, lambda: NOW)
    assert web.given == [25, 30, 40, 70]


def test_only_the_newest_addresses_and_uploads_of_a_source_are_remembered() -> None:
    web, states = MemoryHttpClient(), MemoryFetchStates()
    old = {f"https://agency.example/{n}.zip": FetchedFile(Validators(), str(n), "") for n in range(20)}
    uploads = {str(n): f"run {n}" for n in range(20)}
    states.put_state(SourceState("page", official=True, addresses=old, uploads=uploads))
    web.serve("https://agency.example/survey", zip_of({"readme.txt": "drifted"}).getvalue())
    ports = FetchPorts(
        web,
        MemoryFetchedReleases(MemoryReleasesBucket()),
        states,
        lambda: 100.0,
        lambda _: None,
        10**6,
        has_run=lambda _: True,
    )
    (source,) = read_sources(sources_as_json({**ENTRY, "kind": "file"}))
    answer = look_for_release([source], KnownReleases(), ports, lambda: NOW).answer
    assert answer is not None
    kept = states.states()["page"]
    assert (len(kept.addresses), len(kept.uploads)) == (20, 20)
    assert "https://agency.example/survey" in kept.addresses
    assert "https://agency.example/0.zip" not in kept.addresses
    assert kept.uploads[answer.sha256] == answer.run_id
