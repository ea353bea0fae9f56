"""The load of an uploaded release and its results."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import BinaryIO

import pytest

from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator.errors import IndexIncomplete, NoActiveRegistry, PublishFailed, VersionSuperseded
from library_validator.matching.index import Index
from library_validator.registry import activation
from library_validator.registry.bucket import Upload
from library_validator.registry.events import ReleaseRefusedEvent
from library_validator.registry.rollback import roll_back
from library_validator.registry.store import VersionState
from library_validator.releases.records import Problem, Release, RowProblem
from tests.unit.registry.world import (
    KEYS_PER_SYSTEM,
    World,
    build_small_index,
    read_release_file,
    release_file,
)

NOT_A_RELEASE = b"<html>not found</html>"


def codes_of(problems: object) -> list[str]:
    return [problem["code"] for problem in problems]  # type: ignore[attr-defined]


def test_the_first_release_goes_live(world: World) -> None:
    run = world.upload_and_load(release_file(2022))

    assert (run.status, run.step, run.replaces) == ("active", "done", None)
    pointer = world.store.pointer()
    assert (pointer.active, pointer.previous, pointer.fiscal_year) == (run.version, None, 2022)
    record = world.store.version(pointer.active)
    assert (record.state, record.systems, record.postings) == ("active", 100, 100 * KEYS_PER_SYSTEM)
    assert world.live_posting().startswith("AK0001 in 2022:")


def test_the_event_of_an_activation_has_its_releases_and_counts(world: World) -> None:
    first = world.upload_and_load(release_file(2021))
    second = world.upload_and_load(release_file(2022))

    event = world.activations[-1]
    assert event.metadata.registry_version == event.data.version == second.version
    assert event.data.previous_version == first.version
    assert [release.fiscal_year for release in event.data.releases] == [2021, 2022]
    assert (event.data.systems, event.data.reason, event.data.by) == (100, "release loaded", "")
    assert event.metadata.occurred_at.isoformat() == world.store.pointer().activated_at
    assert len({event.metadata.event_id for event in world.activations}) == 2


def test_a_newer_release_is_indexed_together_with_earlier_ones(world: World) -> None:
    old = world.upload_and_load(release_file(2021))
    world.upload_and_load(release_file(2022))

    assert "2021:" in world.live_posting()
    assert "2022:" in world.live_posting()
    assert world.store.pointer().previous == old.version
    assert world.store.version(old.version or "").state is VersionState.SUPERSEDED


def test_the_run_has_the_report_and_the_warnings(world: World) -> None:
    warning = Problem("orphans", "warning", "3 outlets have no system")
    run = world.upload_and_load(release_file(2022, problems=[warning]))

    assert run.status == "active"
    assert codes_of(run.problems) == ["orphans"]
    assert run.report
    assert run.report["systems"] == 100
    assert world.bucket.reports[run.run_id]["problems"][0]["message"] == "3 outlets have no system"


def test_a_second_delivery_changes_and_publishes_nothing(world: World) -> None:
    upload = world.upload_file(release_file(2022))
    run = world.load_upload(upload)
    pointer = world.store.pointer()

    assert world.load_upload(upload) == run
    assert world.store.pointer() == pointer
    assert len(world.bus.events) == 1


def test_the_same_content_uploaded_again_is_unchanged(world: World) -> None:
    first = world.upload_and_load(release_file(2022))
    again = world.bucket.upload("releases/renamed.zip", release_file(2022))
    run = world.load_upload(again)

    assert (run.status, run.version) == ("unchanged", first.version)
    assert len(world.bus.events) == 1
    # The next load reads the newest upload, so the first upload may be deleted.
    world.bucket.remove("releases/pls.zip")
    assert world.upload_and_load(release_file(2023)).status == "active"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (release_file(2021), "superseded"),
        (release_file(2022, edition="mirror"), "live_year_differs"),
        (release_file(2027), "future_year"),
        (release_file(2023, systems=50), "row_count"),
        (release_file(2023, problems=[Problem("name_differs", "quarantine", "…")]), "name_differs"),
    ],
)
def test_a_release_with_problems_is_quarantined_and_changes_nothing(
    world: World, content: bytes, code: str
) -> None:
    world.upload_and_load(release_file(2022))
    pointer, versions = world.store.pointer(), world.versions_with_postings()
    run = world.upload_and_load(content)

    assert run.status == "quarantined"
    assert codes_of(run.problems)[0] == code
    assert world.store.pointer() == pointer
    assert world.versions_with_postings() == versions
    event = world.bus.events[-1]
    assert isinstance(event, ReleaseRefusedEvent)
    assert (event.data.status, event.data.problems[0].code) == ("quarantined", code)
    assert event.metadata.registry_version == pointer.active


def test_a_file_that_is_not_a_release_is_refused_with_a_sentence(world: World) -> None:
    run = world.upload_and_load(NOT_A_RELEASE)

    assert (run.status, run.version, run.report) == ("refused", None, None)
    assert run.problems[0]["message"] == "pls.zip is not a zip; expected an official release"
    event = world.bus.events[-1]
    assert isinstance(event, ReleaseRefusedEvent)
    assert (event.data.status, event.data.fiscal_year) == ("refused", None)
    assert event.metadata.registry_version is None
    with pytest.raises(NoActiveRegistry):
        world.store.pointer()


def test_an_upload_that_is_gone_is_refused(world: World) -> None:
    run = world.load_upload(Upload("releases/gone.zip", "v1"))
    assert run.status == "refused"
    assert "releases/gone.zip (version v1) is not in the releases bucket" in run.problems[0]["message"]


def test_an_event_that_the_bus_refused_is_published_at_the_next_delivery(world: World) -> None:
    upload = world.upload_file(release_file(2022))
    world.bus.down = True
    with pytest.raises(PublishFailed):
        world.load_upload(upload)
    assert world.live_posting().startswith("AK0001"), "the release is live although the event was refused"

    world.bus.down = False
    run = world.load_upload(upload)
    assert (run.status, run.events_published, len(world.activations)) == ("active", True, 1)


def test_a_flip_during_a_load_is_not_overwritten(world: World) -> None:
    """The load fails, and the next delivery starts from the new live version."""
    world.upload_and_load(release_file(2021))
    world.upload_and_load(release_file(2022))
    upload = world.upload_file(release_file(2023))

    def build_while_somebody_rolls_back(releases: Sequence[Release]) -> Index:
        roll_back(world.store, world.bus, "wrong file", world.clock, "an operator")
        return build_small_index(releases)

    with pytest.raises(VersionSuperseded):
        world.load_upload(upload, build=build_while_somebody_rolls_back)
    assert world.store.pointer().fiscal_year == 2021

    run = world.load_upload(upload)
    assert run.status == "active"
    assert [release.fiscal_year for release in world.store.version(run.version or "").releases] == [
        2021,
        2023,
    ]


def test_postings_of_an_interrupted_try_are_deleted(world: World) -> None:
    """The interrupted try built a version with FY2022, the next delivery builds a version without it."""
    world.upload_and_load(release_file(2021))
    world.upload_and_load(release_file(2022))
    upload = world.upload_file(release_file(2023))
    seconds_left = iter([100.0, 100.0, 100.0, 0.0])
    with pytest.raises(IndexIncomplete, match="time limit"):
        world.load_upload(upload, time_left=lambda: next(seconds_left))
    roll_back(world.store, world.bus, "wrong file", world.clock, "an operator")

    run = world.load_upload(upload)
    assert world.versions_with_postings() == {
        run.version,
        *(version for version in world.store.versions if version.startswith(("2021", "2022"))),
    }


def test_postings_that_an_interrupted_try_of_older_code_wrote_are_deleted(world: World) -> None:
    """Other code was deployed between the two deliveries."""
    upload = world.upload_file(release_file(2022))

    def build_with_more_keys(releases: Sequence[Release]) -> Index:
        index = build_small_index(releases)
        return replace(index, postings={**index.postings, "a key of the older code": b"?"})

    seconds_left = iter([100.0, 0.0])
    with pytest.raises(IndexIncomplete, match="time limit"):
        world.load_upload(upload, build=build_with_more_keys, time_left=lambda: next(seconds_left))
    run = world.load_upload(upload)
    assert run.status == "active"
    expected = build_small_index([read_release_file(io.BytesIO(release_file(2022)))]).postings
    assert world.store.items[run.version or ""] == expected
    assert world.bucket.manifests[run.version or ""] == expected.keys()


def test_a_release_is_indexed_again_for_another_index_format(world: World) -> None:
    first = world.upload_and_load(release_file(2022))
    old_code = World(bucket=world.bucket, clock=world.clock)
    record = replace(world.store.version(first.version or ""), version="2022.0.abc", index_format=0)
    old_code.store.put_version(record)
    pointer = replace(world.store.pointer(), active="2022.0.abc", index_format=0)
    old_code.store.flip(pointer, expected_active=None)

    run = old_code.upload_and_load(release_file(2022))
    assert (run.status, run.version) == ("active", first.version)
    assert old_code.store.pointer().previous == "2022.0.abc"
    assert old_code.live_posting() == world.live_posting()


def test_a_load_stops_before_its_time_limit_and_the_next_delivery_completes_it(world: World) -> None:
    upload = world.upload_file(release_file(2022))
    with pytest.raises(IndexIncomplete, match="time limit"):
        world.load_upload(upload, time_left=lambda: 5.0)
    run = world.store.run(upload.run_id)
    assert run
    assert (run.status, run.step, codes_of(run.problems)) == ("failed", "writing", ["IndexIncomplete"])

    assert world.load_upload(upload).status == "active"


def test_a_version_that_differs_from_the_built_index_is_not_activated(world: World) -> None:
    class LossyRegistry(MemoryRegistry):
        def put_postings(self, version: str, postings: Mapping[str, bytes]) -> None:
            super().put_postings(version, dict(list(postings.items())[1:]))

    world.store = LossyRegistry()
    with pytest.raises(IndexIncomplete, match="1 of 300 sampled postings"):
        world.upload_and_load(release_file(2022))
    with pytest.raises(NoActiveRegistry):
        world.store.pointer()


def test_the_load_stops_if_an_accepted_release_is_gone_and_says_what_to_do(world: World) -> None:
    live = world.upload_and_load(release_file(2021))
    world.bucket.remove("releases/pls.zip")
    upload = world.bucket.upload("releases/next.zip", release_file(2022))
    with pytest.raises(IndexIncomplete, match=r"fiscal year 2021 cannot be read again.*upload it once more"):
        world.load_upload(upload)
    assert world.store.pointer().active == live.version

    world.upload_and_load(release_file(2021))
    assert world.load_upload(upload).status == "active"


def test_a_version_is_deleted_when_two_newer_versions_have_been_live(world: World) -> None:
    runs = []
    for year in (2019, 2020, 2021, 2022):
        runs.append(world.upload_and_load(release_file(year)))
        world.clock.advance_hours(24)
    versions = [run.version or "" for run in runs]

    assert world.versions_with_postings() == set(versions[2:])
    assert set(world.bucket.manifests) == set(versions[2:])
    assert world.store.version(versions[0]).state is VersionState.RETIRED
    assert [accepted.fiscal_year for accepted in world.store.version(versions[1]).releases] == [2019, 2020]


def test_a_version_that_a_validation_may_still_read_is_not_deleted(world: World) -> None:
    versions = {world.upload_and_load(release_file(year)).version for year in (2020, 2021, 2022)}
    assert world.versions_with_postings() == versions


def test_a_rolled_back_version_is_not_activated_by_an_upload(world: World) -> None:
    first = world.upload_and_load(release_file(2021))
    bad = world.upload_file(release_file(2022))
    world.load_upload(bad)
    roll_back(world.store, world.bus, "wrong file", world.clock, "an operator")

    assert world.load_upload(bad).status == "active", "its run ended long ago"
    assert world.store.pointer().active == first.version
    again = world.upload_and_load(release_file(2022))
    assert (again.status, codes_of(again.problems)) == ("quarantined", ["version_withdrawn"])
    assert world.store.pointer().active == first.version


def test_a_second_delivery_does_not_undo_a_roll_back(world: World) -> None:
    """The load was killed between its flip and the end of its run."""
    first = world.upload_and_load(release_file(2021))
    bad = world.upload_file(release_file(2022))
    run = world.load_upload(bad)
    world.store.put_run(replace(run, status="loading", step="flipping", events_published=False))
    roll_back(world.store, world.bus, "wrong file", world.clock, "an operator")

    assert world.load_upload(bad).status == "quarantined"
    assert world.store.pointer().active == first.version


def test_a_corrected_release_is_accepted_after_a_roll_back(world: World) -> None:
    world.upload_and_load(release_file(2021))
    world.upload_and_load(release_file(2022, edition="bad"))
    roll_back(world.store, world.bus, "wrong file", world.clock, "an operator")
    run = world.upload_and_load(release_file(2022, edition="good"))

    assert run.status == "active"
    assert world.store.pointer().fiscal_year == 2022


def test_the_delta_from_the_nearest_release_is_stored_with_the_report(world: World) -> None:
    world.upload_and_load(release_file(2021))
    live = world.upload_and_load(release_file(2022, systems=101))
    quarantined = world.upload_and_load(release_file(2023, systems=50))

    assert set(world.bucket.deltas) == {live.run_id, quarantined.run_id}, (
        "the first release has no earlier one"
    )
    delta = world.bucket.deltas[live.run_id]
    assert (delta["older"]["fiscal_year"], delta["newer"]["fiscal_year"]) == (2021, 2022)
    assert [change["id"] for change in delta["changes"] if change["kind"] == "system"] == ["AK0100"]
    assert world.bucket.deltas[quarantined.run_id]["older"]["fiscal_year"] == 2022


def test_the_delta_of_an_older_year_describes_the_changes_from_older_to_newer(world: World) -> None:
    world.upload_and_load(release_file(2022))
    run = world.upload_and_load(release_file(2019, systems=101))
    delta = world.bucket.deltas[run.run_id]
    assert (delta["older"]["fiscal_year"], delta["newer"]["fiscal_year"]) == (2019, 2022)


def test_a_failed_delta_does_not_keep_a_release_from_going_live(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def raise_error(_older: Release, _newer: Release) -> None:
        raise KeyError("AK0001")

    world.upload_and_load(release_file(2021))
    monkeypatch.setattr(activation, "delta_between", raise_error)
    run = world.upload_and_load(release_file(2022))
    assert (run.status, codes_of(run.problems)) == ("active", ["delta_missing"])


def test_the_report_lists_the_rows_that_cannot_be_read(world: World) -> None:
    row = RowProblem("ae.csv", 7, "no FSCS key", {"FSCSKEY": "VERMONT"}, rejected=True)

    def read_with_a_bad_row(source: BinaryIO, *, file_name: str) -> Release:
        release = read_release_file(source, file_name=file_name)
        return replace(release, report=replace(release.report, row_problems=(row,)))

    run = world.load_upload(world.upload_file(release_file(2022)), read=read_with_a_bad_row)
    report = world.bucket.reports[run.run_id]
    assert report["row_problems"] == [row.as_json()]
    assert report["content_sha256"] == run.content_sha256
    assert run.report
    assert "row_problems" not in run.report, "there may be thousands of rows, and a run is one item"
