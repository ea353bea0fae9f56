"""The commands, options and make targets that the documents show exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from library_validator_cli.stack_access import QUEUES
from tests.builders.command_lines import every_command, options_of
from tests.template.template_reader import read_template
from tests.unit.test_documents import DOCUMENTS as EVERY_DOCUMENT

ROOT = Path(__file__).parents[3]
# Columns of this table are called library-validator.
DOCUMENTS = [ROOT / name for name in EVERY_DOCUMENT if name != "lab/results/accuracy_peers.md"]
_PROMPT = re.compile(r"(?:^|[`$|]\s*|\bsh\s)(?:\.venv/bin/)?library-validator +([^`\n|<>#]+)")
_MAKE = re.compile(r"(?:^|`)make ([a-z]+)", re.MULTILINE)


def text_with_joined_lines(document: Path) -> str:
    return document.read_text(encoding="utf-8").replace("\\\n", " ")


def documented_command_lines() -> list[tuple[str, str]]:
    """Every command line of the documents: the document's name, and the words after the program's name."""
    found = []
    for document in DOCUMENTS:
        for line in text_with_joined_lines(document).splitlines():
            found += [(document.name, match[1].strip()) for match in _PROMPT.finditer(line.strip())]
    return found


@pytest.mark.parametrize(("document", "line"), documented_command_lines())
def test_every_command_line_in_the_documents_exists(document: str, line: str) -> None:
    words = shlex.split(line.replace("…", ""))
    paths = [path for path in every_command() if tuple(words[: len(path)]) == path]
    if words[0].startswith("-"):
        assert words[0] in ("--help", "-h", "--install-completion", "--version")
        return
    assert paths, f"{document}: there is no command {words[:2]}"
    used = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
    assert used <= options_of(paths[0]), f"{document}: {line}"


def test_the_documents_show_command_lines() -> None:
    assert len(documented_command_lines()) > 20


def test_every_command_is_in_docs_cli() -> None:
    reference = text_with_joined_lines(ROOT / "docs" / "cli.md")
    assert [path for path in every_command() if f"## `{' '.join(path)}`" not in reference] == []


def test_every_option_is_in_docs_cli() -> None:
    sections = re.split(r"^## ", text_with_joined_lines(ROOT / "docs" / "cli.md"), flags=re.MULTILINE)
    common = {"--help", "-h", "--stack-name", "--json"}
    for path in every_command():
        section = next(text for text in sections if text.startswith(f"`{' '.join(path)}`"))
        options = {option for option in options_of(path) - common if option.startswith("-")}
        missing = {option for option in options if option not in section}
        assert missing == set(), path


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_make_target_in_the_documents_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    assert set(_MAKE.findall(text_with_joined_lines(document))) <= targets


def test_every_queue_and_output_that_the_documents_name_is_in_the_template() -> None:
    outputs = set(read_template().body["Outputs"])
    assert {f"{queue}Url" for queue in QUEUES.values()} <= outputs
    for document in DOCUMENTS:
        named = set(
            re.findall(r"`([A-Z][A-Za-z]+(?:QueueUrl|QueueArn|RoleArn))`", text_with_joined_lines(document))
        )
        assert named <= outputs, document.name
