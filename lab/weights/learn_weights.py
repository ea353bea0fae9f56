"""Learns the match weights from year-to-year pairs and from typed noise, and writes ``weights.json``.

    python lab/weights/learn_weights.py OLDER.zip NEWER.zip [--seed 1] [--write]

Each record of the older release is an application; its right answer is the record with the same FSCS key in
the newer release. Each record of the newer release is another application, with typing mistakes and missing
fields. Every candidate that blocking finds is a pair, and a match if its key is right. A logistic regression
over the levels of all fields gives each level its weight: the log2 odds that it adds while other fields do
not change. The sum over all fields needs such weights, because fields depend on each other (a library often
has its town's name). They make the sum a calibrated probability.

Train on releases that do not answer the labelled sets: FY2015 with FY2017 here. The labelled drift sets are
FY2017 records as applications to FY2022, and the training does not see FY2022.
"""

from __future__ import annotations

import argparse
import json
import math
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from library_validator.matching.applicant import Applicant
from library_validator.matching.compare import Compared
from library_validator.matching.index import build_index
from library_validator.matching.match import rank
from library_validator.matching.names import read_name
from library_validator.matching.query import read_applicant
from library_validator.matching.statistics import Statistics
from library_validator.matching.weights import LEVELS_OF, Weights, load_weights
from library_validator.matching.words import AFFILIATES, OUT_OF_SCOPE
from library_validator.releases.reading.release import read_release
from library_validator.releases.records import Release
from library_validator_cli.sample_applications import NONE, sample_applications

WEIGHTS = Path(__file__).parents[2] / "layers/core/library_validator/matching/weights.json"
LEARNED: Final = ("name", "street", "place", "phone", "together", "state")
SAY_NOTHING: Final = ("missing", "neither")  # levels whose weight is 0 bits
LEVELS: Final = {
    field: tuple(level for level in LEVELS_OF[field] if level not in SAY_NOTHING) for field in LEARNED
}
MIN_PAIRS = 20  # a level with fewer pairs keeps its present weight
RIDGE = 0.5  # strength of the penalty that pulls rare levels towards zero bits
TYPED = 8_000
UNCHANGED = 0.15  # share of unchanged year-to-year rows that is used


def field_levels() -> list[tuple[str, str]]:
    return [(field, level) for field, levels in LEVELS.items() for level in levels]


def training_applications(
    older: Release, newer: Release, rng: random.Random
) -> Iterator[tuple[Applicant, str]]:
    """Applications with their right FSCS key, or NONE."""
    listed = {system.fscs_key: system for system in newer.systems}
    places = {outlet.fscs_id: outlet for outlet in newer.outlets}
    for system in older.systems:
        now = listed.get(system.fscs_key)
        if now is None:
            continue
        same = (system.name, system.street, system.phone) == (now.name, now.street, now.phone)
        if not same or rng.random() < UNCHANGED:
            yield _applicant(system), system.fscs_key
    for outlet in older.outlets:
        then = places.get(outlet.fscs_id)
        if then is None:
            continue
        same = (outlet.name, outlet.street, outlet.phone) == (then.name, then.street, then.phone)
        if not same or rng.random() < UNCHANGED:
            yield _applicant(outlet), outlet.fscs_key
    cue_words = AFFILIATES | OUT_OF_SCOPE.keys()
    for sample in sample_applications(newer, TYPED, seed=rng.randrange(1_000)):
        applicant = Applicant(sample.name, sample.street, sample.city, sample.state, sample.zip, sample.phone)
        if cue_words.intersection(read_name(sample.name).tokens) and sample.label == NONE:
            continue  # rules decide on applications with these words, whatever their score
        yield _leave_fields_out(applicant, rng), sample.label


def _applicant(record: object) -> Applicant:
    return Applicant(*(getattr(record, name) for name in ("name", "street", "city", "state", "zip", "phone")))


def _leave_fields_out(applicant: Applicant, rng: random.Random) -> Applicant:
    kept = rng.choice(
        ("street city zip phone", "street city zip", "street city", "city", "city zip", "zip phone")
    )
    return replace(applicant, **dict.fromkeys({"street", "city", "zip", "phone"} - set(kept.split()), ""))


