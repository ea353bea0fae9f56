"""The registry's records as items of DynamoDB."""

from dataclasses import fields

import pytest

from library_validator.adapters.aws.registry_items import (
    pointer_attributes,
    pointer_of_item,
    run_item,
    run_of_item,
    version_item,
    version_of_item,
)
from library_validator.registry.store import AcceptedRelease, Pointer, Run, VersionRecord, VersionState

POINTER = Pointer("2022.1.abc", "2021.1.def", 2022, 1, "2026-11-23T12:00:00+00:00", "release loaded")
VERSION = VersionRecord(
    version="2022.1.abc",
    index_format=1,
    fiscal_year=2022,
    releases=(AcceptedRelease(2022, "0" * 64, "releases/pls.zip", "v1"),),
    systems=2,
    outlets=3,
    entries=5,
    postings=7,
    state=VersionState.ACTIVE,
    statistics=b"counts",
)
RUN = Run(
    "releases/pls.zip@v1",
    "accepted",
    "done",
    "2026-11-23T12:00:00+00:00",
    "2026-11-23T12:00:01+00:00",
    version="2022.1.abc",
    replaces="2021.1.def",
    reason="looked at",
    by="pat",
    decided_at="2026-11-23T12:00:01+00:00",
    accepted_as="releases/pls.zip@v2",
    content_sha256="0" * 64,
    provenance={"official": "yes"},
    report={"fiscal_year": 2022},
    problems=({"code": "superseded", "severity": "quarantine", "message": "older"},),
    events_published=True,
)


def test_every_field_of_a_record_is_stored() -> None:
    assert {field.name for field in fields(Pointer)} == pointer_attributes(POINTER).keys()
    assert {field.name for field in fields(VersionRecord)} - {"version"} == (
        version_item(VERSION).keys() - {"pk", "sk"}
    )
    assert {field.name for field in fields(Run)} - {"run_id"} == run_item(RUN).keys() - {"pk", "sk"}


def test_a_stored_record_is_read_back_unchanged() -> None:
    assert pointer_of_item(pointer_attributes(POINTER)) == POINTER  # type: ignore[arg-type]
    assert version_of_item(version_item(VERSION)) == VERSION  # type: ignore[arg-type]
    assert run_of_item(run_item(RUN)) == RUN  # type: ignore[arg-type]


def test_a_run_is_stored_with_these_attributes() -> None:
    assert run_item(RUN) == {
        "pk": {"S": "RUN"},
        "sk": {"S": "releases/pls.zip@v1"},
        "status": {"S": "accepted"},
        "step": {"S": "done"},
        "started_at": {"S": "2026-11-23T12:00:00+00:00"},
        "updated_at": {"S": "2026-11-23T12:00:01+00:00"},
        "version": {"S": "2022.1.abc"},
        "replaces": {"S": "2021.1.def"},
        "reason": {"S": "looked at"},
        "by": {"S": "pat"},
        "decided_at": {"S": "2026-11-23T12:00:01+00:00"},
        "accepted_as": {"S": "releases/pls.zip@v2"},
        "content_sha256": {"S": "0" * 64},
        "provenance": {"S": '{"official": "yes"}'},
        "report": {"S": '{"fiscal_year": 2022}'},
        "problems": {"S": '[{"code": "superseded", "severity": "quarantine", "message": "older"}]'},
        "events_published": {"BOOL": True},
    }


@pytest.mark.parametrize("name", ["decided_at", "accepted_as", "content_sha256", "provenance"])
def test_a_run_without_a_field_that_older_code_did_not_store_can_be_read(name: str) -> None:
    item = run_item(RUN)
    del item[name]
    assert not getattr(run_of_item(item), name)  # type: ignore[arg-type]
