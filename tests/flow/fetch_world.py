"""The agency, a mirror, and the stores of searches for a release."""

from __future__ import annotations

import hashlib
import json
import time
from datetime import UTC, datetime
from typing import Any

from library_validator.adapters.downloads.http import Urllib3Client
from library_validator.adapters.memory.fetch_states import MemoryFetchStates
from library_validator.adapters.memory.fetched_releases import MemoryFetchedReleases
from library_validator.adapters.memory.releases_bucket import MemoryReleasesBucket
from library_validator.registry.bucket import Upload
from library_validator.releases.fetching.fetch import FetchPorts, KnownReleases, Search, look_for_release
from library_validator.releases.fetching.sources import read_sources
from library_validator.releases.reading.release import read_release
from tests.builders.release_files import release_zip
from tests.builders.web_server import (
    WebServer,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FY2022 = release_zip().getvalue()
FY2022_OTHER = release_zip(more={"readme.txt": "published again"}).getvalue()
CONTENT = read_release(release_zip()).content_sha256
SHA256 = hashlib.sha256(FY2022).hexdigest()
ZIP = "/files/pls_fy2022_csv.zip"
MOST = 200_000  # bytes


class World:
    """The agency's page and table, a mirror, and the stores of a search."""

    def __init__(self, web: WebServer) -> None:
        self.web = web
        self.bucket = MemoryReleasesBucket()
        self.states = MemoryFetchStates()
        self.slept: list[float] = []
        self.known = KnownReleases()
        self.lost: set[str] = set()  # run ids of uploads whose load never began
        self.now = NOW

    def page(self) -> dict[str, Any]:
        return self._source("page", kind="page", official=True, url=f"{self.web.url}/survey")

    def table(self, **releases: str) -> dict[str, Any]:
        return self._source("table", kind="table", official=True, releases=releases)

    def file(self, path: str = ZIP, source_id: str = "file", *, official: bool = True) -> dict[str, Any]:
        return self._source(source_id, kind="file", official=official, url=f"{self.web.url}{path}")

    def search(self, *sources: dict[str, Any], seconds: float = 20, trial: bool = False) -> Search:
        written = json.dumps({"plain_http": True, "sources": sources})
        end = time.monotonic() + seconds
        ports = FetchPorts(
            http=Urllib3Client(),
            releases=MemoryFetchedReleases(self.bucket),
            states=self.states,
            time_left=lambda: end - time.monotonic(),
            sleep=self.slept.append,
            max_bytes=MOST,
            has_run=lambda run_id: run_id not in self.lost,
        )
        return look_for_release(read_sources(written), self.known, ports, lambda: self.now, trial=trial)

    def outcome(self, *sources: dict[str, Any], seconds: float = 20) -> tuple[str, str]:
        """The outcome and the sentence of the only attempt of a search."""
        (attempt,) = self.search(*(sources or (self.file(),)), seconds=seconds).attempts
        return attempt.outcome.value, attempt.said

    def uploaded(self, run_id: str) -> tuple[bytes, dict[str, str]]:
        upload = Upload.of_run(run_id)
        with self.bucket.open_release(upload) as body:
            return body.read(), dict(self.bucket.metadata(upload))

    def _source(self, source_id: str, **written: Any) -> dict[str, Any]:
        return {"id": source_id, "hosts": ["127.0.0.1"], **written}
