"""The registry of partners: its store, and the changes that an operator makes to it.

Each change is stored together with an entry that says who made it, when and why. Entries are never deleted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal, Protocol
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict

from library_validator.decisions.partners import Partner, PartnerLimits, Partners, without_duplicates
from library_validator.decisions.plain_text import has_refused_character, without_emails
from library_validator.errors import PartnerRefused
from library_validator.terms import Clock

MAX_NAME: Final = 100  # characters
MAX_WORDS: Final = 1_000  # characters
MAX_PRINCIPALS: Final = 20  # of one partner, with its aliases: they are stored in one transaction
KEPT_SECONDS: Final = 30.0
_NAMESPACE: Final = UUID("b0d3c9f4-52f8-5c0f-8c39-5f6a1f2a7d10")
_PRINCIPAL: Final = re.compile(r"[A-Za-z0-9]{3,128}")

PartnerAction = Literal[
    "add", "principal add", "principal remove", "limit", "suspend", "release claims", "resume"
]


class PartnerEntry(BaseModel):
    """One change of a partner, as the record keeps it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    entry_id: UUID
    partner: str
    action: PartnerAction
    words: str = ""
    by: str
    at: datetime
    before: Partner | None
    after: Partner


@dataclass(frozen=True, slots=True)
class Signature:
    """Who makes a change, when, and why."""

    by: str  # ARN of the caller
    at: datetime
    words: str = ""


