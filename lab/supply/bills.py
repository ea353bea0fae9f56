"""Checks that a bill of materials names the packages of a lock file, all of them, each with a license.

python -m lab.supply.bills BILL LOCK_FILE        (``make sbom`` does)
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any, Final

# A package for every system: one with a marker (" ; ") may be missing on this system.
_PIN: Final = re.compile(r"^([a-z0-9-]+)==([^ ;\\]+) \\$", re.MULTILINE)
_SEPARATORS: Final = re.compile(r"[-_.]+")


def problems(bill: dict[str, Any], lock: str) -> list[str]:
    """What is wrong with a bill, one sentence each."""
    named = {
        f"{_SEPARATORS.sub('-', component['name']).lower()} {component['version']}": component
        for component in bill["components"]
    }
    locked = {f"{name} {version}" for name, version in _PIN.findall(lock)}
    return [
        *(f"{package} is not in the bill" for package in sorted(locked - named.keys())),
        *(f"{package} is not in the lock file" for package in sorted(named.keys() - locked)),
        *(f"{package} has no license" for package in sorted(named) if not named[package].get("licenses")),
    ]


def main(bill: str, lock: str) -> int:
    content = json.loads(Path(bill).read_text("utf-8"))
    found = problems(content, Path(lock).read_text("utf-8"))
    print(f"{bill}: {'; '.join(found) or str(len(content['components'])) + ' packages, each with a license'}")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
