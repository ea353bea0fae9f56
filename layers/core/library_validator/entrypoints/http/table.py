"""The table of routes: method, path, the roles that may use it, and the handler. It has every route."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from library_validator.entrypoints.http.request import Handler, Role
from library_validator.entrypoints.http.routes import registry

# The characters that Powertools takes for a variable part of a path.
_VARIABLE_PART: Final = r"[-._~()'!*:@,;=+&$%<> \[\]{}|^\w]+"


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: str  # a variable part is written <name>
    roles: frozenset[Role]
    handler: Handler

    def has_path(self, path: str) -> bool:
        return re.fullmatch(re.sub(r"<\w+>", lambda _: _VARIABLE_PART, self.path), path) is not None


ROUTES: Final = (Route("GET", "/v1/registry", frozenset({"sender", "operator"}), registry.live_registry),)


def allowed_methods(routes: Sequence[Route], path: str) -> list[str]:
    """The methods that ``routes`` have for a path; empty: the path does not exist."""
    return sorted({route.method for route in routes if route.has_path(path)})
