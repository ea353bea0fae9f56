"""Writes ``NOTICE``: the packages that the layer ships, with their license texts.

.venv/bin/python -m lab.supply.notice
"""

from __future__ import annotations

import re
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
NOTICE: Final = ROOT / "NOTICE"
REQUIREMENTS: Final = ROOT / "layers" / "core" / "requirements.txt"
_LICENSE_FILE: Final = re.compile(r"^(LICEN[CS]E|COPYING|NOTICE)", re.IGNORECASE)


def shipped_packages() -> dict[str, str]:
    """The version of each package of the layer, by name."""
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", REQUIREMENTS.read_text("utf-8"), re.MULTILINE))


def license_texts(package: Distribution) -> list[str]:
    """The license files that the package has in its metadata."""
    files = [
        file for file in package.files or () if file.parent.match("*.dist-info*") or "licenses" in file.parts
    ]
    found = sorted(file for file in files if _LICENSE_FILE.match(file.name))
    return [Path(str(file.locate())).read_text("utf-8").strip() for file in found]


def notice() -> str:
    parts = [
        "library-validator, Apache License 2.0 (see LICENSE).",
        "The layer of its Lambda functions ships the following packages, each under its own license.",
    ]
    for name, version in shipped_packages().items():
        package = distribution(name)
        if package.version != version:
            raise SystemExit(
                f"{name} {package.version} is installed; the layer ships {version}: make install"
            )
        metadata = package.metadata.json
        stated = metadata.get("license_expression") or metadata.get("license") or "nothing"
        texts = license_texts(package) or [f"The package has no license file. Its metadata says: {stated}"]
        parts += ["=" * 80, f"{name} {version}", *texts]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    NOTICE.write_text(notice(), "utf-8")
    print(f"{NOTICE.name}: {len(shipped_packages())} packages")
