"""Dead letters are sent again once, nothing is lost on the way, and a discard leaves a record."""

from __future__ import annotations

import hashlib

import pytest

from library_validator.adapters.memory.dead_letters import MemoryDeadLetters
from library_validator.adapters.memory.discards import MemoryDiscards
from library_validator.recovery.queues import DeadLetter, DeadLetterQueue, Queue
from library_validator.recovery.redriving import FAILURES_IN_A_ROW, discard, look, redrive
from tests.builders.dead_letters import FAILED_CALL, application_body, letter_of
from tests.builders.decisions import NOON, PARTNER

APPLICATIONS = DeadLetterQueue.APPLICATIONS


def store_with(*bodies: str, queue: DeadLetterQueue = APPLICATIONS) -> MemoryDeadLetters:
    return MemoryDeadLetters([letter_of(body, queue, f"m-{n}") for n, body in enumerate(bodies)])


def applications(number: int) -> list[str]:
    return [application_body(f"A-{n}") for n in range(number)]


def test_every_letter_is_sent_with_its_attributes_and_removed() -> None:
    store = store_with(*applications(25))
    results = redrive(store, APPLICATIONS)
    assert [result.outcome for result in results] == ["sent"] * 25
    assert [letter.body for _, letter in store.sent] == applications(25)
    assert store.letters == []


def test_only_the_named_letters_are_sent_and_the_others_can_be_seen_again() -> None:
    store = store_with(*applications(15))
    results = redrive(store, APPLICATIONS, ["m-12", "m-3", "m-99"])
    assert {(result.message_id, result.outcome) for result in results} == {
        ("m-3", "sent"),
        ("m-12", "sent"),
        ("m-99", "not_found"),
    }
    assert len(store.letters) == 13
    assert store.depth(APPLICATIONS).waiting == 13


def test_a_letter_that_cannot_be_read_stays_and_the_others_are_sent() -> None:
    store = store_with("no JSON", *applications(11), "{}")
    outcomes = [result.outcome for result in redrive(store, APPLICATIONS)]
    assert outcomes.count("sent") == 11
    assert outcomes.count("refused") == 2
    assert [letter.body for letter in store.letters] == ["no JSON", "{}"]
    assert store.depth(APPLICATIONS).waiting == 2


def test_letters_that_arrive_during_a_redrive_do_not_keep_it_going() -> None:
    store = store_with(*applications(12))

    class Failing(MemoryDeadLetters):
        """Each application fails again at once."""

        def send(self, letter: DeadLetter, to: Queue) -> None:
            MemoryDeadLetters.send(self, letter, to)
            self.letters.append(letter_of(letter.body, APPLICATIONS, f"{letter.message_id}-again"))

    failing = Failing(store.letters)
    assert len(redrive(failing, APPLICATIONS)) == 12
    assert len(failing.letters) == 12


def test_a_queue_that_takes_nothing_ends_the_redrive_and_every_letter_stays() -> None:
    store = store_with(*applications(30))
    store.closed.add(Queue.APPLICATIONS)
    results = redrive(store, APPLICATIONS)
    assert [result.outcome for result in results] == ["failed"] * FAILURES_IN_A_ROW
    assert store.depth(APPLICATIONS).waiting == 30


def test_a_letter_that_was_sent_but_not_removed_is_sent_again_by_the_next_redrive() -> None:
    store = store_with(*applications(1))
    store.keeps_everything = True
    assert [result.outcome for result in redrive(store, APPLICATIONS)] == ["sent_not_removed"]
    store.keeps_everything = False
    assert [result.outcome for result in redrive(store, APPLICATIONS)] == ["sent"]
    assert len(store.sent) == 2
    assert store.letters == []


def test_an_interrupted_redrive_loses_no_letter() -> None:
    store = store_with("no JSON", *applications(5))

    def interrupt(_result: object) -> None:
        if len(store.sent) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        redrive(store, APPLICATIONS, on_result=interrupt)
    assert store.depth(APPLICATIONS).waiting == 4
    redrive(store, APPLICATIONS)
    assert {letter.body for _, letter in store.sent} == set(applications(5))


def test_a_letter_that_needs_no_delivery_is_removed_with_its_explanation() -> None:
    store = store_with(FAILED_CALL, queue=DeadLetterQueue.UNDELIVERED)
    (result,) = redrive(store, DeadLetterQueue.UNDELIVERED)
    assert result.outcome == "removed"
    assert "its schedule starts sweep_results again" in result.why
    assert (store.sent, store.letters) == ([], [])


def test_a_look_leaves_every_letter_where_it_is() -> None:
    store = store_with(*applications(12))
    assert len(look(store, APPLICATIONS, 11)) == 11
    assert len(look(store, APPLICATIONS, 20)) == 12
    assert store.depth(APPLICATIONS).waiting == 12


def test_a_discard_keeps_a_record_without_the_body() -> None:
    body = application_body("A-7", name="a word of the applicant")
    store, log = store_with(body, *applications(2)), MemoryDiscards()
    results = discard(store, log, APPLICATIONS, ["m-0"], by="arn:jo", reason="sent again", now=NOON)
    assert [result.outcome for result in results] == ["discarded"]
    assert len(store.letters) == 2
    assert store.depth(APPLICATIONS).waiting == 2
    (record,) = log.since(NOON)
    assert (record.message_id, record.by, record.reason, record.at) == ("m-0", "arn:jo", "sent again", NOON)
    assert (record.source, record.body_sha256) == (PARTNER, hashlib.sha256(body.encode()).hexdigest())
    assert "word" not in str(record)


def test_a_letter_that_cannot_be_deleted_has_its_record_already() -> None:
    store, log = store_with(*applications(1)), MemoryDiscards()
    store.keeps_everything = True
    results = discard(store, log, APPLICATIONS, ["m-0"], by="arn:jo", reason="sent again", now=NOON)
    assert [result.outcome for result in results] == ["failed"]
    assert len(log.since(NOON)) == 1
    assert store.depth(APPLICATIONS).waiting == 1
