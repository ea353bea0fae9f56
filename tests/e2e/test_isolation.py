"""The local stack separates this machine from the network, handlers from the server, and the roles."""

from __future__ import annotations

from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.e2e.conftest import NOT_FOR_HANDLERS
from tests.e2e.service import Service
from tests.template.template_reader import read_template

PROCESSES = Path("/proc")
needs_proc = pytest.mark.skipif(not (PROCESSES / "net" / "tcp").exists(), reason="needs Linux's /proc")
LISTENING = "0A"
LOOPBACK = {"0100007F", "00000000000000000000000001000000"}  # 127.0.0.1 and ::1 as /proc writes them


def _workers(service: Service) -> list[Path]:
    """The processes that run handlers of this stack, as their folders in /proc."""
    found = []
    for process in PROCESSES.glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if any(str(service.stack.state / "tmp").encode() in part for part in command[1:2]):
            found.append(process)
    return found


@needs_proc
def test_the_server_listens_on_this_machine_only(service: Service) -> None:
    running = service.stack.running()
    assert running is not None
    descriptors = PROCESSES / str(running.pid) / "fd"
    sockets = {link.readlink().name for link in descriptors.iterdir() if "socket:" in str(link.readlink())}
    listening = set()
    for table in ("tcp", "tcp6"):
        for line in (PROCESSES / "net" / table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTENING and f"socket:[{fields[9]}]" in sockets:
                listening.add(tuple(fields[1].split(":")))
    assert {address for address, _ in listening} <= LOOPBACK
    assert {int(port, 16) for _, port in listening} == {running.port}


@needs_proc
def test_handlers_run_in_an_empty_environment_of_their_own(service: Service) -> None:
    workers = _workers(service)
    assert workers
    for worker in workers:
        command = (worker / "cmdline").read_bytes().split(b"\0")
        assert Path(command[0].decode()) == service.stack.root / ".local" / "handlers" / "bin" / "python"
        variables = dict(
            variable.split(b"=", 1)
            for variable in (worker / "environ").read_bytes().split(b"\0")
            if b"=" in variable
        )
        assert NOT_FOR_HANDLERS.encode() not in variables
        assert variables[b"AWS_ENDPOINT_URL"].startswith(b"https://127.0.0.1:")
        assert not variables[b"AWS_ACCESS_KEY_ID"].startswith(b"test")
    site_packages = list((service.stack.root / ".local" / "handlers").glob("lib/python*/site-packages/*"))
    assert {path.stem for path in site_packages} <= {"_virtualenv"}


def test_a_principal_without_a_role_is_refused(service: Service) -> None:
    with pytest.raises(ClientError, match="InvalidAccessKeyId"):
        service.stranger_s3.list_objects_v2(Bucket=service.outputs["ReleasesBucket"])


@pytest.mark.parametrize("key", ["manifests/forged.json", "reports/forged.json", "elsewhere.zip"])
def test_an_operator_uploads_releases_and_nothing_else(service: Service, key: str) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        service.operator_s3.put_object(Bucket=service.outputs["ReleasesBucket"], Key=key, Body=b"")


def test_an_operator_reads_decisions_and_cannot_rewrite_them_in_bulk(service: Service) -> None:
    # The writes of an override are limited by conditions on keys, which AWS enforces and tests/template
    # checks.
    table = service.outputs["CaseworkTable"]
    key = {"pk": {"S": "CLAIM#AK0001"}, "sk": {"S": "HOLDER"}}
    assert "Item" not in service.operator_dynamodb.get_item(TableName=table, Key=key)
    with pytest.raises(ClientError, match="AccessDenied"):
        service.operator_dynamodb.batch_write_item(RequestItems={table: [{"DeleteRequest": {"Key": key}}]})
    with pytest.raises(ClientError, match="AccessDenied"):
        service.operator_dynamodb.scan(TableName=table)


def test_the_stack_has_the_roles_of_the_template_and_none_that_sam_added(service: Service) -> None:
    pages = service.cloudformation.get_paginator("list_stack_resources").paginate(
        StackName="library-validator"
    )
    deployed = {
        resource["LogicalResourceId"]
        for page in pages
        for resource in page["StackResourceSummaries"]
        if resource["ResourceType"] == "AWS::IAM::Role"
    }
    assert deployed == set(read_template().of_type("AWS::IAM::Role"))
