"""The match weight of each level, in bits (log2 of the likelihood ratio).

Fellegi and Sunter, A Theory for Record Linkage (1969); term-frequency adjustment after Winkler.
The numbers are in ``weights.json``, which names their source.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from math import exp2
from typing import Final, get_args

from library_validator.matching.compare import Compared
from library_validator.matching.compare_names import NameAgreement
from library_validator.terms import (
    FscsIdLevel,
    NameLevel,
    PhoneLevel,
    PlaceLevel,
    StateLevel,
    StreetLevel,
    TogetherLevel,
)

LEVELS_OF: Final[Mapping[str, tuple[str, ...]]] = {  # compared field -> its levels
    "name": get_args(NameLevel),
    "street": get_args(StreetLevel),
    "place": get_args(PlaceLevel),
    "phone": get_args(PhoneLevel),
    "state": get_args(StateLevel),
    "fscs_id": get_args(FscsIdLevel),
    "together": get_args(TogetherLevel),
}


@dataclass(frozen=True, slots=True)
class Weights:
    version: str
    prior: float  # bits before anything is compared
    bits: Mapping[str, Mapping[str, float]]  # field -> level -> bits, with two decimals
    rarity_scale: float  # the share of the term-frequency bits that is counted
    rarity_cap: float

    def total(self, compared: Compared) -> float:
        """The match weight of the pair: the prior and the bits of every field."""
        bits, name = self.bits, compared.name
        of_fields = bits["name"][name.level]
        if name.shared:
            of_fields += self.bits_of_shared_words(name)
        return self.prior + (
            of_fields
            + bits["street"][compared.street]
            + bits["place"][compared.place]
            + bits["phone"][compared.phone]
            + bits["together"][compared.together]
            + bits["state"][compared.state]
            + bits["fscs_id"][compared.fscs_id]
        )

    def bits_of_shared_words(self, name: NameAgreement) -> float:
        """Bits for the rarity of the words that two names share."""
        if not name.shared or name.level == "different":
            return 0.0
        rarity = min(name.rarity * self.rarity_scale, self.rarity_cap)
        return rarity * 0.5 if name.of_system else rarity


@lru_cache(maxsize=1)
def load_weights() -> Weights:
    """The weights of ``weights.json``. Raises ``ValueError`` if it has other levels than ``terms.py``."""
    text = resources.files(__package__).joinpath("weights.json").read_text("utf-8")
    body = json.loads(text)
    for field, levels in LEVELS_OF.items():
        if body["bits"][field].keys() != set(levels):
            raise ValueError(f"weights.json: the levels of {field} must be {', '.join(levels)}")
    return Weights(body["version"], body["prior"], body["bits"], body["rarity_scale"], body["rarity_cap"])


def match_probability(bits: float) -> float:
    """The probability of a match from its total bits, for an applicant that is a library."""
    if not -60.0 < bits < 60.0:
        return 1.0 if bits > 0 else 0.0
    odds = exp2(bits)
    return odds / (1.0 + odds)
