"""What deciding every current application again would change: looked at beforehand, with nothing written.

A preview goes through the same shards as a revalidation and decides by the same rules: under the live
registry, and by the policy of the code that runs it. A revalidation works on several shards at once while
applications come in, so the two can differ where two applications want one library, and in applications that
are decided meanwhile.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from library_validator.casework.again import under_claim
from library_validator.casework.revalidation import Superseded, live_now
from library_validator.casework.store import SHARDS, CaseworkStore
from library_validator.casework.tasks import CHUNK, Clock
from library_validator.decisions.deciding import Decider
from library_validator.decisions.decision import Answer, Decision, Holder
from library_validator.decisions.isolation import Undecided, decide_apart
from library_validator.decisions.store import claimed_key
from library_validator.errors import RegistryError


@dataclass(frozen=True, slots=True)
class Replaced:
    """A current decision, and the one that a revalidation would put in its place."""

    current: Decision
    decision: Decision


@dataclass(frozen=True, slots=True)
class Stopped:
    """An application that waits for a person because another one was validated as its library."""

    source: str
    application_id: str
    fscs_key: str


@dataclass(slots=True)
class PreviewedPage:
    """What would become of some current decisions. What is neither replaced nor undecided stays."""

    policies: Counter[str]  # how many of the decisions were made by which policy version
    replaced: list[Replaced] = field(default_factory=list)
    undecided: list[Undecided] = field(default_factory=list)

    @property
    def checked(self) -> int:
        return self.policies.total()


class Preview:
    """One look at every current application.

    In memory it keeps who would hold which library, and who is stopped by that; never the decisions.
    """

    def __init__(self, store: CaseworkStore, decider: Decider, now: Clock) -> None:
        """Raises ``NoActiveRegistry``."""
        self.live = live_now(decider)
        self._store = store
        self._decider = decider
        self._now = now
        self._holders: dict[str, Holder | None] = {}  # where they would be others than are stored
        self._stopped: list[Stopped] = []

    def pages(self) -> Iterator[PreviewedPage]:
        """Every current application once; one that is decided meanwhile may come twice.

        Raises ``CaseworkUnavailable``, and ``RegistryError`` where another registry goes live meanwhile.
        """
        known = {one.shard: one.went_through for one in self._store.progress(self.live.activation)}
        for shard in range(SHARDS):
            cursor: str | None = None
            while True:
                page = self._store.current_page(shard, cursor, CHUNK)
                yield self._previewed(page.decisions, registry_known=known.get(shard, False))
                cursor = page.cursor
                if cursor is None:
                    break

    def stopped_by_nobody(self) -> list[Stopped]:
        """Those whose library no application holds, once every page was looked at.

        A revalidation leaves them to a person: that a claim ended is no evidence of who is who.
        """
        return [one for one in self._stopped if self._holder_of(one.fscs_key) is None]

    def _previewed(self, standing: Sequence[Decision], *, registry_known: bool) -> PreviewedPage:
        found = PreviewedPage(Counter(one.policy_version for one in standing))
        due = [one for one in standing if not self.live.judged(one)]
        for one in standing:
            if self.live.judged(one) and one.match:
                self._note_stopped(one, one.match.fscs_key)
        replacement = self.live.replacement(self._decider, registry_known=registry_known)
        given = [(one.submission, one.problems) for one in due]
        answers = decide_apart(self._decider, given, self._now()) if due else []
        for current, answer in zip(due, answers, strict=True):
            if isinstance(answer, Undecided):
                found.undecided.append(answer)
                continue
            self._note_stopped(current, claimed_key(answer))
            try:
                decision = replacement(current, answer)
            except Superseded as error:
                raise RegistryError(
                    "another registry went live meanwhile and decides everything again by itself: "
                    "start the dry run anew"
                ) from error
            settled = self._settled(decision, current) if decision else None
            if settled:
                found.replaced.append(Replaced(current, settled))
        return found

    def _note_stopped(self, current: Decision, fscs_key: str | None) -> None:
        stopped = current.held_by and current.decision is Answer.NEEDS_REVIEW and not current.override
        if stopped and fscs_key:
            self._stopped.append(Stopped(current.source, current.application_id, fscs_key))

    def _settled(self, decision: Decision, current: Decision) -> Decision | None:
        """What would be stored of ``decision``, as another application may hold its library."""
        own = Holder(source=decision.source, application_id=decision.application_id)
        claimed, held = claimed_key(decision), claimed_key(current)
        holder = self._holder_of(claimed) if claimed else None
        settled: Decision | None = decision
        if holder and holder != own:
            settled = under_claim(decision, current, holder)
        elif claimed:
            self._holders[claimed] = own
        if settled and held and held != claimed_key(settled) and self._holder_of(held) == own:
            self._holders[held] = None
        return settled

    def _holder_of(self, fscs_key: str) -> Holder | None:
        if fscs_key in self._holders:
            return self._holders[fscs_key]
        return self._store.holder_of(fscs_key)
