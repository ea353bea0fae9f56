"""Findings about releases: loads that failed or wait for a person, and uploads that nobody loads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from library_validator.operations.facts import Facts, NotRead
from library_validator.operations.findings import Finding, FindingCode
from library_validator.registry.store import Run

# A load ends within 15 minutes; its next try begins 90 minutes later.
_STUCK_AFTER: Final = timedelta(hours=2)
_LOAD_BEGINS_WITHIN: Final = timedelta(minutes=2)
_REFUSALS_SHOWN_FOR: Final = timedelta(days=7)


def findings_of_releases(facts: Facts) -> Iterator[Finding]:
    if isinstance(facts.runs, NotRead):
        return
    if uploads_without_any_load(facts):
        return  # one finding about the registry says it for all uploads
    loaded = {_file_name(run) for run in facts.runs if run.status in ("active", "unchanged")}
    newest: dict[str, Run] = {}
    for run in facts.runs:
        newest.setdefault(_file_name(run), run)
    for run in newest.values():
        yield from _of_run(run, facts, is_loaded=_file_name(run) in loaded)
    yield from _of_uploads(facts, {run.run_id for run in facts.runs})


def uploads_without_any_load(facts: Facts) -> bool:
    """Whether the bucket has uploads that should have been loaded, and no load of any upload is on record."""
    if isinstance(facts.uploads, NotRead) or isinstance(facts.runs, NotRead) or facts.registry is not None:
        return False
    old = [stored for stored in facts.uploads if stored.at + _LOAD_BEGINS_WITHIN < facts.now]
    return bool(old) and not facts.runs


def _of_run(run: Run, facts: Facts, *, is_loaded: bool) -> Iterator[Finding]:
    name = _file_name(run)
    why = _first_problem(run)
    since = facts.now - datetime.fromisoformat(run.updated_at)
    if run.status == "failed":
        yield Finding(
            FindingCode.LOAD_FAILED, f"The load of {name} failed in the step {run.step}{why}.", name
        )
    elif run.status == "loading" and since > _STUCK_AFTER:
        yield Finding(
            FindingCode.LOAD_STUCK,
            f"The load of {name} has been in the step {run.step} since {run.updated_at[:19]}.",
            name,
        )
    elif run.status == "quarantined":
        yield Finding(FindingCode.RELEASE_QUARANTINED, f"The release {name} waits for a person{why}.", name)
    elif run.status == "refused" and not is_loaded and since < _REFUSALS_SHOWN_FOR:
        yield Finding(FindingCode.RELEASE_REFUSED, f"The upload {name} was refused{why}.", name)


def _of_uploads(facts: Facts, known: set[str]) -> Iterator[Finding]:
    if isinstance(facts.uploads, NotRead):
        return
    loaded = {stored.etag for stored in facts.uploads if stored.upload.run_id in known} - {""}
    for stored in facts.uploads:
        is_known = stored.upload.run_id in known or stored.etag in loaded
        if not is_known and stored.at + _LOAD_BEGINS_WITHIN < facts.now:
            yield Finding(
                FindingCode.UPLOAD_NOT_LOADED,
                f"{stored.upload.file_name} was uploaded at {stored.at:%Y-%m-%d %H:%M}, "
                "and no load of it has begun.",
                stored.upload.file_name,
            )


def _file_name(run: Run) -> str:
    return run.upload.file_name


def _first_problem(run: Run) -> str:
    """The first problem of a run as the end of a sentence."""
    messages = [problem.get("message", "") for problem in run.problems]
    if not messages:
        return ""
    more = f" (and {len(messages) - 1} more)" if len(messages) > 1 else ""
    return f": {messages[0].rstrip('.')}{more}"
