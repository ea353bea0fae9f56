"""Shares with their intervals, and percentiles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from pydantic import BaseModel, ConfigDict, computed_field

_Z95: Final = 1.959963984540054  # two-sided 95% quantile of the normal distribution


class Share(BaseModel):
    """A share, ``count`` of ``of`` rows, with its Wilson score interval at 95%; limits are between 0 and 1.

    E. B. Wilson, Probable Inference (1927). Unlike the textbook interval it is useful near 0% and 100%,
    where the shares of good matchers are.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    count: int
    of: int

    @computed_field  # type: ignore[prop-decorator]  # what pydantic documents
    @property
    def share(self) -> float | None:
        """None if there are no rows."""
        return self.count / self.of if self.of else None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def low(self) -> float:
        return 0.0 if self.count == 0 else self._middle - self._half

    @computed_field  # type: ignore[prop-decorator]
    @property
    def high(self) -> float:
        return 1.0 if self.count == self.of else self._middle + self._half

    @property
    def _middle(self) -> float:
        return (self.count + _Z95**2 / 2) / (self.of + _Z95**2)

    @property
    def _half(self) -> float:
        spread = self.count * (self.of - self.count) / self.of + _Z95**2 / 4
        return _Z95 * math.sqrt(spread) / (self.of + _Z95**2)

    def __add__(self, other: Share) -> Share:
        """The share of both populations together. They must have no row in common."""
        return Share(count=self.count + other.count, of=self.of + other.of)


def percentile(sorted_values: Sequence[int], share: float) -> int:
    """The percentile by nearest rank: at least ``share`` of the values are at most this value. 0 if empty."""
    if not sorted_values:
        return 0
    return sorted_values[max(1, math.ceil(share * len(sorted_values))) - 1]
