"""Counts of each sender: applications of an hour, and claims up to a limit."""

from __future__ import annotations

import boto3
import pytest

from library_validator.adapters.aws.casework_access import CaseworkAccess
from library_validator.adapters.aws.source_counts import SourceCountTable
from library_validator.adapters.memory.source_counts import MemorySourceCounts
from library_validator.casework.limits import SourceCounts
from library_validator.decisions.partners import Partner, Partners
from tests.builders.aws_resources import CASEWORK_TABLE, create_casework_table
from tests.builders.decisions import OTHER_PARTNER, PARTNER


@pytest.fixture(params=["memory", "aws"])
def counts(request: pytest.FixtureRequest) -> SourceCounts:
    if request.param == "memory":
        return MemorySourceCounts()
    request.getfixturevalue("aws")
    dynamodb = boto3.client("dynamodb")
    create_casework_table(dynamodb)
    return SourceCountTable(CaseworkAccess(dynamodb, CASEWORK_TABLE, sleep=lambda _: None))


def test_applications_are_counted_by_sender_and_hour(counts: SourceCounts) -> None:
    assert counts.add_applications(PARTNER, "2026-11-29T10", 4) == 4
    assert counts.add_applications(PARTNER, "2026-11-29T10", 3) == 7
    assert counts.add_applications(OTHER_PARTNER, "2026-11-29T10", 1) == 1
    assert counts.add_applications(PARTNER, "2026-11-29T11", 2) == 2


def test_a_batch_of_an_earlier_hour_does_not_reset_the_count(counts: SourceCounts) -> None:
    counts.add_applications(PARTNER, "2026-11-29T11", 5)

    assert counts.add_applications(PARTNER, "2026-11-29T10", 4) == 0
    assert counts.add_applications(PARTNER, "2026-11-29T11", 1) == 6


def test_claims_are_reserved_up_to_the_limit(counts: SourceCounts) -> None:
    assert counts.reserve_claims(PARTNER, 4, 10) == 4
    assert counts.reserve_claims(PARTNER, 4, 10) == 4
    assert counts.reserve_claims(PARTNER, 4, 10) == 2
    assert counts.reserve_claims(PARTNER, 4, 10) == 0
    assert counts.reserve_claims(OTHER_PARTNER, 4, 3) == 3
    assert counts.reserve_claims(OTHER_PARTNER, 4, 0) == 0


def test_claims_that_were_given_back_can_be_reserved_again(counts: SourceCounts) -> None:
    counts.reserve_claims(PARTNER, 10, 10)
    counts.add_claims(PARTNER, -3)

    assert counts.reserve_claims(PARTNER, 10, 10) == 3


def test_a_recount_replaces_the_counts_and_sums_the_sources_of_a_partner(counts: SourceCounts) -> None:
    partners = Partners(
        (
            Partner(key=PARTNER, name="A", principals=(PARTNER,), aliases=("AROAOLD",)),
            Partner(key=OTHER_PARTNER, name="B", principals=(OTHER_PARTNER,)),
        )
    )
    counts.reserve_claims(PARTNER, 90, 100)
    counts.reserve_claims(OTHER_PARTNER, 90, 100)

    counts.set_claims({PARTNER: 5, "AROAOLD": 2, "AROASTRANGER": 4}, partners)

    assert counts.reserve_claims(PARTNER, 100, 100) == 93
    assert counts.reserve_claims(OTHER_PARTNER, 100, 100) == 100
    assert counts.reserve_claims("AROASTRANGER", 100, 100) == 96
