"""A person types the commands of each section of the runbook, on the local stack, and the situation ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.runbook import commands_of, sections
from tests.e2e.runbook_walks import WALKS
from tests.e2e.runbook_world import World
from tests.e2e.service import Service


@pytest.mark.parametrize("section", [title for title in sections() if title in WALKS])
def test_the_commands_of_a_section_end_its_situation(section: str, service: Service, tmp_path: Path) -> None:
    walk, world = WALKS[section], World(service, tmp_path)
    values = walk.situation(world)
    for command in commands_of(sections()[section]):
        if not walk.types(command):
            continue
        line = command
        for placeholder, value in values.items():
            line = line.replace(placeholder, value)
        expected = walk.exit_codes.get(command, (0,))
        done = world.type_until(line, expected) if command in walk.repeated else world.type(line)
        assert done.exit_code in expected, f"{line}\n{done.stdout}\n{done.stderr}"
    walk.end(world, values)
