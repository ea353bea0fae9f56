"""Errors as answers: the status of each error, and a body of ``application/problem+json`` (RFC 9457)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.exceptions import ServiceError

from library_validator.errors import (
    ApplicationUnknown,
    ApplicationUnreadable,
    CaseworkUnavailable,
    DecisionConflict,
    ErasureRefused,
    FileUnreadable,
    IndexIncomplete,
    LibraryValidatorError,
    LogsUnavailable,
    NoActiveRegistry,
    NotFetched,
    NotInFile,
    OverrideRefused,
    PartnerRefused,
    PublishFailed,
    QueueUnavailable,
    RegistryError,
    ReleaseRefused,
    ReviewRefused,
    RunChanged,
    SeveralSenders,
    VersionSuperseded,
    WordsRefused,
)

CONTENT_TYPE: Final = "application/problem+json"

# An error without a row has the status of its base class.
STATUS: Final[Mapping[type[Exception], HTTPStatus]] = {
    LibraryValidatorError: HTTPStatus.INTERNAL_SERVER_ERROR,
    ReleaseRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotFetched: HTTPStatus.BAD_GATEWAY,
    RegistryError: HTTPStatus.SERVICE_UNAVAILABLE,
    VersionSuperseded: HTTPStatus.CONFLICT,
    ReviewRefused: HTTPStatus.CONFLICT,
    RunChanged: HTTPStatus.CONFLICT,
    IndexIncomplete: HTTPStatus.INTERNAL_SERVER_ERROR,
    FileUnreadable: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotInFile: HTTPStatus.UNPROCESSABLE_ENTITY,
    ApplicationUnreadable: HTTPStatus.UNPROCESSABLE_ENTITY,
    DecisionConflict: HTTPStatus.CONFLICT,
    OverrideRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    PartnerRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    WordsRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    ErasureRefused: HTTPStatus.CONFLICT,
    ApplicationUnknown: HTTPStatus.NOT_FOUND,
    SeveralSenders: HTTPStatus.CONFLICT,
    CaseworkUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    QueueUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    LogsUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    PublishFailed: HTTPStatus.SERVICE_UNAVAILABLE,
}


class MethodNotAllowed(ServiceError):
    """The path exists, but not with this method."""

    def __init__(self, methods: list[str]) -> None:
        self.methods = methods
        super().__init__(HTTPStatus.METHOD_NOT_ALLOWED, f"this path allows {', '.join(methods)}")


# Texts for errors whose own message names tables, resources or other senders.
_DETAILS: Final[Mapping[type[Exception], str]] = {
    RegistryError: "the registry cannot answer at present; try again later",
    CaseworkUnavailable: "the stored decisions cannot be read or written at present; try again later",
    QueueUnavailable: "the messages cannot be read or sent at present; try again later",
    LogsUnavailable: "the logs cannot be read at present; try again later",
    PublishFailed: "the events cannot be sent at present; try again later",
    SeveralSenders: "several senders use this application id",
}


def problem_response(error: Exception) -> Response[str]:
    """The answer that describes an error, without anything about the inside of the service."""
    body = _problem_body(error)
    headers = {}
    if isinstance(error, MethodNotAllowed):
        headers["Allow"] = ", ".join(error.methods)
    if body["status"] == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(body["status"], CONTENT_TYPE, json.dumps(body), headers)


def is_for_operators(error: Exception) -> bool:
    """Whether operators have to see the error in the log: the code is wrong, or a store or a bus fails."""
    is_fault = status_of(error) >= HTTPStatus.INTERNAL_SERVER_ERROR
    return is_fault and not isinstance(error, NoActiveRegistry)


def status_of(error: Exception) -> HTTPStatus:
    if isinstance(error, ServiceError):
        return HTTPStatus(error.status_code)
    found = (STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    return next(found, HTTPStatus.INTERNAL_SERVER_ERROR)


def _problem_body(error: Exception) -> dict[str, Any]:
    status = status_of(error)
    body = {"type": "about:blank", "title": status.phrase, "status": status.value}
    match error:
        case ServiceError():
            return {**body, "detail": error.msg}
        case LibraryValidatorError() if status is not HTTPStatus.INTERNAL_SERVER_ERROR:
            return {**body, "code": _error_code(type(error)), "detail": _detail_of(error)}
        case _:
            return body


def _detail_of(error: LibraryValidatorError) -> str:
    """The error's own message, or a text of ours if that message is for operators."""
    texts = (_DETAILS[kind] for kind in type(error).__mro__ if kind in _DETAILS)
    if is_for_operators(error):
        return next(texts, "the service cannot answer at present; try again later")
    return _DETAILS.get(type(error), str(error))


def _error_code(kind: type[Exception]) -> str:
    """The error as a code for programs: ``no_active_registry`` for ``NoActiveRegistry``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()
