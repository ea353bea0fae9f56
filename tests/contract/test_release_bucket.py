"""The contract of ``ReleaseBucket``."""

from __future__ import annotations

import pytest

from library_validator.errors import ReleaseRefused
from library_validator.registry.bucket import Upload
from tests.contract.conftest import MAX_BYTES, BucketUnderTest

KEY = "releases/pls fy2022+ä.zip"


def test_each_version_of_an_object_is_read_as_it_was_uploaded(releases: BucketUnderTest) -> None:
    first, second = releases.upload(KEY, b"first"), releases.upload(KEY, b"second")
    assert first.version != second.version
    for upload, content in ((first, b"first"), (second, b"second")):
        with releases.bucket.open_release(upload) as body:
            assert body.read() == content


def test_an_object_can_be_read_from_its_end(releases: BucketUnderTest) -> None:
    with releases.bucket.open_release(releases.upload(KEY, b"0123456789")) as body:
        body.seek(-3, 2)
        assert body.read() == b"789"
        body.seek(0)
        assert body.read(2) == b"01"


def test_the_current_version_is_the_last_upload(releases: BucketUnderTest) -> None:
    releases.upload(KEY, b"first")
    second = releases.upload(KEY, b"second")
    assert releases.bucket.current_version(KEY) == second.version


def test_an_object_that_is_gone_is_refused(releases: BucketUnderTest) -> None:
    with pytest.raises(ReleaseRefused, match="is not in the releases bucket"):
        releases.bucket.current_version("releases/never.zip")
    version = releases.upload(KEY, b"first").version
    with (
        pytest.raises(ReleaseRefused, match="is not in the releases bucket"),
        releases.bucket.open_release(Upload("releases/never.zip", version)),
    ):
        pass


def test_the_refusal_of_an_object_over_the_limit_names_both_sizes(releases: BucketUnderTest) -> None:
    with releases.bucket.open_release(releases.upload(KEY, b"x" * MAX_BYTES)) as body:
        assert len(body.read()) == MAX_BYTES
    too_large = releases.upload(KEY, b"x" * (MAX_BYTES + 1))
    with (
        pytest.raises(ReleaseRefused, match=r"1,001 bytes; expected a zip of at most 1,000 bytes"),
        releases.bucket.open_release(too_large),
    ):
        pass


def test_each_upload_has_its_own_metadata(releases: BucketUnderTest) -> None:
    fetched = releases.upload(KEY, b"first", {"source-url": "https://example.org/a.zip", "official": "yes"})
    by_hand = releases.upload(KEY, b"second")
    assert releases.bucket.metadata(fetched) == {"source-url": "https://example.org/a.zip", "official": "yes"}
    assert releases.bucket.metadata(by_hand) == {}
    with pytest.raises(ReleaseRefused, match="is not in the releases bucket"):
        releases.bucket.metadata(Upload("releases/never.zip", by_hand.version))


@pytest.mark.parametrize("key", [KEY, "releases/fetched/pls.zip"], ids=["in place", "elsewhere"])
def test_an_old_upload_is_uploaded_again_whole_with_other_metadata(
    releases: BucketUnderTest, key: str
) -> None:
    judged = releases.upload(KEY, b"first", {"official": "no"})
    releases.upload(KEY, b"second")
    again = releases.bucket.upload_again(judged, key, {"accepted-run": "releases/a%40b.zip@v1"})
    assert again.key == key
    assert again.version == releases.bucket.current_version(key)
    with releases.bucket.open_release(again) as body:
        assert body.read() == b"first"
    assert releases.bucket.metadata(again) == {"accepted-run": "releases/a%40b.zip@v1"}
    assert releases.bucket.metadata(judged) == {"official": "no"}


def test_a_deleted_upload_cannot_be_uploaded_again(releases: BucketUnderTest) -> None:
    version = releases.upload(KEY, b"first").version
    with pytest.raises(ReleaseRefused, match="is not in the releases bucket"):
        releases.bucket.upload_again(Upload("releases/never.zip", version), KEY, {})


def test_a_stored_manifest_is_read_back_unchanged(releases: BucketUnderTest) -> None:
    releases.bucket.put_manifest("2022.1.abc", ["b", "ä", "a"])
    releases.bucket.put_manifest("2021.1.abc", [])
    assert releases.bucket.manifest("2022.1.abc") == {"a", "b", "ä"}
    assert releases.bucket.manifest("2021.1.abc") == frozenset()


def test_a_manifest_can_be_deleted_twice(releases: BucketUnderTest) -> None:
    releases.bucket.put_manifest("2022.1.abc", ["a"])
    assert releases.has_manifest("2022.1.abc")
    releases.bucket.delete_manifest("2022.1.abc")
    releases.bucket.delete_manifest("2022.1.abc")
    assert not releases.has_manifest("2022.1.abc")


def test_the_releases_that_went_live_last_are_noted(releases: BucketUnderTest) -> None:
    assert list(releases.bucket.live_releases()) == []
    for year in (2021, 2022):
        releases.bucket.put_live_releases([{"fiscal_year": year, "object_key": KEY}])
    assert list(releases.bucket.live_releases()) == [{"fiscal_year": 2022, "object_key": KEY}]


def test_the_latest_report_of_a_run_is_kept_for_people(releases: BucketUnderTest) -> None:
    releases.bucket.put_report("releases/a.zip@v1", {"systems": 9_247})
    releases.bucket.put_report("releases/a.zip@v1", {"systems": 9_248})
    assert releases.report("releases/a.zip@v1") == {"systems": 9_248}


def test_the_delta_is_kept_beside_the_report(releases: BucketUnderTest) -> None:
    releases.bucket.put_report("releases/a.zip@v1", {"systems": 9_248})
    releases.bucket.put_delta("releases/a.zip@v1", {"gone": ["AK0001"]})
    assert releases.delta("releases/a.zip@v1") == {"gone": ["AK0001"]}
    assert releases.report("releases/a.zip@v1") == {"systems": 9_248}
