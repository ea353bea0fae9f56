"""csv-reconcile: the OpenRefine reconciliation service over a CSV file, with the scorer that it ships (Dice).

It is used as its documentation says: ``init`` on a CSV, then queries of a single text. It runs in this
process without HTTP, with its database in memory. The text is name, city and state, because a name alone
occurs in many states. pip can install the compiled part of the scorer only from source.
"""

from __future__ import annotations

import csv
import sqlite3
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from csv_reconcile import default_settings, initdb, pickScorer
from csv_reconcile.score import processQueryBatch

from lab.peers.records import BestLibrary, Record, best_libraries


class WithCsvReconcile:
    """Scores are the percentage of shared pairs of letters. Its own threshold is 30."""

    name = "csv-reconcile"

    def __init__(self) -> None:
        self._keys: dict[str, str] = {}  # record id -> FSCS key
        self._database = sqlite3.connect(":memory:")
        self._database.row_factory = sqlite3.Row

    def prepare(self, registry: Sequence[Record]) -> None:
        pickScorer("dice")
        self._keys = {record.id: record.fscs_key for record in registry}
        with TemporaryDirectory() as folder:
            path = Path(folder) / "registry.csv"
            with path.open("w", encoding="utf-8", newline="") as file:
                rows = ([record.id, _query_text(record)] for record in registry)
                csv.writer(file).writerows([["id", "text"], *rows])
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # csv-reconcile uses deprecated calls
                initdb.init_db(self._database, path, "id", "text", csvencoding="utf-8", scoreOptions={})

    def score(self, applications: Sequence[Record]) -> list[BestLibrary]:
        queries = {application.id: {"query": _query_text(application)} for application in applications}
        answers = processQueryBatch(
            self._database, queries, default_settings.LIMIT, default_settings.THRESHOLD
        )
        return best_libraries(self._pairs(answers), applications)

    def _pairs(self, answers: dict[str, dict[str, list[dict[str, str]]]]) -> Iterator[tuple[str, str, float]]:
        for identity, answer in answers.items():
            for found in answer["result"]:
                yield identity, self._keys[found["id"]], float(found["score"])


def _query_text(record: Record) -> str:
    return f"{record.name} {record.city} {record.state}"
