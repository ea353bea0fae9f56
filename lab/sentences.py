"""Sentences and names of the project, drawn at random, to be read by somebody who does not know it.

    python -m lab.sentences --seed 1 [--each 5]

Draws the same number of each kind: messages, sentences of docstrings and comments, sentences of documents,
and names with the file that has them. A sentence or a name that is not understood at first reading must be
changed (CONTRIBUTING.md).
"""

from __future__ import annotations

import argparse
import ast
import io
import random
import re
import subprocess
import tokenize
import tomllib
from collections.abc import Iterator, Sequence
from typing import Any, Final

from lab.measures import ROOT

_CODE: Final = ("layers", "functions", "cli", "devstack", "lab", "tests")
_WORDS: Final = 5  # a shorter text is not a sentence
Texts = dict[str, list[str]]


def texts_of_the_project() -> Texts:
    """Every text that may be drawn, by its kind, each with its file."""
    found: Texts = {"message": [], "docstring or comment": [], "document": [], "name": []}
    for path in _files("*.py", *_CODE):
        for kind, text in _texts_of_code(
            (ROOT / path).read_text("utf-8"), in_tests=path.startswith("tests/")
        ):
            found[kind].append(f"{path}: {text}")
    for path in _files("*.md"):
        if path != "CHANGELOG.md" and not path.startswith("lab/results/"):
            prose = re.sub(r"```.*?```", "", (ROOT / path).read_text("utf-8"), flags=re.DOTALL)
            prose = re.sub(r"^\s*[|#<].*$", "", prose, flags=re.MULTILINE)
            found["document"] += [f"{path}: {sentence}" for sentence in sentences_of(prose)]
    for path in _files("*.toml", "layers"):
        for text in _strings(tomllib.loads((ROOT / path).read_text("utf-8"))):
            found["message"] += [f"{path}: {sentence}" for sentence in sentences_of(text)]
    return found


def sentences_of(text: str) -> list[str]:
    """The sentences of a text, each on one line."""
    parts = re.split(r"(?<=[.:?!])\s+(?=[A-Z`])|\n\s*(?:[-*]|\d+\.) |\n\s*\n", text)
    lines = [" ".join(part.split()) for part in parts]
    return [line for line in lines if len(line.split()) >= _WORDS]


def draw(texts: Texts, seed: int, each: int) -> Iterator[tuple[str, str]]:
    """``each`` texts of every kind, with the kind."""
    chance = random.Random(seed)
    for kind, of_kind in texts.items():
        for text in chance.sample(of_kind, each):
            yield kind, text


def _files(pattern: str, *folders: str) -> list[str]:
    command = ["git", "ls-files", *(f"{folder}/**/{pattern}" for folder in folders)]
    listed = subprocess.run(
        command if folders else [*command, pattern], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return listed.stdout.split()


def _texts_of_code(code: str, *, in_tests: bool) -> Iterator[tuple[str, str]]:
    # ids of nodes whose text is already in the list: docstrings, and the parts of texts with values in them
    passed: set[int] = set()
    for node in ast.walk(ast.parse(code)):
        text = ""
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            if not isinstance(node, ast.Module):
                yield "name", node.name
            documentation = ast.get_docstring(node)
            if documentation:
                passed.add(id(node.body[0].value))  # type: ignore[attr-defined]
                for sentence in sentences_of(documentation):
                    yield "docstring or comment", sentence
        elif isinstance(node, ast.JoinedStr):
            passed |= {id(part) for part in node.values}
            text = "".join(str(getattr(part, "value", "")) if _is_text(part) else "…" for part in node.values)
        elif _is_text(node) and id(node) not in passed:
            text = node.value  # type: ignore[attr-defined]
        # A text without small letters is a list of words for matching.
        if not in_tests and len(text.split()) >= _WORDS and text.upper() != text:
            yield "message", " ".join(text.split())
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        comment = token.string.lstrip("# ")
        if token.type == tokenize.COMMENT and len(comment.split()) >= _WORDS:
            yield "docstring or comment", comment


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--each", type=int, default=5, metavar="N", help="texts of each kind")
    given = parser.parse_args(arguments)
    for kind, text in draw(texts_of_the_project(), given.seed, given.each):
        print(f"[{kind}] {text}")


if __name__ == "__main__":
    main()
