"""Letters and marks that nobody sees, although Unicode calls them neither controls nor formats.

Source: Unicode's property ``Default_Ignorable_Code_Point``, without the format characters: joiners of
graphemes, fillers of Hangul, inherent vowels of Khmer, and selectors of variations of a letter.
"""

from __future__ import annotations

import re
from typing import Final

UNSEEN_MARKS: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
