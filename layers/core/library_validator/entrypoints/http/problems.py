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
    FileUnreadable,
    IndexIncomplete,
    LibraryValidatorError,
    NotFetched,
    NotInFile,
    OverrideRefused,
    PublishFailed,
    RegistryError,
    ReleaseRefused,
    ReviewRefused,
    RunChanged,
    SeveralSenders,
    VersionSuperseded,
)

CONTENT_TYPE: Final = "application/problem+json"

# An error without a row has the status of its base.
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
    ApplicationUnknown: HTTPStatus.NOT_FOUND,
    SeveralSenders: HTTPStatus.CONFLICT,
    CaseworkUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    PublishFailed: HTTPStatus.SERVICE_UNAVAILABLE,
}


class MethodNotAllowed(ServiceError):
    """The path exists, but not with this method."""

    def __init__(self, methods: list[str]) -> None:
        self.methods = methods
        super().__init__(HTTPStatus.METHOD_NOT_ALLOWED, f"this path allows {', '.join(methods)}")


def problem_response(error: Exception) -> Response[str]:
    """The answer that describes an error. For an unexpected error, it has no details."""
    body = _problem_body(error)
    headers = {"Allow": ", ".join(error.methods)} if isinstance(error, MethodNotAllowed) else None
    return Response(body["status"], CONTENT_TYPE, json.dumps(body), headers)


def is_expected(error: Exception) -> bool:
    """Whether the caller or the state of the service caused the error, and not a fault in the code."""
    return status_of(error) is not HTTPStatus.INTERNAL_SERVER_ERROR


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
        case LibraryValidatorError():
            return {**body, "code": _error_code(type(error)), "detail": str(error)}
        case _:
            return body


def _error_code(kind: type[Exception]) -> str:
    """The error as a code for programs: ``no_active_registry`` for ``NoActiveRegistry``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()
