"""Previews a revalidation: shows which current answers it would change. A preview writes nothing.

A preview reads the same shards as a revalidation and decides by the same rules: on the live registry, by the
policy of the code that runs the preview. A revalidation works on several shards at the same time, and new
applications arrive while it runs. So its result can differ from the preview for two applications that match
the same library, and for applications that are decided during the preview.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from library_validator.casework.again import decision_under_claim
from library_validator.casework.progress import RevalidationStore
from library_validator.casework.revalidation import RevalidationSuperseded, live_versions
from library_validator.casework.tasks import CHUNK
from library_validator.decisions.answer import Answer
from library_validator.decisions.deciding import Decider, UndecidedSubmission, decide_despite_errors
from library_validator.decisions.decision import SHARDS, Decision, Holder
from library_validator.decisions.partners import NO_PARTNERS, Partners
from library_validator.decisions.recording import rival_at_outlet
from library_validator.decisions.rivals import Rivals
from library_validator.decisions.store import ClaimedByAnother, DecisionStore
from library_validator.errors import RegistryError
from library_validator.registry.store import RegistryReader
from library_validator.terms import Clock


@dataclass(frozen=True, slots=True)
class PreviewedReplacement:
    """A current decision, and the decision that would replace it in a revalidation."""

    current: Decision
    decision: Decision


@dataclass(frozen=True, slots=True)
class StoppedApplication:
    """An application that waits for a person because another application was validated as its library."""

    source: str
    application_id: str
    fscs_key: str


@dataclass(slots=True)
class PreviewedPage:
    """The changes that a revalidation would make to a page of current decisions."""

    policies: Counter[str]  # number of the current decisions by policy version
    replaced: list[PreviewedReplacement] = field(default_factory=list)
    undecided: list[UndecidedSubmission] = field(default_factory=list)

    @property
    def checked(self) -> int:
        return self.policies.total()


class Preview:
    """One preview of all current applications.

    It keeps in memory which application would hold which library, and which applications are stopped by a
    claim. The preview does not keep the decisions.
    """

    def __init__(
        self,
        decisions: DecisionStore,
        revalidations: RevalidationStore,
        registry: RegistryReader,
        decider: Decider,
        now: Clock,
        partners: Partners = NO_PARTNERS,
    ) -> None:
        """Raises ``NoActiveRegistry``."""
        self.live = live_versions(registry)
        self._decisions = decisions
        self._revalidations = revalidations
        self._decider = decider
        self._now = now
        self._holders: dict[str, Holder | None] = {}  # by FSCS key, if the preview changed the holder
        self._stopped: list[StoppedApplication] = []
        self._partners = partners
        self._new_holders: dict[Holder, Decision] = {}  # decisions of the preview that took a claim

    def pages(self) -> Iterator[PreviewedPage]:
        """All applications with a current decision. An application that is decided meanwhile may come twice.

        Raises ``CaseworkUnavailable``, and ``RegistryError`` if another registry goes live meanwhile.
        """
        noted = self._revalidations.progress(self.live.activation)
        known = {progress.shard: progress.has_gone_through for progress in noted}
        for shard in range(SHARDS):
            cursor: str | None = None
            while True:
                page = self._decisions.current_page(shard, cursor, CHUNK)
                yield self._preview_page(page.decisions, registry_known=known.get(shard, False))
                cursor = page.cursor
                if cursor is None:
                    break

    def stopped_without_holder(self) -> list[StoppedApplication]:
        """After the last page: the stopped applications whose library no application holds.

        A revalidation does not validate them: the end of a claim does not prove who acts for the library.
        """
        return [stopped for stopped in self._stopped if self.holder_of(stopped.fscs_key) is None]

    def _preview_page(self, decisions: Sequence[Decision], *, registry_known: bool) -> PreviewedPage:
        found = PreviewedPage(Counter(decision.policy_version for decision in decisions))
        due = []
        for current in decisions:
            if self._partners.is_suspended(current.source):
                continue
            if not self.live.has_decided(current):
                due.append(current)
            elif current.match:
                self._note_stopped(current, current.match.fscs_key)
        replacement = self.live.replacement(
            self._decider, Rivals(self, self._partners), registry_known=registry_known
        )
        given = [current.submission for current in due]
        answers = decide_despite_errors(self._decider, given, self._now()) if due else []
        for current, answer in zip(due, answers, strict=True):
            if isinstance(answer, UndecidedSubmission):
                found.undecided.append(answer)
                continue
            self._note_stopped(current, answer.claimed_key)
            try:
                decision = replacement(current, answer)
            except RevalidationSuperseded as error:
                raise RegistryError(
                    "another registry went live during the dry run and all answers are decided again on it: "
                    "run the dry run again"
                ) from error
            settled = self._decision_to_store(decision, current) if decision else None
            if settled:
                found.replaced.append(PreviewedReplacement(current, settled))
        return found

    def _note_stopped(self, current: Decision, fscs_key: str | None) -> None:
        if fscs_key and current.held_by and current.decision is Answer.NEEDS_REVIEW:
            self._stopped.append(StoppedApplication(current.source, current.application_id, fscs_key))

    def _decision_to_store(self, decision: Decision, current: Decision) -> Decision | None:
        """``decision`` as it would be stored: another application may hold its library. None: no change."""
        own = Holder(source=decision.source, application_id=decision.application_id)
        held = current.claimed_key
        settled: Decision | None = decision
        while settled and (claimed := settled.claimed_key):
            claim = rival_at_outlet(settled, self) or self._claim_of_another(settled, claimed)
            if claim is None:
                self._note_claim(settled, own)
                break
            beside = decision_under_claim(settled, current, claim, Rivals(self, self._partners))
            if beside is None or beside.claimed_key == claimed:
                settled = beside
                break
            settled = beside
        if settled and held and held != settled.claimed_key and self.holder_of(held) == own:
            self._holders[held] = None
        return settled

    def get(self, source: str, application_id: str) -> Decision | None:
        """The current decision of an application, as the preview would leave it if it took a claim."""
        holder = Holder(source=source, application_id=application_id)
        return self._new_holders.get(holder) or self._decisions.get(source, application_id)

    def _note_claim(self, decision: Decision, own: Holder) -> None:
        if decision.claimed_key and decision.takes_claim:
            self._holders[decision.claimed_key] = own
            self._new_holders[own] = decision

    def _claim_of_another(self, decision: Decision, fscs_key: str) -> ClaimedByAnother | None:
        holder = self.holder_of(fscs_key)
        if holder in (None, Holder(source=decision.source, application_id=decision.application_id)):
            return None
        return ClaimedByAnother(fscs_key, holder.source, holder.application_id, decision.decided_at)

    def holder_of(self, fscs_key: str) -> Holder | None:
        if fscs_key in self._holders:
            return self._holders[fscs_key]
        return self._decisions.holder_of(fscs_key)
