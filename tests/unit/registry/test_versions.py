import pytest
from hypothesis import given
from hypothesis import strategies as st

from library_validator.registry.bucket import Upload
from library_validator.registry.store import AcceptedRelease
from library_validator.registry.versions import version_name

releases = st.lists(
    st.builds(AcceptedRelease, st.integers(1992, 2100), st.text(), st.text(), st.text()),
    min_size=1,
    unique_by=lambda release: release.fiscal_year,
)


@given(releases, st.randoms())
def test_the_name_of_a_version_does_not_depend_on_the_order_of_its_releases(
    accepted: list[AcceptedRelease], random: object
) -> None:
    shuffled = list(accepted)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert version_name(shuffled) == version_name(accepted)


@given(releases)
def test_the_name_of_a_version_does_not_depend_on_the_uploaded_objects(
    accepted: list[AcceptedRelease],
) -> None:
    elsewhere = [
        AcceptedRelease(release.fiscal_year, release.content_sha256, "else", "where") for release in accepted
    ]
    assert version_name(elsewhere) == version_name(accepted)


def test_the_name_of_a_version_has_its_newest_year_its_format_and_a_hash_of_its_content() -> None:
    old, new = AcceptedRelease(2021, "a", "k", "v"), AcceptedRelease(2022, "b", "k", "v")
    assert version_name([new, old], index_format=3).startswith("2022.3.")
    others = {version_name([new]), version_name([old]), version_name([AcceptedRelease(2022, "c", "k", "v")])}
    assert len(others | {version_name([old, new])}) == 4


def test_a_version_without_releases_has_no_name() -> None:
    with pytest.raises(ValueError, match="at least one release"):
        version_name([])


@given(st.text(min_size=1, max_size=1024), st.text(max_size=32))
def test_run_ids_fit_a_sort_key_and_differ_for_different_keys(key: str, version: str) -> None:
    key = key.encode(errors="ignore").decode() or "k"
    version = version.encode(errors="ignore").decode()
    run_id = Upload(key, version).run_id
    assert run_id.endswith(f"@{version}")
    assert len(run_id.encode()) <= 1024
    assert run_id != Upload(key + "x", version).run_id
