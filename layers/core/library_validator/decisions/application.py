"""An application with facts about an organization, and with nothing about a person.

``read_application`` reads every application. It drops fields that ``Application`` does not have, contact
names and e-mails among them, removes e-mail addresses from the fields that it keeps, and checks sizes before
it parses anything.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from json.encoder import encode_basestring_ascii
from operator import attrgetter
from typing import Annotated, Any, Final, Literal, NamedTuple

from pydantic import Field

from library_validator.decisions.plain_text import (
    has_refused_character,
    may_have_email,
    plain_text,
    without_emails,
)
from library_validator.errors import ApplicationUnreadable

MAX_MESSAGE_BYTES: Final = 64 * 1024
MAX_ID_CHARACTERS: Final = 128
MAX_FIELD_CHARACTERS: Final = 300
_FIRST_FIELDS: Final = ("name", "street", "city", "state", "zip", "phone", "website", "fscs_id")
FIELDS: Final = (*_FIRST_FIELDS, "country")
_texts_of: Final = attrgetter(*_FIRST_FIELDS)
_KNOWN: Final = frozenset({"application_id", "revision", *FIELDS})
_TEXTS: Final = frozenset(FIELDS)
_BLANKS: Final = " \t\r\n"
HAS_EMAIL: Final = "has an e-mail address, which is not kept"
IS_EMAIL: Final = "is an e-mail address, which is not kept"

_Text = Annotated[str, Field(max_length=MAX_FIELD_CHARACTERS)]


@dataclass  # a plain dataclass is the fastest kind, and each row of a file makes an application
class Application:
    """One application. Text as given, in the form of ``plain_text``; an empty string means: not given."""

    application_id: Annotated[str, Field(min_length=1, max_length=MAX_ID_CHARACTERS)]
    name: _Text = ""
    street: _Text = ""
    city: _Text = ""
    state: Annotated[_Text, Field(description="code or full name")] = ""
    zip: _Text = ""
    phone: _Text = ""
    website: _Text = ""
    fscs_id: Annotated[_Text, Field(description="AK0001 or AK0001-002")] = ""
    country: Annotated[_Text, Field(description="code or name; empty: the United States")] = ""
    revision: Annotated[
        int | None,
        Field(
            ge=0,
            description="number of this version of the application, if the sender counts versions; a version "
            "without a number replaces every version that was sent before it",
        ),
    ] = None

    @property
    def fields_sha256(self) -> str:
        """A hash of the kept fields: a resend has the same hash, a changed application has another.

        The country is hashed only if it was given. Decisions that were stored before the field existed
        therefore keep their ids.
        """
        texts = ", ".join(map(encode_basestring_ascii, _texts_of(self)))  # as in a JSON list
        if self.country:
            texts += f", {encode_basestring_ascii(self.country)}"
        return hashlib.sha256(f"[{texts}]".encode()).hexdigest()


ProblemKind = Literal["unreadable", "foreign"]


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One field of a parseable application that could not be used.

    ``problem`` completes a sentence that begins with the field's name: "zip" + "is not a ZIP Code of five or
    nine digits". ``kind`` is ``foreign`` if the value belongs to another country.
    """

    field: str
    problem: str
    kind: ProblemKind = "unreadable"


class ReadApplication(NamedTuple):
    """An application, the problems of its fields, and the fields that were dropped."""

    application: Application
    problems: tuple[FieldProblem, ...] = ()
    ignored: tuple[str, ...] = ()  # names of the fields that were dropped


def read_application(body: str | bytes) -> ReadApplication:
    """Read one message body, a JSON object.

    Raises ``ApplicationUnreadable`` if no answer is possible: the body is too large, is not JSON, is not an
    object, or has no usable ``application_id``. Any other body is read, with the problems of its fields.
    """
    raw = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    if len(raw) > MAX_MESSAGE_BYTES:
        raise ApplicationUnreadable(
            f"the message has {len(raw):,} bytes; an application has at most {MAX_MESSAGE_BYTES:,}"
        )
    try:
        fields = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ApplicationUnreadable(f"the message is not JSON ({error}); send one JSON object") from error
    if not isinstance(fields, dict):
        raise ApplicationUnreadable(f"the message is a JSON {type(fields).__name__}; send one JSON object")
    return application_from_fields(fields)


def application_from_fields(fields: dict[str, Any]) -> ReadApplication:
    """Read fields that are parsed already, such as those of a CSV row. Raises ``ApplicationUnreadable``."""
    problems: list[FieldProblem] = []
    kept: dict[str, Any] = {"application_id": _application_id(fields.get("application_id"))}
    for name, value in fields.items():
        if name not in _TEXTS or value is None:
            continue
        text = _text(value)
        if text is None:
            problems.append(FieldProblem(name, "is neither text nor a number"))
        elif len(text) > MAX_FIELD_CHARACTERS:
            problems.append(
                FieldProblem(name, f"has {len(text):,} characters; the limit is {MAX_FIELD_CHARACTERS}")
            )
        else:
            kept[name] = text
    if may_have_email("\n".join(kept.values())):  # one test for all fields: it takes no time
        problems += _remove_emails(kept)
    if len(problems) > 1:
        problems.sort(key=lambda problem: FIELDS.index(problem.field))
    revision = fields.get("revision")
    if revision is not None:
        kept["revision"] = _revision(revision)
        if kept["revision"] is None and revision != "":
            problems.append(FieldProblem("revision", "is not a whole number of zero or more"))
    if not kept.get("name") and not any(problem.field == "name" for problem in problems):
        problems.append(FieldProblem("name", "is missing"))
    ignored = (
        ()
        if _KNOWN.issuperset(fields)
        else tuple(sorted(str(name)[:80] for name in fields if name not in _KNOWN))
    )
    return ReadApplication(Application(**kept), tuple(problems), ignored)


def _application_id(value: object) -> str:
    """The id, trimmed. Nothing in it is replaced, so that two ids never become the same id."""
    text = value.strip(_BLANKS) if isinstance(value, str) else _text(value)
    if text is None or not text.strip():
        raise ApplicationUnreadable("application_id is missing or is not text; every application needs an id")
    if len(text) > MAX_ID_CHARACTERS or has_refused_character(text):
        raise ApplicationUnreadable(
            f"application_id has control or invisible characters, or more than {MAX_ID_CHARACTERS} characters"
        )
    if without_emails(text) != text:
        raise ApplicationUnreadable("application_id has an e-mail address; use an id that names no person")
    return text.strip()


def _remove_emails(kept: dict[str, str]) -> Iterator[FieldProblem]:
    """Remove the e-mail addresses from the fields that are kept. Returns a problem for each such field."""
    for name, text in kept.items():
        rest = without_emails(text)
        if rest != text:
            kept[name] = rest
            yield FieldProblem(name, HAS_EMAIL if rest else IS_EMAIL)


def _revision(value: object) -> int | None:
    """The value as a whole number from 0 to 10^18 - 1; None if it is not such a number."""
    value = _whole_number_of(value)
    if isinstance(value, str) and re.fullmatch(r"\s*[0-9]{1,18}\s*", value):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**18:
        return value
    return None


def _text(value: object) -> str | None:
    """A JSON text or number as trimmed text, null as empty text; None for any other value."""
    if type(value) is str and value.isascii() and value.isprintable():
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return plain_text(str(_whole_number_of(value)))


def _whole_number_of(value: object) -> object:
    """9075550100 for 9075550100.0, which spreadsheets and data frames write for a telephone number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
