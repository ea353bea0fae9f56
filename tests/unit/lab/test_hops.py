"""An application passes few files and few shapes from its message to its event.

Counted by hand, the path had 22 files and 20 shapes, and the goal was 15 and 12. The script counted 26 and 34
on the same code, so its limits are 26 * 15 / 22 and 34 * 12 / 20, rounded down.
"""

from __future__ import annotations

from typing import Final

import pytest

from lab.speed.hops import ValuePath, path_of_application

MOST_FILES: Final = 17
MOST_SHAPES: Final = 20


@pytest.fixture(scope="module")
def application_path() -> ValuePath:
    return path_of_application()


def test_an_application_passes_at_most_17_files(application_path: ValuePath) -> None:
    assert len(application_path.files) <= MOST_FILES, "\n".join(application_path.files)


def test_an_application_passes_at_most_20_shapes(application_path: ValuePath) -> None:
    assert len(application_path.shapes) <= MOST_SHAPES, "\n".join(application_path.shapes)


def test_the_path_begins_with_the_message_and_ends_with_the_event(application_path: ValuePath) -> None:
    files = list(application_path.files)
    assert any("validate_applications" in file for file in files[:2])
    assert any("event_bus" in file for file in files)
