"""Decisions on the casework table: each is stored in one transaction, and marked while unpublished."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from library_validator.adapters.aws.casework_access import (
    BATCH,
    DECISION,
    CaseworkAccess,
    Item,
    application_pk,
    changed_sk,
    cursor_key,
    cursor_text,
    item_key,
    moment_text,
    pack_decision,
    read_decision,
    revalidation_pk,
    shard_text,
)
from library_validator.adapters.aws.resends import NO_LATER_RESEND, resend_writes
from library_validator.decisions.decision import Decision, Erasure, Holder
from library_validator.decisions.erased import erased_decision
from library_validator.decisions.store import (
    AlreadyDecided,
    ClaimedByAnother,
    CurrentDecisionChanged,
    CurrentPage,
    Recorded,
    RecordResult,
    Revalidation,
)
from library_validator.errors import CaseworkUnavailable
from library_validator.terms import Clock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

CURRENT: Final = "CURRENT"
_CLAIM: Final = "CLAIM#"
_HOLDER: Final = "HOLDER"
LATE: Final = "late#"  # begins the day of a decision that was never current
_UNPUBLISHED: Final = "yes"
WITHOUT_END: Final = "9999"  # as text, it comes after every time
HELD_BY_APPLICATION: Final = "(holder_source = :source AND holder_application = :application)"


class DecisionTable:
    """``DecisionStore``. ``recent_decisions`` reads the days up to the time of ``clock``."""

    def __init__(self, table: CaseworkAccess, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self._table = table
        self._clock = clock

    def record(
        self,
        decision: Decision,
        replacing: Decision | None,
        *,
        claim: bool = True,
        revalidation: Revalidation | None = None,
    ) -> RecordResult:
        writes = {
            "decision": self._put_decision(decision, unpublished=True),
            "current": self._move_current(decision, replacing),
        }
        claimed = decision.claimed_key
        held = replacing.claimed_key if replacing else None
        if claimed and claim:
            taking = self._take_claim if decision.takes_claim else self._check_claim
            writes["claim"] = taking(claimed, decision)
        if held and held != claimed:
            writes["give_back"] = self._give_back_claim(held, decision)
        if revalidation:
            writes["count"] = self._count_change(revalidation, decision)
        refused = self._table.transact(writes)
        if set(refused) == {"give_back"}:
            # The claim belongs to another application or to none: there is nothing to give back.
            del writes["give_back"]
            refused = self._table.transact(writes)
        return self._result_of_refusal(decision, refused) if refused else Recorded()

    def holder_of(self, fscs_key: str) -> Holder | None:
        item = self._table.get(_CLAIM + fscs_key, _HOLDER)
        return _holder_of_claim(item) if item else None

    def record_late(
        self, decision: Decision, current: Decision
    ) -> Recorded | AlreadyDecided | CurrentDecisionChanged:
        writes = {"decision": self._put_decision(decision, unpublished=False)}
        refused = self._table.transact(writes | self._mark_again(current, decision.decided_at))
        if "decision" in refused:
            return _already_decided_result(refused["decision"])
        return self._result_of_marking(current, refused)

    def answer_again(self, current: Decision, at: datetime) -> Recorded | CurrentDecisionChanged:
        return self._result_of_marking(current, self._table.transact(self._mark_again(current, at)))

    def note_resend(self, decision: Decision, sent_at: datetime) -> None:
        current, stored = _key_of(decision, CURRENT), _key_of(decision, _sk_of(decision))
        event_id, noted = str(decision.event_id), moment_text(sent_at)
        refused = self._table.transact(resend_writes(self._table.table, current, stored, event_id, noted))
        if "current" in refused:
            raise CaseworkUnavailable("store the time of a resend", "the application got another decision")

    def get(self, source: str, application_id: str) -> Decision | None:
        current = self._table.get(application_pk(source, application_id), CURRENT)
        return self._current_decision(current) if current else None

    def history(self, source: str, application_id: str) -> list[Decision]:
        items = self._table.items_in_partition(application_pk(source, application_id), DECISION)
        decisions = [read_decision(item) for item in items]
        return sorted(decisions, key=lambda decision: (decision.decided_at, decision.effective_time))

    def unpublished_decisions(self, before: datetime, *, newest_first: bool = False) -> Iterator[Decision]:
        pages = self._table.query(
            IndexName="unpublished",
            KeyConditionExpression="unpublished = :yes AND stored_at < :before",
            ExpressionAttributeValues={":yes": {"S": _UNPUBLISHED}, ":before": {"S": moment_text(before)}},
            ScanIndexForward=not newest_first,
            Limit=BATCH,
        )
        for page in pages:
            # The index is updated late: a decision that was confirmed a moment ago may still be in it.
            marked = (item for item in self._table.items_of_keys(page) if "unpublished" in item)
            yield from map(read_decision, marked)

    def clear_mark(self, decisions: Sequence[Decision]) -> None:
        for decision in decisions:
            # A mark that a redelivery or the sweeper cleared before stays cleared.
            self._table.update(
                _pk_of(decision),
                _sk_of(decision),
                "clear the mark of a published decision",
                UpdateExpression="REMOVE unpublished, stored_at",
                ConditionExpression="attribute_exists(unpublished)",
            )

    def recent_decisions(self, since: datetime) -> Iterator[Decision]:
        day = since.astimezone(UTC).date()
        # A writer's clock may be ahead of this clock.
        last = (self._clock() + timedelta(minutes=15)).astimezone(UTC).date()
        while day <= last:
            pages = self._table.query(
                IndexName="by_day",
                KeyConditionExpression="#day = :day AND decided_at >= :since",
                ExpressionAttributeNames={"#day": "day"},
                ExpressionAttributeValues={
                    ":day": {"S": day.isoformat()},
                    ":since": {"S": moment_text(since)},
                },
                Limit=BATCH,
            )
            for page in pages:
                yield from map(read_decision, self._table.items_of_keys(page))
            day += timedelta(days=1)

    def current_page(
        self, shard: int, cursor: str | None, limit: int, *, ending_before: datetime | None = None
    ) -> CurrentPage:
        query: dict[str, Any] = {
            "IndexName": "current",
            "KeyConditionExpression": "#shard = :shard",
            "ExpressionAttributeNames": {"#shard": "shard"},  # a reserved word of DynamoDB
            "ExpressionAttributeValues": {":shard": {"S": shard_text(shard)}},
            "Limit": min(limit, BATCH),
        }
        if ending_before:
            query["KeyConditionExpression"] += " AND valid_until < :end"
            query["ExpressionAttributeValues"][":end"] = {"S": moment_text(ending_before)}
        if cursor:
            query["ExclusiveStartKey"] = cursor_key(cursor)
        found, last = self._table.query_page(**query)
        items = self._table.items_of_keys(
            item_key(item["pk"]["S"], DECISION + item["event_id"]["S"]) for item in found
        )
        decisions = map(read_decision, items)
        return CurrentPage(
            tuple(decision for decision in decisions if decision.erased is None),
            cursor_text(last) if last else None,
            {item["event_id"]["S"]: int(item["notified"]["N"]) for item in found if "notified" in item},
        )

    def note_notice(self, decision: Decision, days: int) -> None:
        self._table.update(
            _pk_of(decision),
            CURRENT,
            "store that a notice was published",
            UpdateExpression="SET notified = :days",
            ConditionExpression="event_id = :event_id",
            ExpressionAttributeValues={
                ":days": {"N": str(days)},
                ":event_id": {"S": str(decision.event_id)},
            },
        )

    def _put_decision(self, decision: Decision, *, unpublished: bool) -> TransactWriteItemTypeDef:
        return {
            "Put": {
                "TableName": self._table.table,
                "Item": decision_item(decision, unpublished=unpublished),
                "ConditionExpression": "attribute_not_exists(pk)",
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }

    def _move_current(self, decision: Decision, replacing: Decision | None) -> TransactWriteItemTypeDef:
        write: TransactWriteItemTypeDef = {
            "Put": {
                "TableName": self._table.table,
                "Item": _current_item(decision),
                "ConditionExpression": "attribute_not_exists(pk)",
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }
        if replacing:
            write["Put"]["ConditionExpression"] = f"event_id = :replacing AND {NO_LATER_RESEND}"
            if replacing.erased is None:
                # A revalidation that read the applicant's texts before they were erased must not store them.
                write["Put"]["ConditionExpression"] += " AND attribute_not_exists(erased)"
            write["Put"]["ExpressionAttributeValues"] = {
                ":replacing": {"S": str(replacing.event_id)},
                ":known": {"S": moment_text(replacing.effective_time)},
            }
        return write

    def _mark_again(self, current: Decision, at: datetime) -> dict[str, TransactWriteItemTypeDef]:
        """Mark ``current`` unpublished again, under the condition that it is the current decision."""
        return {
            "current": {
                "ConditionCheck": {
                    "TableName": self._table.table,
                    "Key": _key_of(current, CURRENT),
                    "ConditionExpression": "event_id = :event_id",
                    "ExpressionAttributeValues": {":event_id": {"S": str(current.event_id)}},
                    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                }
            },
            "mark": {
                "Update": {
                    "TableName": self._table.table,
                    "Key": _key_of(current, _sk_of(current)),
                    "UpdateExpression": "SET unpublished = :yes, stored_at = if_not_exists(stored_at, :at)",
                    "ConditionExpression": "attribute_exists(pk)",
                    "ExpressionAttributeValues": {":yes": {"S": _UNPUBLISHED}, ":at": {"S": moment_text(at)}},
                }
            },
        }

    def _result_of_marking(
        self, current: Decision, refused: dict[str, Item]
    ) -> Recorded | CurrentDecisionChanged:
        if not refused:
            return Recorded()
        if refused.get("current"):
            return CurrentDecisionChanged(self._current_decision(refused["current"]))
        reason = f"decision {current.event_id} is not stored, or not current, any more"
        raise CaseworkUnavailable("answer with the current decision", reason)

    def _take_claim(self, fscs_key: str, decision: Decision) -> TransactWriteItemTypeDef:
        return {
            "Update": {
                "TableName": self._table.table,
                "Key": claim_key(fscs_key),
                "UpdateExpression": "SET holder_source = :source, holder_application = :application, "
                "held_since = if_not_exists(held_since, :now)",
                "ConditionExpression": f"attribute_not_exists(pk) OR {HELD_BY_APPLICATION}",
                "ExpressionAttributeValues": holder_values(decision)
                | {":now": {"S": moment_text(decision.decided_at)}},
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }

    def _check_claim(self, fscs_key: str, decision: Decision) -> TransactWriteItemTypeDef:
        """Take no claim, but refuse the transaction if another application has it."""
        return {
            "ConditionCheck": {
                "TableName": self._table.table,
                "Key": claim_key(fscs_key),
                "ConditionExpression": f"attribute_not_exists(pk) OR {HELD_BY_APPLICATION}",
                "ExpressionAttributeValues": holder_values(decision),
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }

    def _give_back_claim(self, fscs_key: str, decision: Decision) -> TransactWriteItemTypeDef:
        return {
            "Delete": {
                "TableName": self._table.table,
                "Key": claim_key(fscs_key),
                "ConditionExpression": HELD_BY_APPLICATION,
                "ExpressionAttributeValues": holder_values(decision),
            }
        }

    def _count_change(self, revalidation: Revalidation, decision: Decision) -> TransactWriteItemTypeDef:
        """Count the change in the decision's transaction: a worker that starts again counts nothing twice."""
        return {
            "Update": {
                "TableName": self._table.table,
                "Key": item_key(
                    revalidation_pk(revalidation.activation),
                    changed_sk(decision.shard, decision.policy_version, revalidation.asked_at),
                ),
                "UpdateExpression": "ADD changed :one",
                "ExpressionAttributeValues": {":one": {"N": "1"}},
            }
        }

    def _result_of_refusal(self, decision: Decision, refused: dict[str, Item]) -> RecordResult:
        if "decision" in refused:
            return _already_decided_result(refused["decision"])
        if "current" in refused:
            if not refused["current"]:
                reason = f"application {decision.application_id} has no current decision any more"
                raise CaseworkUnavailable("replace a decision", reason)
            return CurrentDecisionChanged(self._current_decision(refused["current"]))
        claim = refused["claim"]
        holder = _holder_of_claim(claim)
        return ClaimedByAnother(
            fscs_key=claim["pk"]["S"].removeprefix(_CLAIM),
            source=holder.source,
            application_id=holder.application_id,
            since=datetime.fromisoformat(claim["held_since"]["S"]),
        )

    def _current_decision(self, current: Item) -> Decision:
        """The decision that a ``CURRENT`` item points to."""
        item = self._table.get(current["pk"]["S"], DECISION + current["event_id"]["S"])
        if item is None:
            raise CaseworkUnavailable(
                "find a decision", f"{current['event_id']['S']} is the current decision, but it is not stored"
            )
        decision = read_decision(item)
        if "erased" in current and decision.erased is None:
            # The erasure is not finished yet, or was interrupted.
            return erased_decision(decision, Erasure.model_validate_json(current["erased"]["S"]))
        return decision


