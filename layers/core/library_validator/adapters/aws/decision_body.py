"""A decision as the bytes that are stored: JSON, deflated against a dictionary of what decisions say.

DynamoDB bills a transaction two write units for each begun kilobyte of an item. Most of a decision's JSON
is field names and sentences that every decision has; with them in a dictionary nearly every item of a
decision fits in one kilobyte.

The first byte names the dictionary. Each one stays for good, under its number: what was stored with it
must be read with it. A text that no dictionary knows is stored as well, only longer. A new dictionary is
made by ``python -m lab.weights.decision_dictionary``, and used one deployment after it was shipped: so the
deployment before reads everything, should one go back to it.
"""

from __future__ import annotations

import zlib
from functools import cache
from importlib import resources
from typing import Final

from library_validator.decisions.decision import Decision

DICTIONARY: Final = 1  # what is stored now
_RAW: Final = -15  # deflate without header and checksum: DynamoDB has its own


def pack(decision: Decision) -> bytes:
    """The stored form of ``decision``."""
    deflating = _deflating(DICTIONARY).copy()
    text = decision.model_dump_json().encode()
    return bytes([DICTIONARY]) + deflating.compress(text) + deflating.flush()


def unpack(body: bytes) -> Decision:
    """The inverse of ``pack``, for every dictionary there ever was."""
    inflating = zlib.decompressobj(_RAW, zdict=_dictionary(body[0]))
    return Decision.model_validate_json(inflating.decompress(body[1:]) + inflating.flush())


@cache
def _deflating(number: int) -> zlib._Compress:
    """Holds the dictionary already: to copy it costs a fraction of reading the dictionary again."""
    return zlib.compressobj(zlib.Z_BEST_COMPRESSION, wbits=_RAW, zdict=_dictionary(number))


@cache
def _dictionary(number: int) -> bytes:
    return resources.files(__package__).joinpath(f"decision_dictionary_{number}.txt").read_bytes()
