"""Links, paths and modules that Markdown files name exist; each ADR has a date and a line in the index."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
ADR: Final = ROOT / "docs" / "adr"
_LINK: Final = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")
_HEADING: Final = re.compile(r"^#+ (.+)$", re.MULTILINE)
_FENCED: Final = re.compile(r"^\s*```.*?^\s*```", re.MULTILINE | re.DOTALL)
_CODE: Final = re.compile(r"`([^`\n]+)`")
_PATH: Final = re.compile(r"[\w.-]+(?:/[\w.-]+)+\.(?:py|toml|json|jsonl|md|txt|yaml|csv)")
_MODULE: Final = re.compile(r"python -m (lab[\w.]*|library_validator\w*[\w.]*)")
_DATED: Final = re.compile(r"\A# (\d+)\. .+\n\n(?:Accepted|Superseded) \d{4}-\d\d-\d\d")
CODE: Final = ("layers/", "cli/", "devstack/", "functions/", "lab/", "tests/")
FUNCTIONS: Final = frozenset(path.name for path in (ROOT / "functions").iterdir())
# Files that other programs write, and paths on somebody else's machine.
_ELSEWHERE: Final = ("xl/", "../", ".local/", ".aws-sam/")


@cache
def every_file() -> tuple[str, ...]:
    """Every file of the repository, without the folders that git ignores."""
    shown = [path for path in ROOT.iterdir() if not path.name.startswith(".")]
    below = [path for folder in shown if folder.is_dir() for path in folder.rglob("*")]
    return tuple(path.relative_to(ROOT).as_posix() for path in sorted(shown + below) if path.is_file())


DOCUMENTS: Final = [name for name in every_file() if name.endswith(".md")]
# The changelog names files that existed at the time.
CURRENT: Final = [name for name in DOCUMENTS if name != "CHANGELOG.md"]


def text_of(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def anchors_of(document: Path) -> set[str]:
    """The anchors that GitHub gives to the headings of a page."""
    headings = _HEADING.findall(_FENCED.sub("", document.read_text(encoding="utf-8")))
    plain = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower() for heading in headings]
    return {re.sub(r"[^\w\- ]", "", heading).strip().replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_to_a_file_and_to_a_heading(document: str) -> None:
    broken = []
    for path, anchor in _LINK.findall(_FENCED.sub("", text_of(document))):
        target = (ROOT / document).parent / path if path else ROOT / document
        known = target.exists() and (not anchor or target.suffix != ".md" or anchor in anchors_of(target))
        broken += [] if known else [f"{path}#{anchor}"]
    assert broken == []


@pytest.mark.parametrize("document", CURRENT)
def test_every_path_in_a_document_is_the_path_of_a_file(document: str) -> None:
    paths = {path for code in _CODE.findall(text_of(document)) for path in _PATH.findall(code)}
    ours = {path for path in paths if not path.startswith(_ELSEWHERE)}
    known = "\n".join(("", *every_file(), ""))
    assert [path for path in sorted(ours) if f"/{path}\n" not in known and f"\n{path}\n" not in known] == []


@pytest.mark.parametrize("document", CURRENT)
def test_every_module_that_a_document_runs_exists(document: str) -> None:
    modules = {name.rstrip(".").replace(".", "/") for name in _MODULE.findall(text_of(document))}
    known = "\n".join(("", *every_file(), ""))
    endings = ((f"/{name}.py\n", f"\n{name}.py\n", f"{name}/__main__.py\n") for name in modules)
    assert [names for names in endings if not any(name in known for name in names)] == []


@pytest.mark.parametrize("document", [name for name in DOCUMENTS if name.startswith(CODE)])
def test_the_readme_of_a_folder_names_each_of_its_modules(document: str) -> None:
    folder, text = (ROOT / document).parent, text_of(document)
    named = FUNCTIONS if "<function>.py" in text else frozenset()
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__", "conftest"} - named
    assert sorted(name for name in modules if not re.search(rf"\b{name}\b", text)) == []


def test_each_adr_has_its_number_a_status_with_a_date_and_a_line_in_the_index() -> None:
    pages = sorted(ADR.glob("0*.md"))
    index = (ADR / "README.md").read_text(encoding="utf-8")
    for page in pages:
        dated = _DATED.match(page.read_text(encoding="utf-8"))
        assert dated, page.name
        assert int(dated[1]) == int(page.name[:4])
        assert f"]({page.name})" in index
    assert len({page.name[:4] for page in pages}) == len(pages)
