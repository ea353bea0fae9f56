"""``revalidate start --dry-run``: the changes that a revalidation would make, counted and listed."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from library_validator.casework.preview import Preview, PreviewedReplacement, StoppedApplication
from library_validator.decisions.changes import MaterialChange, material_changes
from library_validator.decisions.deciding import UndecidedSubmission
from library_validator.decisions.decision import Decision
from library_validator.terms import TimeLeft
from library_validator_cli.next_commands import START
from library_validator_cli.terminal import json_line


@dataclass(frozen=True, slots=True)
class AnswerSide:
    """The answer before or after a change."""

    decision: str
    reason_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangeKind:
    """A kind of change. Changes of the same kind are counted together."""

    before: AnswerSide
    after: AnswerSide
    changes: tuple[MaterialChange, ...]


@dataclass(slots=True)
class DryRun:
    """The counts of one dry run."""

    preview: Preview
    deployed_policy: str | None  # None if the stack's template does not name its policy
    kinds: Counter[ChangeKind] = field(default_factory=Counter)
    policies: Counter[str] = field(default_factory=Counter)  # number of current answers by policy version
    undecided: int = 0
    stopped: int = 0
    time_left: TimeLeft = lambda: math.inf
    is_complete: bool = True  # False: the time was up before all answers were checked

    @property
    def checked(self) -> int:
        return self.policies.total()

    @property
    def changed(self) -> int:
        return self.kinds.total()

    @property
    def unchanged(self) -> int:
        return self.checked - self.changed - self.undecided

    @property
    def policy(self) -> str:
        return self.preview.live.policy_version

    def lines(self, on_step: Callable[[str], None]) -> Iterator[str]:
        """Count the changes. Yields a line of JSON for each application of the output file."""
        for page in self.preview.pages():
            self.policies.update(page.policies)
            self.undecided += len(page.undecided)
            for replaced in page.replaced:
                self.kinds[_kind_of(replaced)] += 1
                yield f"{json_line(_changed_line(replaced))}\n"
            for undecided in page.undecided:
                yield f"{json_line(_undecided_line(undecided))}\n"
            on_step(f"{self.checked:,} answers read, {self.changed:,} would change")
            if self.time_left() <= 0:
                self.is_complete = False
                return
        for stopped in self.preview.stopped_without_holder():
            self.stopped += 1
            yield f"{json_line(_stopped_line(stopped))}\n"

    def as_json(self) -> dict[str, Any]:
        return {
            "dry_run": True,
            "activation": self.preview.live.activation,
            "registry_version": self.preview.live.registry_version,
            "policy_version": self.policy,
            "deployed_policy_version": self.deployed_policy,
            "answers_by_policy_version": dict(self.policies.most_common()),
            "checked": self.checked,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "undecided": self.undecided,
            "stopped_without_holder": self.stopped,
            "complete": self.is_complete,
            "changes": [
                {
                    "applications": number,
                    "changes": list(kind.changes),
                    "before": _side_as_json(kind.before),
                    "after": _side_as_json(kind.after),
                }
                for kind, number in self.kinds.most_common()
            ],
        }

    def notices(self, kinds_shown: int) -> list[str]:
        """The policy and the registry that decided, and the counts. The table shows ``kinds_shown`` kinds."""
        registry = self.preview.live.registry_version
        sentences = [
            f"decided by policy {self.policy} (of this command's own code) on registry {registry}",
            f"{self.checked:,} answers: {self.changed:,} would change, {self.unchanged:,} would stay",
        ]
        if self.policies:
            given = ", ".join(f"{policy} ({number:,})" for policy, number in self.policies.most_common())
            sentences.append(f"policy versions of the current answers: {given}")
        if len(self.kinds) > kinds_shown:
            sentences.append(
                f"the table shows the {kinds_shown} most frequent of {len(self.kinds)} kinds of change; "
                "--json has all of them"
            )
        if self.changed and self.deployed_policy == self.policy:
            sentences.append(
                f"the deployed service decides by the same policy; to make these changes: {START}"
            )
        return sentences

    def warnings(self) -> list[str]:
        """Facts that a reader of the counts must know before acting on them."""
        sentences = []
        if self.deployed_policy is None:
            sentences.append(
                "the policy of the deployed service is unknown: its template is older and has no output "
                "PolicyVersion"
            )
        elif self.deployed_policy != self.policy:
            sentences.append(
                f"the deployed service decides by another policy, {self.deployed_policy}: these are the "
                "changes that would follow a deployment of this command's own code. Without it, "
                f"{START} would make other changes"
            )
        if self.undecided:
            sentences.append(
                f"answers that could not be decided and would stay: {self.undecided:,}; --output lists them"
            )
        if self.stopped:
            sentences.append(
                "applications that wait as SECOND_CLAIMANT for a library that no application holds: "
                f"{self.stopped:,}; only a person can validate them; --output lists them"
            )
        return sentences


def _kind_of(replaced: PreviewedReplacement) -> ChangeKind:
    current, decision = replaced.current, replaced.decision
    return ChangeKind(_side_of(current), _side_of(decision), tuple(material_changes(current, decision)))


def _side_of(decision: Decision) -> AnswerSide:
    return AnswerSide(decision.decision.value, tuple(decision.reason_codes))


def _side_as_json(side: AnswerSide) -> dict[str, Any]:
    return {"decision": side.decision, "reason_codes": list(side.reason_codes)}


def _changed_line(replaced: PreviewedReplacement) -> dict[str, Any]:
    current, decision = replaced.current, replaced.decision
    return {
        "source": current.source,
        "application_id": current.application_id,
        "changes": material_changes(current, decision),
        "before": _answer_as_json(current),
        "after": _answer_as_json(decision),
    }


def _answer_as_json(decision: Decision) -> dict[str, Any]:
    match = decision.match
    return {
        "decision": decision.decision.value,
        "reason_codes": decision.reason_codes,
        "fscs_key": match.fscs_key if match else None,
        "fscs_id": match.fscs_id if match else None,
        "registry_version": decision.registry_version,
        "policy_version": decision.policy_version,
    }


def _undecided_line(undecided: UndecidedSubmission) -> dict[str, Any]:
    """The line names only the type of the error, because its message may quote the applicant."""
    return {
        "source": undecided.submission.source,
        "application_id": undecided.submission.application.application_id,
        "undecided": type(undecided.error).__name__,
    }


def _stopped_line(stopped: StoppedApplication) -> dict[str, Any]:
    return {
        "source": stopped.source,
        "application_id": stopped.application_id,
        "stopped_without_holder": stopped.fscs_key,
    }
