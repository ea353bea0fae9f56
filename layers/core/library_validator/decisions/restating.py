"""A person's answer in place of the rules, as long as the facts behind it are the same.

Every later decision on the application, after a resend, a new registry or an expiry, restates the override.
The application goes back to a person when

- it was validated as a library that is no longer listed, neither by its key nor as a certain successor;
- it was not validated, and the rules now validate a library that the person had not seen;
- its fields changed, and the rules alone do not come to the person's answer.

A person may validate a library that the survey does not list. A change of the registry never ends this.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from library_validator.decisions.answer import Answer, Match
from library_validator.decisions.decision import Decision, Override
from library_validator.decisions.listings import matches_of_ids
from library_validator.decisions.override_reasons import override_reasons
from library_validator.decisions.reasons import next_step_of, reasons_of
from library_validator.decisions.status import status_codes
from library_validator.registry.store import RegistryReader
from library_validator.terms import ListingStatus

BY_PERSON: Final = "OVERRIDDEN_BY_PERSON"
GROUND_GONE: Final = "OVERRIDE_GROUND_GONE"
_NOT_LISTED: Final[frozenset[ListingStatus]] = frozenset({"closed", "no_longer_listed"})


def restate(
    by_rules: Decision, override: Override, registry: RegistryReader, validity: timedelta | None
) -> Decision:
    """The decision of an application under ``override``; ``by_rules`` is the decision of the rules alone.

    ``validity``: how long a validated decision is valid. Raises ``RegistryError``.
    """
    listed = matches_of_ids(registry, by_rules.registry_version, ids_to_look_up(override))
    decision = decision_under_override(by_rules, override, listed)
    if validity is None or decision.decision is not Answer.VALIDATED:
        return decision
    return decision.model_copy(update={"valid_until": decision.decided_at + validity})


def ids_to_look_up(override: Override) -> set[str]:
    """FSCS keys and ids whose present entries ``decision_under_override`` needs."""
    if override.answer is Answer.VALIDATED:
        return {_id_of(override)} - {""}
    return set(override.seen_keys) if override.answer is Answer.NOT_VALIDATED else set()


def decision_under_override(
    by_rules: Decision, override: Override, listed_now: Mapping[str, Match | None]
) -> Decision:
    """The decision of an application under ``override``; ``by_rules`` is the decision of the rules alone.

    ``listed_now``: for each id of ``ids_to_look_up``, its present entry in the registry that the rules used,
    or the entry of its certain successor; None: there is no entry. Submission, cause and event id are those
    of ``by_rules``. The caller sets ``valid_until``.
    """
    if override.answer is Answer.NEEDS_REVIEW:
        return by_rules
    match = listed_now.get(_id_of(override))
    why = _reason_to_look_again(by_rules, override, match, listed_now)
    if why:
        return _decision_for_a_person(by_rules, override, why)
    reason = override_reasons()[override.reason_code]
    about = f"{by_rules.decision.value} ({' '.join(by_rules.reason_codes)})"
    stated: dict[str, Any] = {
        "decision": override.answer,
        "reasons": [
            *reasons_of([BY_PERSON], {BY_PERSON: about}),
            reason.reason,
            *reasons_of(_status_codes(match), {}),
        ],
        "next_step": reason.next_step,
        "match": match,
        "override": override,
        "valid_until": None,
    }
    if override.answer is Answer.VALIDATED:
        stated |= _figures_of(by_rules, match)
    return by_rules.model_copy(update=stated)


def is_listed(match: Match) -> bool:
    """Whether the newest release lists the library, and not as permanently closed."""
    return match.status not in _NOT_LISTED


def _id_of(override: Override) -> str:
    """The FSCS id of the outlet, or else of the system, that a person validated; empty: not in the survey."""
    return override.fscs_id or override.fscs_key or ""


def _reason_to_look_again(
    by_rules: Decision, override: Override, match: Match | None, listed_now: Mapping[str, Match | None]
) -> str:
    """Why the application goes back to a person, as a clause for staff; empty: the override holds."""
    if override.answer is Answer.VALIDATED and override.fscs_key and (match is None or not is_listed(match)):
        how = "is listed as closed" if match and match.status == "closed" else "is not listed any more"
        return f"{_id_of(override)} {how}"
    if override.answer is Answer.NOT_VALIDATED and by_rules.decision is Answer.VALIDATED and by_rules.match:
        followed = {found.fscs_key for key in override.seen_keys if (found := listed_now.get(key))}
        if by_rules.match.fscs_key not in {*override.seen_keys, *followed}:
            new = f"{by_rules.match.fscs_key} ({by_rules.match.name})"
            return f"{new} corresponds now, and the person had not seen it"
    changed = by_rules.application.fields_sha256 != override.fields_sha256
    if changed and not _is_also_answer_of_rules(by_rules, override, match):
        answer = by_rules.decision.value.replace("_", " ")
        return f"the application's fields changed, and the rules now say {answer}"
    return ""


def _is_also_answer_of_rules(by_rules: Decision, override: Override, match: Match | None) -> bool:
    """Whether the rules alone come to the person's answer, and to the same library."""
    if by_rules.decision is not override.answer:
        return False
    if override.answer is Answer.NOT_VALIDATED:
        return True
    if match is None or by_rules.match is None:
        return False  # the rules never validate a library outside the survey
    same_outlet = override.fscs_id is None or by_rules.match.fscs_id == match.fscs_id
    return by_rules.match.fscs_key == match.fscs_key and same_outlet


def _decision_for_a_person(by_rules: Decision, override: Override, why: str) -> Decision:
    """The decision that sends the application back to a person; the reasons of the rules follow."""
    about = f"{override.answer.value.replace('_', ' ')}, {override.reason_code}: {why}"
    reasons = [reason for reason in by_rules.reasons if reason.code != "MATCH"]
    return by_rules.model_copy(
        update={
            "decision": Answer.NEEDS_REVIEW,
            "reasons": [*reasons_of([GROUND_GONE], {GROUND_GONE: about}), *reasons],
            "next_step": next_step_of((GROUND_GONE,), {}),
            "override": override,
            "valid_until": None,
        }
    )


def _status_codes(match: Match | None) -> tuple[str, ...]:
    return status_codes(match.status, match.meets_fscs_definition) if match else ()


def _figures_of(by_rules: Decision, match: Match | None) -> dict[str, Any]:
    """Confidence, runner-up, margin and evidence of the match that the person chose."""
    key = match.fscs_key if match else None
    own = next((candidate for candidate in by_rules.candidates if candidate.fscs_key == key), None)
    other = next((candidate for candidate in by_rules.candidates if candidate.fscs_key != key), None)
    shown = by_rules.match or (by_rules.candidates[0] if by_rules.candidates else None)
    return {
        "confidence": own.confidence if own else 0.0,
        "runner_up": other if match else None,
        "margin": round(own.bits - other.bits, 2) if own and other else None,
        "evidence": by_rules.evidence if shown and shown.fscs_key == key else [],
    }
