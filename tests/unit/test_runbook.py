"""Each section of the runbook is walked on the local stack, or has a reason why it is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.builders.runbook import PAGE, commands_of, sections
from tests.e2e.runbook_walks import NOT_WALKED, WALKS

ROOT = Path(__file__).parents[2]


def test_every_section_has_a_walk_or_a_reason() -> None:
    assert set(sections()) - set(WALKS) - set(NOT_WALKED) == set()


@pytest.mark.parametrize("section", [title for title in sections() if title in WALKS])
def test_a_walk_types_at_least_one_command_and_each_exception_is_in_the_text(section: str) -> None:
    walk, commands = WALKS[section], commands_of(sections()[section])
    unused = {start for start in walk.not_run if not any(line.startswith(start) for line in commands)}
    assert unused == set()
    assert walk.mentioned <= set(commands)
    assert set(walk.exit_codes) <= set(commands)
    typed = [command for command in commands if walk.types(command)]
    assert typed
    assert all(command.startswith("library-validator ") for command in typed), typed


def test_the_parser_of_the_page_finds_blocks_and_commands_in_the_text() -> None:
    block = "   ```sh\n   a \\\n     b\n   c\n   ```\n"
    text = f"Type `library-validator up` or\n\n{block}\nand `library-validator\nx`."
    assert commands_of(text) == ["library-validator up", "a b", "c", "library-validator x"]


def test_every_log_line_that_the_runbook_names_is_written_by_the_code() -> None:
    lines = re.findall(r"\bline\s+`([^`]+)`", PAGE.read_text("utf-8"))
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "layers").rglob("*.py"))
    assert {"message failed", "event not taken"} <= set(lines)
    assert [line for line in lines if f'"{line}"' not in code] == []


def test_no_entry_deploys_an_unchanged_template_to_bring_a_resource_back() -> None:
    """CloudFormation compares templates: such a deployment changes nothing."""
    page = " ".join(PAGE.read_text("utf-8").split())
    assert "eploy the template again" not in page
    assert "detect-stack-drift" in page
