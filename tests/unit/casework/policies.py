"""Policies for tests, which replace ``policy.toml`` as a deployment does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from library_validator.decisions import deciding, policy
from library_validator.decisions.answer import Answer
from library_validator.decisions.policy_file import Policy, load_policy
from library_validator.decisions.verdict import Verdict
from library_validator.matching.match import ScoredCandidate

# Takes an application's name and the verdict of the real rules; gives the verdict of other rules.
Rule = Callable[[str, Verdict], Verdict]


class Deployments:
    """Deployments of the same code with other decision rules."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self._real = load_policy()
        self._rules: dict[str, Rule] = {}
        self._seen: dict[str, ScoredCandidate] = {}  # the last match with each FSCS key
        decide = policy.verdict_of

        def decide_by_rules(query: Any, ranking: Any, rules: Policy, *given: Any, **named: Any) -> Verdict:
            verdict = decide(query, ranking, rules, *given, **named)
            if verdict.match:
                self._seen[verdict.match.entry.fscs_key] = verdict.match
            rule = self._rules.get(rules.version)
            return rule(query.applicant.name, verdict) if rule else verdict

        monkeypatch.setattr(deciding, "verdict_of", decide_by_rules)

    def deploy(self, version: str, rule: Rule | None = None) -> None:
        """Decide by ``version`` from now on: by ``rule``, or by the real rules."""
        deployed = replace(self._real, version=version)
        self._rules.pop(version, None)
        if rule:
            self._rules[version] = rule
        self._monkeypatch.setattr(deciding, "load_policy", lambda: deployed)

    def rule_that_validates(self, word: str, fscs_key: str) -> Rule:
        """A rule that validates applicants with ``word`` in their name, as a library that others matched."""

        def rule(name: str, verdict: Verdict) -> Verdict:
            return Verdict(Answer.VALIDATED, ("MATCH",), self._seen[fscs_key]) if word in name else verdict

        return rule


def send_everyone_to_a_person(_name: str, verdict: Verdict) -> Verdict:
    return verdict._replace(answer=Answer.NEEDS_REVIEW)


def fail_on_everyone(_name: str, _verdict: Verdict) -> Verdict:
    raise ZeroDivisionError


def rule_against(word: str) -> Rule:
    """A rule that does not validate applicants with ``word`` in their name."""

    def rule(name: str, verdict: Verdict) -> Verdict:
        return Verdict(Answer.NOT_VALIDATED, ("NO_ENTRY",)) if word in name else verdict

    return rule
