"""Reading a release that a command names."""

from __future__ import annotations

from pathlib import Path

from library_validator.errors import ReleaseRefused
from library_validator.releases.reading.release import read_release
from library_validator.releases.records import Release
from library_validator_cli.failures import CommandFailed


def read_release_file(path: Path) -> Release:
    """Raises ``CommandFailed`` with the name of the file if it is not a whole release."""
    try:
        return read_release(path)
    except ReleaseRefused as refusal:
        raise CommandFailed(f"{path.name} is refused: {refusal}") from refusal
