"""Term statistics of a registry version: how common a word is among the names of entries."""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Statistics:
    """``counts`` holds the words of at least two entries' names, ``total`` is the number of entries."""

    total: int
    counts: Mapping[str, int]
    words_once: frozenset[str]
    words: frozenset[str] = field(init=False, repr=False, compare=False)  # words of any entry
    _bits: dict[int, float] = field(init=False, repr=False, compare=False)  # count of a word -> bits

    def __post_init__(self) -> None:
        different = {1, *self.counts.values()}
        bits = {count: math.log2(self.total / count) if self.total else 0.0 for count in different}
        object.__setattr__(self, "_bits", {0: bits[1], **bits})
        object.__setattr__(self, "words", self.words_once.union(self.counts))

    def count(self, word: str) -> int:
        """The number of entries that have the word."""
        return self.counts.get(word) or (1 if word in self.words_once else 0)

    def bits(self, word: str) -> float:
        """The bits that agreement on the word is worth: log2 of the inverse of the word's frequency."""
        return self._bits[self.counts.get(word, 1)]

    def encode(self) -> bytes:
        body = {"total": self.total, "counts": self.counts, "once": sorted(self.words_once)}
        return zlib.compress(json.dumps(body, separators=(",", ":"), sort_keys=True).encode(), 9)

    @staticmethod
    def decode(data: bytes) -> Statistics:
        body = json.loads(zlib.decompress(data))
        return Statistics(body["total"], body["counts"], frozenset(body["once"]))
