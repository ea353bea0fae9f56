"""The report of a release file, with the problems that can be found without any other release."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from library_validator.releases.guarding.guard import problems_of_file
from library_validator.releases.reading.release import read_release
from library_validator.releases.records import ReleaseReport


def report_of(file: Path | BinaryIO, name: str) -> ReleaseReport:
    """Raises ``ReleaseRefused``."""
    release = read_release(file, file_name=name)
    return replace(release.report, problems=problems_of_file(release))
