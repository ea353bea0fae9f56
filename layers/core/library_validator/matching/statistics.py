"""Term statistics of a registry version: how common a word is among the names of entries."""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_RAREST: Final = 1


@dataclass(frozen=True, slots=True)
class Statistics:
    """``counts`` holds the words of at least two entries' names, ``total`` the number of entries."""

    total: int
    counts: Mapping[str, int]
    words_once: frozenset[str]

    def count(self, word: str) -> int:
        """How many entries bear the word; 0 if none does."""
        return self.counts.get(word) or (1 if word in self.words_once else 0)

    def bits(self, word: str) -> float:
        """How much agreement on the word is worth: log2 of the inverse of its frequency."""
        return math.log2(self.total / max(self.count(word), _RAREST)) if self.total else 0.0

    def encode(self) -> bytes:
        body = {"total": self.total, "counts": self.counts, "once": sorted(self.words_once)}
        return zlib.compress(json.dumps(body, separators=(",", ":"), sort_keys=True).encode(), 9)

    @staticmethod
    def decode(data: bytes) -> Statistics:
        body = json.loads(zlib.decompress(data))
        return Statistics(body["total"], body["counts"], frozenset(body["once"]))