def _pk_of(decision: Decision) -> str:
    return application_pk(decision.source, decision.application_id)


def _key_of(decision: Decision, sk: str) -> Item:
    return {"pk": {"S": _pk_of(decision)}, "sk": {"S": sk}}


def claim_key(fscs_key: str) -> Item:
    return {"pk": {"S": _CLAIM + fscs_key}, "sk": {"S": _HOLDER}}


def _sk_of(decision: Decision) -> str:
    return f"{DECISION}{decision.event_id}"


def decision_item(decision: Decision, *, unpublished: bool) -> Item:
    decided_at = moment_text(decision.decided_at)
    item = _key_of(decision, _sk_of(decision)) | {
        "decision": {"S": decision.decision},
        "decided_at": {"S": decided_at},
        "body": {"B": pack_decision(decision)},
    }
    if unpublished:
        item |= {
            "unpublished": {"S": _UNPUBLISHED},
            "stored_at": {"S": decided_at},
            "day": {"S": decided_at[:10]},
        }
    else:
        item["day"] = {"S": f"{LATE}{decided_at[:10]}"}
    return item


def _current_item(decision: Decision) -> Item:
    ends = moment_text(decision.valid_until) if decision.valid_until else WITHOUT_END
    return _key_of(decision, CURRENT) | {
        "event_id": {"S": str(decision.event_id)},
        "shard": {"S": shard_text(decision.shard)},
        "valid_until": {"S": ends},
    }


def holder_values(decision: Decision) -> Item:
    """The values that ``HELD_BY_APPLICATION`` compares the holder of a claim with."""
    return {":source": {"S": decision.source}, ":application": {"S": decision.application_id}}


def _holder_of_claim(claim: Item) -> Holder:
    return Holder(source=claim["holder_source"]["S"], application_id=claim["holder_application"]["S"])


def _already_decided_result(item: Item) -> AlreadyDecided:
    return AlreadyDecided(read_decision(item), unpublished="unpublished" in item)
