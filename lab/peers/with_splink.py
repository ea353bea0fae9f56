"""Splink 5 on DuckDB: Fellegi-Sunter with term frequencies, trained without labels.

It links two files as its documentation does (examples "Linking without deduplication", "Linking the febrl4
datasets" and "Matching businesses"): the prior from deterministic rules, u from random pairs, m by
expectation maximisation over several blocks, here of older releases with the registry. The trained model
then scores the applications with ``predict_between``, with the registry's term frequencies.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, Final

import pandas as pd
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from lab.peers.records import BestLibrary, Record, best_libraries

TERM_FREQUENCIES: Final = ("name", "street")
RANDOM_PAIRS: Final = 1e7
RARE: Final = 200  # a word in at most this many registry records finds candidates of its state
LOWEST: Final = -20.0  # match weight in bits below which a pair is not returned


class WithSplink:
    """Scores are match weights in bits."""

    name = "splink"

    def __init__(self, older: Sequence[Record], seed: int) -> None:
        """``older`` are records of older releases. Their keys are not used."""
        self._older = older
        self._seed = seed
        self._rare: frozenset[str] = frozenset()
        self._api = DuckDBAPI()
        self._api.duckdb_con.execute("SET enable_progress_bar = false")
        self._linker: Any = None
        self._registry: Any = None

    def prepare(self, registry: Sequence[Record]) -> None:
        words = Counter(word for record in registry for word in set(record.name.split()))
        self._rare = frozenset(word for word, count in words.items() if count <= RARE)
        older = self._api.register(self._frame(self._older), dataset_display_name="older")
        self._registry = self._api.register(self._frame(registry), dataset_display_name="registry")
        self._linker = Linker([older, self._registry], _settings(), log_level=logging.WARNING)
        for column in TERM_FREQUENCIES:
            table = self._api.register(_frequencies(column, registry))
            self._linker.table_management.register_term_frequency_lookup(table, column)
        self._train()

    def _train(self) -> None:
        training = self._linker.training
        training.estimate_probability_two_random_records_match(
            [block_on("name", "city", "state"), block_on("phone", "zip")], recall=0.9
        )
        training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=self._seed)
        for columns in (("phone",), ("zip", "street"), ("name", "state")):
            training.estimate_parameters_using_expectation_maximisation(block_on(*columns))

    def score(self, applications: Sequence[Record]) -> list[BestLibrary]:
        left = self._api.register(self._frame(applications))
        found = self._linker.inference.predict_between(
            left, self._registry, threshold_match_weight=LOWEST, warning_mode="never"
        ).as_pandas_dataframe()
        return best_libraries(
            zip(found.unique_id_l, found.fscs_key_r, found.match_weight, strict=True), applications
        )

    def _frame(self, records: Sequence[Record]) -> pd.DataFrame:
        frame = pd.DataFrame([asdict(record) for record in records]).rename(columns={"id": "unique_id"})
        frame["fscs_key"] = [record.fscs_key for record in records]
        frame["rare_words"] = [self._rare.intersection(record.name.split()) for record in records]
        frame["rare_words"] = frame["rare_words"].map(sorted)
        texts = frame.columns.difference(["unique_id", "place", "fscs_key", "rare_words"])
        frame[texts] = frame[texts].astype(object).where(frame[texts] != "", None)
        return frame


def _frequencies(column: str, registry: Iterable[Record]) -> pd.DataFrame:
    counts = Counter(value for record in registry if (value := getattr(record, column)))
    total = counts.total()
    return pd.DataFrame({column: list(counts), f"tf_{column}": [count / total for count in counts.values()]})


def _settings() -> SettingsCreator:
    name = cl.NameComparison("name", jaro_winkler_thresholds=[0.97, 0.92, 0.88, 0.7])
    street = cl.JaroWinklerAtThresholds("street", [0.95, 0.88, 0.75])
    # City and ZIP share a comparison, because two comparisons would count the same agreement twice. This
    # variant is the best of four (the others: city, ZIP and state apart; without state; without both).
    nowhere = "(zip_l is null or zip_r is null) and (city_l is null or city_r is null)"
    place = cl.CustomComparison(
        output_column_name="place",
        comparison_levels=[
            cll.CustomLevel(nowhere, "nothing given").configure(is_null_level=True),
            cll.CustomLevel("zip_l = zip_r and city_l = city_r", "ZIP and city"),
            cll.CustomLevel("zip_l = zip_r", "ZIP"),
            cll.CustomLevel("city_l = city_r and state_l = state_r", "city"),
            cll.CustomLevel("substr(zip_l, 1, 3) = substr(zip_r, 1, 3)", "ZIP area"),
            cll.ElseLevel(),
        ],
    )
    return SettingsCreator(
        link_type="link_only",
        comparisons=[
            name.configure(term_frequency_adjustments=True),
            street.configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("phone", [1]),
            place,
        ],
        blocking_rules_to_generate_predictions=[
            block_on("phone"),
            block_on("zip", "number"),
            block_on("state", "city"),
            block_on("state", "name"),
            block_on("state", "rare_words", arrays_to_explode=["rare_words"]),
        ],
        additional_columns_to_retain=["fscs_key"],
        retain_matching_columns=False,
    )
