"""Breaks the service on purpose, and checks its promises.

    python -m lab.faults [--seed N] [--messages N] [--threads N] [--releases N] [--rate SHARE]

Prints how many faults of each kind were met and how each promise was kept. Ends with 1 if one was broken.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import Final

from lab.faults.deliveries import State
from lab.faults.invariants import Findings, check_promises
from lab.faults.kinds import KINDS
from lab.faults.run import Plan, run_under_faults
from lab.faults.service import Service

_SHOWN: Final = 5  # problems of each promise
_STATES: Final[tuple[State, ...]] = ("done", "dead", "in flight", "waiting")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    default = Plan()
    parser.add_argument("--seed", type=int, default=default.seed)
    parser.add_argument("--messages", type=int, default=default.messages)
    parser.add_argument("--threads", type=int, default=default.threads)
    parser.add_argument("--releases", type=int, default=default.releases)
    parser.add_argument("--rate", type=float, default=default.rate, help="share of requests with a fault")
    plan = Plan(**vars(parser.parse_args(arguments)))
    started = time.monotonic()
    with run_under_faults(plan) as service:
        found = check_promises(service)
    print(report(service, found))
    print(f"{time.monotonic() - started:.0f} s, seed {plan.seed}, {plan.threads} threads")
    return int(any(findings.broken for findings in found))


def report(service: Service, found: Sequence[Findings]) -> str:
    """The tables: kinds of faults with counts, and promises with counts."""
    injected = service.network.injected
    of_requests = Counter({kind: times for kind, times in injected.items() if kind in KINDS})
    of_deliveries = injected - of_requests
    lines = [*_table(of_requests, "requests to AWS"), *_table(of_deliveries, "deliveries and clocks")]
    lines += [f"{len(service.applications.messages):>7,}  messages, of them"]
    lines += [f"{len(service.applications.in_state(state)):>7,}  {state}" for state in _STATES]
    lines += [f"{len(service.flips):>7,}  times a registry went live", ""]
    lines += [f"{each.checked:>7,}  {each.promise}: {_verdict(each)}" for each in found]
    lines += [f"         {problem}" for each in found for problem in each.broken[:_SHOWN]]
    return "\n".join(lines)


def _table(faults: Counter[str], place: str) -> list[str]:
    lines = [f"{times:>7,}  {kind.replace('_', ' ')}" for kind, times in sorted(faults.items()) if times]
    return [*lines, f"{faults.total():>7,}  faults of {len(lines)} kinds in {place}", ""]


def _verdict(found: Findings) -> str:
    return f"BROKEN {len(found.broken):,} times" if found.broken else "kept"


if __name__ == "__main__":
    sys.exit(main())
