"""Ways to break a service on purpose, each with its repair at the end of the block.

Everything here uses the account's own permissions, as a bad deployment or a person with the console would.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from library_validator_cli.stack_access import Stack

PUBLISHERS: Final = ("ValidateApplicationsFunction", "SweepResultsFunction", "RevalidateFunction")
_DENIAL: Final = "broken-on-purpose"
_BATCH: Final = 25  # items of one request


def client(stack: Stack, service: str) -> Any:
    """A client with the permissions of the account."""
    make: Any = stack.own.client
    return make(service)


def deny_publishing(stack: Stack) -> None:
    """The bus refuses the events of every function that publishes decisions."""
    denial = {"Effect": "Deny", "Action": "events:PutEvents", "Resource": "*"}
    for role in _roles(stack):
        client(stack, "iam").put_role_policy(
            RoleName=role,
            PolicyName=_DENIAL,
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [denial]}),
        )


def allow_publishing(stack: Stack) -> None:
    for role in _roles(stack):
        client(stack, "iam").delete_role_policy(RoleName=role, PolicyName=_DENIAL)


def _roles(stack: Stack) -> list[str]:
    functions = client(stack, "lambda")
    arns = [
        functions.get_function_configuration(FunctionName=stack.output(name))["Role"] for name in PUBLISHERS
    ]
    return [arn.rpartition("/")[2] for arn in arns]


@contextmanager
def publishing_denied(stack: Stack) -> Iterator[None]:
    deny_publishing(stack)
    try:
        yield
    finally:
        allow_publishing(stack)


def replace_code(stack: Stack, output: str, source: str) -> None:
    """Deploy ``source`` as the handler of a function. ``output``: the function's name in the outputs."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("handler.py", source)
    client(stack, "lambda").update_function_code(
        FunctionName=stack.output(output), ZipFile=archive.getvalue()
    )


@contextmanager
def code_broken(stack: Stack, output: str, handler: str) -> Iterator[None]:
    """``handler``: the source of the working handler, which comes back at the end."""
    replace_code(stack, output, "import no_such_module\n")
    try:
        yield
    finally:
        replace_code(stack, output, handler)


@contextmanager
def trigger_disabled(stack: Stack, queue: str) -> Iterator[None]:
    """Nobody gives the messages of a queue to its function. ``queue``: the queue's name in the template."""
    functions = client(stack, "lambda")
    (mapping,) = functions.list_event_source_mappings(EventSourceArn=stack.output(f"{queue}Arn"))[
        "EventSourceMappings"
    ]
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    try:
        yield
    finally:
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)


@contextmanager
def schedule_deleted(stack: Stack, name: str) -> Iterator[None]:
    """``name``: the schedule's name in the template."""
    scheduler = client(stack, "scheduler")
    physical = physical_name(stack, name)
    kept = scheduler.get_schedule(Name=physical)
    scheduler.delete_schedule(Name=physical)
    try:
        yield
    finally:
        settings = ("Name", "ScheduleExpression", "FlexibleTimeWindow", "State", "Target")
        scheduler.create_schedule(**{name: kept[name] for name in settings if name in kept})


@contextmanager
def rule_deleted(stack: Stack, name: str, *, is_on_results_bus: bool = True) -> Iterator[None]:
    """``name``: the rule's name in the template."""
    events = client(stack, "events")
    bus = {"EventBusName": stack.output("ResultsBus")} if is_on_results_bus else {}
    physical = physical_name(stack, name).rpartition("|")[2].rpartition("/")[2]
    rule = events.describe_rule(Name=physical, **bus)
    targets = events.list_targets_by_rule(Rule=physical, **bus)["Targets"]
    events.remove_targets(Rule=physical, Ids=[target["Id"] for target in targets], **bus)
    events.delete_rule(Name=physical, **bus)
    try:
        yield
    finally:
        events.put_rule(Name=physical, EventPattern=rule["EventPattern"], State=rule["State"], **bus)
        events.put_targets(Rule=physical, Targets=targets, **bus)


@contextmanager
def queue_policy_deleted(stack: Stack, queue: str) -> Iterator[None]:
    """No rule may send to the queue. ``queue``: its name in the template."""
    sqs, url = client(stack, "sqs"), stack.output(f"{queue}Url")
    kept = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
    try:
        yield
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": kept})


@contextmanager
def nothing_live(stack: Stack) -> Iterator[None]:
    """The pointer to the live registry is gone."""
    table, key = stack.output("RegistryTable"), {"pk": {"S": "POINTER"}, "sk": {"S": "-"}}
    dynamodb = client(stack, "dynamodb")
    kept = dynamodb.get_item(TableName=table, Key=key)["Item"]
    dynamodb.delete_item(TableName=table, Key=key)
    try:
        yield
    finally:
        dynamodb.put_item(TableName=table, Item=kept)


def empty_table(stack: Stack, table: str) -> None:
    """Delete every item. ``table``: its name in the template."""
    dynamodb, name = client(stack, "dynamodb"), stack.output(table)
    pages = dynamodb.get_paginator("scan").paginate(TableName=name, ProjectionExpression="pk, sk")
    keys = [{"pk": item["pk"], "sk": item["sk"]} for page in pages for item in page["Items"]]
    for start in range(0, len(keys), _BATCH):
        deletions = [{"DeleteRequest": {"Key": key}} for key in keys[start : start + _BATCH]]
        dynamodb.batch_write_item(RequestItems={name: deletions})


@contextmanager
def operator_role_denied(stack: Stack) -> Iterator[None]:
    """Nobody may assume the operator role."""
    iam, role = client(stack, "iam"), stack.output("OperatorRoleArn").rpartition("/")[2]
    kept = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    denial = {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    _trust(iam, role, {"Version": "2012-10-17", "Statement": [denial]})
    try:
        yield
    finally:
        _trust(iam, role, kept)


def _trust(iam: Any, role: str, document: object) -> None:
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(document))


@contextmanager
def message_in(stack: Stack, queue: str, body: str) -> Iterator[None]:
    """A message that nobody receives. ``queue``: the queue's name in the template."""
    sqs, url = client(stack, "sqs"), stack.output(f"{queue}Url")
    sqs.send_message(QueueUrl=url, MessageBody=body)
    try:
        yield
    finally:
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in found:
            if message["Body"] == body:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            else:
                sqs.change_message_visibility(
                    QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
                )


def physical_name(stack: Stack, name: str) -> str:
    """The name that CloudFormation gave to a resource of the template."""
    found = client(stack, "cloudformation").describe_stack_resource(
        StackName=stack.name, LogicalResourceId=name
    )
    return str(found["StackResourceDetail"]["PhysicalResourceId"])
