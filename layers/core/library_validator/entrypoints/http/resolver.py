"""The resolver: finds the route of an event, checks who may use it, and turns errors into answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import ForbiddenError, NotFoundError, UnauthorizedError

from library_validator.entrypoints.http.problems import MethodNotAllowed, is_for_operators, problem_response
from library_validator.entrypoints.http.request import Caller, Request, Runtime
from library_validator.entrypoints.http.table import ROUTES, Route, allowed_methods
from library_validator.observability import describe_error


def build_resolver(runtime: Runtime, routes: Sequence[Route] = ROUTES) -> APIGatewayHttpResolver:
    """A resolver with every route of the table. ``resolve(event, context)`` answers one event."""
    resolver = APIGatewayHttpResolver(debug=False)  # debug would show tracebacks to the caller
    for route in routes:
        resolver.route(route.path, route.method)(_handler_with_checks(route, runtime, resolver))

    def answer_unknown_path(_error: NotFoundError) -> Response[str]:
        methods = allowed_methods(routes, resolver.current_event.path)
        return problem_response(
            MethodNotAllowed(methods) if methods else NotFoundError("this path does not exist")
        )

    def answer_error(error: Exception) -> Response[str]:
        if is_for_operators(error):
            runtime.logger.error("request failed", extra=describe_error(error))
        return problem_response(error)

    resolver.not_found(answer_unknown_path)
    resolver.exception_handler(Exception)(answer_error)
    return resolver


def _handler_with_checks(
    route: Route, runtime: Runtime, resolver: APIGatewayHttpResolver
) -> Callable[..., dict[str, Any]]:
    def answer_request(**parts: str) -> dict[str, Any]:
        caller = _check_caller(route, runtime.authenticate(resolver.current_event.raw_event))
        return route.handler(Request(caller, parts), runtime)

    return answer_request


def _check_caller(route: Route, caller: Caller | None) -> Caller:
    if caller is None:
        raise UnauthorizedError("sign in first: the request does not prove who sends it")
    if not caller.roles & route.roles:
        raise ForbiddenError(f"{route.method} {route.path} needs the role {' or '.join(sorted(route.roles))}")
    return caller
