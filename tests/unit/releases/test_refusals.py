"""A file that is not a release is refused with a sentence: the file that was found, and the expected one."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library_validator.errors import ReleaseRefused
from library_validator.releases.reading.archive import ArchiveLimits, zip_pair
from library_validator.releases.reading.release import read_release
from tests.builders.release_files import (
    OUTLET,
    OUTLETS_FILE,
    SYSTEM,
    SYSTEMS_FILE,
    csv_of,
    release_zip,
    zip_of,
)

STATE_SUMMARY = "STABR,POPU_LSA,F_POPLSA,YR_SUB\r\nVT,640000,R_22,2023\r\n"


def refusal_of(content: bytes | io.BytesIO, limits: ArchiveLimits | None = None) -> ReleaseRefused:
    source = io.BytesIO(content) if isinstance(content, bytes) else content
    with pytest.raises(ReleaseRefused) as refused:
        read_release(source, limits=limits or ArchiveLimits())
    assert "\n" not in str(refused.value)
    return refused.value


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "an empty file"),
        (b" \r\n", "an empty file"),
        (release_zip().getvalue()[:-40], "a truncated or damaged zip"),
        (release_zip().getvalue()[:200], "a truncated or damaged zip"),
        (b"<!DOCTYPE html><html><body>403 Forbidden</body></html>", "a web page"),
        (b"\xef\xbb\xbf\r\n <HTML>", "a web page"),
        (STATE_SUMMARY.encode(), "a state summary"),
        (csv_of([SYSTEM]).encode(), "a lone CSV with the systems"),
        (csv_of([OUTLET]).encode("utf-8-sig"), "a lone CSV with the outlets"),
        (b"%PDF-1.7 ...", "neither a zip nor a file of the survey"),
        (bytes(range(256)) * 20, "neither a zip nor a file of the survey"),
        (zip_of({}).getvalue(), "a zip without files of the survey (it holds nothing)"),
        (
            zip_of({"data.csv": "a,b\r\n1,2\r\n"}).getvalue(),
            "without files of the survey (it holds 'data.csv')",
        ),
        (
            zip_of({"data.csv": "a,b"}).getvalue().replace(b"data.csv", b"\0ata.csv"),
            "a zip with a file that has no name",
        ),
        (zip_of({"inner.zip": release_zip().getvalue()}).getvalue(), "without files of the survey"),
        (zip_of({"state.csv": STATE_SUMMARY}).getvalue(), "the state summary only"),
        (zip_of({SYSTEMS_FILE: csv_of([SYSTEM])}).getvalue(), "but no outlets file"),
        (zip_of({OUTLETS_FILE: csv_of([OUTLET])}).getvalue(), "but no systems (AE) file"),
        (release_zip(more={"copy.csv": csv_of([SYSTEM])}).getvalue(), "two systems files"),
        (release_zip(more={"copy.csv": csv_of([OUTLET])}).getvalue(), "two outlets files"),
        (release_zip(more={"../../etc/x.csv": "a"}).getvalue(), "leaves its folder"),
        (release_zip(more={"/etc/x.csv": "a"}).getvalue(), "leaves its folder"),
        (release_zip(more={"..\\x.csv": "a"}).getvalue(), "leaves its folder"),
        (release_zip(more={"C:\\x.csv": "a"}).getvalue(), "leaves its folder"),
    ],
)
def test_a_file_that_is_not_a_whole_release_is_refused(content: bytes, found: str) -> None:
    assert found in refusal_of(content).found


def test_the_refusal_of_a_lone_csv_says_how_to_make_a_release() -> None:
    expected = refusal_of(csv_of([SYSTEM]).encode()).expected
    assert "library-validator upload AE.csv OUTLETS.csv" in expected


def test_an_encrypted_zip_is_refused() -> None:
    content = bytearray(release_zip().getvalue())
    central = content.rindex(b"PK\x01\x02")
    content[central + 8] |= 0x1
    assert "an encrypted zip" in refusal_of(bytes(content)).found


def test_a_zip_with_an_unusual_compression_is_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_LZMA) as writer:
        writer.writestr(SYSTEMS_FILE, csv_of([SYSTEM]))
    assert "an unusual compression" in refusal_of(target).found


def test_a_wrong_checksum_is_found_before_any_row_is_used() -> None:
    content = bytearray(release_zip().getvalue())
    local = zipfile.ZipFile(io.BytesIO(content)).getinfo(SYSTEMS_FILE).header_offset
    central = content.index(b"PK\x01\x02")
    for place in (local + 14, central + 16):
        content[place : place + 4] = struct.pack("<L", 0xDEADBEEF)
    assert "a damaged zip" in refusal_of(bytes(content)).found


def test_damaged_compressed_data_is_refused() -> None:
    content = bytearray(release_zip().getvalue())
    start = content.index(SYSTEMS_FILE.encode()) + len(SYSTEMS_FILE)
    content[start + 20 : start + 60] = b"\xff" * 40
    assert "a damaged zip" in refusal_of(bytes(content)).found


def big_systems_file(rows: int) -> str:
    header, row = csv_of([SYSTEM]).splitlines(keepends=True)
    return header + row * rows


def test_a_zip_that_unpacks_to_many_times_its_size_is_refused() -> None:
    bomb = zip_of({SYSTEMS_FILE: big_systems_file(20_000), OUTLETS_FILE: csv_of([OUTLET])})
    assert "times its size" in refusal_of(bomb).found


def test_a_zip_bomb_with_a_false_size_is_refused() -> None:
    content = bytearray(
        zip_of({SYSTEMS_FILE: big_systems_file(20_000), OUTLETS_FILE: csv_of([OUTLET])}).getvalue()
    )
    central = content.index(b"PK\x01\x02")
    for place in (22, central + 24):
        content[place : place + 4] = struct.pack("<L", 1000)
    assert "a damaged zip" in refusal_of(bytes(content)).found


def test_the_unpacked_size_of_all_members_is_limited() -> None:
    limits = ArchiveLimits(uncompressed_bytes=1 << 20, ratio=1_000_000)
    release = zip_of({SYSTEMS_FILE: big_systems_file(20_000), OUTLETS_FILE: csv_of([OUTLET])})
    assert "unpacks to more than 1 MB" in refusal_of(release, limits).found


def test_the_packed_size_is_limited() -> None:
    assert "a file of 0 MB" in refusal_of(release_zip(), ArchiveLimits(compressed_bytes=100)).found


def test_the_number_of_members_is_limited() -> None:
    crowd = release_zip(more={f"{number}.txt": "" for number in range(200)})
    assert "a zip with 202 members" in refusal_of(crowd).found


def test_an_endless_line_is_refused() -> None:
    endless = csv_of([SYSTEM]) + "x" * 300_000
    assert (
        "a line of more than 64 KB"
        in refusal_of(zip_of({SYSTEMS_FILE: endless, OUTLETS_FILE: csv_of([OUTLET])})).found
    )


def test_too_many_unreadable_rows_are_refused() -> None:
    rows = [{**SYSTEM, "FSCSKEY": f"VT{number:04}"} for number in range(1, 20)]
    refused = refusal_of(release_zip([*rows, {**SYSTEM, "FSCSKEY": "VERMONT"}]))
    assert "1 rows" in refused.found
    assert "of 20" in refused.found


def test_a_file_with_too_many_lines_that_are_not_rows_is_not_read_to_its_end() -> None:
    systems = csv_of([SYSTEM]) + "".join(f"{number * 2_654_435_761:x}\n" for number in range(100_100))
    refused = refusal_of(zip_of({SYSTEMS_FILE: systems, OUTLETS_FILE: csv_of([OUTLET])}))
    assert refused.found.startswith("over 100000 lines in ")


def test_a_header_without_rows_is_refused() -> None:
    header = csv_of([OUTLET]).splitlines(keepends=True)[0]
    assert "without rows" in refusal_of(zip_of({SYSTEMS_FILE: csv_of([SYSTEM]), OUTLETS_FILE: header})).found


def test_a_missing_column_is_named() -> None:
    without = {name: value for name, value in SYSTEM.items() if name not in {"PHONE", "ZIP"}}
    assert "no column ZIP, PHONE" in refusal_of(release_zip([without])).found


def test_a_repeated_column_is_refused() -> None:
    systems = csv_of([SYSTEM]).replace("LIBID,", "LIBNAME,", 1)
    refused = refusal_of(zip_of({SYSTEMS_FILE: systems, OUTLETS_FILE: csv_of([OUTLET])}))
    assert "the column LIBNAME twice" in refused.found


def test_files_of_two_years_are_refused() -> None:
    assert (
        "two files of different years"
        in refusal_of(release_zip(outlets=[{**OUTLET, "YR_SUB": "2022"}])).found
    )
    assert (
        "two files of different years"
        in refusal_of(release_zip(outlets=[{**OUTLET, "F_SQ_FT": "R_21"}])).found
    )


@given(st.integers(0, 10_000), st.integers(0, 255), st.booleans())
def test_a_spoiled_zip_is_read_or_refused_without_another_error(place: int, byte: int, cut: bool) -> None:
    content = bytearray(release_zip().getvalue())
    content[place % len(content)] = byte
    try:
        release = read_release(io.BytesIO(content[: place % len(content)] if cut else content))
    except ReleaseRefused:
        return
    assert release.systems == read_release(release_zip()).systems


@given(st.text(alphabet='VT0123,"\r\n\x00Ñ -.', max_size=300))
def test_any_rows_are_read_or_refused_without_another_error(rows: str) -> None:
    try:
        release = read_release(
            zip_of({SYSTEMS_FILE: csv_of([SYSTEM]) + rows, OUTLETS_FILE: csv_of([OUTLET])})
        )
    except ReleaseRefused:
        return
    assert release.systems[0].fscs_key == "VT0001"


def write_pair(folder: Path, first: str, second: str) -> tuple[Path, Path]:
    paths = (folder / "one" / "pud22i.csv", folder / "two" / "puout22i.csv")
    for path, content in zip(paths, (first, second), strict=True):
        path.parent.mkdir()
        path.write_text(content, newline="")
    return paths


@pytest.mark.parametrize("order", [1, -1])
def test_a_pair_of_files_is_zipped_in_either_order(tmp_path: Path, order: int) -> None:
    target = io.BytesIO()
    first, second = write_pair(tmp_path, csv_of([SYSTEM]), csv_of([OUTLET]))[::order]
    zip_pair(first, second, target)
    release = read_release(target)
    assert release.systems == read_release(release_zip()).systems
    assert [file.member for file in release.report.files] == ["pud22i.csv", "puout22i.csv"]


def test_the_same_pair_gives_the_same_zip(tmp_path: Path) -> None:
    paths = write_pair(tmp_path, csv_of([SYSTEM]), csv_of([OUTLET]))
    first, second = io.BytesIO(), io.BytesIO()
    zip_pair(*paths, first)
    zip_pair(*paths, second)
    assert first.getvalue() == second.getvalue()


def test_two_files_of_the_same_name_make_a_release(tmp_path: Path) -> None:
    for folder, content in (("ae", csv_of([SYSTEM])), ("outlets", csv_of([OUTLET]))):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "data.csv").write_text(content, newline="")
    target = io.BytesIO()
    zip_pair(tmp_path / "ae" / "data.csv", tmp_path / "outlets" / "data.csv", target)
    assert len(read_release(target).outlets) == 1


@pytest.mark.parametrize(
    ("second", "found"),
    [
        (csv_of([SYSTEM]), "two systems files"),
        (STATE_SUMMARY, "'puout22i.csv' is a state summary"),
        ("a,b\r\n", "'puout22i.csv' is not a file of the survey"),
        ("", "'puout22i.csv' is not a file of the survey"),
    ],
)
def test_a_pair_that_is_not_a_release_is_not_zipped(tmp_path: Path, second: str, found: str) -> None:
    target = io.BytesIO()
    with pytest.raises(ReleaseRefused, match=found):
        zip_pair(*write_pair(tmp_path, csv_of([SYSTEM]), second), target)
    assert target.getvalue() == b""


def a_zip_with_members(count: int) -> io.BytesIO:
    """A zip whose list of members names one empty member ``count`` times."""
    local = io.BytesIO()
    with zipfile.ZipFile(local, "w") as writer:
        writer.writestr("a", b"")
    (start,) = struct.unpack("<L", local.getvalue()[-6:-2])
    member = local.getvalue()[start:-22]
    listed = member * count
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(listed), start)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, start + len(listed), 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return io.BytesIO(local.getvalue()[:start] + listed + end64 + locator + end)


def test_a_zip_with_600_000_members_is_refused_before_its_list_of_members_is_read() -> None:
    source = a_zip_with_members(600_000)
    tracemalloc.start()
    try:
        refused = refusal_of(source)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert str(refused) == "a zip whose list of members has 27,539 KB; expected a list of at most 256 KB"
    assert peak < 4 << 20


def test_the_members_of_a_short_list_are_counted() -> None:
    assert refusal_of(a_zip_with_members(5_000)).found == "a zip with 5000 members"


def test_a_zip_with_a_long_comment_is_read() -> None:
    source = release_zip()
    with zipfile.ZipFile(source, "a") as writer:
        writer.comment = b"c" * 65_535
    assert read_release(source).systems
