"""The peers on the sample release. Runs where they are installed: .local/bench/bin/pytest lab"""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from lab.peers import training
from lab.peers.records import NOTHING, Peer, Record, record_of, records_of
from lab.peers.with_csv_reconcile import WithCsvReconcile
from lab.peers.with_rapidfuzz import WithRapidfuzz
from lab.peers.with_recordlinkage import WithRecordlinkage
from lab.peers.with_splink import WithSplink
from library_validator.releases.reading.release import read_release
from library_validator.releases.records import Release
from library_validator_cli.sample_release import BUNDLED_FISCAL_YEAR, BUNDLED_SEED, write_sample_release


def sample(fiscal_year: int) -> Release:
    target = io.BytesIO()
    write_sample_release(target, fiscal_year, BUNDLED_SEED)
    target.seek(0)
    return read_release(target)


@pytest.fixture(scope="module")
def registry() -> list[Record]:
    return records_of(sample(BUNDLED_FISCAL_YEAR))


@pytest.fixture(scope="module", params=["rapidfuzz", "splink", "recordlinkage", "csv-reconcile"])
def peer(request: pytest.FixtureRequest, registry: list[Record]) -> Peer:
    older = sample(BUNDLED_FISCAL_YEAR - 1)
    years = training.year_to_year_records([older])
    peers: dict[str, Peer] = {
        "rapidfuzz": WithRapidfuzz(),
        "splink": WithSplink(years, seed=1),
        "recordlinkage": WithRecordlinkage([*years, *training.typed_records(older, seed=1)]),
        "csv-reconcile": WithCsvReconcile(),
    }
    prepared = peers[request.param]
    prepared.prepare(registry)
    return prepared


def test_every_peer_finds_a_record_of_the_registry_as_itself(peer: Peer, registry: list[Record]) -> None:
    applications = [replace(record, id=str(number)) for number, record in enumerate(registry)]
    found = [answer.fscs_key for answer in peer.score(applications)]
    right = sum(key == record.fscs_key for key, record in zip(found, registry, strict=True))

    assert right >= 0.98 * len(registry)


def test_the_same_name_without_other_fields_scores_less(peer: Peer, registry: list[Record]) -> None:
    whole = replace(registry[0], id="whole")
    bare = replace(whole, id="bare", street="", number="", city="", zip="", phone="")
    first, second = peer.score([whole, bare])

    assert first.score > second.score


def test_an_application_that_matches_no_record_has_no_answer(peer: Peer, registry: list[Record]) -> None:
    stranger = record_of("1", "", {"name": "Zyzzyva Xylophone", "city": "Nowhere", "state": "GU"})
    nowhere, found = peer.score([stranger, replace(registry[0], id="2")])

    assert nowhere == NOTHING
    assert found.fscs_key == registry[0].fscs_key
