"""The project's own labelled sets: hard cases made by hand, with the answers a careful person would accept.

``hard_cases.csv`` is about the sample release (FY2022, with FY2021 before it). ``more_cases.csv`` also uses
``more_libraries.csv``, which has patterns that the sample lacks. The columns are those of an application, and

- ``label``: the FSCS key of the right system, ``NONE`` for an applicant that must never be validated,
  ``GONE`` for a system that the newest release no longer lists. If the applicant may be either of two
  libraries, ``expect`` is a review and ``label`` is the library with the applicant's name.
- ``kind``: why the case is hard.
- ``expect``: the right answers, joined by ``|``.
- ``why``: one sentence.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Final

from library_validator.decisions.answer import Answer
from library_validator.decisions.application import FIELDS, application_from_fields
from library_validator.decisions.deciding import Decider, UndecidedSubmission, decide_despite_errors
from library_validator.decisions.decision import Decision, Submission
from library_validator.releases.reading.release import read_release
from library_validator.releases.records import Release
from library_validator_cli.sample_release import BUNDLED_FISCAL_YEAR, BUNDLED_SEED, write_sample_release
from tests.builders.small_registry import NOW, outlet, registry_of, system

_HERE: Final = Path(__file__).parent
HARD_CASES: Final = _HERE / "hard_cases.csv"
MORE_CASES: Final = _HERE / "more_cases.csv"
_MORE_LIBRARIES: Final = _HERE / "more_libraries.csv"
_GIVEN: Final = tuple(field for field in FIELDS if field != "country")
COLUMNS: Final = ("application_id", *_GIVEN, "label", "set", "kind", "expect", "why")
NO_KEY: Final = frozenset({"NONE", "GONE"})


@dataclass(frozen=True, slots=True)
class Case:
    application_id: str
    fields: dict[str, str]
    label: str
    kind: str
    expected: frozenset[str]
    why: str


@dataclass(frozen=True, slots=True)
class DecidedCase:
    """A case and its decision. ``decision`` is an ``UndecidedSubmission`` after an exception."""

    case: Case
    decision: Decision | UndecidedSubmission

    @property
    def answer(self) -> str:
        return "exception" if isinstance(self.decision, UndecidedSubmission) else self.decision.decision.value

    @property
    def key(self) -> str | None:
        """The FSCS key of a validated case."""
        if isinstance(self.decision, UndecidedSubmission) or self.decision.decision is not Answer.VALIDATED:
            return None
        return self.decision.match.fscs_key if self.decision.match else None

    @property
    def is_wrong(self) -> bool:
        """Whether it is validated with a wrong key, or validated although there is no right key."""
        return self.key is not None and self.key != self.case.label

    @property
    def is_expected(self) -> bool:
        return self.answer in self.case.expected and not self.is_wrong

    def line(self) -> str:
        """A line for a failure message."""
        reasons = (
            repr(self.decision.error)
            if isinstance(self.decision, UndecidedSubmission)
            else " ".join(self.decision.reason_codes)
        )
        return (
            f"{self.case.application_id}: {self.case.fields['name'][:60]!r} is {self.case.label}, "
            f"{' or '.join(sorted(self.case.expected))} expected ({self.case.why}), "
            f"got {self.answer} {self.key or ''} [{reasons}]"
        )


def read_cases(path: Path) -> list[Case]:
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Case(
                application_id=row["application_id"],
                fields={name: row[name] for name in ("application_id", *_GIVEN)},
                label=row["label"],
                kind=row["kind"],
                expected=frozenset(row["expect"].split("|")),
                why=row["why"],
            )
            for row in csv.DictReader(file)
        ]


def sample_releases(folder: Path) -> tuple[Release, Release]:
    """The sample release and the sample release of the year before, written to ``folder``."""
    newest, before = (
        _sample_release(folder, year) for year in (BUNDLED_FISCAL_YEAR, BUNDLED_FISCAL_YEAR - 1)
    )
    return newest, before


def _sample_release(folder: Path, fiscal_year: int) -> Release:
    content = BytesIO()
    write_sample_release(content, fiscal_year, BUNDLED_SEED)
    path = folder / f"sample_{fiscal_year}.zip"
    path.write_bytes(content.getvalue())
    return read_release(path)


def with_more_libraries(release: Release) -> Release:
    """``release`` with the systems and outlets of ``more_libraries.csv``."""
    with _MORE_LIBRARIES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    systems = [
        system(
            row["fscs_key"], row["name"], row["street"], row["city"], row["zip"], row["phone"],
            mailing_street=row["mailing_street"] or row["street"],
            mailing_city=row["mailing_city"] or row["city"],
            mailing_zip=row["mailing_zip"] or row["zip"],
            county=row["county"],
            structure=row["structure"],
            legal_basis=row["legal_basis"],
            libid=row["libid"],
        )
        for row in rows
        if not row["sequence"]
    ]  # fmt: skip
    outlets = [
        outlet(
            row["fscs_key"], row["sequence"], row["name"],
            row["street"], row["city"], row["zip"], row["phone"],
        )
        for row in rows
        if row["sequence"]
    ]  # fmt: skip
    return replace(release, systems=(*release.systems, *systems), outlets=(*release.outlets, *outlets))


def decide_cases(cases: Sequence[Case], *releases: Release) -> list[DecidedCase]:
    """Decides every case as the service does, with a registry of ``releases``."""
    read = [application_from_fields(dict(case.fields)) for case in cases]
    submissions = [
        Submission(source="accuracy", application=case.application, sent_at=NOW, problems=case.problems)
        for case in read
    ]
    decisions = decide_despite_errors(Decider(registry_of(*releases)), submissions, NOW)
    return [DecidedCase(case, decision) for case, decision in zip(cases, decisions, strict=True)]
