"""The contract of ``RegistryStore``."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from library_validator.errors import NoActiveRegistry, RegistryError, RunChanged, VersionSuperseded
from library_validator.registry.store import (
    AcceptedRelease,
    Pointer,
    RegistryStore,
    Run,
    VersionRecord,
    VersionState,
)

V1, V2, V3 = "2021.1.aaaaaaaaaaaa", "2022.1.bbbbbbbbbbbb", "2023.1.cccccccccccc"


def record(version: str = V1) -> VersionRecord:
    return VersionRecord(
        version=version,
        index_format=1,
        fiscal_year=int(version[:4]),
        releases=(AcceptedRelease(2021, "ab", "releases/pls fy2021+ä.zip", "v1"),),
        systems=9_248,
        outlets=17_546,
        entries=27_000,
        postings=100_000,
        state=VersionState.BUILDING,
        statistics=bytes(range(256)),
    )


def pointer(version: str, previous: str | None = None, at: str = "2026-11-23T12:00:00+00:00") -> Pointer:
    return Pointer(version, previous, int(version[:4]), 1, at, "release loaded")


def run(run_id: str, started_at: str = "2026-11-23T12:00:00+00:00") -> Run:
    return Run(run_id, "loading", "reading", started_at, started_at)


def test_a_new_store_has_no_active_version(registry: RegistryStore) -> None:
    with pytest.raises(NoActiveRegistry):
        registry.pointer()


def test_a_reader_sees_the_last_flip(registry: RegistryStore) -> None:
    registry.flip(pointer(V1), expected_active=None)
    assert registry.pointer() == pointer(V1)
    registry.flip(pointer(V2, previous=V1), expected_active=V1)
    assert registry.pointer() == pointer(V2, previous=V1)


def test_a_repeated_flip_changes_nothing(registry: RegistryStore) -> None:
    """The response to the first flip may have been lost."""
    registry.flip(pointer(V1), expected_active=None)
    registry.flip(pointer(V1), expected_active=None)
    registry.flip(pointer(V2, previous=V1), expected_active=V1)
    registry.flip(pointer(V2, previous=V1), expected_active=V1)
    assert registry.pointer() == pointer(V2, previous=V1)


@pytest.mark.parametrize("expected", [None, V3])
def test_a_flip_is_refused_if_another_version_than_the_expected_one_is_active(
    registry: RegistryStore, expected: str | None
) -> None:
    registry.flip(pointer(V1), expected_active=None)
    with pytest.raises(VersionSuperseded, match=V1):
        registry.flip(pointer(V2, previous=expected, at="later"), expected_active=expected)
    assert registry.pointer() == pointer(V1)


def test_a_flip_that_expects_an_active_version_is_refused_if_there_is_none(registry: RegistryStore) -> None:
    with pytest.raises(VersionSuperseded):
        registry.flip(pointer(V2, previous=V1), expected_active=V1)
    with pytest.raises(NoActiveRegistry):
        registry.pointer()


def test_a_flip_to_an_older_year_is_refused(registry: RegistryStore) -> None:
    registry.flip(pointer(V2), expected_active=None)
    with pytest.raises(VersionSuperseded, match="2022"):
        registry.flip(pointer(V1, previous=V2, at="later"), expected_active=V2)
    assert registry.pointer() == pointer(V2)


def test_a_flip_back_is_possible_to_the_previous_version_and_to_no_other(registry: RegistryStore) -> None:
    registry.flip(pointer(V1), expected_active=None)
    registry.flip(pointer(V2, previous=V1), expected_active=V1)
    with pytest.raises(VersionSuperseded):
        registry.flip(pointer(V3, previous=V2, at="later"), expected_active=V2, back=True)
    registry.flip(pointer(V1, previous=V2, at="later"), expected_active=V2, back=True)
    assert registry.pointer() == pointer(V1, previous=V2, at="later")


def test_a_flip_back_from_the_first_version_is_refused(registry: RegistryStore) -> None:
    registry.flip(pointer(V2), expected_active=None)
    with pytest.raises(VersionSuperseded):
        registry.flip(pointer(V1, previous=V2, at="later"), expected_active=V2, back=True)


def test_a_stored_version_record_is_read_back_unchanged(registry: RegistryStore) -> None:
    registry.put_version(record())
    assert registry.version(V1) == registry.find_version(V1) == record()


def test_a_version_without_a_record_is_not_found(registry: RegistryStore) -> None:
    assert registry.find_version(V1) is None
    with pytest.raises(RegistryError, match="no record"):
        registry.version(V1)
    with pytest.raises(RegistryError, match="no record"):
        registry.set_state(V1, VersionState.ACTIVE)
    assert registry.find_version(V1) is None


def test_setting_the_state_of_a_version_changes_no_other_field(registry: RegistryStore) -> None:
    registry.put_version(record())
    registry.set_state(V1, VersionState.SUPERSEDED)
    assert registry.version(V1) == replace(record(), state=VersionState.SUPERSEDED)


def test_deleting_a_version_record_keeps_its_postings_and_other_versions(registry: RegistryStore) -> None:
    registry.put_version(record(V1))
    registry.put_version(record(V2))
    registry.put_postings(V1, {"zip:99503": b"1"})
    registry.delete_version(V1)
    registry.delete_version(V1)
    assert registry.find_version(V1) is None
    assert registry.find_version(V2) == record(V2)
    assert registry.postings(V1, ["zip:99503"]) == {"zip:99503": b"1"}


def test_postings_belong_to_one_version(registry: RegistryStore) -> None:
    registry.put_postings(V1, {"zip:99503": b"old", "zip:99504": b"gone"})
    registry.put_postings(V2, {"zip:99503": b"new"})
    keys = ["zip:99503", "zip:99504"]
    assert registry.postings(V2, keys) == {"zip:99503": b"new"}
    assert registry.postings(V1, keys, consistent=True) == {"zip:99503": b"old", "zip:99504": b"gone"}
    assert registry.postings(V1, []) == {}


def test_a_posting_written_again_is_overwritten(registry: RegistryStore) -> None:
    registry.put_postings(V1, {"zip:99503": b"first"})
    registry.put_postings(V1, {"zip:99503": b"second"})
    assert registry.postings(V1, ["zip:99503"]) == {"zip:99503": b"second"}


def test_any_number_of_postings_is_read_in_requests_of_a_hundred(registry: RegistryStore) -> None:
    written = {f"key {number}": b"%d" % number for number in range(260)}
    registry.put_postings(V1, written)
    registry.requests.clear()  # type: ignore[attr-defined]

    assert registry.postings(V1, [*written, *written, "no such key"]) == written
    assert registry.requests == {"BatchGetItem": 3}  # type: ignore[attr-defined]


def test_deleted_postings_are_gone_and_the_others_stay(registry: RegistryStore) -> None:
    written = {f"key {number}": b"x" for number in range(60)}
    registry.put_postings(V1, written)
    registry.delete_postings(V1, [*(f"key {number}" for number in range(59)), "key 1", "no such key"])
    assert registry.postings(V1, written) == {"key 59": b"x"}


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.text(st.characters(codec="utf-8"), min_size=1, max_size=40), st.binary(min_size=1)))
def test_postings_with_any_key_and_any_bytes_are_read_back_unchanged(
    registry: RegistryStore, postings: dict[str, bytes]
) -> None:
    registry.put_postings(V1, postings)
    assert registry.postings(V1, postings) == postings


def test_a_stored_run_is_read_back_unchanged(registry: RegistryStore) -> None:
    assert registry.run("releases/a.zip@v1") is None
    full = replace(
        run("releases/a.zip@v1"),
        version=V2,
        replaces=V1,
        reason="release loaded",
        by="pat",
        decided_at="2026-11-23T13:00:00+00:00",
        accepted_as="releases/a.zip@v2",
        content_sha256="ab",
        provenance={"source-url": "https://example.org/a.zip", "official": "yes"},
        report={"systems": 9_248, "repairs": {"zip_padded": 3}},
        problems=({"code": "orphans", "severity": "warning", "message": "3 outlets"},),
        events_published=True,
    )
    for written in (run("releases/a.zip@v1"), full):
        registry.put_run(written)
        assert registry.run("releases/a.zip@v1") == written


def test_a_run_is_not_overwritten_if_a_person_decided_on_it_meanwhile(registry: RegistryStore) -> None:
    quarantined = replace(run("releases/a.zip@v1"), status="quarantined")
    with pytest.raises(RunChanged, match="is not quarantined any more"):
        registry.put_run(quarantined, expected="quarantined")
    registry.put_run(quarantined)
    accepted = replace(quarantined, status="accepted", by="pat")
    registry.put_run(accepted, expected="quarantined")
    with pytest.raises(RunChanged):
        registry.put_run(replace(quarantined, events_published=True), expected="quarantined")
    assert registry.run("releases/a.zip@v1") == accepted


def test_runs_are_listed_newest_first(registry: RegistryStore) -> None:
    days = {"b": "2026-11-02", "a": "2026-11-03", "c": "2026-11-01"}
    for run_id, day in days.items():
        registry.put_run(run(run_id, f"{day}T12:00:00+00:00"))
    assert [listed.run_id for listed in registry.runs()] == ["a", "b", "c"]