def training_pairs(
    older: Release, newer: Release, rng: random.Random, weights: Weights
) -> Iterator[tuple[Compared, bool, int]]:
    """Every candidate pair: its comparisons, whether it is a match, and the number of its application."""
    index = build_index([newer])
    statistics = Statistics.decode(index.statistics)
    for number, (applicant, label) in enumerate(training_applications(older, newer, rng)):
        query = read_applicant(applicant, statistics)
        ranking = rank(query, index.postings, weights, index.fiscal_year, compare_all=True)
        for scored in ranking.scored:
            match = scored.entry.fscs_key == label
            # other places of the right system are left out: the answer is the system
            if not match or scored is ranking.scored[0]:
                yield scored.compared, match, number


def design_matrix(compared: list[Compared], cap: float) -> np.ndarray:
    place = {column: position for position, column in enumerate(field_levels())}
    matrix = np.zeros((len(compared), len(place) + 2))
    for row, pair in enumerate(compared):
        for field in LEVELS:
            level = pair.name.level if field == "name" else getattr(pair, field)
            if level not in SAY_NOTHING:
                matrix[row, place[field, level]] = 1.0
        matrix[row, -2] = (
            0.0
            if pair.name.level == "different"
            else min(pair.name.rarity, cap) / (2.0 if pair.name.of_system else 1.0)
        )
        matrix[row, -1] = 1.0
    return matrix


def fit_regression(matrix: np.ndarray, match: np.ndarray) -> np.ndarray:
    """Ridge logistic regression by Newton's method; natural-log coefficients, the intercept last."""
    beta = np.zeros(matrix.shape[1])
    penalty = np.full(matrix.shape[1], RIDGE)
    penalty[-1] = 1e-6
    for _ in range(60):
        probability = 1.0 / (1.0 + np.exp(-np.clip(matrix @ beta, -40, 40)))
        gradient = matrix.T @ (match - probability) - penalty * beta
        hessian = (matrix * (probability * (1 - probability))[:, None]).T @ matrix + np.diag(penalty)
        step = np.linalg.solve(hessian, gradient)
        beta += step
        if np.abs(step).max() < 1e-6:
            break
    return beta


def log_loss(matrix: np.ndarray, match: np.ndarray, beta: np.ndarray) -> float:
    score = np.clip(matrix @ beta, -40, 40)
    return float(np.mean(np.log1p(np.exp(-score)) * match + np.log1p(np.exp(score)) * (1 - match)))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("older", type=Path)
    parser.add_argument("newer", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="write weights.json")
    given = parser.parse_args()
    weights = load_weights()
    older, newer = read_release(given.older), read_release(given.newer)
    found = list(training_pairs(older, newer, random.Random(given.seed), weights))
    cap = weights.rarity_cap / weights.rarity_scale
    matrix = design_matrix([pair for pair, _, _ in found], cap)
    match = np.array([float(is_match) for _, is_match, _ in found])
    held_out = np.array([number % 5 == 0 for _, _, number in found])
    beta = fit_regression(matrix[~held_out], match[~held_out])
    print(f"{len(found):,} pairs of {found[-1][2] + 1:,} applications, {int(match.sum()):,} matches")
    print(
        f"log loss: {log_loss(matrix[~held_out], match[~held_out], beta):.5f} trained on, "
        f"{log_loss(matrix[held_out], match[held_out], beta):.5f} held out"
    )
    bits = beta / math.log(2)
    seen = matrix.sum(axis=0)
    matched = (matrix * match[:, None]).sum(axis=0)
    learned: dict[str, dict[str, float]] = {field: {"missing": 0.0} for field in LEVELS}
    for position, (field, level) in enumerate(field_levels()):
        learned[field][level] = (
            round(float(bits[position]), 2) if seen[position] >= MIN_PAIRS else weights.bits[field][level]
        )
        count = f"{int(seen[position]):7} pairs {int(matched[position]):6} matches"
        print(f"{field:>8} {level:20} {bits[position]:7.2f} bits  {count}")
    print(f"rarity {bits[-2]:.3f} a bit; prior {bits[-1]:.2f}")
    del learned["name"]["missing"]
    learned["together"]["neither"] = learned["together"].pop("missing")
    if given.write:
        body = json.loads(WEIGHTS.read_text("utf-8"))
        scale = round(float(bits[-2]), 3)
        body |= {
            "version": f"{newer.fiscal_year}-{older.fiscal_year}.{given.seed}",
            "trained_on": f"FY{older.fiscal_year} records and typed noise against FY{newer.fiscal_year}, "
            f"{len(found):,} pairs, lab/weights/learn_weights.py",
            "prior": round(float(bits[-1]), 2),
            "rarity_scale": scale,
            "rarity_cap": round(cap * scale, 2),
        }
        body["bits"] |= learned
        WEIGHTS.write_text(json.dumps(body, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
