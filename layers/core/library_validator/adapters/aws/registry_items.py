"""The registry's records as DynamoDB items. Each item has ``pk`` and ``sk``: ``POINTER`` / ``-``, ``RUN`` /
run id, ``<version>#`` / ``-``, and ``<version>#<blocking key>`` / ``-`` with the posting in the binary
attribute ``b``. The other attributes of pointer, version and run are the fields of these classes: the tables
below name each field with its stored form.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from library_validator.registry.store import (
    AcceptedRelease,
    Pointer,
    Run,
    VersionRecord,
    VersionState,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, UniversalAttributeValueTypeDef

    Item = Mapping[str, AttributeValueTypeDef]
    NewItem = dict[str, UniversalAttributeValueTypeDef]


@dataclass(frozen=True, slots=True)
class _StoredForm:
    """How a field's value is stored as an attribute. ``write`` returns None if the value is not stored."""

    write: Callable[[Any], UniversalAttributeValueTypeDef | None]
    read: Callable[[AttributeValueTypeDef], Any]


_TEXT: Final = _StoredForm(lambda text: {"S": text}, lambda attribute: attribute["S"])
_TEXT_OR_NULL: Final = _StoredForm(
    lambda text: {"NULL": True} if text is None else {"S": text}, lambda attribute: attribute.get("S")
)
_TEXT_OR_NOTHING: Final = _StoredForm(lambda text: None if text is None else {"S": text}, _TEXT.read)
_NUMBER: Final = _StoredForm(lambda number: {"N": str(number)}, lambda attribute: int(attribute["N"]))
_BYTES: Final = _StoredForm(lambda content: {"B": content}, lambda attribute: bytes(attribute["B"]))
_FLAG: Final = _StoredForm(lambda flag: {"BOOL": flag}, lambda attribute: attribute["BOOL"])
_JSON: Final = _StoredForm(
    lambda value: {"S": json.dumps(value)}, lambda attribute: json.loads(attribute["S"])
)
_STATE: Final = _StoredForm(lambda state: {"S": state.value}, lambda attribute: VersionState(attribute["S"]))
_RELEASES: Final = _StoredForm(
    lambda releases: _JSON.write([asdict(release) for release in releases]),
    lambda attribute: tuple(AcceptedRelease(**release) for release in _JSON.read(attribute)),
)
_PROBLEMS: Final = _StoredForm(
    lambda problems: _JSON.write([dict(problem) for problem in problems]),
    lambda attribute: tuple(_JSON.read(attribute)),
)
_PROVENANCE: Final = _StoredForm(lambda provenance: _JSON.write(dict(provenance)), _JSON.read)

_POINTER_FIELDS: Final[Mapping[str, _StoredForm]] = {
    "active": _TEXT,
    "previous": _TEXT_OR_NULL,
    "fiscal_year": _NUMBER,
    "index_format": _NUMBER,
    "activated_at": _TEXT,
    "reason": _TEXT,
}
_VERSION_FIELDS: Final[Mapping[str, _StoredForm]] = {
    "index_format": _NUMBER,
    "fiscal_year": _NUMBER,
    "releases": _RELEASES,
    "systems": _NUMBER,
    "outlets": _NUMBER,
    "entries": _NUMBER,
    "postings": _NUMBER,
    "state": _STATE,
    "statistics": _BYTES,
}
# A run that an older version of this code stored lacks some of these fields: the defaults of ``Run`` apply.
_RUN_FIELDS: Final[Mapping[str, _StoredForm]] = {
    "status": _TEXT,
    "step": _TEXT,
    "started_at": _TEXT,
    "updated_at": _TEXT,
    "version": _TEXT_OR_NOTHING,
    "replaces": _TEXT_OR_NOTHING,
    "reason": _TEXT,
    "by": _TEXT,
    "decided_at": _TEXT,
    "accepted_as": _TEXT,
    "content_sha256": _TEXT,
    "provenance": _PROVENANCE,
    "report": _JSON,
    "problems": _PROBLEMS,
    "events_published": _FLAG,
}

POINTER_KEY: Final = {"pk": {"S": "POINTER"}, "sk": {"S": "-"}}


def version_key(version: str) -> NewItem:
    return {"pk": {"S": f"{version}#"}, "sk": {"S": "-"}}


def posting_key(version: str, key: str) -> NewItem:
    return {"pk": {"S": f"{version}#{key}"}, "sk": {"S": "-"}}


def run_key(run_id: str) -> NewItem:
    return {"pk": {"S": "RUN"}, "sk": {"S": run_id}}


def pointer_attributes(pointer: Pointer) -> NewItem:
    """The attributes of the pointer item besides its key."""
    return _attributes_of(pointer, _POINTER_FIELDS)


def pointer_of_item(item: Item) -> Pointer:
    return Pointer(**_values_of(item, _POINTER_FIELDS))


def version_item(record: VersionRecord) -> NewItem:
    return version_key(record.version) | _attributes_of(record, _VERSION_FIELDS)


def version_of_item(item: Item) -> VersionRecord:
    return VersionRecord(version=item["pk"]["S"].removesuffix("#"), **_values_of(item, _VERSION_FIELDS))


def run_item(run: Run) -> NewItem:
    return run_key(run.run_id) | _attributes_of(run, _RUN_FIELDS)


def run_of_item(item: Item) -> Run:
    return Run(run_id=item["sk"]["S"], **_values_of(item, _RUN_FIELDS))


def _attributes_of(record: object, fields: Mapping[str, _StoredForm]) -> NewItem:
    attributes = ((name, form.write(getattr(record, name))) for name, form in fields.items())
    return {name: attribute for name, attribute in attributes if attribute is not None}


def _values_of(item: Item, fields: Mapping[str, _StoredForm]) -> dict[str, Any]:
    return {name: form.read(item[name]) for name, form in fields.items() if name in item}
