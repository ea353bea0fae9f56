"""Imported before everything else by each function: nothing is collected until its code is imported.

What imports make stays as long as the process does. Collections in between would walk all of it again and
again and free nothing: a tenth of a cold start (``python -m lab.speed.cold_start``).
"""

from __future__ import annotations

import gc

gc.disable()


def imported() -> None:
    """The last line of a function's code: garbage is collected again, and what was imported is not walked."""
    gc.freeze()
    gc.enable()
