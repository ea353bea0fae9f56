"""What stands against a release that was read, and whether a person's word lifts it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import PurePosixPath

from library_validator.registry.accepted import Live, Proposal
from library_validator.registry.bucket import FETCHED, OFFICIAL
from library_validator.registry.journal import problems_as_json
from library_validator.registry.store import Run, VersionRecord, VersionState
from library_validator.releases.guarding.guard import LiveRelease, guard
from library_validator.releases.records import Problem, Release


def judge(
    proposal: Proposal,
    provenance: Mapping[str, str],
    live: Live | None,
    nearest: Release | None,
    earlier: VersionRecord | None,
    today: date,
) -> tuple[Problem, ...]:
    """Everything that a person should know of the proposed release; a quarantine keeps it from going live.

    ``nearest`` is the accepted release to compare it with, ``earlier`` the record of the version that it
    would make, if that was ever begun. Content that is accepted already was judged before: only a name
    that claims another year (last year's file, called this year's) stops it now.
    """
    problems = list(proposal.release.report.problems)
    if proposal.known:
        renamed = PurePosixPath(proposal.known.object_key).name != proposal.upload.file_name
        problems = [
            problem if renamed and problem.code == "year_disagrees" else _lifted(problem, "accepted before")
            for problem in problems
        ]
    else:
        problems += guard(proposal.release, _live_release(live), today, nearest)
        problems += _of_doubtful_source(proposal, provenance)
    if live is None or proposal.version != live.record.version:
        problems += _withdrawn(proposal.version, earlier, live)
    return tuple(problems)


def under(acceptance: Run, problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """``problems`` with those lifted that stood when a person accepted the release.

    Where another one stands by now (the live registry changed since), none is lifted: the person
    decided on something else.
    """
    judged = {
        (problem["code"], problem["message"])
        for problem in acceptance.problems
        if problem["severity"] == "quarantine"
    }
    standing = [problem for problem in problems if problem.severity == "quarantine"]
    new = [problem for problem in standing if _as_kept(problem) not in judged]
    word = f"accepted by {acceptance.by}: {acceptance.reason}"
    if new:
        codes = ", ".join(sorted({problem.code for problem in new}))
        note = f"{word}; but {len(new)} of what stands against it now was not known then ({codes})"
        return (*problems, Problem("acceptance_outdated", "warning", note))
    return tuple(_lifted(problem, word) for problem in problems)


def _as_kept(problem: Problem) -> tuple[str, str]:
    (kept,) = problems_as_json([problem])
    return kept["code"], kept["message"]


def _lifted(problem: Problem, word: str) -> Problem:
    if problem.severity != "quarantine":
        return problem
    return replace(problem, severity="warning", message=f"{problem.message} ({word})")


def _of_doubtful_source(proposal: Proposal, provenance: Mapping[str, str]) -> Iterator[Problem]:
    if proposal.upload.key.startswith(FETCHED) and provenance.get(OFFICIAL) != "yes":
        source = provenance.get("source-url", "an unknown address")
        yield Problem(
            "from_mirror",
            "quarantine",
            f"it was fetched from {source}, which is not the agency's own: compare it with what the agency "
            "published before it is accepted",
        )


def _withdrawn(version: str, earlier: VersionRecord | None, live: Live | None) -> Iterator[Problem]:
    if earlier is None or earlier.state in (VersionState.BUILDING, VersionState.READY):
        return
    # Naming the activation ties a person's acceptance to it: a roll-back since then needs a new one.
    since = f"; {live.pointer.active} answers since {live.pointer.activated_at}" if live else ""
    yield Problem(
        "version_withdrawn",
        "quarantine",
        f"registry version {version}, which this release makes, was live before and is "
        f"{earlier.state.value.replace('_', ' ')}{since}: only a person brings it back",
    )


def _live_release(live: Live | None) -> LiveRelease | None:
    if live is None:
        return None
    newest = max(live.record.releases, key=lambda release: release.fiscal_year)
    return LiveRelease(newest.fiscal_year, newest.content_sha256, live.record.systems, live.record.outlets)
