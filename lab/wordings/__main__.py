"""Writes labelled applications of bodies that are named after a public library but are not one.

    python -m lab.wordings --release ZIP --output wordings.csv [--libraries 40] [--seed 1]

Every wording of ``wordings.toml`` is combined with every chosen library, five times: with the library's
street address and phone, its street address alone, its street address and another phone, the town alone, and
another street and phone in the town. No body may be validated. The set ``wordings_form`` has forms that real
libraries use too; its rows are only counted. ``library-validator evaluate`` reads the file, which is made
anew for each measurement.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import Final

from lab.wordings.applications import Variant, applications_of, write_applications
from lab.wordings.libraries import choose_libraries, has_word_library
from lab.wordings.wording import read_wordings
from library_validator.releases.reading.release import read_release

LIBRARIES: Final = 40
SEED: Final = 1


def main() -> None:
    given = _arguments()
    release = read_release(given.release)
    wordings = read_wordings()
    try:
        libraries = choose_libraries(release, wordings, given.libraries, given.seed)
    except ValueError as error:
        raise SystemExit(f"{error}; use a lower --libraries") from None
    rows = write_applications(applications_of(release, wordings, libraries, given.seed), given.output)
    without = sum(not has_word_library(library.name) for library in libraries)
    states = len({library.state for library in libraries})
    print(f"{given.output}: {rows:,} applications: {len(Variant)} for each wording with each library")
    print(f"libraries: {len(libraries)} in {states} states, {without} of them without the word library")
    for title, counted in (
        ("kinds", Counter(wording.kind for wording in wordings)),
        ("languages", Counter(wording.language for wording in wordings)),
    ):
        print(f"{title}: " + ", ".join(f"{value} {times}" for value, times in counted.items()))
    forms = sum(wording.form_of_library for wording in wordings)
    print(f"wordings: {len(wordings)}, {forms} of them forms of libraries")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--release", type=Path, required=True, metavar="ZIP")
    parser.add_argument("--output", type=Path, required=True, metavar="CSV")
    parser.add_argument("--libraries", type=int, default=LIBRARIES, metavar="COUNT")
    parser.add_argument("--seed", type=int, default=SEED)
    return parser.parse_args()


if __name__ == "__main__":
    main()
