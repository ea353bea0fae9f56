"""Reads of AWS that may be refused: a refused read is a fact that is not known, and never a good fact."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from library_validator.errors import LibraryValidatorError
from library_validator.operations.facts import NotRead
from library_validator_cli.ending import refusal_of

Fact = TypeVar("Fact")
_CONFIG: Final = Config(connect_timeout=5, read_timeout=15, retries={"mode": "standard", "max_attempts": 2})
# Parts of the error codes of AWS for a resource that does not exist, and for a caller without a permission.
_MISSING: Final = ("NotFound", "NonExistent", "DoesNotExist", "NoSuch")
_DENIED: Final = ("AccessDenied", "Unauthorized", "AuthorizationError", "NotAuthorized")


class Missing(Exception):
    """A resource that the stack should have does not exist."""


def is_denied(error: ClientError) -> bool:
    return any(part in _code_of(error) for part in _DENIED)


def fact_or_reason(what: str, read: Callable[..., Fact], *given: Any) -> Fact | NotRead:
    """What ``read(*given)`` returns; if that cannot be read, the reason in one sentence about ``what``."""
    try:
        return read(*given)
    except ClientError as error:
        return NotRead(f"{what}: {sentence_of(error)}")
    except (BotoCoreError, LibraryValidatorError) as error:
        return NotRead(f"{what}: {error}")


def sentence_of(error: ClientError) -> str:
    """The refusal, for a person who may get the permission."""
    if is_denied(error):
        return f"your permissions do not include {error.operation_name}"
    return refusal_of(error)


def _code_of(error: ClientError) -> str:
    return error.response["Error"].get("Code", "")


class Reader:
    """Asks AWS as the operator role, and a second time as the caller if that role may not read."""

    def __init__(self, sessions: Iterable[boto3.Session]) -> None:
        self._sessions = list(dict.fromkeys(sessions))
        self._clients: dict[tuple[str, int], Any] = {}

    def ask(self, service: str, operation: str, **request: Any) -> Any:
        """The answer of one request. Raises ``Missing``, and what botocore raises."""
        return self._ask(service, lambda client: getattr(client, operation)(**request))

    def ask_all(self, service: str, operation: str, **request: Any) -> list[Any]:
        """The pages of an answer."""
        return list(
            self._ask(service, lambda client: list(client.get_paginator(operation).paginate(**request)))
        )

    def _ask(self, service: str, call: Callable[[Any], Any]) -> Any:
        last = len(self._sessions) - 1
        for place in range(last + 1):
            try:
                return call(self._client(service, place))
            except ClientError as error:
                if any(part in _code_of(error) for part in _MISSING):
                    raise Missing(str(error)) from error
                if place == last or not is_denied(error):
                    raise
        raise AssertionError("a reader has at least one session")

    def _client(self, service: str, place: int) -> Any:
        if (service, place) not in self._clients:
            make: Any = self._sessions[place].client
            self._clients[service, place] = make(service, config=_CONFIG)
        return self._clients[service, place]
