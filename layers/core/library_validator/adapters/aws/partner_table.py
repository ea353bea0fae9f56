"""Partners on the casework table.

- ``PARTNERS``, ``<key>``: a partner. ``body``: the whole partner, as JSON. ``version``: for the condition
  that no change is lost.
- ``PARTNER#<key>``, ``ENTRY#<at>#<entry id>``: a change of a partner. ``body``: the whole entry, as JSON.
- ``PRINCIPAL#<id>``, ``PARTNER``: the owner of an id of a principal or of an earlier source. ``partner``: its
  key. A principal therefore belongs to at most one partner.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Final

from library_validator.adapters.aws.casework_access import (
    BATCH,
    CaseworkAccess,
    Item,
    application_pk,
    item_key,
    moment_text,
    shard_text,
    source_of_pk,
)
from library_validator.adapters.aws.decision_table import CURRENT, WITHOUT_END
from library_validator.adapters.aws.source_counts import SourceCountTable
from library_validator.casework.partners import PartnerEntry
from library_validator.decisions.decision import SHARDS
from library_validator.decisions.partners import Partner, Partners
from library_validator.errors import PartnerRefused

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

_PARTNERS: Final = "PARTNERS"
_ENTRY: Final = "ENTRY#"
_OWNER: Final = "PARTNER"


class PartnerTable:
    """``PartnerStore``."""

    def __init__(self, table: CaseworkAccess) -> None:
        self._table = table

    def partners(self) -> Partners:
        pages = self._table.query(
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": _PARTNERS}},
            ConsistentRead=True,
        )
        bodies = [item["body"]["S"] for page in pages for item in page]
        return Partners(tuple(map(Partner.model_validate_json, bodies)))

    def save(self, entry: PartnerEntry) -> None:
        before = entry.before.ids if entry.before else frozenset()
        writes = {"partner": self._put_partner(entry), "entry": self._put_entry(entry)}
        writes |= {f"owner {id_}": self._take_id(id_, entry.partner) for id_ in entry.after.ids - before}
        writes |= {f"free {id_}": self._free_id(id_, entry.partner) for id_ in before - entry.after.ids}
        refused = self._table.transact(writes)
        for role, item in refused.items():
            if role.startswith("owner "):
                raise PartnerRefused(f"{role[6:]} belongs to partner {item['partner']['S']}")
        if refused:
            raise PartnerRefused(f"partner {entry.partner} was changed meanwhile: look at it again")

    def entries(self, key: str) -> list[PartnerEntry]:
        items = self._table.items_in_partition(f"PARTNER#{key}", _ENTRY)
        return [PartnerEntry.model_validate_json(item["body"]["S"]) for item in items]

    def has_decisions(self, source: str) -> bool:
        return any(source_of_pk(item["pk"]["S"]) == source for item in self._current_keys())

    def known_applications(self, applications: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
        by_pk = {application_pk(*application): application for application in applications}
        keys = [item_key(pk, CURRENT) for pk in by_pk]
        found: set[tuple[str, str]] = set()
        for start in range(0, len(keys), BATCH):
            items = self._table.items_of_keys(keys[start : start + BATCH])
            found |= {by_pk[item["pk"]["S"]] for item in items}
        return found

    def validated_counts(self) -> Counter[str]:
        # Only validated decisions end.
        return Counter(
            source_of_pk(item["pk"]["S"])
            for item in self._current_keys()
            if item["valid_until"]["S"] < WITHOUT_END
        )

    def recount_claims(self) -> None:
        """Count the claims of every sender again, for their limits."""
        SourceCountTable(self._table).set_claims(self.validated_counts(), self.partners())

    def _current_keys(self) -> Iterator[Item]:
        """The entries of the index ``current``: keys without the decisions."""
        for shard in range(SHARDS):
            pages = self._table.query(
                IndexName="current",
                KeyConditionExpression="#shard = :shard",
                ExpressionAttributeNames={"#shard": "shard"},
                ExpressionAttributeValues={":shard": {"S": shard_text(shard)}},
            )
            for page in pages:
                yield from page

    def _put_partner(self, entry: PartnerEntry) -> TransactWriteItemTypeDef:
        item = item_key(_PARTNERS, entry.partner)
        item |= {"body": {"S": entry.after.model_dump_json()}, "version": {"N": str(entry.after.version)}}
        write: TransactWriteItemTypeDef = {
            "Put": {
                "TableName": self._table.table,
                "Item": item,
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }
        if entry.before:
            write["Put"]["ConditionExpression"] = "version = :before"
            write["Put"]["ExpressionAttributeValues"] = {":before": {"N": str(entry.before.version)}}
        return write

    def _put_entry(self, entry: PartnerEntry) -> TransactWriteItemTypeDef:
        item = item_key(f"PARTNER#{entry.partner}", f"{_ENTRY}{moment_text(entry.at)}#{entry.entry_id}")
        return {
            "Put": {
                "TableName": self._table.table,
                "Item": item | {"body": {"S": entry.model_dump_json()}},
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }

    def _take_id(self, id_: str, key: str) -> TransactWriteItemTypeDef:
        return {
            "Put": {
                "TableName": self._table.table,
                "Item": item_key(f"PRINCIPAL#{id_}", _OWNER) | {"partner": {"S": key}},
                "ConditionExpression": "attribute_not_exists(pk) OR partner = :key",
                "ExpressionAttributeValues": {":key": {"S": key}},
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }

    def _free_id(self, id_: str, key: str) -> TransactWriteItemTypeDef:
        return {
            "Delete": {
                "TableName": self._table.table,
                "Key": item_key(f"PRINCIPAL#{id_}", _OWNER),
                "ConditionExpression": "attribute_not_exists(pk) OR partner = :key",
                "ExpressionAttributeValues": {":key": {"S": key}},
            }
        }
