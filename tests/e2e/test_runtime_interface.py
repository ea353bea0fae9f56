"""Lambda's own client (awslambdaric) starts each handler behind the Runtime Interface Emulator."""

from __future__ import annotations

import http.client
import json
import os
import platform
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from library_validator_devstack.environments import project_environments
from tests.builders.web_server import web_server
from tests.e2e.service import ROOT, Service, sample_release, wait_until

INVOCATIONS = "/2015-03-31/functions/function/invocations"


def _emulator() -> str:
    machine = "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x86_64"
    sam = project_environments(ROOT)["sam"].path
    (binary,) = sam.glob(f"lib/python*/site-packages/samcli/local/rapid/aws-lambda-rie-{machine}")
    return str(binary)


def _free_ports() -> tuple[int, int]:
    with socket.socket() as first, socket.socket() as other:
        first.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return first.getsockname()[1], other.getsockname()[1]


@contextmanager
def _running_function(service: Service, function: str, settings: dict[str, str]) -> Iterator[int]:
    """The port at which a function answers, with the layer that was built for this machine."""
    port, api_port = _free_ports()
    layer = service.stack.build() / "CoreLayer" / "python"
    surroundings = service.stack.environment_over({"PATH": os.environ["PATH"]}) | settings
    surroundings |= {
        "PYTHONPATH": str(layer),
        "POWERTOOLS_SERVICE_NAME": function,
        "POWERTOOLS_METRICS_NAMESPACE": "LibraryValidator",
        "LOG_LEVEL": "INFO",
        "AWS_LAMBDA_FUNCTION_TIMEOUT": "60",
    }
    command = [
        _emulator(),
        "--runtime-interface-emulator-address", f"127.0.0.1:{port}",
        "--runtime-api-address", f"127.0.0.1:{api_port}",
        sys.executable, "-m", "awslambdaric", "handler.lambda_handler",
    ]  # fmt: skip
    with subprocess.Popen(
        command, cwd=ROOT / "functions" / function, env=surroundings, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as emulator:  # fmt: skip
        try:
            yield port
        finally:
            os.killpg(emulator.pid, signal.SIGKILL)


def _invoke(port: int, event: dict[str, Any]) -> dict[str, Any]:
    deadline = time.monotonic() + 15
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=90)
        try:
            connection.request("POST", INVOCATIONS, json.dumps(event))
            answer: dict[str, Any] = json.loads(connection.getresponse().read())
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return answer
        finally:
            connection.close()


def _event(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((ROOT / "events" / name).read_text())
    return event


def test_the_handler_of_index_release_runs_behind_lambdas_own_client(service: Service) -> None:
    # The key is not under releases/, because the deployed function would load it too.
    key = "runtime-interface/sample.zip"
    service.s3.put_object(Bucket=service.outputs["ReleasesBucket"], Key=key, Body=sample_release(2021))
    event = _event("index_release/without-version-id.json")
    uploaded = json.loads(event["Records"][0]["body"])
    uploaded["detail"]["bucket"]["name"] = service.outputs["ReleasesBucket"]
    uploaded["detail"]["object"]["key"] = key
    event["Records"][0]["body"] = json.dumps(uploaded)
    settings = {
        "REGISTRY_TABLE": service.outputs["RegistryTable"],
        "RELEASES_BUCKET": service.outputs["ReleasesBucket"],
        "RESULTS_BUS": service.outputs["ResultsBus"],
    }
    try:
        with _running_function(service, "index_release", settings) as port:
            answer = _invoke(port, event)
    finally:
        _load_from_the_folder_of_releases(service)
    assert answer["status"] == "unchanged"
    assert answer["run_id"].startswith(f"{key}@")


def _load_from_the_folder_of_releases(service: Service) -> None:
    """Make the accepted upload one that the deployed function may read, for the loads of later tests."""
    name = "runtime-interface.zip"
    service.upload(name, sample_release(2021))
    wait_until(lambda: service.ended_runs([name]), "the release is accepted from its usual folder")


def test_the_handler_of_validate_applications_runs_behind_lambdas_own_client(service: Service) -> None:
    event = _event("validate_applications/poison-among-ten.json")
    (poison,) = [record["messageId"] for record in event["Records"] if not record["body"].endswith("}")]
    settings = {
        "REGISTRY_TABLE": service.outputs["RegistryTable"],
        "CASEWORK_TABLE": service.outputs["CaseworkTable"],
        "RESULTS_BUS": service.outputs["ResultsBus"],
    }
    with _running_function(service, "validate_applications", settings) as port:
        answer = _invoke(port, event)
    assert answer == {"batchItemFailures": [{"itemIdentifier": poison}]}


def test_the_handler_of_sweep_results_runs_behind_lambdas_own_client(service: Service) -> None:
    settings = {
        "CASEWORK_TABLE": service.outputs["CaseworkTable"],
        "RESULTS_BUS": service.outputs["ResultsBus"],
        "UNPUBLISHED_AFTER_SECONDS": "3600",
    }
    with _running_function(service, "sweep_results", settings) as port:
        answer = _invoke(port, _event("sweep_results/schedule.json"))
    assert answer == {"published": 0, "left": 0}


def test_the_handler_of_revalidate_runs_behind_lambdas_own_client(service: Service) -> None:
    settings = {
        "REGISTRY_TABLE": service.outputs["RegistryTable"],
        "CASEWORK_TABLE": service.outputs["CaseworkTable"],
        "RESULTS_BUS": service.outputs["ResultsBus"],
        "REVALIDATIONS_QUEUE_URL": service.outputs["RevalidationsQueueUrl"],
    }
    with _running_function(service, "revalidate", settings) as port:
        answer = _invoke(port, _event("revalidate/by-hand.json"))
    assert answer == {"status": "split", "checked": 0, "changed": 0, "notices": 0}


def test_the_handler_of_fetch_release_runs_behind_lambdas_own_client(service: Service) -> None:
    release = sample_release(2021)
    with web_server() as web:
        address = web.serve("/pls_fy2021_csv.zip", lambda request: request.respond(200, release))
        source = {"id": "own", "kind": "file", "url": address, "hosts": ["127.0.0.1"], "official": True}
        settings = {
            "REGISTRY_TABLE": service.outputs["RegistryTable"],
            "RELEASES_BUCKET": service.outputs["ReleasesBucket"],
            "RESULTS_BUS": service.outputs["ResultsBus"],
            "FETCH_SOURCES": json.dumps({"plain_http": True, "sources": [source]}),
        }
        with _running_function(service, "fetch_release", settings) as port:
            answer = _invoke(port, _event("fetch_release/schedule.json"))
    # The release is already accepted, so it is not uploaded.
    assert (answer["outcome"], answer["source_id"], answer["run_id"]) == ("known", "own", None)


@pytest.fixture(autouse=True)
def _wait_for_other_loads(service: Service) -> None:
    """Waits until no other load runs."""
    wait_until(
        lambda: all(run.status != "loading" for run in service.registry.runs()), "no load is under way"
    )
