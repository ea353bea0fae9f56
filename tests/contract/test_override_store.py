"""Every ``OverrideStore``, in memory and on DynamoDB."""

from __future__ import annotations

from uuid import UUID

import pytest

from library_validator.casework.overriding import OverrideStore
from library_validator.decisions.answer import Answer
from library_validator.decisions.decision import Override
from tests.builders.decisions import OTHER_PARTNER, PARTNER, minutes_after_noon
from tests.contract.conftest import CaseworkStores


@pytest.fixture
def store(casework: CaseworkStores) -> OverrideStore:
    return casework.overrides


def override_of(number: int, application_id: str = "A-1", source: str = PARTNER) -> Override:
    return Override(
        override_id=UUID(int=number),
        source=source,
        application_id=application_id,
        answer=Answer.VALIDATED,
        fscs_key="AK0001",
        reason_code="CALLED_THE_LIBRARY",
        words="I called them",
        by="somebody",
        at=minutes_after_noon(number),
        fields_sha256="00",
        seen_keys=["AK0001"],
    )


def test_every_override_is_kept_and_listed_oldest_first(store: OverrideStore) -> None:
    second, first = override_of(2), override_of(1)
    for override in (second, first, second, override_of(3, "A-2"), override_of(4, source=OTHER_PARTNER)):
        store.append(override)
    store.append(first.model_copy(update={"words": "something else"}))

    assert store.of_application(PARTNER, "A-1") == [first, second]
    assert store.of_application(PARTNER, "A-9") == []
