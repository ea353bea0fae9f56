"""The rules for an applicant that can be a library which vanished before the newest release."""

from __future__ import annotations

from library_validator.decisions.answer import Answer
from library_validator.decisions.evidence import Evidence
from library_validator.decisions.policy_file import Policy
from library_validator.decisions.verdict import Verdict
from library_validator.matching.entries import Entry
from library_validator.matching.match import Ranking, ScoredCandidate
from library_validator.matching.query import Query
from library_validator.terms import fscs_key_of


def last_listed_of_system(
    query: Query, ranking: Ranking, vanished: ScoredCandidate, policy: Policy
) -> ScoredCandidate:
    """The entry that was listed last, of the entries of a vanished system that the applicant can be.

    This entry shows what became of the system. A branch that closed years earlier does not show it.
    """
    same_system = (other for other in ranking.vanished if other.entry.fscs_key == vanished.entry.fscs_key)
    possible = (other for other in same_system if Evidence(query, other, ranking, policy).sufficient)
    return max(possible, key=lambda scored: scored.entry.last_listed)


def reconcile_with_vanished(
    verdict: Verdict, match: ScoredCandidate, ranking: Ranking, vanished: ScoredCandidate, *, is_closer: bool
) -> Verdict:
    """The verdict if the applicant can be ``match``, or an entry that vanished before the newest release.

    - The system of the match took over the vanished one: validated, with the reason ``SUCCEEDED``.
    - Both were listed in the same year, so neither became the other: if the vanished one has the higher score
      (``is_closer``), a person decides.
    - Otherwise the verdict stays.
    """
    if vanished.entry.fscs_key == match.entry.fscs_key:
        return verdict
    if is_taken_over(vanished.entry, match.entry):
        successor = vanished.entry.listing.successor_id
        outlet = next(
            (
                scored
                for scored in ranking.scored
                if successor in (scored.entry.id, scored.entry.listing.outlet_id)
            ),
            match,
        )
        about = {**verdict.about, "SUCCEEDED": _name_with_last_year(vanished)}
        return verdict._replace(codes=(*verdict.codes, "SUCCEEDED"), match=outlet, about=about)
    were_listed_together = 0 < match.entry.first_listed <= vanished.entry.last_listed
    return verdict_on_vanished(vanished) if were_listed_together and is_closer else verdict


def verdict_on_vanished(vanished: ScoredCandidate) -> Verdict:
    """A person decides on an applicant that the newest release no longer lists."""
    code = {"closed": "CLOSED_SINCE", "absorbed": "ABSORBED"}.get(
        vanished.entry.listing.fate, "NO_LONGER_LISTED"
    )
    about = _name_with_last_year(vanished)
    if vanished.entry.listing.successor_id:
        about += f"; now {vanished.entry.listing.successor_id} ({vanished.entry.listing.successor_name})"
    return Verdict(Answer.NEEDS_REVIEW, (code,), vanished, {code: about})


def _name_with_last_year(vanished: ScoredCandidate) -> str:
    """A vanished entry in words: ``AK0001 (Anytown Library), last listed for fiscal year 2020``."""
    entry = vanished.entry
    name = entry.listing.system_name if entry.is_system else entry.listing.outlet_name
    return f"{entry.id} ({name}), last listed for fiscal year {entry.last_listed}"


def is_taken_over(vanished: Entry, by: Entry) -> bool:
    """Whether a vanished library is now part of the system of ``by``."""
    return fscs_key_of(vanished.listing.successor_id) == by.fscs_key
