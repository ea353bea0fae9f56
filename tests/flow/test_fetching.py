"""Fetching from a real web server: every way in which a source may fail, and what is uploaded in the end."""

from __future__ import annotations

import gzip
import hashlib
import json
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import pytest

from library_validator.adapters.memory.fetch_states import MemoryFetchStates
from library_validator.adapters.memory.fetched_releases import MemoryFetchedReleases
from library_validator.adapters.memory.releases_bucket import MemoryReleasesBucket
from library_validator.adapters.web.http import HttpWeb
from library_validator.registry.bucket import PROVENANCE, Upload
from library_validator.releases.downloading import Outcome
from library_validator.releases.fetching import FetchPorts, Search, Standing, look_for_release
from library_validator.releases.reading import read_release
from library_validator.releases.sources import read_sources
from tests.release_files import release_zip, zip_of
from tests.web_server import (
    WebServer,
    dripping,
    endless,
    html,
    links,
    not_found,
    redirect,
    reset,
    short,
    status,
    versioned,
    web_server,
    zip_file,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FY2022 = release_zip().getvalue()
FY2022_OTHER = release_zip(more={"readme.txt": "published again"}).getvalue()
CONTENT = read_release(release_zip()).content_sha256
SHA256 = hashlib.sha256(FY2022).hexdigest()
ZIP = "/files/pls_fy2022_csv.zip"
MOST = 200_000  # bytes


@pytest.fixture
def web() -> Iterator[WebServer]:
    with web_server() as server:
        yield server


class World:
    """The agency's page and table, a mirror, and what a search left behind."""

    def __init__(self, web: WebServer) -> None:
        self.web = web
        self.bucket = MemoryReleasesBucket()
        self.states = MemoryFetchStates()
        self.slept: list[float] = []
        self.standing = Standing()

    def page(self) -> dict[str, Any]:
        return self._source("page", kind="page", official=True, url=f"{self.web.url}/survey")

    def table(self, **releases: str) -> dict[str, Any]:
        return self._source("table", kind="table", official=True, releases=releases)

    def file(self, path: str = ZIP, source_id: str = "file", *, official: bool = True) -> dict[str, Any]:
        return self._source(source_id, kind="file", official=official, url=f"{self.web.url}{path}")

    def search(self, *sources: dict[str, Any], seconds: float = 20, trial: bool = False) -> Search:
        written = json.dumps({"plain_http": True, "sources": sources})
        end = time.monotonic() + seconds
        ports = FetchPorts(
            web=HttpWeb(),
            releases=MemoryFetchedReleases(self.bucket),
            states=self.states,
            time_left=lambda: end - time.monotonic(),
            sleep=self.slept.append,
            max_bytes=MOST,
        )
        return look_for_release(read_sources(written), self.standing, ports, lambda: NOW, trial=trial)

    def outcome(self, *sources: dict[str, Any], seconds: float = 20) -> tuple[str, str]:
        """Outcome and sentence of the only attempt."""
        (attempt,) = self.search(*(sources or (self.file(),)), seconds=seconds).attempts
        return attempt.outcome.value, attempt.said

    def uploaded(self, run_id: str) -> tuple[bytes, dict[str, str]]:
        upload = Upload.of_run(run_id)
        with self.bucket.open_release(upload) as body:
            return body.read(), dict(self.bucket.metadata(upload))

    def _source(self, source_id: str, **written: Any) -> dict[str, Any]:
        return {"id": source_id, "hosts": ["127.0.0.1"], **written}


@pytest.fixture
def world(web: WebServer) -> World:
    return World(web)


# What is found


def test_a_release_of_the_agency_s_page_is_uploaded_with_where_it_came_from(world: World) -> None:
    world.web.serve("/survey", links("/files/pls_fy2021_csv.zip", ZIP, "/files/pls_fy2022_sas.zip"))
    url = world.web.serve(ZIP, versioned(FY2022, '"v1"', "Wed, 01 Jul 2026 00:00:00 GMT"))
    answer = world.search(world.page()).answer
    assert answer is not None
    assert (answer.outcome, answer.fiscal_year, answer.url) == (Outcome.UPLOADED, 2022, url)
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
    assert set(metadata) == set(PROVENANCE)


def test_what_comes_from_a_mirror_says_so(world: World) -> None:
    world.web.serve(ZIP, zip_file(FY2022))
    answer = world.search(world.file(official=False)).answer
    assert answer is not None
    assert world.uploaded(answer.run_id)[1]["official"] == "no"


def test_a_trial_tells_what_there_is_and_leaves_nothing(world: World) -> None:
    world.web.serve(ZIP, zip_file(FY2022))
    answer = world.search(world.file(), trial=True).answer
    assert answer is not None
    assert (answer.outcome, answer.run_id, answer.sha256) == (Outcome.FOUND, "", SHA256)
    assert world.states.states() == {}


def test_what_an_address_had_before_is_not_sent_again(world: World) -> None:
    world.web.serve(ZIP, versioned(FY2022, '"v1"'))
    assert world.outcome()[0] == "uploaded"
    assert world.outcome() == ("not_modified", "has what it had before of fiscal year 2022")
    world.web.serve(ZIP, versioned(FY2022_OTHER, '"v2"'))
    assert world.outcome()[0] == "uploaded"


def test_a_date_alone_is_enough_to_ask_by(world: World) -> None:
    dated = status(200, FY2022, content_type="application/zip", last_modified="Wed, 01 Jul 2026 00:00:00 GMT")
    world.web.serve(ZIP, dated)
    world.outcome()
    world.outcome()
    assert world.web.asked[-1][1]["If-Modified-Since"] == "Wed, 01 Jul 2026 00:00:00 GMT"


def test_the_same_content_is_uploaded_once_whoever_has_it(world: World) -> None:
    world.web.serve(ZIP, zip_file(FY2022))
    world.web.serve("/other.zip", zip_file(FY2022))
    assert world.outcome()[0] == "uploaded"
    assert world.outcome()[0] == "known"
    assert world.outcome(world.file("/other.zip", "other")) == (
        "known",
        "has a release that was fetched before",
    )


def test_the_agency_s_own_copy_does_not_wait_behind_a_mirror_s(world: World) -> None:
    world.web.serve(ZIP, zip_file(FY2022))
    assert world.outcome(world.file(source_id="mirror", official=False))[0] == "uploaded"
    assert world.outcome(world.file(source_id="agency"))[0] == "uploaded"


def test_what_is_accepted_already_is_not_uploaded(world: World) -> None:
    world.standing = Standing(2022, frozenset({CONTENT}))
    world.web.serve(ZIP, zip_file(FY2022_OTHER))  # another zip of the same two files
    assert world.outcome()[0] == "known"


def test_the_live_year_published_again_is_uploaded(world: World) -> None:
    world.standing = Standing(2022, frozenset({"other content"}))
    world.web.serve("/survey", links(ZIP))
    world.web.serve(ZIP, zip_file(FY2022))
    assert world.outcome(world.page())[0] == "uploaded"


def test_nothing_is_asked_for_where_only_older_years_are_offered(world: World) -> None:
    world.standing = Standing(2023)
    world.web.serve("/survey", links(ZIP))
    assert world.outcome(world.page()) == ("nothing_newer", "has nothing newer than fiscal year 2023")
    assert world.web.paths() == ["/survey"]


def test_the_newest_year_of_a_page_is_taken_and_none_that_is_not_over(world: World) -> None:
    world.standing = Standing(2021)
    newer = world.web.serve("/2026/pls_fy2022_csv.zip", zip_file(FY2022))
    world.web.serve("/survey", links("/2025/pls_fy2022_csv.zip", newer, "/x/pls_fy2099_csv.zip"))
    answer = world.search(world.page()).answer
    assert answer is not None
    assert answer.url == newer


def test_a_table_gives_the_next_newer_year_where_the_newest_is_gone(world: World) -> None:
    world.standing = Standing(2021)
    table = world.table(
        **{
            "2023": f"{world.web.url}/gone.zip",
            "2022": world.web.serve(ZIP, zip_file(FY2022)),
            "2021": world.web.url,
        }
    )
    answer = world.search(table).answer
    assert answer is not None
    assert (answer.outcome, answer.fiscal_year) == (Outcome.UPLOADED, 2022)


def test_a_copy_of_a_page_is_asked_at_its_address_of_today(world: World) -> None:
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
    world.web.serve("/web/20261123id_/https://agency.example/survey", redirect(f"{kept}/survey"))
    world.web.serve(
        f"{kept}/survey", links("/f/pls_fy2022_csv.zip", "https://evil.example/pls_fy2023_csv.zip")
    )
    world.web.serve("/web/20261123id_/https://agency.example/f/pls_fy2022_csv.zip", zip_file(FY2022))
    search = world.search(original, copy)
    assert [attempt.outcome.value for attempt in search.attempts] == ["unreachable", "uploaded"]
    assert search.answer is not None
    assert world.uploaded(search.answer.run_id)[1]["official"] == "no"


# What fails


def test_a_release_that_is_gone_leads_to_the_next_source(world: World) -> None:
    world.web.serve("/survey", links(ZIP))
    world.web.serve(ZIP, not_found)
    world.web.serve("/copy.zip", zip_file(FY2022))
    search = world.search(world.page(), world.file("/copy.zip", "mirror", official=False))
    assert [(one.source_id, one.outcome.value) for one in search.attempts] == [
        ("page", "gone"),
        ("mirror", "uploaded"),
    ]


def test_where_all_are_gone_each_says_so_and_there_is_no_answer(world: World) -> None:
    search = world.search(world.page(), world.file(), world.file("/copy.zip", "mirror"))
    assert search.answer is None
    assert {one.said for one in search.attempts} == {"has nothing there any more (HTTP 404)"}


def test_a_page_without_links_is_no_answer(world: World) -> None:
    world.web.serve("/survey", html("<title>New  home</title><p>We have moved."))
    assert world.outcome(world.page()) == ("no_link", "has a page called “New home” that links to no release")


def test_a_refusal_is_not_pressed(world: World) -> None:
    world.web.serve(ZIP, status(403, b"no robots"))
    assert world.outcome() == ("refused", "refuses the request (HTTP 403)")
    assert (len(world.web.asked), world.slept) == (1, [])


def test_retry_after_is_waited_for_where_there_is_time(world: World) -> None:
    world.web.serve(ZIP, status(429, retry_after="2"), zip_file(FY2022))
    assert world.outcome()[0] == "uploaded"
    assert world.slept == [2.0]


def test_retry_after_may_be_a_date(world: World) -> None:
    later = format_datetime(NOW.replace(second=3), usegmt=True)
    world.web.serve(ZIP, status(503, retry_after=later), zip_file(FY2022))
    assert world.outcome()[0] == "uploaded"
    assert world.slept == [3.0]


def test_retry_after_beyond_the_time_is_a_refusal(world: World) -> None:
    world.web.serve(ZIP, status(429, retry_after="3600"))
    assert world.outcome() == ("refused", "refuses the request (HTTP 429) and asks to come back in 3,600 s")
    assert world.slept == []


def test_an_error_that_passes_is_tried_again_after_growing_pauses(world: World) -> None:
    world.web.serve(ZIP, status(500), status(502), zip_file(FY2022))
    assert world.outcome()[0] == "uploaded"
    first, second = world.slept
    assert 0.5 <= first <= 1 <= second <= 2


def test_an_error_that_stays_is_given_up(world: World) -> None:
    world.web.serve(ZIP, status(500))
    assert world.outcome() == ("server_error", "has an error of its own (HTTP 500)")
    assert len(world.web.asked) == 3


def test_a_broken_connection_is_tried_again(world: World) -> None:
    world.web.serve(ZIP, reset, zip_file(FY2022))
    assert world.outcome()[0] == "uploaded"
    world.web.serve("/always.zip", reset)
    assert world.outcome(world.file("/always.zip"))[0] == "unreachable"


def test_nobody_there_is_unreachable(world: World) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}/pls_fy2022_csv.zip"
        source = {"id": "nobody", "kind": "file", "url": address, "hosts": ["127.0.0.1"]}
        assert world.outcome(source) == ("unreachable", "cannot be reached")


