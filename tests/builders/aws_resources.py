"""The tables, the bucket, the bus and the queues of the stack in moto, with the names that tests use."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import boto3

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

REGISTRY_TABLE: Final = "registry"
CASEWORK_TABLE: Final = "casework"
RELEASES_BUCKET: Final = "releases-of-a-test"
RESULTS_BUS: Final = "results"

# The names of these resources, as the environment of a function and as the outputs of a stack have them.
ENVIRONMENT: Final = {
    "REGISTRY_TABLE": REGISTRY_TABLE,
    "CASEWORK_TABLE": CASEWORK_TABLE,
    "RELEASES_BUCKET": RELEASES_BUCKET,
    "RESULTS_BUS": RESULTS_BUS,
    "POWERTOOLS_SERVICE_NAME": "test",
}
OUTPUTS: Final = {
    "RegistryTable": REGISTRY_TABLE,
    "CaseworkTable": CASEWORK_TABLE,
    "ReleasesBucket": RELEASES_BUCKET,
    "ResultsBus": RESULTS_BUS,
    "DecisionValidityDays": "365",
}


def create_stores() -> None:
    """Both tables and the bucket."""
    dynamodb = boto3.client("dynamodb")
    create_registry_table(dynamodb)
    create_casework_table(dynamodb)
    create_releases_bucket(boto3.client("s3"))


def take_bodies(sqs: SQSClient, queue: str) -> list[dict[str, Any]]:
    """Receive and delete all messages of a queue, by its URL. Their bodies, as JSON objects."""
    bodies: list[dict[str, Any]] = []
    while taken := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in taken:
            bodies.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return bodies


def create_registry_table(dynamodb: DynamoDBClient) -> None:
    dynamodb.create_table(
        TableName=REGISTRY_TABLE,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )


def create_releases_bucket(s3: S3Client) -> None:
    s3.create_bucket(Bucket=RELEASES_BUCKET)
    s3.put_bucket_versioning(Bucket=RELEASES_BUCKET, VersioningConfiguration={"Status": "Enabled"})


def create_casework_table(dynamodb: DynamoDBClient) -> None:
    dynamodb.create_table(
        TableName=CASEWORK_TABLE,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"}
            for name in (
                "pk",
                "sk",
                "unpublished",
                "stored_at",
                "day",
                "decided_at",
                "shard",
                "valid_until",
            )
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "unpublished",
                "KeySchema": [
                    {"AttributeName": "unpublished", "KeyType": "HASH"},
                    {"AttributeName": "stored_at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            },
            {
                "IndexName": "by_day",
                "KeySchema": [
                    {"AttributeName": "day", "KeyType": "HASH"},
                    {"AttributeName": "decided_at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            },
            {
                "IndexName": "current",
                "KeySchema": [
                    {"AttributeName": "shard", "KeyType": "HASH"},
                    {"AttributeName": "valid_until", "KeyType": "RANGE"},
                ],
                "Projection": {
                    "ProjectionType": "INCLUDE",
                    "NonKeyAttributes": ["event_id", "notified"],
                },
            },
        ],
        BillingMode="PAY_PER_REQUEST",
    )


def create_results_bus(events: EventBridgeClient, sqs: SQSClient) -> str:
    """The bus, with a rule that sends all events of this service to a queue; returns the queue's URL."""
    queue = sqs.create_queue(QueueName="results")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.create_event_bus(Name=RESULTS_BUS)
    pattern = json.dumps({"source": ["library-validator"]})
    events.put_rule(Name="results", EventBusName=RESULTS_BUS, EventPattern=pattern)
    events.put_targets(Rule="results", EventBusName=RESULTS_BUS, Targets=[{"Id": "queue", "Arn": arn}])
    return queue


def create_applications_queue(sqs: SQSClient, max_receives: int = 3) -> tuple[str, str]:
    """The queue and its dead-letter queue. Messages that were not deleted are visible again at once."""
    dead = sqs.create_queue(QueueName="applications-dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": max_receives})
    queue = sqs.create_queue(
        QueueName="applications", Attributes={"RedrivePolicy": redrive, "VisibilityTimeout": "0"}
    )["QueueUrl"]
    return queue, dead
