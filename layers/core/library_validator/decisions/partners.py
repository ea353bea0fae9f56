"""Partners: who sends applications, under which permanent key, and within which limits.

The source of an application is the key of its partner. The key is the id of the partner's first principal, so
a sender that existed before it was registered keeps its source. A principal that nobody registered is its
own source.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

_REMOVED: Final = "/removed"  # ids of principals have no slash


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class PartnerLimits(_Model):
    """The limits of one partner; None: the default of the stack."""

    claims_share: float | None = Field(
        None, gt=0, le=1, description="part of the registry's systems that it may get validated"
    )
    applications_per_hour: int | None = Field(None, ge=0, description="0: no limit")


class Partner(_Model):
    """An organization that sends applications."""

    key: str = Field(description="its source in decisions: the id of its first principal, for ever")
    name: str = Field(description="for staff only")
    state: Literal["active", "suspended"] = "active"
    principals: tuple[str, ...] = Field(description="unique ids of IAM roles, users or accounts")
    aliases: tuple[str, ...] = Field((), description="sources of earlier applications of this partner")
    limits: PartnerLimits = PartnerLimits()
    suspended_under: UUID | None = Field(None, description="the entry of the suspension in effect")
    released_under: UUID | None = Field(None, description="the entry of the release of its claims, if any")
    resumed_under: UUID | None = Field(None, description="the entry of the last resumption, if any")
    version: int = Field(1, description="rises with each change")

    @property
    def sources(self) -> tuple[str, ...]:
        """Every source under which an application of this partner may be stored; the key comes first."""
        return (self.key, *self.aliases)

    @property
    def ids(self) -> frozenset[str]:
        """Every id that belongs to this partner and to no other."""
        return frozenset((self.key, *self.aliases, *self.principals))

    @property
    def is_active(self) -> bool:
        return self.state == "active"


@dataclass(frozen=True)
class Partners:
    """All registered partners, and the answers to questions about a sender or a source."""

    registered: tuple[Partner, ...] = field(default=())

    def find(self, key: str) -> Partner | None:
        return next((partner for partner in self.registered if partner.key == key), None)

    def of_principal(self, principal: str) -> Partner | None:
        """The partner that this principal sends for; None: nobody registered it."""
        return self._by_principal.get(principal)

    def of_source(self, source: str) -> Partner | None:
        """The partner whose applications have this source; None: an unregistered sender."""
        return self._by_id.get(source)

    def source_of(self, principal: str) -> str:
        """The source of a new application of this principal.

        A principal that was removed from its partner is unregistered. If its id is the partner's key or
        alias, it gets another source, so that it cannot change the partner's applications.
        """
        if partner := self.of_principal(principal):
            return partner.key
        return principal + _REMOVED if principal in self._by_id else principal

    def are_same(self, source: str, other: str) -> bool:
        """Whether two sources belong to one sender."""
        partner = self.of_source(source)
        return source == other or (partner is not None and partner is self.of_source(other))

    def is_suspended(self, source: str) -> bool:
        partner = self.of_source(source)
        return partner is not None and not partner.is_active

    def name_of(self, source: str) -> str:
        """The display name of a source; empty for an unregistered sender."""
        partner = self.of_source(source)
        return partner.name if partner else ""

    @property
    def active(self) -> tuple[Partner, ...]:
        return tuple(partner for partner in self.registered if partner.is_active)

    @cached_property
    def _by_principal(self) -> dict[str, Partner]:
        return {principal: partner for partner in self.registered for principal in partner.principals}

    @cached_property
    def _by_id(self) -> dict[str, Partner]:
        return {name: partner for partner in self.registered for name in partner.ids}


NO_PARTNERS: Final = Partners()


def without_duplicates(ids: Iterable[str]) -> tuple[str, ...]:
    """``ids`` in their order, each once."""
    return tuple(dict.fromkeys(ids))
