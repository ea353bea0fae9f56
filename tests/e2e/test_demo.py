"""The demo runs as `make demo` runs it, on a stack of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from tests.e2e.service import ROOT

STATE = ROOT / ".local" / "e2e-demo"
PROGRAM = """
import json, sys
from pathlib import Path
from library_validator_devstack.demo import result_as_json, run_demo
from library_validator_devstack.local_stack import LocalStack

local = LocalStack(Path(sys.argv[1]), Path(sys.argv[2]))
try:
    print(json.dumps(result_as_json(run_demo(local, None, lambda _said: None, lambda _step, _taken: None))))
finally:
    local.stop()
"""


def test_the_demo_shows_every_answer_that_it_announces() -> None:
    path = os.pathsep.join([str(ROOT / "layers" / "core"), str(ROOT / "cli")])
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(ROOT), str(STATE)],
        env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    outcome = json.loads(done.stdout)
    assert outcome["surprises"] == []
    assert outcome["release"]["status"] == "active"
    assert [run["status"] for run in outcome["older_releases"]] == ["active"]
    # The other events: each of the two releases is announced as live and, if the demo is slow enough, as
    # revalidated without changes.
    assert outcome["events"] - len(outcome["cases"]) in {2, 3, 4}
    assert outcome["dead_letter"].startswith('{"application_id": "demo-24-malformed"')
    assert outcome["seconds"]["load pls_sample_fy2021_csv.zip"] < 15
    assert sum(outcome["seconds"].values()) < 300
