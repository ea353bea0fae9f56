"""Each function imports this module first: no garbage is collected until all its code is imported.

Imported objects stay as long as the process does. Collections in between would walk all of them again and
again, and free nothing (docs/adr/0025).
"""

from __future__ import annotations

import gc

gc.disable()


def finish_imports() -> None:
    """The last line of a handler: collects garbage again, but never walks the imported objects."""
    gc.freeze()
    gc.enable()
