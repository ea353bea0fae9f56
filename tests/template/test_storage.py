"""The settings of buckets, tables and logs. The local stack silently ignores most of them."""

from __future__ import annotations

import re
from typing import Any

from tests.template.template_reader import Template, read_template

KEYS = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]


def test_the_bucket_is_private_versioned_and_encrypted(template: Template) -> None:
    bucket = template.properties("ReleasesBucket")
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert bucket["NotificationConfiguration"] == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}


def test_the_bucket_takes_tls_only(template: Template) -> None:
    (denied,) = [
        statement
        for statement in template.statements()
        if statement.carrier == "ReleasesBucketPolicy" and statement.body.get("Sid") == "TlsOnly"
    ]
    assert not denied.allows
    assert denied.body["Principal"] == "*"
    assert denied.actions == ["s3:*"]
    assert denied.body["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert denied.body["Resource"] == [
        {"Fn::GetAtt": ["ReleasesBucket", "Arn"]},
        {"Fn::Sub": "${ReleasesBucket.Arn}/*"},
    ]


def test_no_version_of_a_release_ever_expires(template: Template) -> None:
    rules = template.properties("ReleasesBucket")["LifecycleConfiguration"]["Rules"]
    assert {rule["Status"] for rule in rules} == {"Enabled"}
    for rule in rules:
        removes = set(rule) & {"ExpirationInDays", "NoncurrentVersionExpiration"}
        assert not removes or rule["Prefix"] in {"manifests/", "reports/"}
    assert any("AbortIncompleteMultipartUpload" in rule for rule in rules)
    reports = next(rule for rule in rules if rule["Id"] == "old-reports")
    assert reports["ExpirationInDays"] == {"Ref": "ReportRetentionDays"}


def test_the_bucket_its_policy_and_the_decisions_are_kept_if_the_stack_is_deleted(template: Template) -> None:
    for name in ("ReleasesBucket", "ReleasesBucketPolicy", "CaseworkTable"):
        assert template.resources[name]["DeletionPolicy"] == "Retain"
        assert template.resources[name]["UpdateReplacePolicy"] == "Retain"


def test_decisions_can_be_restored_and_are_not_deleted_by_accident(template: Template) -> None:
    table = template.properties("CaseworkTable")
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["DeletionProtectionEnabled"] is True


def test_the_registry_table_keeps_its_journal_recoverable_and_is_deleted_with_the_stack(
    template: Template,
) -> None:
    table = template.properties("RegistryTable")
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert "DeletionProtectionEnabled" not in table
    assert template.resources["RegistryTable"]["DeletionPolicy"] == "Delete"


def test_tables_are_encrypted_are_billed_on_demand_and_have_the_same_keys(template: Template) -> None:
    tables = template.of_type("AWS::DynamoDB::Table")
    assert set(tables) == {"RegistryTable", "CaseworkTable"}
    for table in tables.values():
        assert table["SSESpecification"] == {"SSEEnabled": True}
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        assert table["KeySchema"] == KEYS
        # The table never deletes items by their age: a live version or a decision could be among them.
        assert "TimeToLiveSpecification" not in table


def test_the_registry_has_no_index(template: Template) -> None:
    assert "GlobalSecondaryIndexes" not in template.properties("RegistryTable")


def test_the_casework_table_has_indexes_by_day_by_shard_and_of_unpublished_events(template: Template) -> None:
    indexes = template.properties("CaseworkTable")["GlobalSecondaryIndexes"]
    keys = {index["IndexName"]: [key["AttributeName"] for key in index["KeySchema"]] for index in indexes}
    assert keys == {
        "unpublished": ["unpublished", "stored_at"],
        "by_day": ["day", "decided_at"],
        "current": ["shard", "valid_until"],
    }
    projected = {index["IndexName"]: index["Projection"] for index in indexes}
    assert projected["current"] == {
        "ProjectionType": "INCLUDE",
        "NonKeyAttributes": ["event_id", "notified"],
    }


def test_every_function_logs_into_a_group_with_a_retention(template: Template) -> None:
    functions = template.of_type("AWS::Serverless::Function")
    groups = template.of_type("AWS::Logs::LogGroup")
    for name, function in functions.items():
        group = function["LoggingConfig"]["LogGroup"]["Ref"]
        assert groups[group]["RetentionInDays"] == {"Ref": "LogRetentionDays"}, name
    assert len(groups) == len(functions)


def test_an_adopted_casework_table_is_used_everywhere_and_the_own_table_nowhere() -> None:
    own, adopted = read_template(), read_template(adopts_table=True)
    uses = {place.partition("/Fn::Sub")[0] for place in places_with(own.body, "CaseworkTable")}
    assert len(uses) > 15

    assert places_with(adopted.body, "CaseworkTable") == []
    places = {place.partition("/Fn::Sub")[0] for place in places_with(adopted.body, "CaseworkTableName")}
    assert places >= uses
    # It stays as it is: without the parameter, the stack goes on with its own table.
    assert adopted.resources["CaseworkTable"] == own.resources["CaseworkTable"]


def places_with(value: Any, name: str, place: str = "") -> list[str]:
    """The paths of the values that refer to a resource or parameter."""
    if isinstance(value, dict):
        if isinstance(value.get("Fn::Sub"), list) and name in value["Fn::Sub"][1]:
            return places_with(value["Fn::Sub"][1], name, f"{place}/Fn::Sub")
        if value == {"Ref": name} or value.get("Fn::GetAtt", [""])[0] == name:
            return [place]
        return [found for key, item in value.items() for found in places_with(item, name, f"{place}/{key}")]
    if isinstance(value, list):
        numbered = enumerate(value)
        return [found for key, item in numbered for found in places_with(item, name, f"{place}/{key}")]
    return [place] if isinstance(value, str) and re.search(rf"\$\{{{name}(\.Arn)?\}}", value) else []