@pytest.mark.parametrize("headers", [False, True], ids=["body", "headers"])
def test_a_slow_drip_ends_with_the_time_that_it_was_given(world: World, headers: bool) -> None:
    world.web.serve(ZIP, dripping(world.web.over, FY2022[:10], headers=headers))
    began = time.monotonic()
    outcome, _ = world.outcome(seconds=0.6)
    assert outcome == "timed_out"
    assert time.monotonic() - began < 3


def test_a_slow_source_leaves_time_for_the_next(world: World) -> None:
    world.web.serve(ZIP, dripping(world.web.over, FY2022[:10]))
    world.web.serve("/copy.zip", zip_file(FY2022))
    search = world.search(world.file(), world.file("/copy.zip", "mirror"), seconds=2)
    assert [one.outcome.value for one in search.attempts] == ["timed_out", "uploaded"]


def test_a_body_without_end_is_cut_at_the_limit(world: World) -> None:
    world.web.serve(ZIP, endless(world.web.over, FY2022))
    assert world.outcome() == ("too_large", "sends more and more; at most 200,000 are taken")


def test_an_announced_size_over_the_limit_is_not_begun(world: World) -> None:
    world.web.serve(ZIP, zip_file(FY2022, content_length=str(5 << 30)))
    assert world.outcome()[0] == "too_large"


