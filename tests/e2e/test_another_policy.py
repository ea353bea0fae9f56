"""An operator previews and starts a revalidation that corrects an answer of an older policy."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from library_validator.adapters.aws.revalidations_queue import RevalidationsQueue
from library_validator.casework.preview import Preview
from library_validator.casework.tasks import Task
from library_validator.decisions.answer import Answer
from library_validator.decisions.deciding import Decider
from library_validator.decisions.decision import Decision
from library_validator.decisions.store import Recorded
from library_validator.views.policy import policy_view
from tests.builders.decisions import match_of
from tests.e2e.service import Service, wait_until

APPLICATION = "answered-by-an-older-policy"
NO_LIBRARY = "ZZ0001"  # no other test claims this key


def _record_wrong_decision(service: Service) -> Decision:
    """A decision that an older policy made: validated, and with a claim."""
    service.send_all([{"application_id": APPLICATION, "name": "Friends of Nowhere Library", "state": "IA"}])
    (event,) = service.wait_for_decisions([APPLICATION])
    decided = service.decisions.get(event["detail"]["data"]["source"], APPLICATION)
    assert decided is not None
    assert decided.decision is Answer.NOT_VALIDATED
    wrong = decided.model_copy(
        update={
            "event_id": uuid4(),
            "decision": Answer.VALIDATED,
            "match": match_of(NO_LIBRARY),
            "policy_version": "2020-01.1/older",
        }
    )
    assert service.decisions.record(wrong, decided) == Recorded()
    service.decisions.clear_mark([wrong])
    return wrong


def test_an_operator_previews_a_change_and_starts_it(service: Service) -> None:
    wrong = _record_wrong_decision(service)
    decider = Decider(service.operator_registry)

    preview = Preview(
        service.operator_decisions,
        service.operator_revalidations,
        service.operator_registry,
        decider,
        lambda: datetime.now(UTC),
    )
    (replaced,) = [replaced for page in preview.pages() for replaced in page.replaced]

    assert (replaced.current, replaced.decision.decision) == (wrong, Answer.NOT_VALIDATED)
    assert service.decisions.get(wrong.source, APPLICATION) == wrong

    activation = str(service.operator_registry.pointer().activation)
    queue = RevalidationsQueue(service.operator_sqs, service.outputs["RevalidationsQueueUrl"])
    queue.send([Task(task="revalidate", activation=activation, asked_at=datetime.now(UTC))])

    def corrected_decision() -> Decision | None:
        current = service.decisions.get(wrong.source, APPLICATION)
        return current if current and current != wrong else None

    decision = wait_until(corrected_decision, "the application is decided again")
    assert (decision.decision, decision.cause.kind) == (Answer.NOT_VALIDATED, "policy")
    assert service.operator_decisions.holder_of(NO_LIBRARY) is None

    def published_changes() -> list[dict[str, Any]]:
        events = service.decision_events([APPLICATION])
        return [event for event in events if event["detail-type"] == "Library Status Changed"]

    (event,) = wait_until(lambda: published_changes() or None, "the change is published")
    assert event["detail"]["data"]["before"]["policy_version"] == wrong.policy_version
    service.wait_until_done("RevalidationsQueue")
    shards = service.operator_revalidations.progress(activation)
    assert policy_view(shards, service.outputs["PolicyVersion"]).state == "up_to_date"
