"""The stack's tables, bucket and bus as moto holds them, with the names that tests use."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

REGISTRY_TABLE = "registry"
RELEASES_BUCKET = "releases-of-a-test"
RESULTS_BUS = "results"


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
