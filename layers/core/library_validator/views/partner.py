"""Partners as people see them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from library_validator.casework.partners import PartnerEntry
from library_validator.decisions.partners import Partner


@dataclass(frozen=True, slots=True)
class PartnerView:
    """A partner on one line of a table."""

    key: str
    name: str
    state: str
    principals: tuple[str, ...]
    aliases: tuple[str, ...]
    claims_share: str
    applications_per_hour: str


def partner_views(partners: Iterable[Partner]) -> list[PartnerView]:
    return [
        PartnerView(
            key=partner.key,
            name=partner.name,
            state=partner.state,
            principals=partner.principals,
            aliases=partner.aliases,
            claims_share=_text_of(partner.limits.claims_share),
            applications_per_hour=_text_of(partner.limits.applications_per_hour),
        )
        for partner in partners
    ]


def partner_json(partner: Partner, entries: Sequence[PartnerEntry] = ()) -> dict[str, Any]:
    """A partner, with the changes made to it, if given."""
    shown: dict[str, Any] = partner.model_dump(mode="json")
    if entries:
        shown["changes"] = [entry.model_dump(mode="json") for entry in entries]
    return shown


def _text_of(limit: float | None) -> str:
    return "default" if limit is None else f"{limit:,}"
