"""The thresholds and counts of the comparison with peers, on invented answers."""

from __future__ import annotations

from dataclasses import replace

from lab.peers.measuring import (
    NEVER,
    Case,
    Measure,
    affiliate_rule,
    answers_at,
    highest_threshold,
    lowest_threshold,
    measure_pool,
    measure_sets,
    refuse_nothing,
    steps_of,
)
from lab.peers.product import MatcherAnswer
from lab.peers.records import BestLibrary, best_libraries, record_of, records_of
from lab.peers.tables import MatcherResult, leads_of_peers, tables_of_results
from library_validator.decisions.application import Application
from library_validator_cli.evaluation.labelled import GONE, NONE, LabelledRow
from tests.builders.small_registry import ALDER, COLLEGE_HOST, NEWEST, SYSTEMS


def case(label: str, name: str = "Alder Point Library", in_set: str = "a", *, in_pool: bool = True) -> Case:
    application = Application(application_id="1", name=name)
    return Case(in_set, LabelledRow(in_set, "", label, application, ()), in_pool)


def result(matcher: str, cases: list[Case], answers: list[MatcherAnswer]) -> MatcherResult:
    return MatcherResult(matcher, 0.5, measure_pool(cases, answers), measure_sets(cases, answers), answers)


RIGHT, WRONG = case("ME0001"), case("ME0002")
CASES = [RIGHT, RIGHT, WRONG, RIGHT, case(NONE)]
ANSWERS = [BestLibrary("ME0001", score, 1.0) for score in (0.9, 0.8, 0.7, 0.7, 0.6)]


def test_the_chosen_threshold_is_above_the_score_with_too_many_wrong_rows() -> None:
    steps = steps_of(CASES, ANSWERS, refuse_nothing)

    assert lowest_threshold(steps, 0).threshold == 0.8
    assert lowest_threshold(steps, 1).threshold == 0.7
    assert lowest_threshold(steps, 2).threshold == 0.6


def test_equal_scores_are_validated_together_or_not_at_all() -> None:
    step = lowest_threshold(steps_of(CASES, ANSWERS, refuse_nothing), 1)

    assert (step.right, step.wrong) == (3, 1)


def test_nothing_is_validated_if_the_best_score_is_wrong() -> None:
    threshold = lowest_threshold(steps_of([WRONG], [ANSWERS[0]], refuse_nothing), 0).threshold

    assert threshold == NEVER
    assert answers_at(threshold, [WRONG], [ANSWERS[0]], refuse_nothing) == [MatcherAnswer("ME0001", "")]


def test_wrong_rows_are_counted_down_to_the_score_that_reaches_as_many_right_rows() -> None:
    steps = steps_of(CASES, ANSWERS, refuse_nothing)
    reached, beyond = highest_threshold(steps, 3), highest_threshold(steps, 4)

    assert reached is not None
    assert reached.wrong == 1
    assert beyond is None


def test_rows_outside_the_pool_do_not_change_the_threshold() -> None:
    outside = [replace(case, in_pool=False) for case in CASES[2:]]

    assert lowest_threshold(steps_of([*CASES[:2], *outside], ANSWERS, refuse_nothing), 0).threshold == 0.8


def test_a_tie_between_two_libraries_is_not_validated() -> None:
    tied = BestLibrary("ME0001", 0.9, 0.0)

    assert answers_at(0.5, [RIGHT], [tied], refuse_nothing) == [MatcherAnswer("ME0001", "")]


def test_a_cue_word_counts_only_if_no_name_of_the_library_has_it() -> None:
    refuses = affiliate_rule(NEWEST)

    assert refuses("Friends of Alder Point Public Library", ALDER.fscs_key)
    assert refuses("Alder Point College Library", ALDER.fscs_key)
    assert not refuses("Fenwick College & Community Library", COLLEGE_HOST.fscs_key)
    assert not refuses("Alder Point Public Library", ALDER.fscs_key)


def test_every_row_is_counted_in_its_set_by_its_answer() -> None:
    cases = [case("ME0001"), case("ME0001"), case(NONE, in_set="b"), case(GONE, in_set="b")]
    answers = [
        MatcherAnswer("ME0001", "ME0001"),
        MatcherAnswer("ME0001", "ME0002"),
        *[MatcherAnswer("ME0001", "ME0001")] * 2,
    ]

    assert measure_sets(cases, answers) == {
        "a": Measure(2, 2, 0, 2, 1, 1, 0, 0),
        "b": Measure(2, 0, 1, 0, 0, 0, 1, 1),
    }


def test_a_cell_in_which_a_peer_is_better_lists_the_answers_of_the_product() -> None:
    cases = [RIGHT, RIGHT, case(NONE)]
    ours = [
        MatcherAnswer("ME0001", "ME0001", "validated", "MATCH"),
        MatcherAnswer("ME0001", "", "needs_review", "TIE"),
        MatcherAnswer("", "", "not_validated", "NO_ENTRY"),
    ]
    theirs = [*[MatcherAnswer("ME0001", "ME0001")] * 2, MatcherAnswer("ME0001", "ME0001")]
    ahead = leads_of_peers(result("product", cases, ours), [result("peer", cases, theirs)], cases)

    assert [(cell.column, cell.peer, cell.product) for cell in ahead] == [("validated_right", 2, 1)]
    assert ahead[0].answers == {"needs_review TIE": 1}


def test_only_a_count_of_all_rows_is_shown_as_100_percent() -> None:
    cases = [RIGHT] * 30_000
    answers = [MatcherAnswer("ME0001", "ME0001")] * 29_999 + [MatcherAnswer("ME0001", "")]

    assert "100.00 / 99.99 / 0" in tables_of_results([result("product", cases, answers)])


def test_a_library_has_the_score_of_its_best_record_and_a_margin_to_another_library() -> None:
    application = record_of("1", "", {"name": "Alder Point"})
    pairs = [("1", "ME0001", 3.0), ("1", "ME0001", 5.0), ("1", "ME0002", 1.0)]

    assert best_libraries(pairs, [application]) == [BestLibrary("ME0001", 5.0, 4.0)]
    assert best_libraries([], [application])[0].fscs_key == ""


def test_peers_get_every_system_every_different_mailing_address_and_every_outlet() -> None:
    by_mail = replace(SYSTEMS[0], mailing_street="PO BOX 7")
    records = records_of(replace(NEWEST, systems=(by_mail, *SYSTEMS[1:])))
    mailing = [record for record in records if record.street == "BOX 7"]

    assert len(records) == len(SYSTEMS) + 1 + len(NEWEST.outlets)
    assert [record.fscs_key for record in mailing] == ["ME0001"]
    assert len({record.id for record in records}) == len(records)


def test_two_spellings_of_a_library_become_the_same_record() -> None:
    typed = {
        "name": "The Alder Point P.L.",
        "street": "12 North Fork Rd.",
        "city": "Mt. Alder",
        "state": "Maine",
        "zip": "4901",
        "phone": "(207) 555-0101",
    }
    published = {
        "name": "ALDER POINT PUBLIC LIBRARY",
        "street": "12 N FORK ROAD",
        "city": "MOUNT ALDER",
        "state": "ME",
        "zip": "04901",
        "phone": "2075550101",
    }

    assert record_of("1", "", typed) == record_of("1", "", published)
