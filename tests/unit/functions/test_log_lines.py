"""Under Lambda's JSON format, each record is one JSON line, and so is a crash (real awslambdaric)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from tests.template.template_reader import ROOT

PROGRAM = """
import logging
from awslambdaric import bootstrap
from awslambdaric.lambda_runtime_log_utils import LogFormat
from awslambdaric.lambda_runtime_marshaller import LambdaMarshaller

sink = bootstrap.StandardLogSink()
bootstrap._setup_logging(LogFormat.JSON, "INFO", sink)

from library_validator.observability import Metrics, build_logger

class Settings:
    service, log_level, metrics_namespace = "sweep_results", "INFO", "LibraryValidator/stack"

logger = build_logger(Settings)
logger.info("sent once", extra={"event_id": "1"})
logger.warning("warned once")
try:
    raise ValueError("handled")
except ValueError:
    logger.exception("logged once")
logging.getLogger("a.library").warning("of a library")
metrics = Metrics(Settings)
metrics.count("EventsLeftUnpublished", 2)
metrics.flush()

class Client:
    marshaller = LambdaMarshaller()
    def post_invocation_error(self, *given): pass

def fail(event, context):
    raise RuntimeError("nobody caught this")

bootstrap.handle_event_request(
    Client(), fail, "id", b"{}", "application/json", None, None, "arn", 0, None, sink
)
"""


def _logged() -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        check=True,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT / "layers" / "core"),
            "AWS_LAMBDA_LOG_FORMAT": "JSON",
            "AWS_LAMBDA_LOG_LEVEL": "INFO",
            "AWS_LAMBDA_FUNCTION_NAME": "f",
        },
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_each_record_is_one_json_line_and_so_are_metrics_and_a_crash() -> None:
    lines = _logged()
    said = [line.get("message") for line in lines]
    assert said.count("sent once") == said.count("warned once") == said.count("logged once") == 1
    assert said.count("of a library") == 1
    (metric,) = [line for line in lines if "_aws" in line]
    assert metric["EventsLeftUnpublished"] == [2]
    (crash,) = [line for line in lines if line.get("errorType") == "RuntimeError"]
    assert crash["level"] == "ERROR"
    assert crash["stackTrace"]
    assert len(lines) == 6
