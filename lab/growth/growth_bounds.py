"""Where growth ends, computed from what was measured: for ADR 15.

    python -m lab.growth.growth_bounds [lab/results/growth.json]

For each way of growing: at how many times the release the record of a version, the function's memory and
its time run out, on a straight line from the release through the registry that was measured. And from how
many applications on it costs less to load a snapshot than to read postings. Prices, and what could not be
measured, stand in ``prices.toml``.
"""

from __future__ import annotations

import argparse
import json
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

RESULT: Final = Path(__file__).parents[1] / "results" / "growth.json"
PRICES: Final = Path(__file__).parents[1] / "prices.toml"

# Of AWS: quotas of an item, of a function's memory and time, of a batched write.
ITEM_BYTES: Final = 400 * 1024
FUNCTION_MEGABYTES: Final = 10_240
FUNCTION_SECONDS: Final = 900
WRITES_A_REQUEST: Final = 25
# Of template.yaml: the indexing function as it ships, and the deciding one.
INDEX_MEGABYTES: Final = 2_048
VALIDATE_GIGABYTES: Final = 1.0
MEGABYTES_A_SECOND: Final = 50.0  # assumed, from S3 into a function
BATCH: Final = 10


@cache
def prices() -> dict[str, Any]:
    return tomllib.loads(PRICES.read_text(encoding="utf-8"))


def dollars(what: str) -> float:
    """The list price of one."""
    price = prices()["prices"][what]
    return float(price["dollars"] / price["per"])


def assumed_seconds(operation: str) -> float:
    return float(prices()["assumed"]["milliseconds_a_request"][operation] / 1000)


def writing_seconds(postings: int, at_one_time: int = 1) -> float:
    """How long the postings of a version take to write, in so many requests at one time."""
    return postings / WRITES_A_REQUEST * assumed_seconds("BatchWriteItem") / at_one_time


def times_until(bound: float, base: float, grown: float, factor: int) -> float:
    """At how many times the release a straight line through both comes to ``bound``."""
    slope = (grown - base) / (factor - 1)
    return 1 + (bound - base) / slope


def loading_seconds(found: Mapping[str, Any]) -> float:
    """Until a worker has fetched and loaded a snapshot."""
    snapshot = found["snapshot"]
    return float(snapshot["load"]["median"] + snapshot["file"]["median"] / MEGABYTES_A_SECOND)


def dollars_of_reads(found: Mapping[str, Any]) -> float:
    """What reading postings costs for 1,000 applications in batches of ten: units, and the wait for them."""
    units = found["reads"][str(BATCH)]["units_per_application_in_batches"] * 1000
    waiting = 1000 / BATCH * assumed_seconds("BatchGetItem") * VALIDATE_GIGABYTES
    return float(units * dollars("dynamodb_read_units") + waiting * dollars("lambda_gigabyte_seconds"))


def applications_until_loading_pays(found: Mapping[str, Any]) -> float:
    """So many applications does one worker have to answer before a snapshot costs less than postings."""
    loading = loading_seconds(found) * VALIDATE_GIGABYTES * dollars("lambda_gigabyte_seconds")
    return loading / dollars_of_reads(found) * 1000


def bounds(base: Mapping[str, Any], grown: Mapping[str, Any]) -> dict[str, float]:
    """At how many times the release what runs out; ``time_of_eight``: eight requests written at one time."""

    def until(bound: float, of: Any) -> float:
        return round(times_until(bound, of(base), of(grown), grown["factor"]), 1)

    def seconds(found: Mapping[str, Any], at_one_time: int) -> float:
        built = float(found["build"]["median"])
        return built + writing_seconds(found["items"]["postings"], at_one_time)

    return {
        "version_item": until(ITEM_BYTES, lambda found: found["items"]["version_item_bytes"]),
        "memory_as_shipped": until(INDEX_MEGABYTES, lambda found: found["peak_memory"]["median"]),
        "memory_at_most": until(FUNCTION_MEGABYTES, lambda found: found["peak_memory"]["median"]),
        "time": until(FUNCTION_SECONDS, lambda found: seconds(found, 1)),
        "time_of_eight": until(FUNCTION_SECONDS, lambda found: seconds(found, 8)),
    }


def lines_of(report: Mapping[str, Any]) -> Iterator[str]:
    registries = report["registries"]
    base = next(one for one in registries if one["way"] == "release")
    for one in registries:
        items = one["items"]
        cost = items["write_units"] * dollars("dynamodb_write_units")
        yield (
            f"{one['way']} by {one['factor']}: {items['postings']:,} postings, build "
            f"{one['build']['median']:.0f} s, {one['peak_memory']['median']:,.0f} MB; writing "
            f"{writing_seconds(items['postings']):,.0f} s, ${cost:.2f}"
        )
        if "snapshot" in one:
            snapshot = one["snapshot"]
            yield (
                f"  snapshot: {snapshot['file']['median']} MB, in memory {snapshot['memory']['median']} MB "
                f"(peak {snapshot['peak_memory']['median']}), there after {loading_seconds(one):.2f} s; "
                f"pays from {applications_until_loading_pays(one):,.0f} applications a worker on; "
                f"reads cost ${dollars_of_reads(one):.6f} per 1,000 applications"
            )
        if one["factor"] > 1:
            yield "  runs out at: " + ", ".join(f"{name} {at}" for name, at in bounds(base, one).items())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("growth", type=Path, nargs="?", default=RESULT)
    given = parser.parse_args()
    print("\n".join(lines_of(json.loads(given.growth.read_text(encoding="utf-8")))))


if __name__ == "__main__":
    main()
