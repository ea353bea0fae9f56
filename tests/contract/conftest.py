"""The stores: each test runs against the memory adapter and against the AWS adapter on moto."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from moto import mock_aws

from library_validator.adapters.aws.casework_access import CaseworkAccess
from library_validator.adapters.aws.decision_table import DecisionTable
from library_validator.adapters.aws.erasure_table import ErasureTable
from library_validator.adapters.aws.override_table import OverrideTable
from library_validator.adapters.aws.partner_table import PartnerTable
from library_validator.adapters.aws.registry_table import RegistryTable
from library_validator.adapters.aws.releases_bucket import ReleasesBucket
from library_validator.adapters.aws.revalidation_table import RevalidationTable
from library_validator.adapters.memory.decisions import MemoryDecisions
from library_validator.adapters.memory.erasures import MemoryErasures
from library_validator.adapters.memory.overrides import MemoryOverrides
from library_validator.adapters.memory.partners import MemoryPartners
from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator.adapters.memory.releases_bucket import MemoryReleasesBucket
from library_validator.adapters.memory.revalidations import MemoryRevalidations
from library_validator.casework.erasing import ErasureStore
from library_validator.casework.overriding import OverrideStore
from library_validator.casework.partners import PartnerStore
from library_validator.casework.progress import RevalidationStore
from library_validator.decisions.store import DecisionStore
from library_validator.registry.bucket import ReleaseBucket, Upload
from library_validator.registry.store import RegistryStore
from tests.builders.aws_resources import (
    CASEWORK_TABLE,
    REGISTRY_TABLE,
    RELEASES_BUCKET,
    create_casework_table,
    create_registry_table,
    create_releases_bucket,
)
from tests.builders.decisions import minutes_after_noon

MAX_BYTES = 1_000


@pytest.fixture
def aws() -> Iterator[None]:
    """moto, in the place of AWS."""
    with mock_aws():
        yield


@pytest.fixture(params=["memory", "aws"])
def registry(request: pytest.FixtureRequest) -> RegistryStore:
    if request.param == "memory":
        return MemoryRegistry()
    request.getfixturevalue("aws")
    dynamodb = boto3.client("dynamodb")
    create_registry_table(dynamodb)
    return RegistryTable(dynamodb, REGISTRY_TABLE, sleep=lambda _: None)


class BucketUnderTest:
    """A releases bucket, and the uploads that an operator makes to it."""

    def __init__(self, bucket: ReleaseBucket, operator: Any) -> None:
        self.bucket = bucket
        self._operator = operator

    def upload(self, key: str, content: bytes, metadata: Mapping[str, str] | None = None) -> Upload:
        if isinstance(self._operator, MemoryReleasesBucket):
            return self._operator.upload(key, content, metadata)
        answer = self._operator.put_object(
            Bucket=RELEASES_BUCKET, Key=key, Body=content, Metadata=metadata or {}
        )
        return Upload(key, answer["VersionId"])

    def has_manifest(self, version: str) -> bool:
        if isinstance(self._operator, MemoryReleasesBucket):
            return version in self._operator.manifests
        listed = self._operator.list_objects_v2(Bucket=RELEASES_BUCKET, Prefix=f"manifests/{version}")
        return bool(listed["KeyCount"])

    def report(self, run_id: str) -> Any:
        if isinstance(self._operator, MemoryReleasesBucket):
            return self._operator.reports[run_id]
        return self._json(f"reports/{run_id}.json")

    def delta(self, run_id: str) -> Any:
        if isinstance(self._operator, MemoryReleasesBucket):
            return self._operator.deltas[run_id]
        return self._json(f"reports/{run_id}.delta.json")

    def _json(self, key: str) -> Any:
        return json.load(self._operator.get_object(Bucket=RELEASES_BUCKET, Key=key)["Body"])


@pytest.fixture(params=["memory", "aws"])
def releases(request: pytest.FixtureRequest) -> BucketUnderTest:
    if request.param == "memory":
        memory = MemoryReleasesBucket(MAX_BYTES)
        return BucketUnderTest(memory, memory)
    request.getfixturevalue("aws")
    s3 = boto3.client("s3")
    create_releases_bucket(s3)
    return BucketUnderTest(ReleasesBucket(s3, RELEASES_BUCKET, MAX_BYTES), s3)


@dataclass(frozen=True, slots=True)
class CaseworkStores:
    """The stores of the casework table."""

    decisions: DecisionStore
    overrides: OverrideStore
    revalidations: RevalidationStore
    partners: PartnerStore
    erasures: ErasureStore


@pytest.fixture(params=["memory", "aws"])
def casework(request: pytest.FixtureRequest) -> CaseworkStores:
    if request.param == "memory":
        memory = MemoryDecisions()
        overrides = MemoryOverrides()
        return CaseworkStores(
            memory,
            overrides,
            MemoryRevalidations(memory.changed),
            MemoryPartners(memory),
            MemoryErasures(memory, overrides),
        )
    request.getfixturevalue("aws")
    dynamodb = boto3.client("dynamodb")
    create_casework_table(dynamodb)
    access = CaseworkAccess(dynamodb, CASEWORK_TABLE, sleep=lambda _: None)
    decisions = DecisionTable(access, clock=lambda: minutes_after_noon(60))
    return CaseworkStores(
        decisions,
        OverrideTable(access),
        RevalidationTable(access),
        PartnerTable(access),
        ErasureTable(access),
    )
