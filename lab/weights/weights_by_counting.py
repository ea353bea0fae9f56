"""Weights by regression beside weights by counting, on the training pairs of the weights.

    python -m lab.weights.weights_by_counting OLDER.zip NEWER.zip [--seed 1]

Counting is the method of Fellegi and Sunter: the weight of a level is log2 of its frequency in matches
divided by its frequency in other pairs, as if fields were independent given the match. Here it counts known
labels, which an EM algorithm would have to guess. The stretched variant also fits a scale and a shift of
its sum and the rarity of the shared words. Every log loss is measured on the pairs of every fifth
application, which had no part in learning.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import numpy as np

from lab.weights.learn_weights import design_matrix, field_levels, fit_regression, log_loss, training_pairs
from library_validator.matching.weights import load_weights
from library_validator.releases.reading.release import read_release

_UNSEEN = 0.5  # added to each count, so that a level without matches has a weight


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("older", type=Path)
    parser.add_argument("newer", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    weights = load_weights()
    older, newer = read_release(given.older), read_release(given.newer)
    found = list(training_pairs(older, newer, random.Random(given.seed), weights))
    matrix = design_matrix([pair for pair, _, _ in found], weights.rarity_cap / weights.rarity_scale)
    match = np.array([float(is_match) for _, is_match, _ in found])
    held_out = np.array([number % 5 == 0 for _, _, number in found])
    print(f"{len(found):,} pairs of {found[-1][2] + 1:,} applications, {int(match.sum()):,} matches")
    together = np.array([field == "together" for field, _ in field_levels()] + [False, False])
    apart = matrix[:, ~together]
    for name, score in (
        ("regression", matrix @ fit_regression(matrix[~held_out], match[~held_out])),
        ("regression without `together`", apart @ fit_regression(apart[~held_out], match[~held_out])),
        ("counting", odds_by_counting(apart, match, held_out)),
        ("counting, stretched", odds_by_stretched_counting(apart, match, held_out)),
    ):
        loss = log_loss(score[held_out, None], match[held_out], np.ones(1))
        wrong = int(((score > 0) & (match == 0) & held_out).sum())
        missed = int(((score <= 0) & (match == 1) & held_out).sum())
        print(f"{name:30} log loss {loss:.5f}, {wrong:,} others above 0 bits, {missed:,} matches below")


def odds_by_counting(matrix: np.ndarray, match: np.ndarray, held_out: np.ndarray) -> np.ndarray:
    """Natural-log odds of each pair: the prior, and every level counted independently."""
    seen, is_match = matrix[~held_out], match[~held_out] == 1
    with_match = (seen[is_match, :-2].sum(axis=0) + _UNSEEN) / (is_match.sum() + 1)
    with_others = (seen[~is_match, :-2].sum(axis=0) + _UNSEEN) / ((~is_match).sum() + 1)
    prior = np.log(is_match.sum() / (~is_match).sum())
    score: np.ndarray = matrix[:, :-2] @ np.log(with_match / with_others) + prior
    return score


def odds_by_stretched_counting(matrix: np.ndarray, match: np.ndarray, held_out: np.ndarray) -> np.ndarray:
    """The counted odds at the best scale, with the rarity of names and the prior fitted to them."""
    parts = np.column_stack([odds_by_counting(matrix, match, held_out), matrix[:, -2:]])
    score: np.ndarray = parts @ fit_regression(parts[~held_out], match[~held_out])
    return score


if __name__ == "__main__":
    main()
