from __future__ import annotations

from library_validator_cli.evaluation.intervals import Share
from library_validator_cli.evaluation.summary import MEASURES, Spread, groups_of
from tests.builders.measured_rows import N, R, V, measured_row


def test_libraries_other_applicants_and_vanished_libraries_are_counted_separately() -> None:
    (group,) = groups_of(
        [
            measured_row(V),
            measured_row(V, "ME0002", right_rank=2),
            measured_row(R),
            measured_row(N, ""),
            measured_row(V, label="NONE"),
            measured_row(R, label="NONE"),
            measured_row(V, label="GONE"),
            measured_row(V, label="GONE", same_place=False),
        ]
    )
    counts = {name: (share.count, share.of) for name, share in group.measures.items()}
    assert counts == {
        "validated_right": (1, 4),
        "wrong": (1, 4),
        "review": (1, 4),
        "not_validated": (1, 4),
        "recall": (3, 4),
        "ranked_first": (2, 4),
        "non_library_validated": (1, 2),
        "non_library_review": (1, 2),
        "non_library_not_validated": (0, 2),
        "gone_validated": (2, 2),
        "gone_validated_elsewhere": (1, 2),
        "gone_review": (0, 2),
        "gone_not_validated": (0, 2),
    }
    assert set(counts) == set(MEASURES)
    assert group.rows == 8


def test_each_set_is_followed_by_its_kinds_and_counts_the_rows_of_all_of_them() -> None:
    groups = groups_of(
        [
            measured_row(of="typed", kind="typo"),
            measured_row(N, of="typed", kind="short"),
            measured_row(of="drift"),
            measured_row(of="typed"),
        ]
    )
    assert [(group.set, group.kind, group.rows) for group in groups] == [
        ("typed", "", 3),
        ("typed", "typo", 1),
        ("typed", "short", 1),
        ("drift", "", 1),
    ]
    assert groups[0].measures["validated_right"] == Share(count=2, of=3)


def test_answers_that_a_person_corrects_are_counted_by_their_deciding_reason() -> None:
    (group,) = groups_of(
        [
            measured_row(),
            measured_row(R, code="TIE"),
            measured_row(R, code="NAME_DIFFERS"),
            measured_row(R, code="TIE"),
            measured_row(N, code="NO_ENTRY"),
            measured_row(N, label="NONE", code="AFFILIATE"),
            measured_row(V, label="NONE"),
        ]
    )
    assert group.reasons == {
        "review": {"TIE": 2, "NAME_DIFFERS": 1},
        "not_validated": {"NO_ENTRY": 1},
        "non_library_validated": {"MATCH": 1},
    }
    assert list(group.reasons["review"]) == ["TIE", "NAME_DIFFERS"]


def test_keys_and_candidates_have_percentiles_and_a_maximum() -> None:
    (group,) = groups_of([measured_row(keys=number, candidates=2 * number) for number in range(1, 11)])
    assert group.keys == Spread(p50=5, p99=10, max=10)
    assert group.candidates == Spread(p50=10, p99=20, max=20)
