"""The resolver: finds the route of an event, checks who may use it, and turns errors into answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import ForbiddenError, NotFoundError, UnauthorizedError

from library_validator.entrypoints.http.problems import MethodNotAllowed, is_expected, problem
from library_validator.entrypoints.http.request import Caller, Request, Runtime
from library_validator.entrypoints.http.table import ROUTES, Route, allowed_methods


def build_resolver(runtime: Runtime, routes: Sequence[Route] = ROUTES) -> APIGatewayHttpResolver:
    """A resolver with every route of the table. ``resolve(event, context)`` answers one event."""
    resolver = APIGatewayHttpResolver(debug=False)  # debug would show tracebacks to the caller
    for route in routes:
        resolver.route(route.path, route.method)(_answering(route, runtime, resolver))

    def no_route(_error: NotFoundError) -> Response[str]:
        methods = allowed_methods(routes, resolver.current_event.path)
        return problem(MethodNotAllowed(methods) if methods else NotFoundError("this path does not exist"))

    def failed(error: Exception) -> Response[str]:
        if not is_expected(error):
            runtime.logger.error("request failed", exc_info=error)
        return problem(error)

    resolver.not_found(no_route)
    resolver.exception_handler(Exception)(failed)
    return resolver


def _answering(
    route: Route, runtime: Runtime, resolver: APIGatewayHttpResolver
) -> Callable[..., dict[str, Any]]:
    def answer(**parts: str) -> dict[str, Any]:
        caller = _permitted(route, runtime.authenticate(resolver.current_event.raw_event))
        return route.handler(Request(caller, parts), runtime)

    return answer


def _permitted(route: Route, caller: Caller | None) -> Caller:
    if caller is None:
        raise UnauthorizedError("sign in first: the request does not prove who sends it")
    if not caller.roles & route.roles:
        raise ForbiddenError(f"{route.method} {route.path} needs the role {' or '.join(sorted(route.roles))}")
    return caller
