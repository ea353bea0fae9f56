"""The applications of the demo, and the expected answer to each."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from library_validator.decisions.answer import Answer
from library_validator.decisions.application import FIELDS
from library_validator.decisions.decision import Decision
from library_validator.releases.lineage.history import ListedSystem, merge_releases
from library_validator.releases.lineage.same_place import has_phone, is_part_of_name
from library_validator.releases.records import Release
from library_validator_cli.sample_applications import NONE, sample_applications

APPLICATIONS: Final = Path("events") / "demo-applications.jsonl"
OLDER_YEARS: Final = Path("events") / "demo-applications-older-years.jsonl"
DRAWN: Final = 400  # number of drawn applications; the demo uses the first few of each kind
SEED: Final = 1
_REMEMBERED: Final = 2  # libraries of each kind that only an older release has


@dataclass(frozen=True, slots=True)
class Case:
    """One application of the demo: its fields, what it shows, and the expected answer."""

    fields: dict[str, Any]
    about: str  # the purpose of the case
    expected: Answer | None = None
    fscs_key: str | None = None  # the only system that the application may be validated as
    after: str | None = None  # the application that must be decided before this one is sent

    @property
    def application_id(self) -> str:
        return str(self.fields["application_id"])

    def is_met_by(self, decision: Decision) -> bool:
        if self.expected is not None and decision.decision is not self.expected:
            return False
        if decision.decision is not Answer.VALIDATED:
            return True
        return self.fscs_key is None or (
            decision.match is not None and decision.match.fscs_key == self.fscs_key
        )


def written_cases(root: Path) -> list[Case]:
    """The applications that were written for the samples. The last of these cases need the older sample."""
    lines = [
        line
        for path in (APPLICATIONS, OLDER_YEARS)
        for line in (root / path).read_text(encoding="utf-8").splitlines()
    ]
    return [
        Case(
            fields={name: written[name] for name in ("application_id", *FIELDS) if name in written},
            about=written["about"],
            expected=Answer(written["expected"]),
            after=written.get("after"),
        )
        for written in map(json.loads, lines)
    ]


def drawn_cases(oldest_first: Sequence[Release]) -> list[Case]:
    """Two applications of each kind of library and one of each kind of impostor; no library applies twice.

    With older releases, two libraries apply under a former name, and two that are no longer listed.
    A library may be left to a person; an impostor must never be validated.
    """
    cases: list[Case] = []
    shown: Counter[str] = Counter()
    keys: set[str] = set()
    for drawn in sample_applications(oldest_first[-1], DRAWN, SEED):
        if shown[drawn.kind] == (1 if drawn.label == NONE else 2) or drawn.label in keys - {NONE}:
            continue
        shown[drawn.kind] += 1
        keys.add(drawn.label)
        values = asdict(drawn)
        fields = {name: values[name] for name in ("application_id", *FIELDS) if values[name]}
        cases.append(Case(fields, drawn.kind.replace("_", " "), fscs_key=drawn.label))
    cases += _remembered_cases(oldest_first, keys)
    first = next(case for case in cases if case.about == "clean")
    again = {**first.fields, "application_id": f"{first.application_id}-again"}
    about = f"same library as {first.application_id}"
    cases.append(Case(again, about, Answer.NEEDS_REVIEW, after=first.application_id))
    return cases


def _remembered_cases(releases: Sequence[Release], keys: set[str]) -> Iterator[Case]:
    """Applications under former names, and of libraries that the newest release no longer lists."""
    systems = [system for system in merge_releases(releases).systems if system.system.fscs_key not in keys]
    renamed = ((system, name) for system in systems for name in system.former_names[:1])
    for system, name in islice(
        ((system, name) for system, name in renamed if not is_part_of_name(name, system.system.name)),
        _REMEMBERED,
    ):
        yield _remembered_case("under a former name", name, system)
    gone = (system for system in systems if system.fate is not None and system.fate.by is None)
    for system in islice(gone, _REMEMBERED):
        yield _remembered_case(
            f"last listed for fiscal year {system.last_listed}", system.system.name, system
        )


def _remembered_case(about: str, name: str, listed: ListedSystem) -> Case:
    system = listed.system
    fields = {
        "application_id": f"former-{system.fscs_key}",
        "name": name.title(),
        "street": system.street.title(),
        "city": system.city.title(),
        "state": system.state,
        "zip": system.zip,
        "phone": system.phone if has_phone(system) else "",
    }
    return Case({field: value for field, value in fields.items() if value}, about, fscs_key=system.fscs_key)
