"""JSON Schemas of every message, generated from the models: ``python -m library_validator_cli.schemas``.

They are written to ``docs/schemas``. ``--check`` writes nothing and fails if a file there differs from the
models. Producers and consumers may check
their messages against them in any language (JSON Schema 2020-12).
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter

from library_validator.casework.events import LibraryDecisionExpiring, RegistryRevalidated
from library_validator.decisions.application import MAX_MESSAGE_BYTES, Application
from library_validator.decisions.events import EVENT_OF_ANSWER, LibraryStatusChanged
from library_validator.event_bus import EVENT_SOURCE
from library_validator.registry.events import RegistryActivated, ReleaseFetchFailed, ReleaseRefusedEvent

FOLDER: Final = Path("docs") / "schemas"
EVENTS: Final = (
    *EVENT_OF_ANSWER.values(),
    LibraryStatusChanged,
    LibraryDecisionExpiring,
    RegistryActivated,
    RegistryRevalidated,
    ReleaseRefusedEvent,
    ReleaseFetchFailed,
)
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """Every schema, by the name of its file."""
    found: dict[str, dict[str, Any]] = {"application.json": _application_schema()}
    for model in EVENTS:
        found[_file_name(model.detail_type)] = _event_schema(model.detail_type, model)
    return found


def schema_text(schema: dict[str, Any]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file is out of date")
    parser.add_argument(
        "--folder", type=Path, default=FOLDER, help="the folder of the schemas (docs/schemas)"
    )
    given = parser.parse_args(arguments)
    wanted = {given.folder / name: schema_text(schema) for name, schema in schemas().items()}
    stale = sorted(path for path, text in wanted.items() if _read_text(path) != text)
    left_over = sorted(set(given.folder.glob("*.json")) - wanted.keys())
    if given.check:
        for path in (*stale, *left_over):
            sys.stderr.write(
                f"{path} differs from the models; to write it: python -m library_validator_cli.schemas\n"
            )
        return 1 if stale or left_over else 0
    given.folder.mkdir(parents=True, exist_ok=True)
    for path in stale:
        path.write_text(wanted[path], encoding="utf-8")
    for path in left_over:
        path.unlink()
    return 0


def _application_schema() -> dict[str, Any]:
    """The body of a message in the applications queue.

    The schema requires a name. The service also answers an application without a name, and asks for it.
    """
    schema = TypeAdapter(Application).json_schema()
    schema["required"] = [*schema["required"], "name"]
    schema["description"] = (
        "One application, as a JSON object. Properties that are not listed here are dropped unread, "
        "contact names and e-mails among them. A message that is not such an object, has no usable "
        f"application_id or more than {MAX_MESSAGE_BYTES:,} bytes ends in the dead-letter queue; every "
        "other message is answered."
    )
    return _add_title("Application", schema)


def _event_schema(detail_type: str, model: type[BaseModel]) -> dict[str, Any]:
    """The schema of a whole EventBridge event whose ``detail`` is ``model``."""
    detail = model.model_json_schema(mode="serialization")
    definitions = detail.pop("$defs", {})
    return _add_title(
        detail_type,
        {
            "description": detail.get("description", ""),
            "type": "object",
            "properties": {
                "source": {"const": EVENT_SOURCE},
                "detail-type": {"const": detail_type},
                "time": {"type": "string", "format": "date-time"},
                "detail": detail,
            },
            "required": ["source", "detail-type", "detail"],
            "$defs": definitions,
        },
    )


def _add_title(title: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"$schema": _DIALECT, **schema, "title": title}


def _file_name(detail_type: str) -> str:
    return detail_type.lower().replace(" ", "-") + ".json"


def _read_text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return None


if __name__ == "__main__":
    sys.exit(main())
