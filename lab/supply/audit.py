"""Looks for known vulnerabilities of locked packages, with pip-audit and the data of PyPI.

    make audit                        every lock file
    make audit AUDITED="FILE ..."     these lock files

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
SECONDS: Final = 30  # for each file
SOCKET_SECONDS: Final = 5


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


def audit(pip_audit: str, file: str) -> tuple[str, bool]:
    """What ``report`` says about one lock file, after ``pip_audit`` asked for its packages."""
    command = [
        pip_audit,
        "--disable-pip",
        "--require-hashes",
        "--progress-spinner",
        "off",
        "--format",
        "json",
    ]
    try:
        done = subprocess.run(
            [*command, "--timeout", str(SOCKET_SECONDS), "--requirement", str(ROOT / file)],
            capture_output=True, text=True, check=False, timeout=SECONDS,
        )  # fmt: skip
        return report(file, json.loads(done.stdout))
    except subprocess.TimeoutExpired:
        return f"{file}: not run: no answer within {SECONDS} seconds", False
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1]
        return f"{file}: not run: {last}", False


def main(pip_audit: str, *files: str) -> int:
    found = False
    for file in files:
        sentence, vulnerable = audit(pip_audit, file)
        print(f"audit: {sentence}", flush=True)
        found = found or vulnerable
    return int(found)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
