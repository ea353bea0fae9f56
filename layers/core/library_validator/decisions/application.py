"""An application, as it is kept: what the organization says of itself, and nothing about a person.

``read_application`` is the door. Fields that are not listed in ``Application`` never get past it,
contact names and e-mails among them. Sizes are bounded before anything is parsed.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from json.encoder import encode_basestring_ascii
from operator import attrgetter
from typing import Annotated, Any, Final, Literal, NamedTuple

from pydantic import Field

from library_validator.errors import ApplicationUnreadable

MAX_MESSAGE_BYTES: Final = 64 * 1024
MAX_ID_CHARACTERS: Final = 128
MAX_FIELD_CHARACTERS: Final = 300
_FIRST_FIELDS: Final = ("name", "street", "city", "state", "zip", "phone", "website", "fscs_id")
FIELDS: Final = (*_FIRST_FIELDS, "country")
_texts_of: Final = attrgetter(*_FIRST_FIELDS)
_KNOWN: Final = frozenset({"application_id", "revision", *FIELDS})
_TEXTS: Final = frozenset(FIELDS)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


_Text = Annotated[str, Field(max_length=MAX_FIELD_CHARACTERS)]


@dataclass  # as the parts of an answer are: one is made for each row of a file
class Application:
    """One application. Text as given, trimmed; an empty string means: not given."""

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
    revision: Annotated[int | None, Field(ge=0, description="the producer's own revision, if it has one")] = (
        None
    )

    @property
    def fields_sha256(self) -> str:
        """Hash of the kept fields: tells a resend from a changed payload.

        A country counts where one is given: decisions that were stored before there was the field keep
        their ids.
        """
        texts = ", ".join(map(encode_basestring_ascii, _texts_of(self)))  # as json.dumps writes a list
        if self.country:
            texts += f", {encode_basestring_ascii(self.country)}"
        return hashlib.sha256(f"[{texts}]".encode()).hexdigest()


ProblemKind = Literal["unreadable", "foreign"]


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One field of a parseable application that could not be used.

    ``problem`` is a phrase that completes "<field> "; ``kind`` is ``foreign`` where the value is one of
    another country.
    """

    field: str
    problem: str
    kind: ProblemKind = "unreadable"


class ReadApplication(NamedTuple):
    application: Application
    problems: tuple[FieldProblem, ...] = ()
    ignored: tuple[str, ...] = ()  # names of fields that were dropped at the door


def read_application(body: str | bytes) -> ReadApplication:
    """Read one message body, a JSON object.

    Raises ``ApplicationUnreadable`` where nobody can be answered: oversized, not JSON, not an object,
    or without a usable ``application_id``. Everything else is answered, with the fields that are bad.
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
    """The same for fields that are already parsed, a CSV row for instance."""
    application_id = _text(fields.get("application_id"))
    if application_id is None or not application_id:
        raise ApplicationUnreadable("application_id is missing or is no text; every application needs one")
    if len(application_id) > MAX_ID_CHARACTERS or _CONTROL.search(application_id):
        raise ApplicationUnreadable(
            f"application_id has over {MAX_ID_CHARACTERS} characters or control characters"
        )
    problems: list[FieldProblem] = []
    kept: dict[str, Any] = {"application_id": application_id}
    for name, value in fields.items():
        if name not in _TEXTS or value is None:
            continue
        text = _text(value)
        if text is None:
            problems.append(FieldProblem(name, "is neither text nor a number"))
        elif len(text) > MAX_FIELD_CHARACTERS:
            problems.append(
                FieldProblem(name, f"has {len(text):,} characters; at most {MAX_FIELD_CHARACTERS} are read")
            )
        else:
            kept[name] = text
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


def _revision(value: object) -> int | None:
    """A whole number of zero or more, below 10^18; None where it is none."""
    value = _whole(value)
    if isinstance(value, str) and re.fullmatch(r"\s*[0-9]{1,18}\s*", value):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**18:
        return value
    return None


def _text(value: object) -> str | None:
    """A JSON scalar as trimmed text; None where it is none."""
    if type(value) is str and value.isascii() and value.isprintable():
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(_whole(value))
    return _CONTROL.sub(" ", text.encode("utf-8", "replace").decode()).strip()


def _whole(value: object) -> object:
    """Spreadsheets and data frames write 9075550100.0 for a telephone number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
