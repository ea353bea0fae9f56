"""A person's answer in place of the rules', as long as its ground stands.

An override is restated on every later decision of its application: after a resend, a new registry and an
expiry. Its ground is gone, and the application goes back to a person, when

- the library that it was validated as is not listed any more, by its key or as a certain successor;
- the rules validate a library that nobody had seen when the application was turned away;
- the application's fields changed, and the rules alone do not come to the person's answer.

A library that the survey does not list was validated without the registry, and the registry takes nothing
from it.
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
    raw: Decision, override: Override, registry: RegistryReader, validity: timedelta | None
) -> Decision:
    """The decision of an application under ``override``; ``raw`` is the decision of the rules alone.

    ``validity``: how long a validated decision is good for. Raises ``RegistryError``.
    """
    listed = matches_of_ids(registry, raw.registry_version, ids_to_look_up(override))
    decision = under_override(raw, override, listed)
    if validity is None or decision.decision is not Answer.VALIDATED:
        return decision
    return decision.model_copy(update={"valid_until": decision.decided_at + validity})


def ids_to_look_up(override: Override) -> set[str]:
    """FSCS keys and ids of which ``under_override`` needs to know what the registry lists today."""
    if override.answer is Answer.VALIDATED:
        return {_identity(override)} - {""}
    return set(override.seen_keys) if override.answer is Answer.NOT_VALIDATED else set()


def under_override(raw: Decision, override: Override, listed_now: Mapping[str, Match | None]) -> Decision:
    """The decision of an application under ``override``; ``raw`` is what the rules alone decide.

    ``listed_now`` tells of each key that ``ids_to_look_up`` names what the registry of ``raw`` lists
    under it today, certain successors followed; None where nothing is known. Submission, cause and event
    id are those of ``raw``. ``valid_until`` is left to the caller.
    """
    if override.answer is Answer.NEEDS_REVIEW:
        return raw
    match = listed_now.get(_identity(override))
    gone = _gone(raw, override, match, listed_now)
    if gone:
        return _to_a_person(raw, override, gone)
    reason = override_reasons()[override.reason_code]
    about = f"{raw.decision.value} ({' '.join(raw.reason_codes)})"
    stated: dict[str, Any] = {
        "decision": override.answer,
        "reasons": [
            *reasons_of([BY_PERSON], {BY_PERSON: about}),
            reason.reason,
            *reasons_of(_codes_of(match), {}),
        ],
        "next_step": reason.next_step,
        "match": match,
        "override": override,
        "valid_until": None,
    }
    if override.answer is Answer.VALIDATED:
        stated |= _figures(raw, match)
    return raw.model_copy(update=stated)


def is_listed(match: Match) -> bool:
    """Whether the newest release lists it, and not as closed for good."""
    return match.status not in _NOT_LISTED


def _identity(override: Override) -> str:
    """What a validated override names: the outlet, or else the system; empty outside the survey."""
    return override.fscs_id or override.fscs_key or ""


def _gone(
    raw: Decision, override: Override, match: Match | None, listed_now: Mapping[str, Match | None]
) -> str:
    """What became of the override's ground, as a clause for staff; empty where it stands."""
    if override.answer is Answer.VALIDATED and override.fscs_key and (match is None or not is_listed(match)):
        how = "is listed as closed" if match and match.status == "closed" else "is not listed any more"
        return f"{_identity(override)} {how}"
    if override.answer is Answer.NOT_VALIDATED and raw.decision is Answer.VALIDATED and raw.match:
        followed = {found.fscs_key for key in override.seen_keys if (found := listed_now.get(key))}
        if raw.match.fscs_key not in {*override.seen_keys, *followed}:
            return f"{raw.match.fscs_key} ({raw.match.name}) corresponds now, and was not seen then"
    changed = raw.application.fields_sha256 != override.fields_sha256
    if changed and not _agrees(raw, override, match):
        answer = raw.decision.value.replace("_", " ")
        return f"the application's fields changed, and the rules now say {answer}"
    return ""


def _agrees(raw: Decision, override: Override, match: Match | None) -> bool:
    """Whether the rules alone come to the person's answer, and to the same library."""
    if raw.decision is not override.answer:
        return False
    if override.answer is Answer.NOT_VALIDATED:
        return True
    if match is None or raw.match is None:
        return False  # the rules know no library outside the survey
    same_outlet = override.fscs_id is None or raw.match.fscs_id == match.fscs_id
    return raw.match.fscs_key == match.fscs_key and same_outlet


def _to_a_person(raw: Decision, override: Override, gone: str) -> Decision:
    about = f"{override.answer.value.replace('_', ' ')}, {override.reason_code}: {gone}"
    reasons = [reason for reason in raw.reasons if reason.code != "MATCH"]
    return raw.model_copy(
        update={
            "decision": Answer.NEEDS_REVIEW,
            "reasons": [*reasons_of([GROUND_GONE], {GROUND_GONE: about}), *reasons],
            "next_step": next_step_of((GROUND_GONE,), {}),
            "override": override,
            "valid_until": None,
        }
    )


def _codes_of(match: Match | None) -> tuple[str, ...]:
    return status_codes(match.status, match.meets_fscs_definition) if match else ()


def _figures(raw: Decision, match: Match | None) -> dict[str, Any]:
    """Confidence, rival and evidence as they are for the person's match, not for the rules' best."""
    key = match.fscs_key if match else None
    own = next((one for one in raw.candidates if one.fscs_key == key), None)
    other = next((one for one in raw.candidates if one.fscs_key != key), None)
    shown = raw.match or (raw.candidates[0] if raw.candidates else None)
    return {
        "confidence": own.confidence if own else 0.0,
        "runner_up": other if match else None,
        "margin": round(own.bits - other.bits, 2) if own and other else None,
        "evidence": raw.evidence if shown and shown.fscs_key == key else [],
    }
