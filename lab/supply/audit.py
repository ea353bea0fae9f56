"""Looks for known vulnerabilities of the locked packages, with pip-audit and the data of PyPI.

    make audit

A package that PyPI's data could not be asked about is reported as not run. pip-audit itself only skips it.
Exit code 1: a package has a known vulnerability.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
SECONDS: Final = 120


def report(file: str, answer: dict[str, Any]) -> tuple[str, bool]:
    """A sentence about one lock file, and whether a package of it has a known vulnerability."""
    packages = answer["dependencies"]
    asked = [package for package in packages if "skip_reason" not in package]
    bad = [package for package in asked if package["vulns"]]
    if bad:
        named = ", ".join(
            f"{package['name']} {package['version']} ({' '.join(vuln['id'] for vuln in package['vulns'])})"
            for package in bad
        )
        return f"{file}: known vulnerabilities: {named}", True
    if len(asked) < len(packages):
        missing = len(packages) - len(asked)
        return f"{file}: not run for {missing} of {len(packages)} packages: PyPI has no answer", False
    return f"{file}: {len(asked)} packages, no known vulnerability", False


def main(pip_audit: str) -> int:
    found = False
    for path in [
        ROOT / "layers" / "core" / "requirements.txt",
        *sorted((ROOT / "requirements").glob("*.txt")),
    ]:
        name = str(path.relative_to(ROOT))
        command = [pip_audit, "--disable-pip", "--require-hashes", "--progress-spinner", "off"]
        try:
            done = subprocess.run(
                [*command, "--format", "json", "--requirement", str(path)],
                capture_output=True, text=True, check=False, timeout=SECONDS,
            )  # fmt: skip
            sentence, vulnerable = report(name, json.loads(done.stdout))
        except subprocess.TimeoutExpired:
            sentence, vulnerable = f"{name}: not run: no answer within {SECONDS} seconds", False
        except ValueError:
            last = (done.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1]
            sentence, vulnerable = f"{name}: not run: {last}", False
        print(f"audit: {sentence}")
        found = found or vulnerable
    return int(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
