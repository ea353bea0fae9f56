"""Overrides on the casework table."""

from __future__ import annotations

from typing import Final

from library_validator.adapters.aws.casework_access import (
    CaseworkAccess,
    application_pk,
    item_key,
    moment_text,
)
from library_validator.decisions.decision import Override

_OVERRIDE: Final = "OVERRIDE#"


class OverrideTable:
    """``OverrideStore``."""

    def __init__(self, table: CaseworkAccess) -> None:
        self._table = table

    def append(self, override: Override) -> None:
        pk = application_pk(override.source, override.application_id)
        item = item_key(pk, override_sk(override))
        item["body"] = {"S": override.model_dump_json()}
        self._table.put(item, "keep an override", ConditionExpression="attribute_not_exists(pk)")

    def of_application(self, source: str, application_id: str) -> list[Override]:
        items = self._table.items_in_partition(application_pk(source, application_id), _OVERRIDE)
        return [Override.model_validate_json(item["body"]["S"]) for item in items]


def override_sk(override: Override) -> str:
    return f"{_OVERRIDE}{moment_text(override.at)}#{override.override_id}"
