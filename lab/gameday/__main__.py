"""``python -m lab.gameday``: play incidents on a local stack of its own, and print what happened.

Exit code 1: an incident was not over in time. ``--only`` plays the incidents whose names contain a text.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from lab.gameday.desk import ROOT, Desk, NotOver, open_desk
from lab.gameday.incidents import INCIDENTS, Incident

_STATE: Final = ROOT / ".local" / "gameday"


@dataclass(frozen=True, slots=True)
class Played:
    """One incident, as it went."""

    incident: str
    broken: str
    said: list[str]  # findings of doctor
    typed: list[str]  # commands
    over: bool
    problem: str
    seconds: float


def play(incident: Incident, desk: Desk) -> Played:
    desk.typed.clear()
    desk.said.clear()
    began = time.monotonic()
    problem = ""
    try:
        incident.play(desk)
    except NotOver as error:
        problem = str(error)
    typed = list(dict.fromkeys(desk.typed))
    seconds = round(time.monotonic() - began, 1)
    return Played(incident.name, incident.broken, list(desk.said), typed, not problem, problem, seconds)


def report_of(played: list[Played]) -> str:
    """A table in Markdown."""
    rows = [
        "| incident | broken on purpose | doctor said | commands typed | over | seconds |",
        "| --- | --- | --- | --- | --- | ---: |",
    ]
    for each in played:
        said, typed = "<br>".join(each.said), "<br>".join(f"`{command}`" for command in each.typed)
        over = "yes" if each.over else f"no: {each.problem}"
        rows.append(f"| {each.incident} | {each.broken} | {said} | {typed} | {over} | {each.seconds} |")
    return "\n".join(rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="incidents whose names contain this text")
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--output", type=Path, help="also write the result as JSON")
    options = parser.parse_args()
    chosen = [incident for incident in INCIDENTS if options.only in incident.name]
    played = []
    with (
        tempfile.TemporaryDirectory(prefix="gameday-") as folder,
        open_desk(_STATE, Path(folder), options.seed) as desk,
    ):
        for incident in chosen:
            print(f"{incident.name}: {incident.broken} …", file=sys.stderr, flush=True)
            played.append(play(incident, desk))
    print(report_of(played))
    if options.output:
        options.output.write_text(json.dumps([asdict(each) for each in played], indent=2) + "\n")
    return 0 if chosen and all(each.over for each in played) else 1


if __name__ == "__main__":
    sys.exit(main())
