"""A command writes the figures between the markers of a page and leaves its words alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.pages.blocks import PageDoesNotFit, fill_blocks, write_files

PAGE = """# Words

<!-- figures: speed -->
old
<!-- /figures -->

More words.
"""


def test_figures_replace_the_text_between_the_markers() -> None:
    assert fill_blocks(PAGE, {"speed": "new"}) == PAGE.replace("old", "new")


@pytest.mark.parametrize("blocks", [{}, {"cost": "1"}, {"speed": "1", "cost": "1"}])
def test_markers_and_figures_with_different_names_are_refused(blocks: dict[str, str]) -> None:
    with pytest.raises(PageDoesNotFit, match=r"speed|cost"):
        fill_blocks(PAGE, blocks)


def test_an_optional_block_without_figures_keeps_its_text() -> None:
    assert fill_blocks(PAGE, {}, optional=frozenset({"speed"})) == PAGE


def test_the_check_reports_an_outdated_file_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text("old", "utf-8")
    assert write_files({page: "new"}, check=True) == 1
    assert "page.md is not what the results say" in capsys.readouterr().err
    assert page.read_text("utf-8") == "old"
