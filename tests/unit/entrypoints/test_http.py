"""The HTTP interface, called in process with the events of an HTTP API."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from aws_lambda_powertools import Logger

from library_validator import errors
from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator.entrypoints.http import problems
from library_validator.entrypoints.http.request import Caller, Request, Runtime
from library_validator.entrypoints.http.resolver import build_resolver
from library_validator.entrypoints.http.table import ROUTES, Route
from library_validator.registry.store import Pointer, RegistryReader
from tests.builders.http_requests import http_request
from tests.builders.lambda_context import CONTEXT
from tests.builders.small_registry import NEWEST, NOW, registry_of

CALLERS = {
    "operator": Caller("operator", frozenset({"operator"})),
    "sender": Caller("partner", frozenset({"sender"})),
    "nobody": Caller("stranger", frozenset()),
}
FAMILIES = [
    (errors.ReleaseRefused("half a file", "a whole one"), 422),
    (errors.NotFetched("gone", "has moved"), 502),
    (errors.NoActiveRegistry(), 503),
    (errors.RegistryFormatUnknown("2022.9.abc", 9, (2, 3)), 503),
    (errors.VersionSuperseded("2022.1.abc", "another load was first"), 409),
    (errors.ReviewRefused("releases/a.zip@1", "it is active"), 409),
    (errors.RunChanged("releases/a.zip@1", "quarantined"), 409),
    (errors.IndexIncomplete("2022.1.abc", "a posting is missing"), 500),
    (errors.RegistryError("the table kept some postings back"), 503),
    (errors.FileUnreadable("a.xlsx", "holds no applications"), 422),
    (errors.NotInFile("there is no column named state"), 422),
    (errors.ApplicationUnreadable("no application_id"), 422),
    (errors.DecisionConflict("a-1"), 409),
    (errors.OverrideRefused("it names no library"), 422),
    (errors.ApplicationUnknown("a-1", "from partner"), 404),
    (errors.SeveralSenders("a-1", ["partner", "other"]), 409),
    (errors.CaseworkUnavailable("store a decision", "throttled"), 503),
    (errors.PublishFailed(["e-1"], "throttled"), 503),
    (errors.LibraryValidatorError("a new kind of error"), 500),
]


def _authenticate(event: Mapping[str, Any]) -> Caller | None:
    """Replaces the check of a token: the header names the caller."""
    return CALLERS.get(event["headers"].get("authorization", ""))


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    status: int
    content_type: str
    headers: Mapping[str, Any]
    body: dict[str, Any]


class ResolverClient:
    """Sends requests to the resolver of a runtime."""

    def __init__(self, registry: RegistryReader) -> None:
        self.runtime = Runtime(registry, _authenticate, lambda: NOW, Logger(service="test", level="CRITICAL"))

    def send(
        self, method: str, path: str, caller: str = "sender", routes: Sequence[Route] = ROUTES
    ) -> HttpAnswer:
        event = http_request(method, path, headers={"authorization": caller} if caller else {})
        answer = build_resolver(self.runtime, routes).resolve(event, CONTEXT)
        headers = dict(answer["headers"])
        return HttpAnswer(
            answer["statusCode"], headers.pop("Content-Type"), headers, json.loads(answer["body"])
        )


class FailingRegistry(MemoryRegistry):
    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def pointer(self) -> Pointer:
        raise self._error


def _path_of(route: Route) -> str:
    """A path of the route, with a text in the place of each variable part."""
    return route.path.replace("<", "").replace(">", "")


def test_the_live_registry_is_shown_with_its_age_and_counts() -> None:
    registry = registry_of(NEWEST)
    answer = ResolverClient(registry).send("GET", "/v1/registry")
    assert (answer.status, answer.content_type) == (200, "application/json")
    assert answer.body == {
        "version": registry.pointer().active,
        "previous": None,
        "fiscal_year": 2022,
        "age_days": (NOW.date() - NOW.date().replace(2022, 12, 31)).days,
        "activated_at": registry.pointer().activated_at,
        "counts": {"systems": 10, "outlets": 3},
    }


def test_without_an_active_registry_the_service_is_unavailable_and_says_why() -> None:
    answer = ResolverClient(MemoryRegistry()).send("GET", "/v1/registry")
    assert (answer.status, answer.content_type) == (503, "application/problem+json")
    assert answer.body == {
        "type": "about:blank",
        "title": "Service Unavailable",
        "status": 503,
        "code": "no_active_registry",
        "detail": "no registry is active: upload a release of the Public Libraries Survey first",
    }


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/registry/more", "/v2/registry", "/v1/registry%2Fmore"])
def test_an_unknown_path_is_answered_with_404(path: str) -> None:
    answer = ResolverClient(registry_of(NEWEST)).send("GET", path)
    assert (answer.status, answer.content_type) == (404, "application/problem+json")
    assert answer.body["detail"] == "this path does not exist"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_method_that_a_path_does_not_allow_is_refused_and_the_allowed_methods_are_named(
    method: str,
) -> None:
    answer = ResolverClient(registry_of(NEWEST)).send(method, "/v1/registry")
    assert (answer.status, answer.content_type) == (405, "application/problem+json")
    assert answer.headers["Allow"] == "GET"


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_every_route_refuses_a_request_that_does_not_prove_its_sender(route: Route) -> None:
    answer = ResolverClient(registry_of(NEWEST)).send(route.method, _path_of(route), caller="")
    assert (answer.status, answer.content_type) == (401, "application/problem+json")


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
@pytest.mark.parametrize("caller", CALLERS)
def test_every_route_refuses_a_caller_without_one_of_its_roles(route: Route, caller: str) -> None:
    answer = ResolverClient(registry_of(NEWEST)).send(route.method, _path_of(route), caller)
    assert (answer.status == 403) == (not CALLERS[caller].roles & route.roles)


def test_every_route_has_a_role() -> None:
    assert all(route.roles for route in ROUTES)


def test_each_path_and_method_is_in_the_table_once() -> None:
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)


@pytest.mark.parametrize(("error", "status"), FAMILIES, ids=lambda value: type(value).__name__)
def test_each_error_has_its_status_code_and_sentence(error: Exception, status: int) -> None:
    answer = ResolverClient(FailingRegistry(error)).send("GET", "/v1/registry")
    assert (answer.status, answer.content_type) == (status, "application/problem+json")
    assert answer.body["status"] == status
    shows_message = status < 500 and not isinstance(error, errors.SeveralSenders)
    shows_message = shows_message or isinstance(error, errors.NoActiveRegistry)
    assert (answer.body.get("detail") == str(error)) is shows_message


def test_an_answer_names_no_resource_and_no_other_sender() -> None:
    denied = "User: arn:aws:sts::123456789012:assumed-role/x on resource: arn:aws:dynamodb:…:table/Casework"
    for error in (
        errors.CaseworkUnavailable("read a decision", denied),
        errors.RegistryError(denied),
        errors.SeveralSenders("A-1", [denied]),
    ):
        answer = ResolverClient(FailingRegistry(error)).send("GET", "/v1/registry")
        assert "arn:aws" not in json.dumps(answer.body)
        assert answer.body["detail"]


def test_every_family_of_errors_has_a_status() -> None:
    families = errors.LibraryValidatorError.__subclasses__()
    assert {kind for kind in families if kind.__module__ == errors.__name__} <= set(problems.STATUS)


def test_the_answer_to_an_unexpected_error_has_no_details() -> None:
    answer = ResolverClient(FailingRegistry(KeyError("a secret"))).send("GET", "/v1/registry")
    assert answer.status == 500
    assert answer.body == {"type": "about:blank", "title": "Internal Server Error", "status": 500}


@pytest.mark.parametrize(
    ("error", "logged"),
    [
        (KeyError("Jane Doe"), True),
        (errors.RegistryError("throttled"), True),
        (errors.NoActiveRegistry(), False),
    ],
)
def test_an_error_for_operators_is_logged_without_the_words_of_others(
    caplog: pytest.LogCaptureFixture, error: Exception, logged: bool
) -> None:
    client = ResolverClient(FailingRegistry(error))
    client.runtime = replace(client.runtime, logger=Logger(service="http", level="INFO"))
    client.send("GET", "/v1/registry")
    assert ("request failed" in caplog.messages) is logged
    assert "Jane Doe" not in str([vars(record) for record in caplog.records])


def _caller_and_parts(request: Request, _runtime: Runtime) -> dict[str, Any]:
    return {"caller": request.caller.name, **request.parts}


def test_a_handler_gets_the_caller_and_the_variable_parts_of_the_path() -> None:
    routes = [Route("GET", "/v1/versions/<version>", frozenset({"sender"}), _caller_and_parts)]
    client = ResolverClient(MemoryRegistry())
    assert client.send("GET", "/v1/versions/2022", routes=routes).body == {
        "caller": "partner",
        "version": "2022",
    }
    assert client.send("POST", "/v1/versions/2022", routes=routes).headers["Allow"] == "GET"
    for path in ("/v1/versions/", "/v1/versions/2022/more"):
        assert client.send("GET", path, routes=routes).status == 404
