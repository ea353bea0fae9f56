"""The template as CloudFormation gets it: SAM's functions, layers and events are plain resources."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tests.template.template_reader import ROOT, read_template

_PYTHON = ROOT / ".local" / "sam" / "bin" / "python"  # `make install` makes it
_TRANSFORM = Path(__file__).with_name("sam_transform.py")
_UPLOADED = "s3://bucket/key"  # packaging writes the address of an upload there
_NAMED = re.compile(r"\$\{(\w+)[.}]")  # a resource or a parameter in a text of Fn::Sub


@cache
def expanded_template() -> Mapping[str, Any]:
    body: dict[str, Any] = json.loads(json.dumps(read_template().body))
    body["Transform"] = "AWS::Serverless-2016-10-31"  # the loops are expanded already
    for resource in body["Resources"].values():
        for name in {"CodeUri", "ContentUri"} & set(resource.get("Properties", {})):
            resource["Properties"][name] = _UPLOADED
    done = subprocess.run(
        [_PYTHON, _TRANSFORM],
        input=json.dumps(body),
        capture_output=True,
        text=True,
        check=True,
        env={"AWS_DEFAULT_REGION": "us-east-1"},
    )
    found: Mapping[str, Any] = json.loads(done.stdout)
    return found


def expanded_resources() -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = expanded_template()["Resources"]
    return found


def dependencies_of(name: str) -> set[str]:
    """Every resource that exists before CloudFormation creates this resource, if all conditions are met."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        new = set(_named_by(expanded_resources()[waiting.pop()])) - found
        found |= new
        waiting += new
    return found


def _named_by(resource: Mapping[str, Any]) -> Iterator[str]:
    """The resources that a resource depends on directly."""
    listed = resource.get("DependsOn", [])
    named = {*([listed] if isinstance(listed, str) else listed), *_references(resource.get("Properties", {}))}
    yield from named & set(expanded_resources())


def _references(value: Any) -> Iterator[str]:
    match value:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), _]}:
            yield name
        case {"Fn::GetAtt": str(text)}:
            yield text.partition(".")[0]
        case {"Fn::Sub": str(text)}:
            yield from _NAMED.findall(text)
        case dict():
            for item in value.values():
                yield from _references(item)
        case list():
            for item in value:
                yield from _references(item)
