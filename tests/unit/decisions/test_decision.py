"""The id of a decision and of its event."""

from __future__ import annotations

from typing import Final
from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from library_validator.decisions.decision import Cause, event_id_of
from tests.builders.decisions import submission_of

NAMESPACE: Final = UUID("6f1c6ee0-6c1b-5b0e-9d5a-6a3f0b8f7c11")


@given(st.text(max_size=300), st.text(max_size=40))
def test_the_event_id_is_the_uuid5_of_submission_and_cause(name: str, detail: str) -> None:
    submission, cause = submission_of(name=name), Cause(kind="registry", detail=detail)
    assert event_id_of(submission, cause) == uuid5(NAMESPACE, f"{submission.identity}\n{cause.key}")


def test_event_ids_do_not_change() -> None:
    assert str(event_id_of(submission_of(), Cause())) == "9d552242-7173-583f-904f-fa41831c266e"
