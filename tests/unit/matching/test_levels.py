"""Every table of comparison levels has the levels of ``terms.py``, and no other levels."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import resources
from typing import get_args

import pytest

from library_validator.decisions import policy_file
from library_validator.decisions.policy_file import load_policy
from library_validator.matching import compare_addresses, compare_names
from library_validator.matching.compare import PHONE_LEVELS
from library_validator.matching.weights import LEVELS_OF, load_weights
from library_validator.terms import NameLevel, PhoneLevel, PlaceLevel, StreetLevel


@pytest.fixture(autouse=True)
def _clear_cached_files() -> Iterator[None]:
    load_weights.cache_clear()
    load_policy.cache_clear()
    yield
    load_weights.cache_clear()
    load_policy.cache_clear()


def test_every_level_has_a_rank() -> None:
    assert tuple(compare_names._NAME_RANK) == get_args(NameLevel)
    assert compare_addresses._STREET_RANK.keys() == set(get_args(StreetLevel))
    assert compare_addresses._PLACE_RANK.keys() == set(get_args(PlaceLevel))
    assert sorted(PHONE_LEVELS) == sorted(get_args(PhoneLevel))


def test_every_level_of_every_field_has_a_weight() -> None:
    assert {field: set(bits) for field, bits in load_weights().bits.items()} == {
        field: set(levels) for field, levels in LEVELS_OF.items()
    }


def test_a_weights_file_with_other_levels_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    text = resources.files("library_validator.matching").joinpath("weights.json").read_text("utf-8")
    body = json.loads(text)
    del body["bits"]["phone"]["near"]
    monkeypatch.setattr(json, "loads", lambda _: body)
    with pytest.raises(ValueError, match=r"levels of phone must be missing, exact, .*near"):
        load_weights()


def test_a_policy_with_an_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match=r"unknown levels \['nearly'\]; known are missing, exact"):
        policy_file._levels(["exact", "nearly"], get_args(PhoneLevel))
