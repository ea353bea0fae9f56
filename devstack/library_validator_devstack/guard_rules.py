"""The checker cfn-guard with AWS's rules, which ``make check`` runs over the template.

An npm package of AWS has both. Its hash is fixed here. Nothing of the package is run but the checker itself.
"""

from __future__ import annotations

import hashlib
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Final

PACKAGE: Final = "@cdklabs/cdk-validator-cfnguard@0.0.62"
SHA512: Final = (
    "4a0da4f34ebb07400827cd901522e11d3508ab13984ca001bd5ad31e2c9cea3d"
    "2b136347962d9d88862a7fec3e0e4b8328261880c20e81adcead830e1d4c3499"
)
RULES: Final = "package/rules/control-tower/cfn-guard"
NOT_RUN: Final = 3  # the exit code if npm or its registry cannot be reached


class GuardNotFetched(Exception):
    """The package could not be fetched: the message says why."""


def guard_folder(root: Path) -> Path:
    """The folder of the checker and its rules, which git ignores."""
    return root / ".local" / f"cfn-guard-{SHA512[:12]}"


def checker_of(folder: Path) -> Path:
    """The checker for this machine."""
    system = {"Linux": "ubuntu", "Darwin": "macos"}.get(platform.system(), platform.system())
    machine = "aarch64" if platform.machine().lower() in {"arm64", "aarch64"} else "x86_64"
    return folder / "package" / "bin" / system / machine / "cfn-guard"


def install_guard(root: Path) -> None:
    """Fetch the package if it is missing. Raises ``GuardNotFetched``; for other content, ``ValueError``."""
    folder = guard_folder(root)
    if checker_of(folder).is_file():
        return
    with tempfile.TemporaryDirectory() as temporary:
        package = _fetch(Path(temporary))
        if hashlib.sha512(package.read_bytes()).hexdigest() != SHA512:
            raise ValueError(
                f"{PACKAGE} has another content than the one that was checked in: it is not used"
            )
        with tarfile.open(package) as archive:
            archive.extraction_filter = getattr(tarfile, "data_filter", None)  # Python 3.11.3 has none
            archive.extractall(Path(temporary) / "content")  # noqa: S202 - the hash is that of a known package
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(Path(temporary) / "content", folder, dirs_exist_ok=True)
    checker_of(folder).chmod(0o755)


def _fetch(folder: Path) -> Path:
    command = ["npm", "pack", "--silent", "--ignore-scripts", PACKAGE]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GuardNotFetched(f"npm gave no answer ({error})") from error
    found = list(folder.glob("*.tgz"))
    if done.returncode or len(found) != 1:
        raise GuardNotFetched(f"npm could not fetch {PACKAGE}: {done.stderr.strip()[-300:]}")
    return found[0]


def main() -> int:
    try:
        install_guard(Path(__file__).resolve().parents[2])
    except GuardNotFetched as error:
        sys.stderr.write(f"cfn-guard: not run ({error})\n")
        return NOT_RUN
    return 0


if __name__ == "__main__":
    sys.exit(main())
