from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator.decisions.application import application_from_fields
from library_validator_cli.evaluation.floors import Floor, Limit
from library_validator_cli.evaluation.labelled import LabelledFile, LabelledRow
from library_validator_cli.evaluation.measure import measure_rows
from library_validator_cli.evaluation.report import html_report
from library_validator_cli.evaluation.report_parts import as_html, percent_text
from library_validator_cli.evaluation.run import EarlierRun, Run, evaluate, read_run
from library_validator_cli.failures import CommandFailed
from tests.builders.applicants import ALDER_FIELDS
from tests.builders.small_registry import ALDER, NEWEST, registry_of, release, system

HOSTILE = '<script>alert("x")</script><img src=http://example.invalid/x onerror=alert(1)>&amp;\u202e'
ALDER_POINT = {name: ALDER_FIELDS[name] for name in ("street", "city", "state", "zip")}
_VOID = {"meta", "br", "img", "link"}


class Page(HTMLParser):
    """A page as a browser reads it: its elements, and a check that each is closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def labelled(application_id: str, label: str, of: str = "typed", **fields: str) -> LabelledRow:
    """A row with the texts as they are given: reading would remove the characters that are not shown."""
    read = application_from_fields({"application_id": application_id, **fields})
    return LabelledRow(of, "", label, replace(read.application, name=fields["name"]), read.problems)


ROWS = (
    labelled("right", "ME0001", name="Alder Point Public Library", **ALDER_POINT),
    labelled("wrong <b>", "ME0002", name="Alder Point Public Library", **ALDER_POINT),
    labelled("unlisted", "ME0003", name=HOSTILE, state="ME"),
    labelled("friends", "NONE", "neg", name="Friends of the Alder Point Public Library", **ALDER_POINT),
    labelled("vanished", "GONE", "gone", name="Alder Point Public Library", **ALDER_POINT),
)


def run_of(
    rows: tuple[LabelledRow, ...] = ROWS,
    registry: MemoryRegistry | None = None,
    floors: tuple[Floor, ...] = (),
    against: tuple[str, EarlierRun] | None = None,
    only: tuple[str, ...] = (),
) -> Run:
    registry = registry or registry_of(NEWEST)
    with measure_rows(rows, registry, processes=1) as measured_rows:
        return evaluate(
            [LabelledFile("rows.csv", "f" * 64, rows, ())],
            [],
            registry,
            list(measured_rows),
            only=only,
            command="library-validator evaluate rows.csv",
            measured_at=datetime(2026, 11, 23, 12, tzinfo=UTC),
            floors=floors,
            against=against,
        )


def test_the_report_is_one_file_that_loads_nothing_else() -> None:
    text = html_report(run_of())
    page = Page(text)
    assert page.open == []
    assert {tag for tag, _ in page.elements}.isdisjoint({"script", "link", "img", "iframe", "object", "base"})
    links = [value for _, attributes in page.elements for name, value in attributes.items() if name == "href"]
    assert links
    assert all(link and link.startswith("#") for link in links)
    assert not re.search(r"url\(|@import|https?://(?!example\.invalid)", text)
    ids = {attributes.get("id") for _, attributes in page.elements}
    assert {link[1:] for link in links if link} <= ids


def test_hostile_names_are_shown_as_text() -> None:
    text = html_report(run_of())
    assert "&lt;script&gt;alert(&quot;x&quot;)" in text
    assert "wrong &lt;b&gt;" in text
    assert "\u202e" not in text
    assert "⟨U+202E⟩" in text
    assert not any(name.startswith("on") for _, attributes in Page(text).elements for name in attributes)


def test_hostile_text_in_a_release_is_shown_as_text() -> None:
    evil = system("ME0001", HOSTILE, ALDER.street, ALDER.city, ALDER.zip, ALDER.phone)
    rows = (labelled("a", "ME0002", name="Alder", phone=ALDER.phone, **ALDER_POINT),)
    page = Page(html_report(run_of(rows, registry_of(release((evil, *NEWEST.systems[1:]))))))
    assert "script" not in {tag for tag, _ in page.elements}


def test_the_report_shows_counts_intervals_and_the_worst_errors_with_their_evidence() -> None:
    run = run_of()
    text = html_report(run)
    assert [(row.application.application_id, row.result.value) for row in run.worst] == [
        ("wrong <b>", "validated_wrong_key"),
        ("unlisted", "not_validated"),
    ]
    assert "33.33%" in text  # one of three libraries validated with the right key
    assert "6.15% to 79.23%" in text  # Wilson
    assert "12 NORTH FORK ROAD" in text
    assert "ME0002, not among the candidates" in text
    assert "vanished" in text
    assert "Wrong validations" in text


def test_the_report_shows_missed_floors_at_its_top() -> None:
    floor = Floor(("typed",), "", (), (Limit("wrong", False, 0), Limit("recall", True, 0.1)))
    elsewhere = Floor(("museum",), "", (), (Limit("wrong", False, 0),))
    run = run_of(floors=(floor, elsewhere))
    text = html_report(run)
    assert [check.met for check in run.floors] == [False, True]
    assert "1 of 2 limits are missed." in text
    assert "not measured in this run: museum" in text
    assert "All 1 limits are met." in html_report(
        run_of(floors=(Floor(("typed",), "", (), (Limit("wrong", False, 1),)),))
    )


def test_a_comparison_shows_the_rows_that_changed() -> None:
    before = run_of()
    rows = tuple(row for row in ROWS if row.application.application_id != "right")
    other = release(NEWEST.systems[1:], NEWEST.outlets)
    run = run_of(rows, registry_of(other), against=("run.json", before))
    assert run.changes is not None
    assert [row.application_id for row in run.changes.rows] == ["wrong <b>", "vanished"]
    text = html_report(run)
    assert "Since run.json" in text
    assert "2 of 4 rows have another answer" in text
    assert "1 then, 0 now" in text
    same = run_of(against=("run.json", before))
    assert "0 of 5 rows have another answer" in html_report(same)


@pytest.mark.parametrize("rows", [ROWS[:1], ROWS[3:4], ROWS[4:]])
def test_a_report_can_be_made_without_libraries_or_without_other_applicants(
    rows: tuple[LabelledRow, ...],
) -> None:
    assert Page(html_report(run_of(rows))).open == []


def test_the_report_names_the_fields_that_the_applications_keep() -> None:
    assert "only the fields name, state" in html_report(run_of(only=("name", "state")))


def test_a_run_that_was_written_can_be_read_again(tmp_path: Path) -> None:
    run = run_of(floors=(Floor(("typed",), "", (), (Limit("wrong", False, 0),)),))
    kept = tmp_path / "run.json"
    kept.write_text(run.model_dump_json(), "utf-8")
    assert Run.model_validate_json(kept.read_text("utf-8")) == run
    assert read_run(kept).rows == run.rows
    assert read_run(kept).circumstances == run.circumstances


@pytest.mark.parametrize("text", ["", "{}", '{"schema_version": 2}', "[]", "\x00"])
def test_a_file_that_is_not_a_run_is_refused(tmp_path: Path, text: str) -> None:
    kept = tmp_path / "old.json"
    kept.write_text(text, "utf-8")
    with pytest.raises(CommandFailed, match=r"old\.json is not a run\.json of schema 1"):
        read_run(kept)


def test_no_percentage_is_rounded_to_0_or_100() -> None:
    assert [percent_text(value) for value in (None, 0.0, 1.0, 0.5, 0.99995, 0.00004)] == [
        "-",
        "0.00%",
        "100.00%",
        "50.00%",
        "99.995%",
        "0.004%",
    ]


def test_invisible_characters_are_shown_as_their_code() -> None:
    assert as_html("a\u200bb\x00c & <d>") == "a⟨U+200B⟩b⟨U+0000⟩c &amp; &lt;d&gt;"
    assert as_html("Añasco") == "Añasco"
