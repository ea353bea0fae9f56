"""A load as a person reads it: its counts, its remarks, and what to do next."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from library_validator.registry.store import Run
from library_validator.terms import RunStatus
from library_validator.views.run import ReleaseCounts, run_view

AT = "2026-11-23T12:00:00+00:00"
RUN_ID = "releases/fetched/pls_fy2022_csv.zip@v1"


def run_of(status: RunStatus, **fields: Any) -> Run:
    return Run(RUN_ID, status, "done", AT, AT, **fields)


@pytest.mark.parametrize(
    ("status", "is_loaded", "next_action"),
    [
        ("loading", False, "wait"),
        ("active", True, "none"),
        ("unchanged", True, "none"),
        ("quarantined", False, "accept_or_reject"),
        ("refused", False, "look_at_problems"),
        ("failed", False, "wait_for_retry"),
        ("accepted", False, "wait"),
        ("rejected", False, "none"),
    ],
)
def test_each_status_of_a_run_has_its_next_action(
    status: RunStatus, is_loaded: bool, next_action: str
) -> None:
    view = run_view(run_of(status), active=None)
    assert (view.is_loaded, view.next_action) == (is_loaded, next_action)


def test_a_run_is_named_after_its_file() -> None:
    assert run_view(run_of("active"), active=None).name == "fetched/pls_fy2022_csv.zip"


def test_the_counts_of_a_run_are_those_of_its_release() -> None:
    report = {"fiscal_year": 2022, "systems": 300, "outlets": 501}
    assert run_view(run_of("active", report=report), None).counts == ReleaseCounts(2022, 300, 501)
    assert run_view(run_of("refused"), None).counts is None


def test_the_words_of_a_person_come_before_the_problems() -> None:
    problems = [{"code": "superseded", "severity": "quarantine", "message": "a newer year is live"}]
    run = run_of("accepted", reason="checked by hand", by="arn:…/anna", problems=problems)
    assert run_view(run, None).remarks == ("checked by hand (by arn:…/anna)", "a newer year is live")


def test_only_the_version_that_answers_is_live() -> None:
    run = run_of("active", version="2022.1.abc")
    assert [run_view(run, active).is_live for active in ("2022.1.abc", "2021.1.abc", None)] == [
        True,
        False,
        False,
    ]
    assert run_view(run_of("refused"), None).is_live is False


@pytest.mark.parametrize(
    ("provenance", "uploaded"),
    [
        ({}, ""),
        ({"requester": "123456789012"}, "uploaded from account 123456789012, as S3 says"),
        (
            {"uploaded-by": "arn:aws:iam::1:user/andr%C3%A9", "requester": "123456789012"},
            "uploaded by arn:aws:iam::1:user/andré, as the command says (account 123456789012, as S3 says)",
        ),
        ({"source-id": "imls-page", "requester": "123456789012"}, "fetched from imls-page"),
    ],
)
def test_a_view_says_who_uploaded_a_release_and_who_says_so(
    provenance: dict[str, str], uploaded: str
) -> None:
    assert run_view(replace(run_of("active"), provenance=provenance), None).uploaded == uploaded


def test_a_short_view_has_one_sentence_for_each_kind_of_problem() -> None:
    problems = [
        {"code": "keys_gone", "severity": "quarantine", "message": "300 systems are gone"},
        {"code": "row_count", "severity": "quarantine", "message": "9,248 systems"},
        {"code": "keys_gone", "severity": "quarantine", "message": "501 outlets are gone"},
    ]
    view = run_view(run_of("quarantined", problems=problems), None)
    assert view.short_remarks == ("300 systems are gone (and 1 more of this kind)", "9,248 systems")
    assert len(view.remarks) == 3
