"""A release is fetched from a real web server, uploaded and stored with the state of its source."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from library_validator.registry.bucket import PROVENANCE, UPLOADED_BY
from library_validator.releases.fetching.downloading import FetchOutcome
from library_validator.releases.fetching.fetch import KnownReleases
from tests.builders.web_server import (
    page_with_links,
    page_with_status,
    redirect_page,
    web_server,
    zip_page,
    zip_page_with_etag,
)
from tests.flow.fetch_world import CONTENT, FY2022, FY2022_OTHER, NOW, SHA256, ZIP, World


@pytest.fixture
def world() -> Iterator[World]:
    with web_server() as server:
        yield World(server)


# Releases that are found


def test_a_release_linked_by_the_agency_s_page_is_uploaded_with_its_origin(world: World) -> None:
    world.web.serve("/survey", page_with_links("/files/pls_fy2021_csv.zip", ZIP, "/files/pls_fy2022_sas.zip"))
    url = world.web.serve(ZIP, zip_page_with_etag(FY2022, '"v1"', "Wed, 01 Jul 2026 00:00:00 GMT"))
    answer = world.search(world.page()).answer
    assert answer is not None
    assert (answer.outcome, answer.fiscal_year, answer.url) == (FetchOutcome.UPLOADED, 2022, url)
    assert answer.run_id.startswith("releases/fetched/pls_fy2022_csv.zip@")
    content, metadata = world.uploaded(answer.run_id)
    assert content == FY2022
    assert metadata == {
        "source-url": url,
        "source-id": "page",
        "fetched-at": NOW.isoformat(),
        "sha256": SHA256,
        "etag": '"v1"',
        "last-modified": "Wed, 01 Jul 2026 00:00:00 GMT",
        "official": "yes",
    }
    assert set(metadata) == set(PROVENANCE) - {UPLOADED_BY}


def test_a_release_of_a_mirror_is_not_official(world: World) -> None:
    world.web.serve(ZIP, zip_page(FY2022))
    answer = world.search(world.file(official=False)).answer
    assert answer is not None
    assert world.uploaded(answer.run_id)[1]["official"] == "no"


def test_a_dry_run_reports_a_release_and_stores_nothing(world: World) -> None:
    world.web.serve(ZIP, zip_page(FY2022))
    answer = world.search(world.file(), trial=True).answer
    assert answer is not None
    assert (answer.outcome, answer.run_id, answer.sha256) == (FetchOutcome.FOUND, "", SHA256)
    assert world.states.states() == {}


def test_an_unchanged_file_is_not_downloaded_again(world: World) -> None:
    world.web.serve(ZIP, zip_page_with_etag(FY2022, '"v1"'))
    assert world.outcome()[0] == "uploaded"
    assert world.outcome() == ("not_modified", "has the same release of fiscal year 2022 as before")
    world.web.serve(ZIP, zip_page_with_etag(FY2022_OTHER, '"v2"'))
    assert world.outcome()[0] == "uploaded"


def test_an_upload_is_known_for_some_hours_and_then_only_if_its_load_has_begun(world: World) -> None:
    world.web.serve(ZIP, zip_page(FY2022))
    first = world.search(world.file()).answer
    assert first is not None
    world.lost.add(first.run_id)
    world.now = NOW + timedelta(hours=5)
    assert world.outcome()[0] == "known"
    world.now = NOW + timedelta(hours=7)
    again = world.search(world.file()).answer
    assert again is not None
    assert (again.outcome, again.lost) == (FetchOutcome.UPLOADED, first.run_id)
    assert f"its earlier upload {first.run_id} was never loaded" in again.said
    world.now = NOW + timedelta(days=7)
    assert world.outcome()[0] == "known"


def test_an_unchanged_file_whose_load_never_began_is_downloaded_again(world: World) -> None:
    world.web.serve(ZIP, zip_page_with_etag(FY2022, '"v1"'))
    first = world.search(world.file()).answer
    assert first is not None
    world.lost.add(first.run_id)
    world.now = NOW + timedelta(days=7)
    assert world.outcome()[0] == "uploaded"


def test_a_file_that_another_source_gave_is_uploaded_again_if_its_load_never_began(world: World) -> None:
    world.web.serve(ZIP, zip_page(FY2022))
    world.web.serve("/other.zip", zip_page(FY2022))
    first = world.search(world.file()).answer
    assert first is not None
    world.lost.add(first.run_id)
    world.now = NOW + timedelta(days=7)
    assert world.outcome(world.file("/other.zip", "other"))[0] == "uploaded"
    assert world.outcome()[0] == "known"


def test_a_modification_date_alone_shows_that_a_file_is_unchanged(world: World) -> None:
    dated = page_with_status(
        200, FY2022, content_type="application/zip", last_modified="Wed, 01 Jul 2026 00:00:00 GMT"
    )
    world.web.serve(ZIP, dated)
    world.outcome()
    world.outcome()
    assert world.web.requests[-1][1]["If-Modified-Since"] == "Wed, 01 Jul 2026 00:00:00 GMT"


def test_the_same_content_of_two_sources_is_uploaded_once(world: World) -> None:
    world.web.serve(ZIP, zip_page(FY2022))
    world.web.serve("/other.zip", zip_page(FY2022))
    assert world.outcome()[0] == "uploaded"
    assert world.outcome()[0] == "known"
    assert world.outcome(world.file("/other.zip", "other")) == (
        "known",
        "has a release that was fetched before",
    )


def test_a_release_of_a_mirror_is_uploaded_again_from_the_agency(world: World) -> None:
    world.web.serve(ZIP, zip_page(FY2022))
    assert world.outcome(world.file(source_id="mirror", official=False))[0] == "uploaded"
    assert world.outcome(world.file(source_id="agency"))[0] == "uploaded"


def test_an_accepted_release_is_not_uploaded_again(world: World) -> None:
    world.known = KnownReleases(2022, frozenset({CONTENT}))
    world.web.serve(ZIP, zip_page(FY2022_OTHER))  # another zip of the same two files
    assert world.outcome()[0] == "known"


def test_a_new_edition_of_the_live_year_is_uploaded(world: World) -> None:
    world.known = KnownReleases(2022, frozenset({"other content"}))
    world.web.serve("/survey", page_with_links(ZIP))
    world.web.serve(ZIP, zip_page(FY2022))
    assert world.outcome(world.page())[0] == "uploaded"


def test_older_years_are_not_downloaded(world: World) -> None:
    world.known = KnownReleases(2023)
    world.web.serve("/survey", page_with_links(ZIP))
    assert world.outcome(world.page()) == ("nothing_newer", "has nothing newer than fiscal year 2023")
    assert world.web.paths() == ["/survey"]


def test_the_newest_year_that_has_ended_is_taken_from_a_page(world: World) -> None:
    world.known = KnownReleases(2021)
    newer = world.web.serve("/2026/pls_fy2022_csv.zip", zip_page(FY2022))
    world.web.serve("/survey", page_with_links("/2025/pls_fy2022_csv.zip", newer, "/x/pls_fy2099_csv.zip"))
    answer = world.search(world.page()).answer
    assert answer is not None
    assert answer.url == newer


def test_if_the_newest_year_of_a_table_is_gone_the_next_year_is_taken(world: World) -> None:
    world.known = KnownReleases(2021)
    table = world.table(
        **{
            "2023": f"{world.web.url}/gone.zip",
            "2022": world.web.serve(ZIP, zip_page(FY2022)),
            "2021": world.web.url,
        }
    )
    answer = world.search(table).answer
    assert answer is not None
    assert (answer.outcome, answer.fiscal_year) == (FetchOutcome.UPLOADED, 2022)


def test_a_copy_of_a_page_is_requested_with_the_date_of_today(world: World) -> None:
    original = {
        "id": "agency",
        "kind": "page",
        "official": True,
        "url": "https://agency.example/survey",
        "hosts": ["agency.example"],
    }
    copy = {
        "id": "archive",
        "kind": "copy",
        "of": "agency",
        "prefix": f"{world.web.url}/web/{{date}}id_/",
        "hosts": ["127.0.0.1"],
    }
    kept = "/web/20260701id_/https://agency.example"
    world.web.serve("/web/20261123id_/https://agency.example/survey", redirect_page(f"{kept}/survey"))
    world.web.serve(
        f"{kept}/survey", page_with_links("/f/pls_fy2022_csv.zip", "https://evil.example/pls_fy2023_csv.zip")
    )
    world.web.serve("/web/20261123id_/https://agency.example/f/pls_fy2022_csv.zip", zip_page(FY2022))
    search = world.search(original, copy)
    assert [attempt.outcome.value for attempt in search.attempts] == ["unreachable", "uploaded"]
    assert search.answer is not None
    assert world.uploaded(search.answer.run_id)[1]["official"] == "no"


# States that are stored


def test_the_last_result_of_each_source_is_stored(world: World) -> None:
    world.web.serve(ZIP, page_with_status(403))
    world.web.serve("/copy.zip", zip_page(FY2022))
    for _ in range(2):
        world.search(world.file(), world.file("/copy.zip", "mirror", official=False))
    refused, mirror = world.states.states()["file"], world.states.states()["mirror"]
    assert (refused.last_outcome, refused.failures, refused.last_refusal, refused.last_answer) == (
        "refused",
        2,
        NOW.isoformat(),
        "",
    )
    assert (mirror.last_outcome, mirror.failures, mirror.last_answer) == ("known", 0, NOW.isoformat())
    assert list(mirror.uploads) == [SHA256]
