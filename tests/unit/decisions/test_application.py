"""Reading an application: the fields that are kept, their problems, and unreadable bodies."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from library_validator.decisions.application import (
    FIELDS,
    MAX_FIELD_CHARACTERS,
    MAX_ID_CHARACTERS,
    MAX_MESSAGE_BYTES,
    Application,
    FieldProblem,
    ReadApplication,
    application_from_fields,
    read_application,
)
from library_validator.errors import ApplicationUnreadable

APPLICATION: Final = TypeAdapter(Application)


def read_fields(**fields: Any) -> ReadApplication:
    return read_application(json.dumps(fields))


def problems_of(read: ReadApplication) -> dict[str, str]:
    return {problem.field: problem.problem for problem in read.problems}


class TestReadableBodies:
    def test_every_field_is_kept_as_given_but_trimmed(self) -> None:
        fields = {name: f"  the {name} " for name in FIELDS}

        application = read_fields(application_id=" A-1 ", revision=3, **fields).application

        assert application.application_id == "A-1"
        assert application.revision == 3
        assert {name: getattr(application, name) for name in FIELDS} == {
            name: f"the {name}" for name in FIELDS
        }

    def test_missing_and_null_fields_become_empty_text(self) -> None:
        found = read_fields(application_id="A-1", name="Anytown", city=None)

        assert found.problems == ()
        assert found.application.city == found.application.street == ""

    def test_numbers_become_text(self) -> None:
        application = read_fields(application_id=17, name="Anytown", zip=99501, phone=9075550100).application

        assert (application.application_id, application.zip, application.phone) == (
            "17",
            "99501",
            "9075550100",
        )

    def test_whole_numbers_written_as_decimals_become_whole_numbers(self) -> None:
        application = read_fields(
            application_id=17.0, name="Anytown", zip=2134.0, phone=9075550100.0
        ).application

        assert (application.application_id, application.zip, application.phone) == (
            "17",
            "2134",
            "9075550100",
        )

    @pytest.mark.parametrize("revision", [7, "7", " 7 ", 7.0])
    def test_a_revision_may_be_a_number_or_its_text(self, revision: object) -> None:
        assert read_fields(application_id="A-1", name="Anytown", revision=revision).application.revision == 7

    def test_control_characters_become_blanks(self) -> None:
        assert (
            read_fields(application_id="A-1", name="Any\x00town\x1b[2J\nPL").application.name
            == "Any town [2J PL"
        )

    def test_bytes_and_text_are_read_alike(self) -> None:
        body = json.dumps({"application_id": "A-1", "name": "Bibliothèque"}, ensure_ascii=False)

        assert read_application(body.encode()) == read_application(body)

    def test_the_last_value_of_a_repeated_field_counts(self) -> None:
        body = '{"application_id": "A-1", "name": "One", "name": "Two"}'

        assert read_application(body).application.name == "Two"


class TestFieldsOfPersons:
    """Fields about a person are dropped. The names of these fields are reported, and never their values."""

    PERSON = {  # noqa: RUF012 - read only
        "contact_name": "Ada Lovelace",
        "email": "ada@example.org",
        "title": "Director",
        "notes": "call Ada at home",
    }

    def test_fields_of_persons_are_dropped(self) -> None:
        found = read_fields(application_id="A-1", name="Anytown", **self.PERSON)

        assert not any(value in repr(found) for value in self.PERSON.values())
        assert found.ignored == ("contact_name", "email", "notes", "title")

    def test_dropped_fields_do_not_change_the_identity_of_the_submission(self) -> None:
        with_person = read_fields(application_id="A-1", name="Anytown", **self.PERSON).application
        without = read_fields(application_id="A-1", name="Anytown").application

        assert with_person == without
        assert with_person.fields_sha256 == without.fields_sha256

    def test_a_source_in_the_body_is_ignored(self) -> None:
        found = read_fields(application_id="A-1", name="Anytown", source="somebody else")

        assert found.ignored == ("source",)
        assert "somebody else" not in repr(found)


class TestEmailsInOtherFields:
    """People type their e-mail address where a form asks for something else."""

    @pytest.mark.parametrize("field", FIELDS)
    def test_an_email_address_is_kept_in_no_field_and_the_field_is_named(self, field: str) -> None:
        found = read_fields(**{"application_id": "A-1", "name": "Anytown", field: "Anytown ada@example.org"})

        assert getattr(found.application, field) == "Anytown"
        assert problems_of(found) == {field: "has an e-mail address, which is not kept"}
        assert "example" not in repr(found)

    def test_a_field_that_is_only_an_email_address_is_empty(self) -> None:
        found = read_fields(application_id="A-1", name="Anytown", street="ada@exam\u200bple.org")

        assert found.application.street == ""
        assert problems_of(found) == {"street": "is an e-mail address, which is not kept"}

    def test_a_name_that_is_only_an_email_address_is_one_problem(self) -> None:
        found = read_fields(application_id="A-1", name="ada@example.org")

        assert problems_of(found) == {"name": "is an e-mail address, which is not kept"}

    def test_an_id_that_is_an_email_address_is_refused_and_the_error_does_not_repeat_it(self) -> None:
        with pytest.raises(ApplicationUnreadable, match="names no person") as error:
            read_fields(application_id="ada@example.org", name="Anytown")

        assert "ada" not in str(error.value)


class TestIds:
    @pytest.mark.parametrize(
        "letter", ["\x00", "\x01", "\t", "\n", "\x85", "\u200b", "\u202e", "\u2028", "\ud800"]
    )
    def test_an_id_with_a_character_that_is_not_shown_is_refused_and_never_becomes_another_id(
        self, letter: str
    ) -> None:
        with pytest.raises(ApplicationUnreadable, match="control or invisible"):
            read_fields(application_id=f"P{letter}1", name="Anytown")

    @pytest.mark.parametrize("edge", ["", " ", "\n", "\r\n", "\t", "\u00a0"])
    def test_blanks_around_an_id_are_removed(self, edge: str) -> None:
        assert read_fields(application_id=f"{edge}P 1{edge}", name="x").application.application_id == "P 1"


def test_the_identity_of_an_ordinary_application_does_not_change() -> None:
    application = read_fields(
        application_id="A-1",
        name=" Biblioth\u00e8que d\u2019Anytown & \u201cFriends\u201d ",
        street="12\u00a0Main St. #3",
        city="A\u00f1asco",
        state="PR",
        zip="00610",
        phone="+1 (787) 555-0100",
        website="https://www.example.org/?a=1&b=%20",
        fscs_id="PR0001-002",
    ).application

    assert application.fields_sha256 == "e6f720aefbe1673fb81863e6084e558bf07c565c21bbd01281df5cc601abfce7"


class TestBodiesWithProblems:
    @pytest.mark.parametrize("value", [["Anytown"], {"text": "Anytown"}, True, [[]]])
    def test_a_field_that_is_not_text_is_reported_as_a_problem(self, value: object) -> None:
        found = read_fields(application_id="A-1", name="Anytown", street=value)

        assert problems_of(found) == {"street": "is neither text nor a number"}
        assert found.application.street == ""

    def test_a_field_that_is_too_long_is_reported_as_a_problem_and_is_not_cut(self) -> None:
        found = read_fields(application_id="A-1", name="x" * (MAX_FIELD_CHARACTERS + 1))

        assert problems_of(found) == {"name": "has 301 characters; the limit is 300"}
        assert found.application.name == ""

    @pytest.mark.parametrize("name", [None, "", "   ", "\t\n"])
    def test_a_missing_name_is_reported_as_a_problem(self, name: object) -> None:
        assert read_fields(application_id="A-1", name=name).problems == (FieldProblem("name", "is missing"),)

    @pytest.mark.parametrize("revision", [-1, 1.5, True, "one", "²", [], 10**18, "9" * 19])
    def test_a_revision_that_is_not_a_whole_number_is_reported_as_a_problem(self, revision: object) -> None:
        found = read_fields(application_id="A-1", name="Anytown", revision=revision)

        assert list(problems_of(found)) == ["revision"]
        assert found.application.revision is None

    def test_all_problems_are_reported(self) -> None:
        found = read_fields(application_id="A-1", name=[], city={}, revision="x")

        assert list(problems_of(found)) == ["name", "city", "revision"]

    @pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "Infinity", "1e400"])
    def test_very_large_or_infinite_numbers_raise_no_error(self, number: str) -> None:
        found = read_application(
            f'{{"application_id": "A-1", "name": "Anytown", "zip": {number}, "revision": {number}}}'
        )

        assert found.application.revision is None

    def test_a_lone_surrogate_becomes_a_question_mark(self) -> None:
        assert read_application('{"application_id": "A-1", "name": "\\ud800x"}').application.name == "?x"


class TestUnreadableBodies:
    @pytest.mark.parametrize(
        "body",
        [
            "",
            "{",
            "not json",
            "<html></html>",
            '{"application_id": "A-1"',
            "'{}'",
            b"\xff\xfe{\x00",
            b"\x80",
            "[" * 60_000,
            '{"a":' * 10_000,
            "\x00",
        ],
    )
    def test_a_body_that_is_not_json_is_unreadable(self, body: str | bytes) -> None:
        with pytest.raises(ApplicationUnreadable):
            read_application(body)

    @pytest.mark.parametrize("body", ["[]", '["A-1"]', "null", "1", '"A-1"', "true", "NaN"])
    def test_json_that_is_not_an_object_is_unreadable(self, body: str) -> None:
        with pytest.raises(ApplicationUnreadable, match="send one JSON object"):
            read_application(body)

    @pytest.mark.parametrize(
        "application_id",
        [None, "", "  ", [], {}, True, "x" * (MAX_ID_CHARACTERS + 1)],
    )
    def test_an_application_without_a_usable_id_is_unreadable(self, application_id: object) -> None:
        with pytest.raises(ApplicationUnreadable, match="application_id"):
            read_fields(application_id=application_id, name="Anytown")

    def test_an_application_without_any_id_is_unreadable(self) -> None:
        with pytest.raises(ApplicationUnreadable, match="application_id"):
            read_fields(name="Anytown")

    def test_a_body_that_is_too_large_is_unreadable(self) -> None:
        body = json.dumps({"application_id": "A-1", "name": "Anytown", "padding": "x" * MAX_MESSAGE_BYTES})

        with pytest.raises(ApplicationUnreadable, match="at most 65,536"):
            read_application(body)

    def test_a_number_with_too_many_digits_is_unreadable(self) -> None:
        with pytest.raises(ApplicationUnreadable):
            read_application('{"application_id": "A-1", "name": "Anytown", "zip": ' + "9" * 5_000 + "}")

    def test_the_error_does_not_repeat_the_body(self) -> None:
        with pytest.raises(ApplicationUnreadable) as error:
            read_application('{"contact_name": "Ada Lovelace", "email": ada@example.org}')

        assert "ada" not in str(error.value).lower()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELD_NAMES = st.sampled_from(["application_id", "revision", "email", *FIELDS]) | st.text(max_size=12)


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_any_body_is_read_or_raises_application_unreadable(body: str | bytes) -> None:
    try:
        read_application(body)
    except ApplicationUnreadable:
        return


@given(st.dictionaries(FIELD_NAMES, JSON, max_size=14))
def test_any_object_is_read_within_the_limits_or_raises_application_unreadable(
    fields: dict[str, Any],
) -> None:
    try:
        found = read_application(json.dumps(fields))
    except ApplicationUnreadable:
        return
    application = found.application
    assert 1 <= len(application.application_id) <= MAX_ID_CHARACTERS
    assert all(len(getattr(application, name)) <= MAX_FIELD_CHARACTERS for name in FIELDS)
    assert {problem.field for problem in found.problems} <= {*FIELDS, "revision"}
    text = APPLICATION.dump_json(application, warnings="error")  # text that every store and bus can take
    assert APPLICATION.validate_json(text) == application
    assert len(application.fields_sha256) == 64


@given(st.fixed_dictionaries({"application_id": st.just("A-1")} | {name: st.text() for name in FIELDS}))
def test_a_kept_application_is_read_again_unchanged(fields: dict[str, Any]) -> None:
    first = application_from_fields(fields)
    again = application_from_fields(asdict(first.application))

    assert again.application == first.application


BEFORE_COUNTRY: Final = FIELDS[:-1]


@given(st.lists(st.text(max_size=300), min_size=len(BEFORE_COUNTRY), max_size=len(BEFORE_COUNTRY)), st.text())
def test_the_hash_of_the_fields_is_that_of_their_json(texts: list[str], country: str) -> None:
    given: dict[str, Any] = dict(zip(BEFORE_COUNTRY, texts, strict=True))
    application = Application(application_id="A-1", **given)
    assert application.fields_sha256 == hashlib.sha256(json.dumps(texts).encode()).hexdigest()
    somewhere = replace(application, country=country)
    hashed = [*texts, country] if country else texts
    assert somewhere.fields_sha256 == hashlib.sha256(json.dumps(hashed).encode()).hexdigest()
