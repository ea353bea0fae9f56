"""Types that the whole project uses: time, ids, and the names of levels and statuses.

This module imports nothing of the project. The sets of comparison levels are literals and not enums:
a level is looked up in a table a dozen times for each candidate, and the hash of an enum is slow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

Clock = Callable[[], datetime]  # gives the present moment, with its time zone
TimeLeft = Callable[[], float]  # gives the seconds until the function is stopped

# The largest zip of a release, in bytes. The official zips have 3 to 13 MB. The template's parameter
# ``MaxReleaseBytes`` can only lower this limit.
MOST_RELEASE_BYTES: Final = 64 << 20

FSCS_KEY_CHARACTERS: Final = 6  # at the start of an FSCS id; the other characters are the outlet's sequence


def fscs_key_of(fscs_id: str) -> str:
    """The FSCS key in an FSCS id: ``AK0001`` for ``AK0001-002``, and for ``AK0001`` itself."""
    return fscs_id[:FSCS_KEY_CHARACTERS]


@dataclass(frozen=True, slots=True)
class FscsId:
    """The survey's id of a library: ``str`` writes ``AK0001`` for a system, ``AK0001-002`` for an outlet."""

    key: str
    sequence: str = ""  # three digits; empty for a system

    def __str__(self) -> str:
        return f"{self.key}-{self.sequence}" if self.sequence else self.key


# How far a field of an applicant agrees with an entry. Each level has a match weight in ``weights.json``.
NameLevel = Literal[
    "exact",
    "same_words",
    "typing_differences",
    "applicant_shorter",
    "applicant_longer",
    "separated",
    "partial",
    "place_only",
    "different",
]
StreetLevel = Literal[
    "missing", "exact", "same_box", "near", "same_number", "same_street", "not_comparable", "different"
]
PlaceLevel = Literal["missing", "zip_and_city", "zip", "city", "city_near", "zip_area", "different"]
PhoneLevel = Literal["missing", "exact", "other_area_code", "near", "same_exchange", "different"]
StateLevel = Literal["missing", "exact", "different"]
FscsIdLevel = Literal["exact", "other_outlet", "libid", "missing", "different"]
TogetherLevel = Literal["street_and_phone", "phone_and_place", "phone", "street", "neither"]

# The status of a run, and the step that it is at.
RunStatus = Literal[
    "loading", "active", "unchanged", "quarantined", "refused", "failed", "accepted", "rejected"
]
RunStep = Literal["reading", "guarding", "writing", "verifying", "flipping", "done"]

# The effect that a problem of a release has on its run.
Severity = Literal["warning", "quarantine", "refused", "failed"]

# The status of an entry in the survey today.
ListingStatus = Literal["listed", "temporarily_closed", "non_respondent", "closed", "no_longer_listed"]
