"""Tests of the counts and the arithmetic of the cost benchmark. No test expects an amount of dollars."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import boto3
import pytest
from moto import mock_aws

from functions.validate_applications import handler as validate_applications
from lab.speed import cost
from lab.speed.billed_requests import CHUNK, Index, Meter, Usage, event_size, read_units, written_units
from lab.speed.cost import (
    Prices,
    cost_of_applications,
    lines_of,
    measure_cost,
    mix_applications,
    queue_requests,
)
from lab.speed.in_process_stack import FunctionUse, memory_of
from library_validator.adapters.aws.casework_access import CaseworkAccess
from library_validator.adapters.aws.decision_table import DecisionTable
from library_validator.decisions.answer import Answer
from library_validator.decisions.store import CurrentDecisionChanged, Recorded
from library_validator_cli.sample_release import write_sample_release
from tests.builders.aws_resources import CASEWORK_TABLE, create_casework_table
from tests.builders.decisions import decision_of, submission_of

BY_DAY: Final = Index("by_day", ("day", "at"), frozenset({"pk", "sk", "day", "at"}))


def text_attributes(**values: str) -> dict[str, Any]:
    return {name: {"S": value} for name, value in values.items()}


@pytest.mark.parametrize(
    ("size", "units"), [(0, 1), (1, 1), (1_023, 1), (1_024, 1), (1_025, 2), (2_048, 2), (2_049, 3)]
)
def test_a_write_costs_one_unit_for_each_begun_kilobyte_of_the_item(size: int, units: int) -> None:
    item = {"b": {"B": b"x" * (size - 1)}} if size else {}

    assert written_units(item) == units


class TestIndexWriteUnits:
    ENTRY: Final = text_attributes(pk="p", sk="s", day="1", at="2", body="b")

    def test_an_index_row_that_appears_or_disappears_costs_one_unit(self) -> None:
        assert BY_DAY.units(None, self.ENTRY) == BY_DAY.units(self.ENTRY, None) == 1

    def test_an_item_that_is_not_in_the_index_costs_no_index_units(self) -> None:
        without = text_attributes(pk="p", sk="s", day="1")

        assert BY_DAY.units(None, without) == BY_DAY.units(without, None) == 0

    def test_a_change_of_an_attribute_that_is_not_projected_costs_no_index_units(self) -> None:
        assert BY_DAY.units(self.ENTRY, self.ENTRY | text_attributes(body="another")) == 0

    def test_a_changed_index_key_costs_a_deletion_and_a_put(self) -> None:
        assert BY_DAY.units(self.ENTRY, self.ENTRY | text_attributes(at="3")) == 2

    def test_a_change_of_a_projected_attribute_costs_one_write(self) -> None:
        index = Index("by_day", ("day", "at"), frozenset({"pk", "sk", "day", "at", "body"}))

        assert index.units(self.ENTRY, self.ENTRY | text_attributes(body="another")) == 1


class TestReadUnits:
    ITEM: Final = {"b": {"B": b"x" * 4_096}}  # a byte over four KB with its name

    @pytest.mark.parametrize(("consistent", "units"), [(False, 1.0), (True, 2.0)])
    def test_an_item_costs_half_a_unit_or_with_consistency_a_unit(
        self, consistent: bool, units: float
    ) -> None:
        assert read_units("GetItem", {"ConsistentRead": consistent}, {"Item": self.ITEM}) == units

    def test_a_missing_key_costs_as_much_as_the_smallest_item(self) -> None:
        assert read_units("GetItem", {}, {}) == 0.5

    def test_a_batch_is_billed_item_by_item_with_missing_keys(self) -> None:
        request: dict[str, Any] = {"RequestItems": {"t": {"Keys": [{}, {}, {}]}}}

        assert read_units("BatchGetItem", request, {"Responses": {"t": [self.ITEM, {}]}}) == 1 + 0.5 + 0.5

    def test_a_query_is_billed_by_its_items_together(self) -> None:
        assert read_units("Query", {}, {"Items": [{"b": {"B": b"x" * 99}}] * 40}) == 0.5 * 1
        assert read_units("Query", {}, {"Items": [self.ITEM] * 3}) == 0.5 * 4


class TestMeterOnATable:
    @pytest.fixture
    def meter(self) -> Iterator[Meter]:
        with mock_aws():
            yield Meter(boto3.client("dynamodb"))

    @pytest.fixture
    def casework(self, meter: Meter) -> DecisionTable:
        client = boto3.client("dynamodb")
        create_casework_table(client)
        return DecisionTable(CaseworkAccess(meter.watch(client), CASEWORK_TABLE, sleep=lambda _: None))

    def test_the_writes_of_a_validated_and_published_application_are_counted(
        self, meter: Meter, casework: DecisionTable
    ) -> None:
        decision = decision_of(submission_of())
        assert casework.record(decision, None) == Recorded()
        casework.clear_mark([decision])

        usage = meter.take()
        assert usage.requests == {"TransactWriteItems": 1, "UpdateItem": 1}
        assert usage.write_units == {
            "TransactWriteItems decision": 2,
            "TransactWriteItems current": 2,
            "TransactWriteItems claim": 2,
            "UpdateItem decision": 1,
            "index unpublished": 2,
            "index by_day": 1,
            "index current": 1,
        }
        assert usage.stored_items == 3 + 3
        assert usage.outside_seconds > 0

    def test_a_refused_transaction_is_billed_and_stores_nothing(
        self, meter: Meter, casework: DecisionTable
    ) -> None:
        first = decision_of(submission_of(name="One"), Answer.NOT_VALIDATED)
        casework.record(first, None)
        meter.take()

        second = decision_of(submission_of(name="Two"), Answer.NOT_VALIDATED)
        assert isinstance(casework.record(second, None), CurrentDecisionChanged)

        usage = meter.take()
        assert {name: units for name, units in usage.write_units.items() if units} == {
            "TransactWriteItems decision": 2,
            "TransactWriteItems current": 2,
        }
        assert usage.read_units == {"GetItem": 1}
        assert usage.stored_items == 0

    def test_usage_that_was_taken_is_not_counted_again(self, meter: Meter, casework: DecisionTable) -> None:
        casework.get("a", "b")

        assert meter.take().reads == 1
        assert meter.take() == Usage()


def test_the_size_of_an_event_is_that_of_its_texts_and_its_time() -> None:
    assert event_size({"Source": "é", "DetailType": "ab", "Detail": "{}"}) == 14 + 2 + 2 + 2


PRICES: Final = Prices(
    {
        "dynamodb_write_units": {"dollars": 2, "per": 10},
        "sqs_requests": {"dollars": 1, "per": 1},
        "lambda_requests": {"dollars": 3, "per": 1},
        "lambda_gigabyte_seconds": {"dollars": 5, "per": 1},
    },
    {"milliseconds_a_request": {"PutItem": 6, "Query": 4}, "megabytes_a_processor": 2_000},
)


def test_half_a_processor_doubles_the_processor_time_but_not_the_waiting_time() -> None:
    request = {"PutItem": 2, "Query": 1}

    assert PRICES.billed_milliseconds(10, request, 1_000) == 20 + 16
    assert PRICES.billed_milliseconds(10, request, 4_000) == 10 + 16


def test_each_billed_quantity_has_a_line_with_its_kind() -> None:
    usage = Usage(requests=Counter(PutItem=1), write_units=Counter({"PutItem run": 5}))
    work = FunctionUse(usage, 497.0, 1, 0, 0, 1_000)

    lines = {line["what"]: line for line in lines_of(work, {"delivered": 2}, PRICES)}

    assert {what: (line["dollars"], line["kind"]) for what, line in lines.items()} == {
        "write: PutItem run": (1.0, "computed"),
        "delivered": (2.0, "computed"),
        "invocations": (3.0, "counted"),
        "duration": (pytest.approx(5 * 1.0 * 1_000 / 1_024), "computed"),
    }


def test_messages_are_received_and_deleted_ten_at_a_time() -> None:
    assert sum(queue_requests(1_000, event_bytes=3_000).values()) == 1_000 + 200 + 1_000 + 200
    assert queue_requests(1_000, CHUNK / 5)["received and deleted by the consumer"] == 300


def test_a_fifth_of_the_applications_are_not_from_libraries() -> None:
    libraries = [{"application_id": f"L-{n}"} for n in range(200)]
    others = [{"application_id": f"O-{n}"} for n in range(200)]

    drawn = [application["application_id"][0] for application in mix_applications(libraries, others, 100)]

    assert Counter(drawn) == {"L": 80, "O": 20}
    assert drawn != sorted(drawn)
    assert mix_applications(libraries, others, 100) == mix_applications(libraries, others, 100)


def test_the_functions_have_the_memory_that_the_template_gives_them() -> None:
    assert memory_of(validate_applications) >= 512


def test_every_unit_that_is_billed_has_a_price_with_date_and_source() -> None:
    prices = Prices.read()

    assert all({"dollars", "per", "source", "seen"} <= price.keys() for price in prices.listed.values())
    assert prices.dollars("dynamodb_write_units", 1_000_000) == 0.625


@pytest.fixture(scope="module")
def measured_cost(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder: Path = tmp_path_factory.mktemp("releases")
    for year in (2021, 2022):
        with (folder / f"pls_fy{year}.zip").open("wb") as target:
            write_sample_release(target, year, seed=1)
    releases = folder / "pls_fy2021.zip", folder / "pls_fy2022.zip"
    return measure_cost(releases, cost.draw_applications(releases[1], 50), Prices.read())


def test_the_total_cost_is_the_sum_of_its_lines(measured_cost: dict[str, Any]) -> None:
    for part, dollars in (
        ("applications", "dollars_per_1000"),
        ("release", "dollars"),
        ("revalidation", "dollars_per_1000"),
    ):
        lines = measured_cost[part]["lines"]
        assert sum(line["dollars"] for line in lines) == pytest.approx(
            measured_cost[part][dollars]["median"], abs=1e-5
        )
        assert {line["kind"] for line in lines} == {"counted", "computed"}
        assert {line["service"] for line in lines} >= {"dynamodb", "sqs", "eventbridge", "lambda"}


def test_every_measure_has_its_unit_and_its_kind(measured_cost: dict[str, Any]) -> None:
    applications = measured_cost["applications"]

    assert len(applications["processor_per_batch"]["runs"]) == 5
    assert applications["processor_per_batch"]["kind"] == "measured"
    assert applications["write_units_per_application"]["kind"] == "computed"
    assert applications["requests_per_batch"]["kind"] == "counted"
    assert {line["unit"] for line in applications["beside"].values()} == {"dollars", "bytes"}


def test_a_batch_of_ten_reads_its_pointer_and_its_postings_once(measured_cost: dict[str, Any]) -> None:
    # A pointer, a batched read, ten transactions, one PutEvents, ten marks cleared.
    assert measured_cost["applications"]["requests_per_batch"]["median"] >= 1 + 1 + 10 + 1 + 10


def test_each_application_has_one_event(measured_cost: dict[str, Any]) -> None:
    (events,) = (line for line in measured_cost["applications"]["lines"] if line["what"] == "events")

    assert events["quantity"] == 1_000


def test_the_cost_of_applications_is_scaled_to_a_thousand() -> None:
    usage = Usage(write_units=Counter({"PutItem decision": 20}), events=10, event_bytes=1_000)
    works = [FunctionUse(usage, 10.0, 1, 100, 5, 1_024)] * 2

    applications = cost_of_applications(works, Prices.read())

    (written,) = (line for line in applications["lines"] if line["what"] == "write: PutItem decision")
    assert written["quantity"] == 2_000
    assert applications["write_units_per_application"]["median"] == 2.0
    assert applications["beside"]["log_bytes_per_application"]["median"] == (100 + 5 * 26 + 420) / 10
