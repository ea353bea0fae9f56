"""Computes the limits of growth from the measurements, for ADR 15.

    python -m lab.growth.growth_bounds [lab/results/growth.json]

For each way of growing, it computes the size, in times of the release, that fills the record of a version,
the function's memory, or its time. It assumes a straight line from the release through the measured registry.
It also computes the number of applications after which a snapshot costs less than postings. ``prices.toml``
has the prices and the assumptions.
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

# Quotas of AWS: an item, a function's memory and time, a batched write.
ITEM_BYTES: Final = 400 * 1024
FUNCTION_MEGABYTES: Final = 10_240
FUNCTION_SECONDS: Final = 900
WRITES_A_REQUEST: Final = 25
# Memory of the indexing and of the deciding function in template.yaml.
INDEX_MEGABYTES: Final = 2_048
VALIDATE_GIGABYTES: Final = 1.0
MEGABYTES_A_SECOND: Final = 50.0  # assumed speed of a download from S3 into a function
BATCH: Final = 10


@cache
def read_prices() -> dict[str, Any]:
    return tomllib.loads(PRICES.read_text(encoding="utf-8"))


def dollars(what: str) -> float:
    """The list price of one unit."""
    price = read_prices()["prices"][what]
    return float(price["dollars"] / price["per"])


def assumed_seconds(operation: str) -> float:
    return float(read_prices()["assumed"]["milliseconds_a_request"][operation] / 1000)


def writing_seconds(postings: int, at_one_time: int = 1) -> float:
    """The time to write the postings of a version, with ``at_one_time`` requests at a time."""
    return postings / WRITES_A_REQUEST * assumed_seconds("BatchWriteItem") / at_one_time


def times_until(bound: float, base: float, grown: float, factor: int) -> float:
    """The size, in times of the release, at which a straight line through both points reaches ``bound``."""
    slope = (grown - base) / (factor - 1)
    return 1 + (bound - base) / slope


def loading_seconds(found: Mapping[str, Any]) -> float:
    """The time of a worker to fetch and load a snapshot."""
    snapshot = found["snapshot"]
    return float(snapshot["load"]["median"] + snapshot["file"]["median"] / MEGABYTES_A_SECOND)


def dollars_of_reads(found: Mapping[str, Any]) -> float:
    """The cost of postings for 1,000 applications in batches of ten: read units, and the wait for them."""
    units = found["reads"][str(BATCH)]["units_per_application_in_batches"] * 1000
    waiting = 1000 / BATCH * assumed_seconds("BatchGetItem") * VALIDATE_GIGABYTES
    return float(units * dollars("dynamodb_read_units") + waiting * dollars("lambda_gigabyte_seconds"))


def applications_until_loading_pays(found: Mapping[str, Any]) -> float:
    """The number of applications of a worker after which a snapshot costs less than postings."""
    loading = loading_seconds(found) * VALIDATE_GIGABYTES * dollars("lambda_gigabyte_seconds")
    return loading / dollars_of_reads(found) * 1000


def limits_of_growth(base: Mapping[str, Any], grown: Mapping[str, Any]) -> dict[str, float]:
    """Each limit, in times of the release. ``time_of_eight`` is the limit of the time with eight write
    requests at once."""

    def times_until_limit(bound: float, of: Any) -> float:
        return round(times_until(bound, of(base), of(grown), grown["factor"]), 1)

    def seconds_to_write(found: Mapping[str, Any], at_one_time: int) -> float:
        built = float(found["build"]["median"])
        return built + writing_seconds(found["items"]["postings"], at_one_time)

    return {
        "version_item": times_until_limit(ITEM_BYTES, lambda found: found["items"]["version_item_bytes"]),
        "memory_as_shipped": times_until_limit(INDEX_MEGABYTES, lambda found: found["peak_memory"]["median"]),
        "memory_at_most": times_until_limit(FUNCTION_MEGABYTES, lambda found: found["peak_memory"]["median"]),
        "time": times_until_limit(FUNCTION_SECONDS, lambda found: seconds_to_write(found, 1)),
        "time_of_eight": times_until_limit(FUNCTION_SECONDS, lambda found: seconds_to_write(found, 8)),
    }


def lines_of(report: Mapping[str, Any]) -> Iterator[str]:
    registries = report["registries"]
    base = next(registry for registry in registries if registry["way"] == "release")
    for registry in registries:
        items = registry["items"]
        cost = items["write_units"] * dollars("dynamodb_write_units")
        yield (
            f"{registry['way']} by {registry['factor']}: {items['postings']:,} postings, build "
            f"{registry['build']['median']:.0f} s, {registry['peak_memory']['median']:,.0f} MB; writing "
            f"{writing_seconds(items['postings']):,.0f} s, ${cost:.2f}"
        )
        if "snapshot" in registry:
            snapshot = registry["snapshot"]
            yield (
                f"  snapshot: {snapshot['file']['median']} MB, in memory {snapshot['memory']['median']} MB "
                f"(peak {snapshot['peak_memory']['median']}), ready after {loading_seconds(registry):.2f} s; "
                f"pays from {applications_until_loading_pays(registry):,.0f} applications a worker on; "
                f"reads cost ${dollars_of_reads(registry):.6f} per 1,000 applications"
            )
        if registry["factor"] > 1:
            yield "  limits: " + ", ".join(
                f"{name} {at}" for name, at in limits_of_growth(base, registry).items()
            )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("growth", type=Path, nargs="?", default=RESULT)
    given = parser.parse_args()
    print("\n".join(lines_of(json.loads(given.growth.read_text(encoding="utf-8")))))


if __name__ == "__main__":
    main()
