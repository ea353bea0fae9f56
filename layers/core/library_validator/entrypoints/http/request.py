"""A request as the routes see it: its caller, and the ports and the time that a route needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from aws_lambda_powertools import Logger

from library_validator.registry.store import RegistryReader
from library_validator.terms import Clock

Role = Literal["sender", "operator"]


@dataclass(frozen=True, slots=True)
class Caller:
    """The person or program that sends a request. ``name`` is the source of its applications."""

    name: str
    roles: frozenset[Role]


# Returns the caller of an event, or None without a proof. It checks the proof itself, because the API may
# have no authorizer.
Authenticate = Callable[[Mapping[str, Any]], Caller | None]


@dataclass(frozen=True, slots=True)
class Runtime:
    """Everything that a route needs from outside."""

    registry: RegistryReader
    authenticate: Authenticate
    now: Clock
    logger: Logger


@dataclass(frozen=True, slots=True)
class Request:
    caller: Caller
    parts: Mapping[str, str]  # the variable parts of the path, by name


# A route's answer is a JSON object with status 200. Everything else is raised as an error.
Handler = Callable[[Request, Runtime], dict[str, Any]]
