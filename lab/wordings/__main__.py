"""Write labelled applications of bodies that are no public library and are named after one.

    python -m lab.wordings --release ZIP --output wordings.csv [--libraries 40] [--seed 1]

Every wording of ``wordings.toml`` beside every chosen library, five times: with the library's door and phone,
its door, its door and another phone, the town alone, and another street and phone in the town. None of them
must be validated; those of the set ``wordings_form`` are written as real libraries write themselves, and are
to be counted only. ``library-validator evaluate`` reads the file, which is made anew and never kept.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import Final

from lab.wordings.applications import Variant, applications_of, write_applications
from lab.wordings.libraries import choose_libraries, says_library
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
        raise SystemExit(f"{error}; ask for fewer with --libraries") from None
    rows = write_applications(applications_of(release, wordings, libraries, given.seed), given.output)
    without = sum(not says_library(library.name) for library in libraries)
    states = len({library.state for library in libraries})
    print(f"{given.output}: {rows:,} applications, {len(Variant)} of each wording beside each library")
    print(f"libraries: {len(libraries)} in {states} states, {without} of them not called library")
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
