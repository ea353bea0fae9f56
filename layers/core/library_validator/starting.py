"""Pauses garbage collection while a function imports its code. Each handler imports this module first.

Imported objects stay until the process ends. A collection during the imports would examine all of them and
free nothing (docs/adr/0025).
"""

from __future__ import annotations

import gc

gc.disable()


def finish_imports() -> None:
    """Resume garbage collection, without the imported objects. The last line of each handler calls this."""
    gc.freeze()
    gc.enable()
