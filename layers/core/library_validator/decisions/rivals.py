"""Two applications for one library: which of them are rivals, and which are not.

An application holds the claim on a library if it was validated first. The next application for the library

- is validated too if the holder applied for another outlet of the system, and this application gives the
  street or the phone of its own outlet;
- goes to a person as the same sender's second application if both come from one sender;
- is a second claimant in every other case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from library_validator.decisions.answer import Answer, Match
from library_validator.decisions.deciding import decision_of_second_claimant, decision_stopped_by
from library_validator.decisions.decision import DOOR_LEVELS, OTHER_OUTLET, PHONE_LEVEL, Decision, Holder
from library_validator.decisions.partners import Partners
from library_validator.decisions.reasons import reasons_of

SAME_SENDER: Final = "SAME_SENDER_AGAIN"
CLAIM_LIMIT: Final = "CLAIM_LIMIT"
SUSPENDED: Final = "PARTNER_SUSPENDED"


class CurrentDecisions(Protocol):
    """The current decisions: a part of ``DecisionStore``."""

    def get(self, source: str, application_id: str) -> Decision | None: ...


@dataclass(frozen=True, slots=True)
class Rivals:
    """Judges applications for a library that another application holds. Reads the holder's decision."""

    decisions: CurrentDecisions
    partners: Partners

    def beside(self, decision: Decision, holder: Holder, claimed_key: str) -> Decision:
        """``decision`` as it is stored while ``holder`` has the claim on ``claimed_key``.

        Raises ``CaseworkUnavailable``.
        """
        held = self.decisions.get(holder.source, holder.application_id)
        if held and not is_outlet(claimed_key) and is_other_outlet(decision, held):
            return beside_other_outlet(decision, holder)
        if self.partners.are_same(decision.source, holder.source):
            return decision_stopped_by(decision, SAME_SENDER, holder)
        return decision_of_second_claimant(decision, holder.source, holder.application_id)

    def still_stopped(self, decision: Decision, holder: Holder) -> Decision:
        """``decision`` on an application that ``holder`` stopped before.

        The end of a claim does not prove who acts for the library, so the application goes on waiting. It
        also waits if both are of one sender: otherwise its answer would depend on which of the two is decided
        again first.
        """
        return self.beside(decision, holder, decision.claimed_key or "")


def beside_other_outlet(decision: Decision, holder: Holder | None) -> Decision:
    """A validated decision on an outlet, beside ``holder``, which was validated as another outlet."""
    about = {OTHER_OUTLET: decision.match.fscs_key if decision.match else ""}
    reasons = [*decision.reasons, *reasons_of([OTHER_OUTLET], about)]
    return decision.model_copy(update={"reasons": reasons, "held_by": holder})


def kept_beside_other_outlet(decision: Decision, current: Decision) -> Decision:
    """``decision`` on an application whose ``current`` decision has the claim on an outlet: it keeps it."""
    validated = decision.decision is Answer.VALIDATED and decision.match and current.match
    if not validated or OTHER_OUTLET not in current.reason_codes or OTHER_OUTLET in decision.reason_codes:
        return decision
    return beside_other_outlet(decision, current.held_by) if _same_outlet(decision, current) else decision


def is_other_outlet(decision: Decision, held: Decision) -> bool:
    """Whether both were validated as outlets of one system that differ, each with a contact of its own."""
    match, other = decision.match, held.match
    if match is None or other is None or held.decision is not Answer.VALIDATED:
        return False
    if match.fscs_key != other.fscs_key or not (match.fscs_id and other.fscs_id):
        return False
    return match.fscs_id != other.fscs_id and _has_contact_of_own(decision, match, other)


def is_outlet(claimed_key: str) -> bool:
    """Whether a claim is that on an outlet: ``AK0001-002``."""
    return "-" in claimed_key


def _has_contact_of_own(decision: Decision, match: Match, other: Match) -> bool:
    """Whether a person named the outlet, or the application gives a street or phone that only it has."""
    if decision.override:
        return decision.override.fscs_id is not None
    levels = decision.levels
    own_door = (match.street, match.city) != (other.street, other.city)
    if own_door and levels.get("street") in DOOR_LEVELS:
        return True
    return match.phone not in ("", other.phone) and levels.get("phone") == PHONE_LEVEL


def _same_outlet(decision: Decision, current: Decision) -> bool:
    own, before = decision.match, current.match
    if own is None or before is None:
        return False
    return (own.fscs_key, own.fscs_id) == (before.fscs_key, before.fscs_id)