def test_a_page_without_end_is_cut_too(world: World) -> None:
    world.web.serve("/survey", endless(world.web.over, b"<html>", "text/html"))
    assert world.outcome(world.page())[0] == "too_large"


def test_less_than_announced_is_truncated(world: World) -> None:
    world.web.serve(ZIP, short(FY2022, 10))
    outcome, said = world.outcome()
    assert (outcome, said) == ("truncated", "broke off before its end")
    assert len(world.web.asked) == 3


def test_more_than_announced_is_truncated(world: World) -> None:
    world.web.serve(ZIP, zip_file(FY2022, content_length=str(len(FY2022) - 30)))
    assert world.outcome() == ("truncated", "sent a zip that is cut off or damaged")


def test_half_a_zip_without_a_size_is_truncated(world: World) -> None:
    world.web.serve(ZIP, zip_file(FY2022[: len(FY2022) // 2]))
    assert world.outcome()[0] == "truncated"


@pytest.mark.parametrize("content_type", ["text/html", "application/zip"])
def test_an_error_page_with_status_200_is_no_release(world: World, content_type: str) -> None:
    page = b"<!DOCTYPE html><html><title>Page not found | IMLS</title>"
    world.web.serve(ZIP, status(200, page, content_type=content_type))
    assert world.outcome() == (
        "not_a_release",
        "answers with a web page called “Page not found | IMLS” instead of a zip",
    )


def test_a_wall_against_automated_clients_is_a_refusal(world: World) -> None:
    world.web.serve("/survey", html("<title>Just a moment...</title><p>Solve the captcha"))
    world.web.serve(ZIP, html("<html><title>Access Denied</title>"))
    assert world.outcome()[0] == "refused"


@pytest.mark.parametrize("body", [b"", b"PK", b"\x1f\x8b\x08\x00plain gzip", b"FSCSKEY,LIBNAME\r\n"])
def test_what_is_neither_page_nor_zip_is_no_release(world: World, body: bytes) -> None:
    world.web.serve(ZIP, zip_file(body))
    assert world.outcome()[0] == "not_a_release"


def test_a_zip_of_something_else_is_no_release_from_a_mirror_and_left_to_the_load_from_the_agency(
    world: World,
) -> None:
    world.web.serve(ZIP, zip_file(zip_of({"readme.txt": "hello"}).getvalue()))
    assert world.outcome(world.file(official=False))[0] == "not_a_release"
    outcome, said = world.outcome(world.file(source_id="agency"))
    assert (outcome, "will be refused" in said) == ("uploaded", True)
    assert world.outcome(world.file(source_id="agency"))[0] == "known"


def test_what_is_compressed_on_the_way_is_not_unpacked(world: World) -> None:
    bomb = gzip.compress(b"\0" * 10_000_000)
    world.web.serve(ZIP, zip_file(bomb, content_encoding="gzip"))
    assert world.outcome() == ("unexpected", "sends its content compressed, though plain was asked for")


def test_a_loop_of_redirects_ends(world: World) -> None:
    world.web.serve(ZIP, redirect("/loop"))
    world.web.serve("/loop", redirect(ZIP))
    assert world.outcome() == ("strayed", "redirects more than 5 times")
    assert len(world.web.asked) == 6


@pytest.mark.parametrize(
    "to",
    [
        "http://localhost:{port}/elsewhere.zip",
        "https://evil.example/pls_fy2022_csv.zip",
        "file:///etc/passwd",
        "http://169.254.169.254/latest/meta-data/",
        "ftp://127.0.0.1/pls_fy2022_csv.zip",
        "//127.0.0.1@evil.example/",
        "http://127.0.0.1\\@evil.example/",
    ],
)
def test_a_redirect_elsewhere_is_not_followed(world: World, to: str) -> None:
    port = world.web.url.rpartition(":")[2]
    world.web.serve(ZIP, redirect(to.format(port=port)))
    outcome, said = world.outcome()
    assert (outcome, "only asked over https at 127.0.0.1" in said) == ("strayed", True)
    assert len(world.web.asked) == 1


def test_a_redirect_within_the_source_is_followed_and_its_end_is_what_is_kept(world: World) -> None:
    end = world.web.serve("/moved/pls_fy2022_csv.zip", zip_file(FY2022))
    world.web.serve(ZIP, redirect(end, 301))
    answer = world.search(world.file()).answer
    assert answer is not None
    assert world.uploaded(answer.run_id)[1]["source-url"] == end


def test_a_304_that_nobody_asked_for_is_no_answer(world: World) -> None:
    world.web.serve(ZIP, status(304))
    assert world.outcome() == ("unexpected", "answers with HTTP 304")


# What is kept


def test_each_source_keeps_what_it_said_last(world: World) -> None:
    world.web.serve(ZIP, status(403))
    world.web.serve("/copy.zip", zip_file(FY2022))
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
