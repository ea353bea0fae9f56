"""The checks of a proposed release: its problems, and the problems that a person has accepted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import PurePosixPath

from library_validator.registry.bucket import FETCHED, OFFICIAL
from library_validator.registry.journal import problems_as_json
from library_validator.registry.live import LiveRegistry
from library_validator.registry.proposals import ReleaseProposal
from library_validator.registry.store import Run, VersionRecord, VersionState
from library_validator.releases.guarding.guard import LiveRelease, guard
from library_validator.releases.records import Problem, Release


def check_proposal(
    proposal: ReleaseProposal,
    provenance: Mapping[str, str],
    live: LiveRegistry | None,
    nearest: Release | None,
    earlier: VersionRecord | None,
    today: date,
) -> tuple[Problem, ...]:
    """The problems of the proposed release. A problem of severity ``quarantine`` keeps it from going live.

    ``nearest`` is the accepted release with which the proposed release is compared. ``earlier`` is the record
    of the proposed version, if an earlier load began it. Accepted content is not checked again, except for a
    file name with another year: last year's file under this year's name.
    """
    problems = list(proposal.release.report.problems)
    if proposal.known:
        renamed = PurePosixPath(proposal.known.object_key).name != proposal.upload.file_name
        problems = [
            problem
            if renamed and problem.code == "year_disagrees"
            else _lift_problem(problem, "accepted before")
            for problem in problems
        ]
    else:
        problems += guard(proposal.release, _live_release(live), today, nearest)
        problems += _problem_of_source(proposal, provenance)
    if live is None or proposal.version != live.record.version:
        problems += _problem_of_withdrawn_version(proposal.version, earlier, live)
    return tuple(problems)


def lift_accepted_problems(problems: tuple[Problem, ...], acceptance: Run) -> tuple[Problem, ...]:
    """``problems``, with a warning in place of each quarantine that a person accepted.

    If the release has a quarantine problem that ``acceptance`` does not list (the live registry has changed
    since then), no problem is lifted: the person has not seen that problem.
    """
    accepted = {
        (problem["code"], problem["message"])
        for problem in acceptance.problems
        if problem["severity"] == "quarantine"
    }
    quarantines = [problem for problem in problems if problem.severity == "quarantine"]
    new = [problem for problem in quarantines if _code_and_message(problem) not in accepted]
    by_whom = f"accepted by {acceptance.by}: {acceptance.reason}"
    if new:
        codes = ", ".join(sorted({problem.code for problem in new}))
        note = f"{by_whom}; but these problems are new since then: {codes}"
        return (*problems, Problem("acceptance_outdated", "warning", note))
    return lift_problems(problems, by_whom)


def lift_problems(problems: Iterable[Problem], why: str) -> tuple[Problem, ...]:
    """``problems``, with a warning in place of each quarantine."""
    return tuple(_lift_problem(problem, why) for problem in problems)


def _code_and_message(problem: Problem) -> tuple[str, str]:
    (stored,) = problems_as_json([problem])
    return stored["code"], stored["message"]


def _lift_problem(problem: Problem, why: str) -> Problem:
    if problem.severity != "quarantine":
        return problem
    return replace(problem, severity="warning", message=f"{problem.message} ({why})")


def _problem_of_source(proposal: ReleaseProposal, provenance: Mapping[str, str]) -> Iterator[Problem]:
    if proposal.upload.key.startswith(FETCHED) and provenance.get(OFFICIAL) != "yes":
        source = provenance.get("source-url", "an unknown address")
        yield Problem(
            "from_mirror",
            "quarantine",
            f"it was fetched from {source}, which is not the agency's own site: compare it with the file "
            "that the agency published before you accept it",
        )


def _problem_of_withdrawn_version(
    version: str, earlier: VersionRecord | None, live: LiveRegistry | None
) -> Iterator[Problem]:
    if earlier is None or earlier.state in (VersionState.BUILDING, VersionState.READY):
        return
    # The message names the activation. A roll-back is another activation, so an earlier acceptance is void.
    since = f"; {live.pointer.active} has been live since {live.pointer.activated_at}" if live else ""
    yield Problem(
        "version_withdrawn",
        "quarantine",
        f"registry version {version}, which this release makes, was live before and is "
        f"{earlier.state.value.replace('_', ' ')} now{since}: only a person can bring it back",
    )


def _live_release(live: LiveRegistry | None) -> LiveRelease | None:
    if live is None:
        return None
    newest = max(live.record.releases, key=lambda release: release.fiscal_year)
    return LiveRelease(newest.fiscal_year, newest.content_sha256, live.record.systems, live.record.outlets)
