"""A run, which is a load of an uploaded release or a roll-back, and the next action."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import unquote

from library_validator.registry.bucket import REQUESTER, UPLOADED_BY
from library_validator.registry.store import Run
from library_validator.terms import RunStatus

NextAction = Literal["none", "wait", "wait_for_retry", "accept_or_reject", "look_at_problems"]

_NEXT: Final[Mapping[RunStatus, NextAction]] = {
    "loading": "wait",
    "accepted": "wait",
    "failed": "wait_for_retry",
    "quarantined": "accept_or_reject",
    "refused": "look_at_problems",
}
_FOLDER: Final = "releases/"  # of the releases bucket
_LOADED: Final[frozenset[RunStatus]] = frozenset({"active", "unchanged"})


@dataclass(frozen=True, slots=True)
class ReleaseCounts:
    fiscal_year: int
    systems: int
    outlets: int


@dataclass(frozen=True, slots=True)
class RunView:
    """``run`` has every field; the other attributes are what a reader needs besides."""

    run: Run
    name: str  # the name of the uploaded file; "rollback" for a roll-back
    is_live: bool  # the version of this run, new or kept, answers now
    is_loaded: bool  # the release is part of the registry: active or unchanged
    counts: ReleaseCounts | None  # None: the file was not read
    uploaded: str  # who uploaded it, or where it was fetched; empty if nothing is known
    remarks: tuple[str, ...]  # a person's reason, then the problems that the service found
    next_action: NextAction
    short_remarks: tuple[str, ...]  # the same, with one sentence for each kind of problem


def run_view(run: Run, active: str | None) -> RunView:
    """``active`` is the registry version that is live; None: there is none."""
    return RunView(
        run=run,
        name=run.run_id.partition("@")[0].removeprefix(_FOLDER),
        is_live=run.version is not None and run.version == active,
        is_loaded=run.status in _LOADED,
        counts=_counts_of(run),
        uploaded=_uploaded(run),
        remarks=_remarks_on(run),
        next_action=_NEXT.get(run.status, "none"),
        short_remarks=_remarks_by_kind(run),
    )


def _uploaded(run: Run) -> str:
    """The person is what the uploading command says; the account is what S3 says."""
    origin = run.provenance
    account = f"account {origin[REQUESTER]}, as S3 says" if REQUESTER in origin else ""
    if "source-id" in origin:
        return f"fetched from {origin['source-id']}"
    if UPLOADED_BY in origin:
        person = f"uploaded by {unquote(origin[UPLOADED_BY])}, as the command says"
        return f"{person} ({account})" if account else person
    return f"uploaded from {account}" if account else ""


def _counts_of(run: Run) -> ReleaseCounts | None:
    report: Any = run.report
    if not report:
        return None
    return ReleaseCounts(report["fiscal_year"], report["systems"], report["outlets"])


def _remarks_by_kind(run: Run) -> tuple[str, ...]:
    """A person's reason, and the first sentence of each kind of problem with the number of the others."""
    sentences: dict[str, list[str]] = {}
    for problem in run.problems:
        sentences.setdefault(problem.get("code", ""), []).append(problem.get("message", ""))
    grouped = [
        f"{first} (and {len(others)} more of this kind)" if others else first
        for first, *others in sentences.values()
    ]
    return (f"{run.reason} (by {run.by})", *grouped) if run.by else tuple(grouped)


def _remarks_on(run: Run) -> tuple[str, ...]:
    messages = tuple(problem.get("message", "") for problem in run.problems)
    return (f"{run.reason} (by {run.by})", *messages) if run.by else messages
