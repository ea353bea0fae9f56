"""Partners in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from library_validator.adapters.memory.decisions import MemoryDecisions
from library_validator.casework.partners import PartnerEntry
from library_validator.decisions.answer import Answer
from library_validator.decisions.partners import Partner, Partners
from library_validator.errors import PartnerRefused


@dataclass(slots=True)
class MemoryPartners:
    """``PartnerStore`` in dictionaries, beside the decisions of the same table."""

    decisions: MemoryDecisions = field(default_factory=MemoryDecisions)
    kept: dict[str, Partner] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)  # id of a principal or alias -> key of its partner
    record: list[PartnerEntry] = field(default_factory=list)
    reads: int = 0  # how often all partners were read

    def partners(self) -> Partners:
        self.reads += 1
        return Partners(tuple(self.kept[key] for key in sorted(self.kept)))

    def save(self, entry: PartnerEntry) -> None:
        if self.kept.get(entry.partner) != entry.before:
            raise PartnerRefused(f"partner {entry.partner} was changed meanwhile: look at it again")
        for taken in entry.after.ids:
            if self.owners.get(taken, entry.partner) != entry.partner:
                raise PartnerRefused(f"{taken} belongs to partner {self.owners[taken]}")
        gone = (entry.before.ids if entry.before else frozenset()) - entry.after.ids
        self.owners = {id_: key for id_, key in self.owners.items() if id_ not in gone}
        self.owners |= dict.fromkeys(entry.after.ids, entry.partner)
        self.kept[entry.partner] = entry.after
        self.record.append(entry)

    def entries(self, key: str) -> list[PartnerEntry]:
        return [entry for entry in self.record if entry.partner == key]

    def has_decisions(self, source: str) -> bool:
        return any(application[0] == source for application in self.decisions.current)

    def known_applications(self, applications: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
        return {application for application in applications if application in self.decisions.current}

    def validated_counts(self) -> Counter[str]:
        current = (self.decisions.get(*application) for application in self.decisions.current)
        return Counter(
            decision.source for decision in current if decision and decision.decision is Answer.VALIDATED
        )
