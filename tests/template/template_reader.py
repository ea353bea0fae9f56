"""Reads ``template.yaml`` for the tests: tags become dictionaries, as in JSON, and loops are expanded."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.template.template_loops import expand_loops

ROOT = Path(__file__).parents[2]


class _TemplateLoader(yaml.SafeLoader):
    pass


def _construct_tagged(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_TemplateLoader.add_multi_constructor("!", _construct_tagged)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a policy, and the resource that has the policy."""

    carrier: str
    body: Mapping[str, Any]

    @property
    def allows(self) -> bool:
        return bool(self.body["Effect"] == "Allow")

    @property
    def actions(self) -> list[str]:
        return _as_list(self.body["Action"])

    @property
    def resources(self) -> list[str]:
        """The resources as text: an ARN that the template builds is written as JSON."""
        return [json.dumps(resource) for resource in _as_list(self.body.get("Resource", []))]


@dataclass(frozen=True, slots=True)
class Template:
    body: Mapping[str, Any]

    @property
    def resources(self) -> Mapping[str, Mapping[str, Any]]:
        found: Mapping[str, Mapping[str, Any]] = self.body["Resources"]
        return found

    def properties(self, name: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.resources[name]["Properties"]
        return found

    def of_type(self, kind: str) -> dict[str, Mapping[str, Any]]:
        """Properties of every resource of a type, by logical id."""
        return {
            name: resource.get("Properties", {})
            for name, resource in self.resources.items()
            if resource["Type"] == kind
        }

    def resolve(self, value: Any, **parameters: str) -> Any:
        """The value of a ``Ref`` or ``FindInMap`` with these parameters, and the others at their defaults."""
        match value:
            case {"Ref": str(name)} if name in self.body["Parameters"]:
                return parameters.get(name, self.body["Parameters"][name]["Default"])
            case {"Fn::FindInMap": [table, row, column]}:
                return self.body["Mappings"][table][self.resolve(row, **parameters)][column]
            case _:
                return value

    def statements(self) -> Iterator[Statement]:
        for carrier, resource in self.resources.items():
            properties = resource.get("Properties", {})
            documents = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
            documents += [properties[name] for name in ("PolicyDocument", "Policy") if name in properties]
            for document in documents:
                for body in _if_met(document)["Statement"]:
                    yield Statement(carrier, _if_met(body))

    def policies_of(self, role: str) -> list[Statement]:
        return [statement for statement in self.statements() if statement.carrier == role]


def read_template(*, adopts_table: bool = False) -> Template:
    """The template with a casework table of its own, or with an adopted table (``CaseworkTableName``)."""
    body = yaml.load((ROOT / "template.yaml").read_text(), Loader=_TemplateLoader)  # noqa: S506
    expanded = expand_loops(body, body["Mappings"])
    return Template(_with_condition(expanded, "AdoptsCaseworkTable", met=adopts_table))


def _with_condition(value: Any, condition: str, *, met: bool) -> Any:
    """``value`` with the branches that a condition chooses."""
    if isinstance(value, list):
        return [_with_condition(item, condition, met=met) for item in value]
    if not isinstance(value, Mapping):
        return value
    if "Fn::If" in value and value["Fn::If"][0] == condition:
        return _with_condition(value["Fn::If"][1 if met else 2], condition, met=met)
    return {name: _with_condition(item, condition, met=met) for name, item in value.items()}


def _if_met(value: Any) -> Any:
    """``value``, or what it is if its condition is met."""
    return value["Fn::If"][1] if "Fn::If" in value else value


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
