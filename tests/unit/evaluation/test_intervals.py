from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library_validator_cli.evaluation.intervals import Share, percentile


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        # Newcombe, Two-sided confidence intervals for the single proportion (1998), table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_intervals_equal_those_in_the_paper_of_newcombe(count: int, of: int, low: float, high: float) -> None:
    share = Share(count=count, of=of)
    assert (round(share.low, 4), round(share.high, 4)) == (low, high)


def test_an_interval_has_a_width_even_at_100_percent_and_spans_0_to_1_without_rows() -> None:
    assert Share(count=29, of=29).high == 1.0
    assert Share(count=29, of=29).low == pytest.approx(0.8830, abs=1e-4)
    nothing = Share(count=0, of=0)
    assert (nothing.share, nothing.low, nothing.high) == (None, 0.0, 1.0)


@given(st.integers(1, 100_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_interval_contains_the_share_and_is_between_0_and_1(rows: tuple[int, int]) -> None:
    share = Share(count=rows[0], of=rows[1])
    assert share.share is not None
    assert 0 <= share.low <= share.share <= share.high <= 1


def test_adding_shares_adds_their_counts_and_their_rows() -> None:
    assert Share(count=1, of=10) + Share(count=2, of=90) == Share(count=3, of=100)


def test_a_percentile_is_one_of_the_values() -> None:
    values = list(range(1, 101))
    assert [percentile(values, share) for share in (0.5, 0.99, 1.0)] == [50, 99, 100]
    assert percentile([7], 0.99) == 7
    assert percentile([], 0.5) == 0
