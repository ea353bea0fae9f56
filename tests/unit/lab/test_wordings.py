"""The labelled applications of bodies that are named after a library, on the invented sample release.

The tests are about the rows of the file, never about the product's answers.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pytest

from lab.speed.read_units import SAMPLE_RELEASE
from lab.wordings.__main__ import main
from lab.wordings.applications import (
    COLUMNS,
    FORM_SET,
    SET,
    Variant,
    WordingApplication,
    applications_of,
    write_applications,
)
from lab.wordings.libraries import choose_libraries, has_word_library, plain_name
from lab.wordings.wording import Wording, read_wordings
from library_validator.releases.reading.release import read_release
from library_validator.releases.records import Outlet, Release, System
from library_validator_cli.evaluation.labelled import NONE, read_labelled
from tests.builders.release_files import OUTLET, SYSTEM, release_of

COUNT: Final = 8  # libraries
SEED: Final = 1


@pytest.fixture(scope="module")
def release() -> Release:
    return read_release(SAMPLE_RELEASE)


@pytest.fixture(scope="module")
def wordings() -> Sequence[Wording]:
    return read_wordings()


@pytest.fixture(scope="module")
def libraries(release: Release, wordings: Sequence[Wording]) -> Sequence[System]:
    return choose_libraries(release, wordings, COUNT, SEED)


@pytest.fixture(scope="module")
def rows(
    release: Release, wordings: Sequence[Wording], libraries: Sequence[System]
) -> Sequence[WordingApplication]:
    return list(applications_of(release, wordings, libraries, SEED))


@pytest.fixture(scope="module")
def by_id(rows: Sequence[WordingApplication]) -> Mapping[str, WordingApplication]:
    return {row.application_id: row for row in rows}


def wording(template: str, wording_id: str = "one") -> Wording:
    return Wording(id=wording_id, template=template, kind="support", language="en", form_of_library=False)


class TestWordingsFile:
    def test_there_are_at_least_140_wordings_of_bodies_that_are_not_libraries(
        self, wordings: Sequence[Wording]
    ) -> None:
        assert sum(not wording.form_of_library for wording in wordings) >= 140

    def test_every_kind_has_enough_wordings(self, wordings: Sequence[Wording]) -> None:
        kinds = Counter(wording.kind for wording in wordings)

        assert len(kinds) >= 12
        assert min(kinds.values()) >= 10

    def test_forms_that_libraries_use_too_have_their_own_kind(self, wordings: Sequence[Wording]) -> None:
        assert {wording.form_of_library for wording in wordings if wording.kind == "form"} == {True}
        assert {wording.form_of_library for wording in wordings if wording.kind != "form"} == {False}

    @pytest.mark.parametrize("template", ["Friends", "{name}", "{town} Lofts", "{name} {street}", "{name"])
    def test_a_template_without_a_place_or_words_is_refused(self, template: str) -> None:
        with pytest.raises(ValueError, match="wording one"):
            wording(template)

    @pytest.mark.parametrize(
        ("second_id", "second_template"), [("one", "{name} Lofts"), ("two", "{name} Guild")]
    )
    def test_a_repeated_id_or_template_is_refused(
        self, tmp_path: Path, second_id: str, second_template: str
    ) -> None:
        lines = [
            f'{{ id = "{wording_id}", kind = "support", language = "en", template = "{template}" }},'
            for wording_id, template in (("one", "{name} Guild"), (second_id, second_template))
        ]
        path = tmp_path / "wordings.toml"
        path.write_text("\n".join(["wordings = [", *lines, "]"]), encoding="utf-8")

        with pytest.raises(ValueError, match="is there twice"):
            read_wordings(path)


class TestChosenLibraries:
    def test_chosen_libraries_have_an_address_and_a_phone_and_are_of_several_states_and_sizes(
        self, libraries: Sequence[System]
    ) -> None:
        assert len({library.fscs_key for library in libraries}) == COUNT
        assert len({library.state for library in libraries}) >= COUNT // 2
        assert min(library.population for library in libraries) < 2_500
        assert max(library.population for library in libraries) > 50_000
        assert all(library.street[0].isdigit() and library.phone.isdigit() for library in libraries)

    def test_some_chosen_libraries_have_a_name_without_the_word_library(
        self, libraries: Sequence[System]
    ) -> None:
        assert sum(not has_word_library(library.name) for library in libraries) == COUNT // 4

    def test_another_seed_chooses_other_libraries(
        self, release: Release, wordings: Sequence[Wording], libraries: Sequence[System]
    ) -> None:
        others = choose_libraries(release, wordings, COUNT, SEED + 1)

        assert {system.fscs_key for system in others} != {system.fscs_key for system in libraries}

    def test_a_library_is_skipped_if_a_wording_gives_a_listed_name(self) -> None:
        second = {**SYSTEM, "FSCSKEY": "VT0002", "LIBID": "VT0002", "LIBNAME": "BRIAR FREE LIBRARY"}
        outlet = {**OUTLET, "LIBNAME": "ALDER PUBLIC LIBRARY INC"}
        release = release_of(2022, (SYSTEM, second), (outlet,))

        (chosen,) = choose_libraries(release, [wording("{name}, Inc.")], 1, SEED)

        assert chosen.fscs_key == "VT0002"

    @pytest.mark.parametrize(
        "missing", [{"ADDRESS": "P.O. BOX 7"}, {"ZIP": "M"}, {"PHONE": "-3"}, {"STATSTRU": "03"}]
    )
    def test_a_library_without_street_address_or_phone_is_not_chosen(self, missing: dict[str, str]) -> None:
        release = release_of(2022, ({**SYSTEM, **missing},))

        with pytest.raises(ValueError, match="only 0 suitable libraries, not 1"):
            choose_libraries(release, [wording("{name} Guild")], 1, SEED)


class TestApplicationsOfWordings:
    def test_every_wording_is_combined_with_every_library_in_every_variant(
        self, rows: Sequence[WordingApplication], wordings: Sequence[Wording], libraries: Sequence[System]
    ) -> None:
        assert [row.application_id for row in rows] == [
            f"{wording.id}:{library.fscs_key}:{variant}"
            for wording in wordings
            for library in libraries
            for variant in Variant
        ]
        assert {variant.value for variant in Variant} == {
            "door_and_phone",
            "door",
            "door_own_phone",
            "town_only",
            "own_street_and_phone",
        }

    def test_ids_are_unique(self, rows: Sequence[WordingApplication]) -> None:
        assert len({row.application_id for row in rows}) == len(rows)

    def test_all_rows_are_labelled_none_and_forms_of_libraries_are_in_their_own_set(
        self, by_id: Mapping[str, WordingApplication], wordings: Sequence[Wording]
    ) -> None:
        forms = {wording.id for wording in wordings if wording.form_of_library}

        assert {row.label for row in by_id.values()} == {NONE}
        for application_id, row in by_id.items():
            assert row.set == (FORM_SET if application_id.split(":")[0] in forms else SET)

    @pytest.mark.parametrize(
        ("wording_id", "kind"),
        [("apartments", "housing/town_only"), ("board-of-trustees", "board-of-trustees/town_only")],
    )
    def test_the_kind_of_a_row_names_its_wording_and_its_variant(
        self,
        by_id: Mapping[str, WordingApplication],
        libraries: Sequence[System],
        wording_id: str,
        kind: str,
    ) -> None:
        row = by_id[f"{wording_id}:{libraries[0].fscs_key}:town_only"]

        assert row.kind == kind

    def test_each_variant_gives_its_facts_of_the_library(self) -> None:
        release = release_of(2022)
        guild = wording("{name} Guild of {city}", "guild")

        rows = {
            row.kind.removeprefix("support/"): (row.street, row.zip, row.phone)
            for row in applications_of(release, [guild], release.systems, SEED)
        }
        own_phone, own_street = rows["door_own_phone"][2], rows["own_street_and_phone"][0]

        assert rows == {
            "door_and_phone": ("1 Main Street", "05601", "802-555-0101"),
            "door": ("1 Main Street", "05601", ""),
            "door_own_phone": ("1 Main Street", "05601", own_phone),
            "town_only": ("", "", ""),
            "own_street_and_phone": (own_street, "05601", own_phone),
        }
        assert own_phone not in ("", "802-555-0101")
        assert own_street not in ("", "1 Main Street")

    def test_names_contain_the_whole_name_or_town_as_people_write_it(self) -> None:
        release = release_of(2022)
        guild = wording("{name} Guild of {city}", "guild")

        names = {(row.name, row.city) for row in applications_of(release, [guild], release.systems, SEED)}

        assert names == {("Alder Public Library Guild of Alder", "Alder")}

    def test_no_invented_phone_or_street_is_in_the_release(
        self, rows: Sequence[WordingApplication], release: Release
    ) -> None:
        records: list[System | Outlet] = [*release.systems, *release.outlets]
        phones = {record.phone for record in records}
        streets = {(record.zip, record.street) for record in records}
        with_own_phone = [row for row in rows if row.kind.endswith(("own_phone", "own_street_and_phone"))]
        with_own_street = [row for row in rows if row.kind.endswith("own_street_and_phone")]
        own_phones = {row.phone.replace("-", "") for row in with_own_phone}
        own_streets = {(row.zip, row.street.upper()) for row in with_own_street}

        assert len(own_phones) > COUNT
        assert all(len(phone) == 10 for phone in own_phones)
        assert phones.isdisjoint(own_phones)
        assert streets.isdisjoint(own_streets)

    def test_no_name_of_a_row_is_listed_in_its_state(
        self, rows: Sequence[WordingApplication], release: Release
    ) -> None:
        records: list[System | Outlet] = [*release.systems, *release.outlets]
        listed = {(record.state, plain_name(record.name)) for record in records}

        assert not [row.name for row in rows if (row.state, plain_name(row.name)) in listed]


class TestWrittenFile:
    def test_the_reader_of_labelled_files_reads_every_row(
        self, rows: Sequence[WordingApplication], tmp_path: Path
    ) -> None:
        path = tmp_path / "wordings.csv"

        assert write_applications(rows, path) == len(rows)
        (file,) = read_labelled([path])
        assert [row.application.application_id for row in file.rows] == [row.application_id for row in rows]
        assert not [notice for notice in file.notices if "not read" in notice]
        assert path.read_text(encoding="utf-8").splitlines()[0] == ",".join(COLUMNS)

    def test_the_command_writes_the_same_bytes_for_the_same_inputs(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def file_bytes(name: str, seed: int) -> bytes:
            path = tmp_path / name
            given = ["--release", str(SAMPLE_RELEASE), "--output", str(path), "--libraries", "2"]
            monkeypatch.setattr(sys, "argv", ["wordings", *given, "--seed", str(seed)])
            main()
            return path.read_bytes()

        first = file_bytes("first.csv", SEED)

        assert file_bytes("second.csv", SEED) == first
        assert file_bytes("third.csv", SEED + 1) != first
        assert "2 in 2 states" in capsys.readouterr().out

    def test_the_command_reports_a_release_with_too_few_libraries(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        given = ["--release", str(SAMPLE_RELEASE), "--output", str(tmp_path / "w.csv"), "--libraries", "9999"]
        monkeypatch.setattr(sys, "argv", ["wordings", *given])

        with pytest.raises(SystemExit, match="use a lower --libraries"):
            main()
