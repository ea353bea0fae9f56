"""The metrics that a module of the functions counts, found in its source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path


@cache
def metrics_in(source: Path) -> tuple[tuple[str, frozenset[str]], ...]:
    """Each metric with the names of its dimensions, except ``service``."""
    text = source.read_text(encoding="utf-8")
    return tuple(_counted_in(ast.parse(text))) if "metrics.count(" in text else ()


def _counted_in(module: ast.Module) -> Iterator[tuple[str, frozenset[str]]]:
    for node in ast.walk(module):
        match node:
            case ast.Call(ast.Attribute(attr="count"), [ast.Constant(str(name)), *_], keywords) if (
                _is_of_metrics(node.func)
            ):
                dimensions = {keyword.arg for keyword in keywords if keyword.arg and keyword.arg != "value"}
                yield name, frozenset(dimensions)
            case ast.Call(ast.Name(id="_report_failure"), [_, ast.Constant(str(name)), *_]):
                yield name, frozenset()
            case ast.Call(ast.Name(id="_response_of_failed"), [_, _, ast.Constant(str(name)), *_]):
                yield name, frozenset()


def _is_of_metrics(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and ast.unparse(function.value).endswith("metrics")
