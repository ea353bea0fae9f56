"""recordlinkage: blocking, string comparisons and a logistic regression, as its documentation links files.

It is trained on pairs of the registry and of records that no labelled set uses. A pair is a match if both
are the same place. Pairs of two places of the same library are left out: they are not clear matches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

import numpy as np
import pandas as pd
import recordlinkage

from lab.peers.records import BestLibrary, Record, best_libraries

BLOCKS: Final = (["phone"], ["zip", "number"], ["state", "city"], ["state", "name"], ["zip", "first_word"])
_CHUNK: Final = 10_000  # applications at a time, to bound the frame of pairs


class WithRecordlinkage:
    """Scores are the regression's log odds (natural logarithm), which distinguish probabilities near 1."""

    name = "recordlinkage"

    def __init__(self, training: Sequence[Record]) -> None:
        """``training`` is the left side of the training pairs. Their ``place`` is the right answer."""
        self._training = _frame_of(training)
        self._registry = pd.DataFrame()
        self._classifier = recordlinkage.LogisticRegressionClassifier(max_iter=1_000)

    def prepare(self, registry: Sequence[Record]) -> None:
        self._registry = _frame_of(registry)
        pairs = _candidates(self._training, self._registry)
        left, right = (pd.Series(side) for side in self._sides(pairs, self._training, "place"))
        match = (left == right).to_numpy()
        certain = match | (left.str[:6] != right.str[:6]).to_numpy()
        features = _similarities(pairs[certain], self._training, self._registry)
        self._classifier.fit(features, pairs[certain & match])

    def score(self, applications: Sequence[Record]) -> list[BestLibrary]:
        answers: list[BestLibrary] = []
        for start in range(0, len(applications), _CHUNK):
            chunk = applications[start : start + _CHUNK]
            frame = _frame_of(chunk)
            pairs = _candidates(frame, self._registry)
            if pairs.empty:
                answers += best_libraries([], chunk)
                continue
            features = _similarities(pairs, frame, self._registry)
            odds = self._classifier.kernel.decision_function(features.to_numpy())
            ids, keys = self._sides(pairs, frame, "id")[0], self._sides(pairs, frame, "place")[1]
            answers += best_libraries(zip(ids, (key[:6] for key in keys), odds.tolist(), strict=True), chunk)
        return answers

    def _sides(self, pairs: pd.MultiIndex, left: pd.DataFrame, column: str) -> tuple[np.ndarray, np.ndarray]:
        """``column`` of the left and of the right record of each pair."""
        return (
            left[column].to_numpy()[pairs.get_level_values(0)],
            self._registry[column].to_numpy()[pairs.get_level_values(1)],
        )


def _frame_of(records: Sequence[Record]) -> pd.DataFrame:
    """Records by number. Missing values are null, so that they are neither blocked on nor compared."""
    frame = pd.DataFrame([asdict(record) for record in records])
    frame["first_word"] = frame["name"].str.split(" ").str[0]
    values = frame.columns.difference(["id", "place"])
    frame[values] = frame[values].mask(frame[values] == "")
    return frame


def _candidates(left: pd.DataFrame, right: pd.DataFrame) -> pd.MultiIndex:
    indexer = recordlinkage.Index()
    for columns in BLOCKS:
        indexer.block(columns)
    return indexer.index(left, right)


def _similarities(pairs: pd.MultiIndex, left: pd.DataFrame, right: pd.DataFrame) -> pd.DataFrame:
    """Similarities from 0 to 1, and a column for each of them that is 1 if it is missing."""
    compare = recordlinkage.Compare()
    for field in ("name", "street", "city"):
        compare.string(field, field, method="jarowinkler", label=field, missing_value=np.nan)
    for field in ("zip", "phone", "state", "number"):
        compare.exact(field, field, label=field, missing_value=np.nan)
    features = compare.compute(pairs, left, right)
    for field in ("street", "city", "zip", "phone", "number"):
        features[f"no_{field}"] = features[field].isna().astype(float)
    return features.fillna(0.0)
