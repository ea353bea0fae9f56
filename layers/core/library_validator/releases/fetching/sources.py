"""Sources of releases: the built-in list ``sources.toml``, or an operator's own list in the same shape."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

OWN_SOURCE: Final = "own-url"
# Printable ASCII: two parsers might see two different hosts in any other address.
_PLAIN: Final = re.compile(r"[!-\[\]-~]+")
_LONGEST_ADDRESS: Final = 1_000  # characters, because all metadata of an object may have 2 KB
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost"})


@dataclass(frozen=True, slots=True)
class ReleaseSource:
    """A place that may offer a release.

    ``official``: the agency itself answers there. ``hosts``: the source's links and redirects may lead to
    these hosts only; ``copied_hosts``: the hosts of the original, if this source is a copy. ``plain_http``:
    addresses on this machine may use http; all others use https.
    """

    id: str
    kind: Literal["page", "table", "file"]
    official: bool
    hosts: frozenset[str]
    url: str = ""  # address of a page or file
    releases: Mapping[int, str] = field(default_factory=dict)  # addresses of a table: fiscal year -> address
    prefix: str = ""  # of a copy: the text before each address of the original
    copied_hosts: frozenset[str] = frozenset()
    plain_http: bool = False

    @property
    def link_hosts(self) -> frozenset[str]:
        """The hosts that the links of its page may lead to, without ``prefix``."""
        return self.copied_hosts or self.hosts

    def may_ask(self, url: str) -> bool:
        """Whether a request may go to ``url``, directly or by a redirect."""
        return self._is_on_hosts(url, self.hosts)

    def may_link(self, url: str) -> bool:
        return self._is_on_hosts(url, self.link_hosts)

    def _is_on_hosts(self, url: str, hosts: frozenset[str]) -> bool:
        if len(url) > _LONGEST_ADDRESS or not _PLAIN.fullmatch(url):
            return False
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return False
        if parts.username is not None or host not in hosts:
            return False
        if host in _LOOPBACK and self.plain_http:
            return parts.scheme in ("http", "https")
        return parts.scheme == "https" and port in (None, 443)


class _WrittenSource(BaseModel):
    """A source as it is written in the list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")
    kind: Literal["page", "table", "file", "copy"]
    official: bool = False
    hosts: frozenset[str] = Field(min_length=1)
    url: str = ""
    releases: dict[int, str] = Field(default_factory=dict)
    of: str = ""
    prefix: str = ""

    @model_validator(mode="after")
    def _check_fields(self) -> Self:
        given = {name for name in ("url", "releases", "of", "prefix") if getattr(self, name)}
        needed = {"page": {"url"}, "file": {"url"}, "table": {"releases"}, "copy": {"of", "prefix"}}[
            self.kind
        ]
        if given != needed:
            raise ValueError(
                f"source {self.id} of kind {self.kind} needs {' and '.join(sorted(needed))} and nothing else"
            )
        if self.kind == "copy" and self.official:
            raise ValueError(f"source {self.id} is a copy and cannot be official")
        return self


class _WrittenList(BaseModel):
    """A list of sources as it is written in TOML or JSON."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sources: list[_WrittenSource] = Field(min_length=1)
    plain_http: bool = Field(
        False, description="addresses on this machine (127.0.0.1) may use http: for trials and tests"
    )

    @model_validator(mode="after")
    def _check_sources(self) -> Self:
        known: dict[str, _WrittenSource] = {}
        for entry in self.sources:
            if entry.id in known or entry.id == OWN_SOURCE:
                raise ValueError(f"two sources are called {entry.id}")
            if entry.kind == "copy" and (entry.of not in known or known[entry.of].kind == "copy"):
                raise ValueError(
                    f"source {entry.id} is a copy of {entry.of}, which is not in the list before it"
                )
            known[entry.id] = entry
        for source in _release_sources(self):
            addresses = [source.prefix] if source.prefix else [source.url, *source.releases.values()]
            for address in filter(None, addresses):
                if not source.may_ask(address):
                    raise ValueError(
                        f"source {source.id}: {address} is not an https address on one of its hosts"
                    )
        return self


def read_sources(text: str) -> tuple[ReleaseSource, ...]:
    """A list of sources in JSON, in the shape of ``sources.toml``. Raises ``ValueError``."""
    return _release_sources(_WrittenList.model_validate_json(text))


def read_source_file(path: Path) -> tuple[ReleaseSource, ...]:
    """A list of sources from a file: JSON if its name ends in .json, else TOML."""
    text = path.read_text(encoding="utf-8")
    return read_sources(text if path.suffix == ".json" else json.dumps(tomllib.loads(text)))


@lru_cache(maxsize=1)
def built_in_sources() -> tuple[ReleaseSource, ...]:
    """The list that is part of the package."""
    body = tomllib.loads(resources.files(__package__).joinpath("sources.toml").read_text("utf-8"))
    return read_sources(json.dumps(body))


def own_source(url: str, listed: Iterable[ReleaseSource]) -> ReleaseSource:
    """The source of an operator's own address.

    If an official source of ``listed`` has that host, the address belongs to it; otherwise the address is not
    official. Raises ``ValueError`` if the address is not https.
    """
    for source in listed:
        if source.official and source.may_ask(url):
            return replace(source, kind="file", url=url, releases={})
    host = urlsplit(url).hostname or ""
    plain_http = any(source.plain_http for source in listed)
    source = ReleaseSource(OWN_SOURCE, "file", False, frozenset({host}), url=url, plain_http=plain_http)
    if not host or not source.may_ask(url):
        raise ValueError(f"{url} is not an https address")
    return source


def _release_sources(written: _WrittenList) -> tuple[ReleaseSource, ...]:
    made: dict[str, ReleaseSource] = {}
    for entry in written.sources:
        if entry.kind == "copy":
            original = made[entry.of]
            made[entry.id] = replace(
                original,
                id=entry.id,
                official=False,
                hosts=entry.hosts,
                prefix=entry.prefix,
                copied_hosts=original.hosts,
            )
        else:
            made[entry.id] = ReleaseSource(
                id=entry.id,
                kind=entry.kind,
                official=entry.official,
                hosts=entry.hosts,
                url=entry.url,
                releases=entry.releases,
                plain_http=written.plain_http,
            )
    return tuple(made.values())
