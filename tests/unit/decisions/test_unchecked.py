"""Instances that are made without validation are the ones that validation makes."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from copy import deepcopy
from typing import Final

import pytest
from pydantic import ValidationError

from library_validator.decisions.decision import Comparison, Decision
from library_validator.decisions.unchecked import unchecked
from tests.builders.small_registry import ALDER, BRIAR_CITY, NEWEST, OUTLETS, SYSTEMS, decide, release

BITS: Final = {"field": "name", "level": "exact", "applied": "A", "listed": "B", "bits": 1.5}
GONE: Final = release(tuple(one for one in SYSTEMS if one is not BRIAR_CITY), OUTLETS, fiscal_year=2023)


def made() -> Comparison:
    return unchecked(Comparison)(dict(BITS))


DECISIONS: Final[dict[str, Callable[[], Decision]]] = {
    "match": lambda: decide(
        name=ALDER.name, street=ALDER.street, city=ALDER.city, state="ME", zip=ALDER.zip, phone=ALDER.phone
    ),
    "outlet": lambda: decide(name="Hollow Run Branch", street="8 Creek Road", city="Hollow Run", state="ME"),
    "closed": lambda: decide(name="Dunmore Memorial Library", city="Dunmore", state="ME", zip="04904"),
    "vanished": lambda: decide(
        GONE, NEWEST, name=BRIAR_CITY.name, street=BRIAR_CITY.street, city="Briarton", state="ME", zip="04902"
    ),
    "other key": lambda: decide(name=ALDER.name, city="Alder Point", state="ME", fscs_id="ME0003-002"),
    "unreadable field": lambda: decide(name=ALDER.name, city="Alder Point", state="ME", phone=["207"]),
    "nothing alike": lambda: decide(name="Rose Tree Garden Club", city="Nowhere", state="TX"),
    "nothing given": decide,
}


@pytest.mark.parametrize("case", DECISIONS)
def test_a_decision_is_the_one_that_validation_would_have_made(case: str) -> None:
    decision = DECISIONS[case]()
    text = decision.model_dump_json(warnings="error")  # a value of another type than declared would warn
    validated = Decision.model_validate_json(text)
    assert validated == decision
    assert validated.model_dump_json() == text  # every field, in order, 0.0 and not 0
    assert validated.model_dump() == decision.model_dump()


def test_the_cases_have_every_part_of_a_decision() -> None:
    answers = {case: decided() for case, decided in DECISIONS.items()}
    assert answers["match"].match
    assert answers["outlet"].match
    assert answers["vanished"].evidence
    assert answers["unreadable field"].problems
    assert not answers["nothing given"].candidates
    assert {one.decision.value for one in answers.values()} == {"validated", "needs_review", "not_validated"}


def test_an_instance_equals_the_validated_one_and_hashes_alike() -> None:
    assert made() == Comparison(**BITS)
    assert hash(made()) == hash(Comparison(**BITS))
    assert repr(made()) == repr(Comparison(**BITS))
    assert made().model_fields_set == set(BITS)


def test_an_instance_can_be_copied_and_pickled() -> None:
    assert pickle.loads(pickle.dumps(made())) == made()  # noqa: S301 - our own bytes
    assert deepcopy(made()) == made()
    assert made().model_copy(update={"level": "near"}) == Comparison(**BITS | {"level": "near"})


def test_instances_share_nothing_that_a_copy_could_change() -> None:
    first = made()
    first.model_copy(update={"bits": 2.0}).model_fields_set.clear()
    assert first.model_fields_set == made().model_fields_set == set(BITS)


def test_an_instance_is_as_frozen_as_a_validated_one() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        made().level = "near"  # type: ignore[misc]  # what is to be refused
