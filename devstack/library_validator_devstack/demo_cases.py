"""The applications of the demo, and what has to come out of each."""

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
from library_validator.releases.lineage.same_place import has_phone, part_of_name
from library_validator.releases.records import Release
from library_validator_cli.sample_applications import NONE, sample_applications

APPLICATIONS: Final = Path("events") / "demo-applications.jsonl"
OLDER_YEARS: Final = Path("events") / "demo-applications-older-years.jsonl"
DRAWN: Final = 400  # of which the first of each kind are shown
SEED: Final = 1
_REMEMBERED: Final = 2  # of each kind of library that only an older release has


@dataclass(frozen=True, slots=True)
class Case:
    """One application of the demo: what is sent, what it shows, and what has to come out."""

    fields: dict[str, Any]
    about: str
    expected: Answer | None = None
    fscs_key: str | None = None  # the only system that it may be validated as
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
    """The applications that were written for the samples; the last ones need the older sample."""
    lines = [
        line
        for path in (APPLICATIONS, OLDER_YEARS)
        for line in (root / path).read_text(encoding="utf-8").splitlines()
    ]
    return [
        Case(
            fields={name: one[name] for name in ("application_id", *FIELDS) if name in one},
            about=one["about"],
            expected=Answer(one["expected"]),
            after=one.get("after"),
        )
        for one in map(json.loads, lines)
    ]


def drawn_cases(oldest_first: Sequence[Release]) -> list[Case]:
    """Two applications of each kind of library and one of each kind of impostor, no library twice.

    Where there are older releases, two libraries apply under a former name and two that are listed no more.
    A library may end with a person, an impostor is never validated.
    """
    cases: list[Case] = []
    shown: Counter[str] = Counter()
    keys: set[str] = set()
    for drawn in sample_applications(oldest_first[-1], DRAWN, SEED):
        if shown[drawn.kind] == (1 if drawn.label == NONE else 2) or drawn.label in keys - {NONE}:
            continue
        shown[drawn.kind] += 1
        keys.add(drawn.label)
        told = asdict(drawn)
        fields = {name: told[name] for name in ("application_id", *FIELDS) if told[name]}
        cases.append(Case(fields, drawn.kind.replace("_", " "), fscs_key=drawn.label))
    cases += _remembered_cases(oldest_first, keys)
    first = next(case for case in cases if case.about == "clean")
    again = {**first.fields, "application_id": f"{first.application_id}-again"}
    about = f"{first.application_id} again, by another"
    cases.append(Case(again, about, Answer.NEEDS_REVIEW, after=first.application_id))
    return cases


def _remembered_cases(releases: Sequence[Release], keys: set[str]) -> Iterator[Case]:
    """What only older releases have: former names, and libraries that the newest one lists no more."""
    systems = [system for system in merge_releases(releases).systems if system.system.fscs_key not in keys]
    renamed = ((system, name) for system in systems for name in system.former_names[:1])
    for system, name in islice(
        ((system, name) for system, name in renamed if not part_of_name(name, system.system.name)),
        _REMEMBERED,
    ):
        yield _remembered("under a former name", name, system)
    gone = (system for system in systems if system.fate is not None and system.fate.by is None)
    for system in islice(gone, _REMEMBERED):
        yield _remembered(f"last listed for fiscal year {system.last_listed}", system.system.name, system)


def _remembered(about: str, name: str, listed: ListedSystem) -> Case:
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