class PartnerStore(Protocol):
    """All partners and the record of their changes. Every method raises ``CaseworkUnavailable``."""

    def partners(self) -> Partners:
        """Every registered partner, in the order of the keys."""

    def save(self, entry: PartnerEntry) -> None:
        """Store the partner after a change, with the entry of the change, in one transaction.

        Raises ``PartnerRefused`` if the partner is not as it was before the change, or if an id of it belongs
        to another partner. Ids that were ever a source of a partner stay reserved for it.
        """

    def entries(self, key: str) -> list[PartnerEntry]:
        """Every change of a partner, oldest first."""

    def has_decisions(self, source: str) -> bool:
        """Whether any application has this source. It reads the keys of all current decisions."""

    def known_applications(self, applications: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
        """Which of these applications (source, application id) have a decision."""

    def validated_counts(self) -> Counter[str]:
        """The number of validated current decisions, by source."""


class KnownPartners:
    """The partners as they were read at most ``KEPT_SECONDS`` ago."""

    def __init__(self, store: PartnerStore, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self.store = store
        self._clock = clock
        self._read_at: datetime | None = None
        self._partners = Partners()

    def __call__(self) -> Partners:
        """Raises ``CaseworkUnavailable``."""
        now = self._clock()
        if self._read_at is None or (now - self._read_at).total_seconds() >= KEPT_SECONDS:
            self._partners = self.store.partners()
            self._read_at = now
        return self._partners


def add_partner(
    store: PartnerStore, principal: str, name: str, limits: PartnerLimits, signed: Signature
) -> Partner:
    """Register a sender. Its principal's id becomes its key. Raises ``PartnerRefused``."""
    partner = Partner(
        key=checked_principal(principal), name=_checked_name(name), principals=(principal,), limits=limits
    )
    _refuse_if_taken(store.partners(), principal, partner.key)
    return _save(store, None, partner, "add", signed)


def add_principal(store: PartnerStore, key: str, principal: str, signed: Signature) -> Partner:
    """Let another principal send for a partner. If it sent before, its earlier source becomes an alias."""
    partner = partner_of(store, key)
    _refuse_if_taken(store.partners(), checked_principal(principal), key)
    aliases = partner.aliases
    if principal != key and store.has_decisions(principal):
        aliases = without_duplicates((*aliases, principal))
    principals = without_duplicates((*partner.principals, principal))
    if len({*principals, *aliases}) > MAX_PRINCIPALS:
        raise PartnerRefused(f"partner {key} has {MAX_PRINCIPALS} principals and aliases: that is the limit")
    changed = partner.model_copy(update={"principals": principals, "aliases": aliases})
    return partner if changed == partner else _save(store, partner, changed, "principal add", signed)


def remove_principal(store: PartnerStore, key: str, principal: str, signed: Signature) -> Partner:
    """End the sending of a principal for a partner. Its earlier applications stay the partner's."""
    partner = partner_of(store, key)
    if principal not in partner.principals:
        raise PartnerRefused(f"{principal} is not a principal of partner {key}: see partner list")
    left = tuple(each for each in partner.principals if each != principal)
    return _save(store, partner, partner.model_copy(update={"principals": left}), "principal remove", signed)


def set_limits(store: PartnerStore, key: str, limits: PartnerLimits, signed: Signature) -> Partner:
    """Replace the limits of a partner."""
    partner = partner_of(store, key)
    changed = partner.model_copy(update={"limits": limits})
    return partner if changed == partner else _save(store, partner, changed, "limit", signed)


def suspend(store: PartnerStore, key: str, signed: Signature) -> Partner:
    """Stop the decisions for a partner."""
    partner = partner_of(store, key)
    if not partner.is_active:
        raise PartnerRefused(f"partner {key} is suspended already")
    changed = {"state": "suspended", "suspended_under": next_entry_id(partner), "resumed_under": None}
    return _save(store, partner, partner.model_copy(update=changed), "suspend", _with_words(signed))


def begin_release(store: PartnerStore, key: str, signed: Signature) -> Partner:
    """Note that the claims of a suspended partner are given back, once for each suspension."""
    partner = partner_of(store, key)
    if partner.is_active:
        raise PartnerRefused(f"partner {key} is active: suspend it first, or it takes its claims again")
    if partner.released_under:
        return partner
    changed = partner.model_copy(update={"released_under": next_entry_id(partner)})
    return _save(store, partner, changed, "release claims", signed)


def resume(store: PartnerStore, key: str, signed: Signature) -> Partner:
    """Decide the applications of a suspended partner again from now on. A second call changes nothing."""
    partner = partner_of(store, key)
    if partner.is_active and partner.resumed_under:
        return partner
    if partner.is_active:
        raise PartnerRefused(f"partner {key} is not suspended")
    changed = {
        "state": "active",
        "suspended_under": None,
        "released_under": None,
        "resumed_under": next_entry_id(partner),
    }
    return _save(store, partner, partner.model_copy(update=changed), "resume", signed)


def partner_of(store: PartnerStore, key: str) -> Partner:
    """The partner with this key. Raises ``PartnerRefused`` if there is none."""
    partner = store.partners().find(key)
    if partner is None:
        raise PartnerRefused(f"there is no partner with the key {key!r}: see partner list")
    return partner


def next_entry_id(partner: Partner) -> UUID:
    """The id of the entry of the partner's next change."""
    return _entry_id(partner.key, partner.version + 1)


def checked_principal(principal: str) -> str:
    """The id of a principal. Raises ``PartnerRefused`` for an ARN, a name or a session."""
    if not _PRINCIPAL.fullmatch(principal):
        raise PartnerRefused(
            f"{principal!r} is not the unique id of a principal (AROA… of a role, AIDA… of a user, or the "
            "12 digits of an account): aws iam get-role shows it as RoleId"
        )
    return principal


def _entry_id(key: str, version: int) -> UUID:
    return uuid5(_NAMESPACE, f"{key}\n{version}")


def _save(
    store: PartnerStore, before: Partner | None, after: Partner, action: PartnerAction, signed: Signature
) -> Partner:
    version = before.version + 1 if before else 1
    after = after.model_copy(update={"version": version})
    entry = PartnerEntry(
        entry_id=_entry_id(after.key, version),
        partner=after.key,
        action=action,
        words=" ".join(signed.words.split())[:MAX_WORDS],
        by=signed.by,
        at=signed.at,
        before=before,
        after=after,
    )
    store.save(entry)
    return after


def _with_words(signed: Signature) -> Signature:
    if not signed.words.strip():
        raise PartnerRefused("give a reason, for people who read the record later")
    return signed


def _checked_name(name: str) -> str:
    words = " ".join(name.split())
    if not words or len(words) > MAX_NAME:
        raise PartnerRefused(f"a partner needs a name of at most {MAX_NAME} characters")
    if has_refused_character(words) or without_emails(words) != words:
        raise PartnerRefused("the name of a partner has no e-mail address and no invisible character")
    return words


def _refuse_if_taken(partners: Partners, principal: str, key: str) -> None:
    """Raises ``PartnerRefused`` if the principal belongs to another partner, or is registered already."""
    owner = partners.of_source(principal)
    if owner and owner.key != key:
        raise PartnerRefused(f"{principal} belongs to partner {owner.key} ({owner.name})")
    if owner and principal == key and partners.find(key) and principal in owner.principals:
        raise PartnerRefused(f"{principal} is registered already: partner {owner.key} ({owner.name})")
