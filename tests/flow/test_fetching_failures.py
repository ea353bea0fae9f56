"""Fetching from a real web server: every way in which a source may fail."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Iterator
from email.utils import format_datetime

import pytest

from library_validator.registry.bucket import PROVENANCE
from tests.builders.release_files import zip_of
from tests.builders.web_server import (
    dripping,
    endless,
    html,
    links,
    not_found,
    redirect,
    reset,
    short,
    status,
    web_server,
    zip_file,
)
from tests.flow.fetch_world import FY2022, NOW, ZIP, World


@pytest.fixture
def world() -> Iterator[World]:
    with web_server() as server:
        yield World(server)


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
    assert (len(world.web.requests), world.slept) == (1, [])


def test_a_host_that_refuses_one_file_of_a_table_is_not_asked_for_the_others(world: World) -> None:
    files = {str(year): world.web.serve(f"/{year}.zip", status(403)) for year in (2024, 2023, 2022)}
    assert world.outcome(world.table(**files)) == ("refused", "refuses the request (HTTP 403)")
    assert world.web.paths() == ["/2024.zip"]


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
    assert len(world.web.requests) == 3


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
    assert len(world.web.requests) == 3


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
    assert world.outcome() == (
        "refused",
        "answers with a page called “Access Denied” against automated clients",
    )
    assert world.outcome(world.page()) == (
        "refused",
        "answers with a page called “Just a moment...” against automated clients",
    )


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
def test_a_redirect_elsewhere_is_not_followed(world: World, to: str) -> None:
    port = world.web.url.rpartition(":")[2]
    world.web.serve(ZIP, redirect(to.format(port=port)))
    outcome, said = world.outcome()
    assert (outcome, "only asked over https at 127.0.0.1" in said) == ("strayed", True)
    assert len(world.web.requests) == 1


def test_a_redirect_within_the_source_is_followed_and_its_end_is_what_is_kept(world: World) -> None:
    end = world.web.serve("/moved/pls_fy2022_csv.zip", zip_file(FY2022))
    world.web.serve(ZIP, redirect(end, 301))
    answer = world.search(world.file()).answer
    assert answer is not None
    assert world.uploaded(answer.run_id)[1]["source-url"] == end


def test_a_304_that_nobody_asked_for_is_no_answer(world: World) -> None:
    world.web.serve(ZIP, status(304))
    assert world.outcome() == ("unexpected", "answers with HTTP 304")


def test_headers_that_are_too_long_to_keep_are_not_kept(world: World) -> None:
    world.web.serve(ZIP, zip_file(FY2022, etag=f'"{"x" * 3_000}"', last_modified="Übermorgen"))
    answer = world.search(world.file()).answer
    assert answer is not None
    assert set(world.uploaded(answer.run_id)[1]) == set(PROVENANCE) - {"etag", "last-modified"}
    assert world.outcome()[0] == "known"


def test_a_redirect_without_end_in_its_address_is_not_followed(world: World) -> None:
    world.web.serve(ZIP, redirect(f"/{'x' * 2_000}.zip"))
    assert world.outcome()[0] == "strayed"
