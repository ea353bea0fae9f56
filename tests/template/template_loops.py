"""Expands the loops of a template (``Fn::ForEach``) as the transform ``AWS::LanguageExtensions`` does.

It expands only the forms of loops that ``template.yaml`` uses. Text that still has a reference in it stays as
it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LOOP = "Fn::ForEach::"


def expand_loops(value: Any, mappings: Mapping[str, Any], members: Mapping[str, str] | None = None) -> Any:
    """``value`` with its loops expanded. ``members`` has the present member of each outer loop."""
    within = members or {}
    match value:
        case {"Ref": str(name)} if name in within:
            return within[name]
        case {"Fn::Sub": str(text)} if within and "${" not in (filled := _fill_members(text, within)):
            return filled
        case {"Fn::FindInMap": [table, row, column]} if within:
            key, field = expand_loops(row, mappings, within), expand_loops(column, mappings, within)
            return mappings[table][key][field]
        case {"Fn::Join": [str(separator), list(parts)]} if within:
            filled_parts = expand_loops(parts, mappings, within)
            whole = all(isinstance(part, str) for part in filled_parts)
            return separator.join(filled_parts) if whole else {"Fn::Join": [separator, filled_parts]}
        case dict():
            return _expand_members(value, mappings, within)
        case list():
            return [expand_loops(item, mappings, within) for item in value]
        case _:
            return value


def _expand_members(
    value: Mapping[str, Any], mappings: Mapping[str, Any], within: Mapping[str, str]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, item in value.items():
        if key.startswith(LOOP):
            identifier, collection, fragment = item
            for member in collection:
                found |= expand_loops(fragment, mappings, {**within, identifier: member})
        else:
            found[_fill_members(key, within)] = expand_loops(item, mappings, within)
    return found


def _fill_members(text: str, within: Mapping[str, str]) -> str:
    for identifier, member in within.items():
        text = text.replace("${" + identifier + "}", member)
    return text
