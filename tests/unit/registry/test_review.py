"""A person accepts or rejects a quarantined release."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from library_validator.errors import PublishFailed, ReleaseRefused, ReviewRefused, RunChanged
from library_validator.event_bus import Event, RefusedEvent
from library_validator.registry.events import ReleaseRefusedEvent
from library_validator.registry.store import VersionState
from library_validator.releases.records import Problem
from tests.unit.registry.world import World, release_file

FETCHED = {"source-url": "https://mirror.example/pls.zip", "source-id": "mirror", "official": "no"}
NAMED_ANOTHER_YEAR = Problem("year_disagrees", "quarantine", "the name says fiscal year 2023")


def codes_of(problems: object) -> list[str]:
    return [problem["code"] for problem in problems]  # type: ignore[attr-defined]


def older_year_quarantined(world: World):  # type: ignore[no-untyped-def]
    world.upload_and_load(release_file(2022))
    run = world.upload_and_load(release_file(2019))
    assert run.status == "quarantined"
    return run


def test_an_accepted_older_year_is_added_with_the_reason_of_the_person(world: World) -> None:
    quarantined = older_year_quarantined(world)
    run = world.load_upload(world.accept_run(quarantined, "agreed with the state", "pat"))

    assert (run.status, run.reason, run.by) == ("active", "agreed with the state", "pat")
    pointer = world.store.pointer()
    assert (pointer.fiscal_year, pointer.reason) == (2022, "agreed with the state")
    assert [accepted.fiscal_year for accepted in world.store.version(pointer.active).releases] == [2019, 2022]
    event = world.activations[-1]
    assert (event.data.reason, event.data.by, event.data.run_id) == (
        "agreed with the state",
        "pat",
        run.run_id,
    )


def test_an_accepted_problem_becomes_a_warning_with_the_reason(world: World) -> None:
    run = world.load_upload(world.accept_run(older_year_quarantined(world), "agreed", "pat"))

    [problem] = run.problems
    assert (problem["code"], problem["severity"]) == ("superseded", "warning")
    assert problem["message"].endswith("(accepted by pat: agreed)")


def test_the_acceptance_is_stored_on_the_quarantined_run(world: World) -> None:
    quarantined = older_year_quarantined(world)
    upload = world.accept_run(quarantined, "agreed", "pat")
    kept = world.stored_run(quarantined)
    assert (kept.status, kept.reason, kept.by, kept.accepted_as) == ("accepted", "agreed", "pat", "")
    assert kept.decided_at > quarantined.updated_at
    assert codes_of(kept.problems) == ["superseded"]

    loaded = world.load_upload(upload)
    assert world.stored_run(quarantined).accepted_as == loaded.run_id != quarantined.run_id


def test_the_same_object_is_uploaded_again_with_its_origin(world: World) -> None:
    world.upload_and_load(release_file(2021))
    fetched = world.bucket.upload("releases/fetched/pls fy2022.zip", release_file(2022), FETCHED)
    quarantined = world.load_upload(fetched)
    assert codes_of(quarantined.problems) == ["from_mirror"]
    assert "https://mirror.example/pls.zip" in quarantined.problems[0]["message"]
    upload = world.accept_run(quarantined)

    assert (upload.key, upload.version) == (fetched.key, "v2")
    assert FETCHED.items() <= world.bucket.metadata(upload).items()
    run = world.load_upload(upload)
    assert (run.status, run.provenance) == ("active", FETCHED)


def test_a_release_of_the_agency_itself_needs_no_person(world: World) -> None:
    official = FETCHED | {"official": "yes"}
    run = world.load_upload(world.bucket.upload("releases/fetched/pls.zip", release_file(2022), official))
    assert (run.status, run.provenance) == ("active", official)


def test_a_fetched_object_without_an_origin_needs_a_person(world: World) -> None:
    run = world.load_upload(world.bucket.upload("releases/fetched/pls.zip", release_file(2022)))
    assert (run.status, codes_of(run.problems)) == ("quarantined", ["from_mirror"])


def test_an_accepted_release_from_a_mirror_is_unchanged(world: World) -> None:
    world.upload_and_load(release_file(2022))
    run = world.load_upload(world.bucket.upload("releases/fetched/pls.zip", release_file(2022), FETCHED))
    assert run.status == "unchanged"


def test_a_new_problem_after_the_acceptance_quarantines_the_release_again(world: World) -> None:
    quarantined = older_year_quarantined(world)
    upload = world.accept_run(quarantined)
    world.upload_and_load(release_file(2023))
    pointer = world.store.pointer()
    run = world.load_upload(upload)

    assert (run.status, world.store.pointer()) == ("quarantined", pointer)
    assert codes_of(run.problems) == ["superseded", "acceptance_outdated"]
    assert "accepted by pat" in run.problems[1]["message"]
    # A second acceptance, after the new problem is known, loads the release.
    assert world.load_upload(world.accept_run(run)).status == "active"


def test_an_acceptance_is_used_by_one_load_only(world: World) -> None:
    quarantined = older_year_quarantined(world)
    upload = world.accept_run(quarantined)
    mark = world.bucket.metadata(upload)
    active = world.load_upload(upload).version
    world.roll_back()
    again = world.load_upload(world.bucket.upload("releases/copy.zip", release_file(2019), mark))

    assert again.status == "quarantined"
    assert codes_of(again.problems) == ["superseded", "version_withdrawn"]
    assert world.store.version(active or "").state is VersionState.ROLLED_BACK


def test_an_acceptance_applies_to_the_same_content_only(world: World) -> None:
    quarantined = older_year_quarantined(world)
    mark = world.bucket.metadata(world.accept_run(quarantined))
    other = world.bucket.upload("releases/other.zip", release_file(2018), mark)
    assert world.load_upload(other).status == "quarantined"
    assert world.stored_run(quarantined).accepted_as == ""


@pytest.mark.parametrize("mark", ["releases/never.zip@v1", "%", "", "x" * 2_000])
def test_an_upload_that_names_a_run_that_was_not_accepted_stays_quarantined(world: World, mark: str) -> None:
    world.upload_and_load(release_file(2022))
    upload = world.bucket.upload("releases/pls.zip", release_file(2019), {"accepted-run": mark})
    assert world.load_upload(upload).status == "quarantined"


def test_a_second_delivery_of_an_accepted_upload_does_not_undo_a_roll_back(world: World) -> None:
    upload = world.accept_run(older_year_quarantined(world))
    world.load_upload(upload)
    world.roll_back()
    pointer = world.store.pointer()

    assert world.load_upload(upload).status == "active", "its run ended before the roll-back"
    assert world.store.pointer() == pointer


def test_an_accepted_load_killed_after_its_flip_does_not_undo_a_roll_back(world: World) -> None:
    upload = world.accept_run(older_year_quarantined(world))
    run = world.load_upload(upload)
    world.store.put_run(
        type(run)(run.run_id, "loading", "flipping", run.started_at, run.updated_at, run.version)
    )
    world.roll_back()
    pointer = world.store.pointer()

    assert world.load_upload(upload).status == "quarantined"
    assert world.store.pointer() == pointer


def test_a_person_can_bring_back_a_rolled_back_version_by_accepting(world: World) -> None:
    first = world.upload_and_load(release_file(2021))
    second = world.upload_and_load(release_file(2022))
    world.roll_back()
    quarantined = world.upload_and_load(release_file(2022))
    assert codes_of(quarantined.problems) == ["version_withdrawn"]
    run = world.load_upload(world.accept_run(quarantined, "it was right after all"))

    assert (run.status, run.version, run.replaces) == ("active", second.version, first.version)
    assert world.store.version(second.version or "").state is VersionState.ACTIVE


def test_a_version_that_was_deleted_meanwhile_is_built_again(world: World) -> None:
    for year in (2020, 2021):
        world.upload_and_load(release_file(year))
        world.clock.advance_hours(24)
    withdrawn = world.store.pointer().active
    world.roll_back()
    for edition in ("a", "b"):
        world.clock.advance_hours(24)
        world.load_upload(world.accept_run(world.upload_and_load(release_file(2020, edition=edition))))
    assert world.store.version(withdrawn).state is VersionState.RETIRED
    world.clock.advance_hours(24)
    world.load_upload(world.accept_run(world.upload_and_load(release_file(2020))))
    run = world.load_upload(world.accept_run(world.upload_and_load(release_file(2021))))

    assert (run.status, run.version) == ("active", withdrawn)
    assert world.live_posting().startswith("AK0001 in 2020:")


def test_a_roll_back_after_the_acceptance_needs_another_acceptance(world: World) -> None:
    world.upload_and_load(release_file(2021))
    world.upload_and_load(release_file(2022))
    world.roll_back()
    upload = world.accept_run(world.upload_and_load(release_file(2022)))
    world.load_upload(world.accept_run(world.upload_and_load(release_file(2022))))
    world.clock.advance_hours(1)
    world.roll_back("wrong after all")
    pointer = world.store.pointer()

    run = world.load_upload(upload)
    assert (run.status, world.store.pointer()) == ("quarantined", pointer)


def test_a_second_acceptance_completes_an_acceptance_that_was_killed(world: World) -> None:
    quarantined = older_year_quarantined(world)
    first = world.accept_run(quarantined, "agreed", "pat")
    second = world.accept_run(quarantined, "the reason of the second call", "sam")

    assert second != first
    assert world.load_upload(second).by == "pat"
    assert world.load_upload(first).status == "unchanged", "the content is live already"
    with pytest.raises(ReviewRefused, match="was accepted by pat on 2026-11-23 and loaded as"):
        world.accept_run(quarantined)


def test_an_accepted_file_that_is_renamed_for_another_year_is_quarantined(world: World) -> None:
    renamed = release_file(2022, problems=[NAMED_ANOTHER_YEAR])
    world.load_upload(world.accept_run(world.upload_and_load(renamed, "releases/pls_fy2022.zip")))
    pointer = world.store.pointer()

    again = world.upload_and_load(renamed, "releases/pls_fy2022.zip")
    assert again.status == "unchanged", "under the name that was accepted"
    run = world.upload_and_load(renamed, "releases/pls_fy2023.zip")
    assert (run.status, codes_of(run.problems)) == ("quarantined", ["year_disagrees"])
    assert world.store.pointer() == pointer


def test_a_rejection_is_published_and_ends_the_run(world: World) -> None:
    quarantined = older_year_quarantined(world)
    rejected = world.reject_run(quarantined, "half of Ohio is missing", "pat")

    assert world.stored_run(quarantined) == rejected
    assert (rejected.status, rejected.reason, rejected.by) == ("rejected", "half of Ohio is missing", "pat")
    first, second = (event for event in world.bus.events if isinstance(event, ReleaseRefusedEvent))
    assert (first.data.status, second.data.status) == ("quarantined", "rejected")
    assert (second.data.reason, second.data.by) == ("half of Ohio is missing", "pat")
    assert second.metadata.registry_version == world.store.pointer().active
    assert first.metadata.event_id != second.metadata.event_id
    with pytest.raises(ReviewRefused, match="was rejected by pat on 2026-11-23"):
        world.accept_run(quarantined)
    with pytest.raises(ReviewRefused, match="half of Ohio is missing"):
        world.reject_run(quarantined)


def test_a_rejection_that_was_not_published_is_published_by_the_next_call(world: World) -> None:
    quarantined = older_year_quarantined(world)
    world.bus.down = True
    with pytest.raises(PublishFailed):
        world.reject_run(quarantined, "first words")
    world.bus.down = False
    rejected = world.reject_run(quarantined, "second words")

    assert (rejected.reason, rejected.events_published) == ("first words", True)
    assert world.bus.events[-1].metadata.occurred_at.isoformat() == rejected.decided_at


def test_a_redelivered_upload_event_changes_nothing_after_a_person_decided(world: World) -> None:
    world.upload_and_load(release_file(2022))
    upload = world.upload_file(release_file(2019))
    world.reject_run(world.load_upload(upload))
    published = len(world.bus.events)

    assert world.load_upload(upload).status == "rejected"
    assert len(world.bus.events) == published


def test_only_a_quarantined_run_can_be_accepted_or_rejected(world: World) -> None:
    active = world.upload_and_load(release_file(2022))
    refused = world.upload_and_load(b"<html>")
    for run, said in ((active, "it is active"), (refused, "it is refused")):
        with pytest.raises(ReviewRefused, match=said):
            world.accept_run(run)
        with pytest.raises(ReviewRefused, match=said):
            world.reject_run(run)
    with pytest.raises(ReviewRefused, match="there is no such run"):
        world.reject_run(replace(active, run_id="releases/never.zip@v1"))


def test_a_release_of_a_year_that_is_not_over_cannot_be_accepted(world: World) -> None:
    quarantined = world.upload_and_load(release_file(2099))
    with pytest.raises(ReviewRefused, match="its fiscal year is not over"):
        world.accept_run(quarantined)
    assert world.reject_run(quarantined).status == "rejected"


def test_a_release_that_is_gone_cannot_be_accepted_and_stays_quarantined(world: World) -> None:
    quarantined = older_year_quarantined(world)
    world.bucket.remove("releases/pls.zip")
    with pytest.raises(ReleaseRefused, match="is not in the releases bucket"):
        world.accept_run(quarantined)
    assert world.stored_run(quarantined).status == "quarantined"


def test_an_acceptance_of_a_file_with_a_very_long_name_is_refused_before_anything_is_stored(
    world: World,
) -> None:
    world.upload_and_load(release_file(2022))
    quarantined = world.upload_and_load(release_file(2019), "releases/" + "ä" * 200)
    with pytest.raises(ReviewRefused, match="its name is too long; upload the file again"):
        world.accept_run(quarantined)
    assert world.stored_run(quarantined).status == "quarantined"


def test_the_second_of_two_simultaneous_reviews_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    quarantined = older_year_quarantined(world)
    kept = world.store.run

    def run_before_the_other_decision(run_id: str):  # type: ignore[no-untyped-def]
        monkeypatch.setattr(world.store, "run", kept)
        run = kept(run_id)
        world.reject_run(quarantined)
        return run

    monkeypatch.setattr(world.store, "run", run_before_the_other_decision)
    with pytest.raises(RunChanged, match="is not quarantined any more"):
        world.accept_run(quarantined)
    assert world.stored_run(quarantined).status == "rejected"


def test_a_review_that_comes_while_the_load_ends_is_not_overwritten(world: World) -> None:
    """The load publishes a quarantine after it has stored the run. A person decides between the two."""
    world.upload_and_load(release_file(2022))
    upload = world.upload_file(release_file(2019))
    publish = world.bus.publish

    def publish_after_a_rejection(events: Sequence[Event]) -> list[RefusedEvent]:
        refused = publish(events)
        world.bus.publish = publish  # type: ignore[method-assign]
        world.accept_run(type("", (), {"run_id": upload.run_id})())
        return refused

    world.bus.publish = publish_after_a_rejection  # type: ignore[method-assign]
    assert world.load_upload(upload).status == "accepted"
    kept = world.store.run(upload.run_id)
    assert kept
    assert kept.status == "accepted"
