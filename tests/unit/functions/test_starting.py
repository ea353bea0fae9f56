"""Garbage is not collected while a function's code is imported, and is collected again afterwards."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

FUNCTIONS = Path(__file__).parents[3] / "functions"
_COUNT = """
import gc, json, sys
collections = []
started = lambda: hasattr(sys.modules.get("library_validator.starting"), "finish_imports")
gc.callbacks.append(lambda phase, info: collections.append(started()))
import handler
print(json.dumps([any(collections), gc.isenabled(), gc.get_freeze_count()]))
"""


@pytest.mark.parametrize("function", sorted(path.parent.name for path in FUNCTIONS.glob("*/handler.py")))
def test_garbage_is_not_collected_while_code_is_imported(function: str) -> None:
    result = subprocess.run(
        [sys.executable, "-c", _COUNT], cwd=FUNCTIONS / function, capture_output=True, text=True, check=True
    )
    collected, enabled, kept = json.loads(result.stdout)
    assert not collected
    assert enabled
    assert kept > 10_000, "a later collection must not examine the imported objects"
