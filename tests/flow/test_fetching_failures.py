"""A release is fetched from a real web server: every way in which a source may fail."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Iterator
from email.utils import format_datetime

import pytest

from library_validator.registry.bucket import PROVENANCE, UPLOADED_BY
from tests.builders.release_files import zip_of
from tests.builders.web_server import (
    answer_not_found,
    endless_page,
    html_page,
    page_with_links,
    page_with_status,
    redirect_page,
    reset_connection,
    slow_page,
    truncated_page,
    web_server,
    zip_page,
)
from tests.flow.fetch_world import FY2022, NOW, ZIP, World


@pytest.fixture
def world() -> Iterator[World]:
    with web_server() as server:
        yield World(server)


def test_if_a_release_is_gone_the_next_source_is_asked(world: World) -> None:
    world.web.serve("/survey", page_with_links(ZIP))
    world.web.serve(ZIP, answer_not_found)
    world.web.serve("/copy.zip", zip_page(FY2022))
    search = world.search(world.page(), world.file("/copy.zip", "mirror", official=False))
    assert [(attempt.source_id, attempt.outcome.value) for attempt in search.attempts] == [
        ("page", "gone"),
        ("mirror", "uploaded"),
    ]


def test_if_all_sources_are_gone_there_is_no_answer(world: World) -> None:
    search = world.search(world.page(), world.file(), world.file("/copy.zip", "mirror"))
    assert search.answer is None
    assert {attempt.said for attempt in search.attempts} == {
        "has no file at this address any more (HTTP 404)"
    }


def test_a_page_without_links_is_not_an_answer(world: World) -> None:
    world.web.serve("/survey", html_page("<title>New  home</title><p>We have moved."))
    assert world.outcome(world.page()) == (
        "no_link",
        "has a page called “New home” without a link to a release",
    )


def test_a_refused_request_is_not_repeated(world: World) -> None:
    world.web.serve(ZIP, page_with_status(403, b"no robots"))
    assert world.outcome() == ("refused", "refuses the request (HTTP 403)")
    assert (len(world.web.requests), world.slept) == (1, [])


def test_a_host_that_refuses_one_file_of_a_table_is_not_asked_for_the_others(world: World) -> None:
    files = {str(year): world.web.serve(f"/{year}.zip", page_with_status(403)) for year in (2024, 2023, 2022)}
    assert world.outcome(world.table(**files)) == ("refused", "refuses the request (HTTP 403)")
    assert world.web.paths() == ["/2024.zip"]


def test_the_search_waits_as_long_as_retry_after_says_if_there_is_time(world: World) -> None:
    world.web.serve(ZIP, page_with_status(429, retry_after="2"), zip_page(FY2022))
    assert world.outcome()[0] == "uploaded"
    assert world.slept == [2.0]


def test_retry_after_may_be_a_date(world: World) -> None:
    later = format_datetime(NOW.replace(second=3), usegmt=True)
    world.web.serve(ZIP, page_with_status(503, retry_after=later), zip_page(FY2022))
    assert world.outcome()[0] == "uploaded"
    assert world.slept == [3.0]


def test_a_retry_after_beyond_the_time_limit_is_a_refusal(world: World) -> None:
    world.web.serve(ZIP, page_with_status(429, retry_after="3600"))
    assert world.outcome() == ("refused", "refuses the request (HTTP 429) and asks to try again in 3,600 s")
    assert world.slept == []


def test_a_request_is_repeated_after_growing_pauses_until_the_error_passes(world: World) -> None:
    world.web.serve(ZIP, page_with_status(500), page_with_status(502), zip_page(FY2022))
    assert world.outcome()[0] == "uploaded"
    first, second = world.slept
    assert 0.5 <= first <= 1 <= second <= 2


def test_the_search_gives_up_if_the_error_stays(world: World) -> None:
    world.web.serve(ZIP, page_with_status(500))
    assert world.outcome() == ("server_error", "reports an error of its own (HTTP 500)")
    assert len(world.web.requests) == 3


def test_a_request_with_a_broken_connection_is_repeated(world: World) -> None:
    world.web.serve(ZIP, reset_connection, zip_page(FY2022))
    assert world.outcome()[0] == "uploaded"
    world.web.serve("/always.zip", reset_connection)
    assert world.outcome(world.file("/always.zip"))[0] == "unreachable"


def test_a_host_without_a_server_is_unreachable(world: World) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}/pls_fy2022_csv.zip"
        source = {"id": "nobody", "kind": "file", "url": address, "hosts": ["127.0.0.1"]}
        assert world.outcome(source) == ("unreachable", "cannot be reached")


@pytest.mark.parametrize("headers", [False, True], ids=["body", "headers"])
def test_a_very_slow_response_ends_at_the_time_limit(world: World, headers: bool) -> None:
    world.web.serve(ZIP, slow_page(world.web.over, FY2022[:10], headers=headers))
    began = time.monotonic()
    outcome, _ = world.outcome(seconds=0.6)
    assert outcome == "timed_out"
    assert time.monotonic() - began < 3


def test_a_slow_source_leaves_time_for_the_next_source(world: World) -> None:
    world.web.serve(ZIP, slow_page(world.web.over, FY2022[:10]))
    world.web.serve("/copy.zip", zip_page(FY2022))
    search = world.search(world.file(), world.file("/copy.zip", "mirror"), seconds=2)
    assert [attempt.outcome.value for attempt in search.attempts] == ["timed_out", "uploaded"]


def test_a_body_without_end_is_cut_at_the_limit(world: World) -> None:
    world.web.serve(ZIP, endless_page(world.web.over, FY2022))
    assert world.outcome() == ("too_large", "sends more than 200,000 bytes")


def test_a_file_that_announces_too_large_a_size_is_not_read(world: World) -> None:
    world.web.serve(ZIP, zip_page(FY2022, content_length=str(5 << 30)))
    assert world.outcome()[0] == "too_large"


def test_a_page_without_end_is_cut_at_the_limit(world: World) -> None:
    world.web.serve("/survey", endless_page(world.web.over, b"<html>", "text/html"))
    assert world.outcome(world.page())[0] == "too_large"


def test_a_body_that_is_shorter_than_announced_is_reported_as_truncated(world: World) -> None:
    world.web.serve(ZIP, truncated_page(FY2022, 10))
    outcome, said = world.outcome()
    assert (outcome, said) == ("truncated", "ended before its announced length")
    assert len(world.web.requests) == 3


def test_a_body_that_is_longer_than_announced_is_reported_as_truncated(world: World) -> None:
    world.web.serve(ZIP, zip_page(FY2022, content_length=str(len(FY2022) - 30)))
    assert world.outcome() == ("truncated", "sent a zip that is cut off or damaged")


def test_half_a_zip_of_unknown_size_is_reported_as_truncated(world: World) -> None:
    world.web.serve(ZIP, zip_page(FY2022[: len(FY2022) // 2]))
    assert world.outcome()[0] == "truncated"


@pytest.mark.parametrize("content_type", ["text/html", "application/zip"])
def test_an_error_page_with_status_200_is_not_a_release(world: World, content_type: str) -> None:
    page = b"<!DOCTYPE html><html><title>Page not found | IMLS</title>"
    world.web.serve(ZIP, page_with_status(200, page, content_type=content_type))
    assert world.outcome() == (
        "not_a_release",
        "answers with a web page called “Page not found | IMLS” instead of a zip",
    )


def test_a_page_that_blocks_automated_clients_is_a_refusal(world: World) -> None:
    world.web.serve("/survey", html_page("<title>Just a moment...</title><p>Solve the captcha"))
    world.web.serve(ZIP, html_page("<html><title>Access Denied</title>"))
    assert world.outcome() == (
        "refused",
        "answers with a page called “Access Denied” that blocks automated clients",
    )
    assert world.outcome(world.page()) == (
        "refused",
        "answers with a page called “Just a moment...” that blocks automated clients",
    )


@pytest.mark.parametrize("body", [b"", b"PK", b"\x1f\x8b\x08\x00plain gzip", b"FSCSKEY,LIBNAME\r\n"])
def test_content_that_is_neither_page_nor_zip_is_not_a_release(world: World, body: bytes) -> None:
    world.web.serve(ZIP, zip_page(body))
    assert world.outcome()[0] == "not_a_release"


def test_a_zip_with_other_files_is_not_taken_from_a_mirror_and_is_uploaded_from_the_agency(
    world: World,
) -> None:
    world.web.serve(ZIP, zip_page(zip_of({"readme.txt": "hello"}).getvalue()))
    assert world.outcome(world.file(official=False))[0] == "not_a_release"
    outcome, said = world.outcome(world.file(source_id="agency"))
    assert (outcome, "will be refused" in said) == ("uploaded", True)
    assert world.outcome(world.file(source_id="agency"))[0] == "known"


def test_compressed_content_is_not_unpacked(world: World) -> None:
    bomb = gzip.compress(b"\0" * 10_000_000)
    world.web.serve(ZIP, zip_page(bomb, content_encoding="gzip"))
    assert world.outcome() == ("unexpected", "sends compressed content, although the request forbids it")


def test_a_loop_of_redirects_ends(world: World) -> None:
    world.web.serve(ZIP, redirect_page("/loop"))
    world.web.serve("/loop", redirect_page(ZIP))
    assert world.outcome() == ("strayed", "redirects more than 5 times")
    assert len(world.web.requests) == 6


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
def test_a_redirect_to_another_host_is_not_followed(world: World, to: str) -> None:
    port = world.web.url.rpartition(":")[2]
    world.web.serve(ZIP, redirect_page(to.format(port=port)))
    outcome, said = world.outcome()
    assert (outcome, "may only go to 127.0.0.1 over https" in said) == ("strayed", True)
    assert len(world.web.requests) == 1


def test_a_redirect_within_the_source_is_followed_and_its_last_address_is_kept(world: World) -> None:
    end = world.web.serve("/moved/pls_fy2022_csv.zip", zip_page(FY2022))
    world.web.serve(ZIP, redirect_page(end, 301))
    answer = world.search(world.file()).answer
    assert answer is not None
    assert world.uploaded(answer.run_id)[1]["source-url"] == end


def test_an_unexpected_304_is_not_an_answer(world: World) -> None:
    world.web.serve(ZIP, page_with_status(304))
    assert world.outcome() == ("unexpected", "answers with HTTP 304")


def test_headers_that_are_too_long_are_not_kept(world: World) -> None:
    world.web.serve(ZIP, zip_page(FY2022, etag=f'"{"x" * 3_000}"', last_modified="Übermorgen"))
    answer = world.search(world.file()).answer
    assert answer is not None
    assert set(world.uploaded(answer.run_id)[1]) == set(PROVENANCE) - {"etag", "last-modified", UPLOADED_BY}
    assert world.outcome()[0] == "known"


def test_a_redirect_to_an_overlong_address_is_not_followed(world: World) -> None:
    world.web.serve(ZIP, redirect_page(f"/{'x' * 2_000}.zip"))
    assert world.outcome()[0] == "strayed"
