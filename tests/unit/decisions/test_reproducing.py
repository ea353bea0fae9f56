"""Every decision can be reproduced from its stored form: its evidence, its versions, its application.

The tests use all hard cases of the project, and only decisions that were read back from JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pytest

from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator.decisions.answer import Answer, Candidate
from library_validator.decisions.application import FieldProblem, application_from_fields
from library_validator.decisions.confidence import confidence_of
from library_validator.decisions.deciding import Decider
from library_validator.decisions.decision import Decision, Submission
from library_validator.decisions.policy_file import load_policy
from library_validator.decisions.reasons import reason_codes, reasons_of
from library_validator.matching.weights import load_weights
from tests.accuracy.labelled import HARD_CASES, MORE_CASES, read_cases, sample_releases, with_more_libraries
from tests.builders.small_registry import NOW, registry_of

ROUNDED: Final = 0.005  # bits are stored with two decimals
# Codes of the rules that prevent validation whatever the score.
KEEP_FROM_VALIDATING: Final = frozenset(
    """
    AFFILIATE OUT_OF_SCOPE_KIND ASSOCIATION_OF_PUBLIC_LIBRARY BODY_OF_LIBRARY HOST_OF_LIBRARY
    FSCS_ID_CONTRADICTS STATE_CONTRADICTS ZIP_CONTRADICTS OUTSIDE_UNITED_STATES NAMESAKE_ELSEWHERE TIE
    PERMANENTLY_CLOSED NO_LONGER_LISTED
    INVALID_FIELD SECOND_CLAIMANT TOO_LITTLE_GIVEN NAME_DIFFERS PLACE_DIFFERS WEAK_EVIDENCE
    PLACE_NAME_ONLY CONTACT_DIFFERS
    """.split()
)
# Among them, the codes that may also follow MATCH: there they inform, and do not decide.
ALSO_INFORM: Final = frozenset({"INVALID_FIELD", "CONTACT_DIFFERS"})
# Codes of the rules that validate below the threshold.
VALIDATE_BELOW: Final = frozenset({"OTHER_NAME_AT_SAME_PLACE", "LOCATION_OVER_SCORE", "ONLY_LIBRARY_OF_TOWN"})


@dataclass(frozen=True, slots=True)
class World:
    registry: MemoryRegistry
    stored: list[str]  # JSON of each decision


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> list[World]:
    newest, before = sample_releases(tmp_path_factory.mktemp("releases"))
    made = []
    for path, release in ((HARD_CASES, newest), (MORE_CASES, with_more_libraries(newest))):
        registry = registry_of(release, before)
        read = [application_from_fields(dict(case.fields)) for case in read_cases(path)]
        submissions = [
            Submission(source="accuracy", application=each.application, sent_at=NOW, problems=each.problems)
            for each in read
        ]
        decisions = Decider(registry).decide(submissions, NOW)
        made.append(World(registry, [decision.model_dump_json() for decision in decisions]))
    return made


def decisions_of(worlds: list[World]) -> Iterator[Decision]:
    return (Decision.model_validate_json(text) for world in worlds for text in world.stored)


def score_of(decision: Decision) -> float:
    return sum(row.bits for row in decision.evidence)


def threshold_of(decision: Decision) -> float:
    """The least score that validates; it is higher unless street, phone or FSCS id agrees."""
    policy = load_policy()
    levels = {row.field: row.level for row in decision.evidence}
    is_located = levels["phone"] in policy.phone or (
        levels["street"] in policy.street and levels["place"] != "different"
    )
    is_identified = levels["fscs_id"] in ("exact", "other_outlet")
    return policy.validate if is_located or is_identified else policy.validate_by_name


def test_a_decision_is_read_back_as_it_was_stored(worlds: list[World]) -> None:
    for world in worlds:
        assert len(world.stored) > 0
        for text in world.stored:
            assert Decision.model_validate_json(text).model_dump_json() == text


def test_each_row_of_evidence_has_the_bits_of_the_weights_that_the_decision_names(
    worlds: list[World],
) -> None:
    weights = load_weights()
    for decision in decisions_of(worlds):
        assert decision.policy_version == f"{load_policy().version}/{weights.version}"
        for row in decision.evidence:
            if row.field == "prior":
                assert row.bits == weights.prior
                continue
            if row.field == "shared_words":
                assert 0.0 <= row.bits <= weights.rarity_cap + ROUNDED, row
                continue
            assert row.bits == pytest.approx(weights.bits[row.field][row.level], abs=ROUNDED), row


def test_every_field_is_in_the_evidence_once(worlds: list[World]) -> None:
    fields = ["name", "shared_words", "phone", "place", "state", "street", "together", "fscs_id", "prior"]
    for decision in decisions_of(worlds):
        if decision.evidence:
            assert sorted(row.field for row in decision.evidence) == sorted(fields)
        else:
            assert (decision.candidates, decision.match, decision.confidence) == ([], None, 0.0)


def named_candidate(decision: Decision) -> Candidate:
    """The match, or the best candidate if there is none. The match may rank after a namesake elsewhere."""
    match = decision.match
    if match is None:
        return decision.candidates[0]
    return next(
        candidate
        for candidate in decision.candidates
        if (candidate.fscs_key, candidate.fscs_id, candidate.name)
        == (match.fscs_key, match.fscs_id, match.name)
    )


def test_the_evidence_sums_to_the_candidates_bits_and_its_confidence(worlds: list[World]) -> None:
    shown = 0
    for decision in decisions_of(worlds):
        if not decision.evidence:
            continue
        score, tolerance = score_of(decision), ROUNDED * (len(decision.evidence) + 1)
        near = sorted(confidence_of(decision.decision, score + change) for change in (-tolerance, tolerance))
        assert near[0] - 1e-6 <= decision.confidence <= near[1] + 1e-6, decision.application_id
        if "NO_LONGER_LISTED" in decision.reason_codes:
            continue  # candidates are those of the newest release
        best = named_candidate(decision)
        assert abs(score - best.bits) <= tolerance, decision.application_id
        if decision.margin is not None and decision.runner_up is not None:
            assert abs(decision.margin - (best.bits - decision.runner_up.bits)) <= 3 * ROUNDED
        shown += 1
    assert shown > 300


def test_the_stored_application_is_decided_the_same_again(worlds: list[World]) -> None:
    for world in worlds:
        stored = [Decision.model_validate_json(text) for text in world.stored]
        submissions = [
            Submission(
                source=first.source,
                application=first.application,
                sent_at=first.sent_at,
                correlation_id=first.correlation_id,
                problems=problems_of(first),
            )
            for first in stored
        ]
        # in another order, because a decision does not depend on the others
        again = Decider(world.registry).decide(submissions[::-1], NOW)[::-1]
        differing = [
            first.application_id for first, second in zip(stored, again, strict=True) if first != second
        ]
        assert differing == []
        assert [decision.event_id for decision in again] == [decision.event_id for decision in stored]


def problems_of(decision: Decision) -> tuple[FieldProblem, ...]:
    """The first problem of the application, from the sentence that reports it."""
    (pattern,) = reasons_of(["INVALID_FIELD"], {"INVALID_FIELD": "\0"})
    for reason in decision.reasons:
        if reason.code == "INVALID_FIELD":
            found = re.fullmatch(re.escape(pattern.staff).replace("\0", "([a-z_]+) (.*)"), reason.staff)
            assert found, reason.staff
            return (FieldProblem(found[1], found[2]),)
    return ()


def test_an_answer_against_its_score_names_the_rule_that_overrode_it(worlds: list[World]) -> None:
    overridden = 0
    for decision in decisions_of(worlds):
        is_validated = decision.decision is Answer.VALIDATED
        if not decision.evidence or is_validated == (score_of(decision) >= threshold_of(decision)):
            continue
        overridden += 1
        if is_validated:
            assert VALIDATE_BELOW.intersection(decision.reason_codes), decision.application_id
        else:
            assert decision.reason_codes[0] in KEEP_FROM_VALIDATING, decision.application_id
    assert overridden > 50


def test_a_validated_answer_has_the_code_of_its_match_first_and_no_code_that_prevents_validation(
    worlds: list[World],
) -> None:
    informed = 0
    for decision in decisions_of(worlds):
        if decision.decision is not Answer.VALIDATED:
            assert "MATCH" not in decision.reason_codes, decision.application_id
            continue
        assert decision.reason_codes[0] == "MATCH", decision.application_id
        kept = KEEP_FROM_VALIDATING.intersection(decision.reason_codes)
        assert kept <= ALSO_INFORM, decision.application_id
        informed += bool(kept)
    assert informed > 10


def test_the_codes_of_rules_that_override_a_score_exist() -> None:
    assert set(reason_codes()) >= KEEP_FROM_VALIDATING | VALIDATE_BELOW
    assert not {"MATCH", "NO_ENTRY"} & KEEP_FROM_VALIDATING
