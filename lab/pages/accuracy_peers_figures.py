"""The comparison with other matchers as a table of ``docs/accuracy.md``."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from lab.pages.accuracy_cells import percent
from lab.pages.tables import markdown_table
from library_validator_cli.evaluation.intervals import Share


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Pool(_Model):
    """The answers of one matcher to all rows of the comparison."""

    rows: int
    libraries: int
    non_libraries: int
    validated_right: int
    validated_wrong: int
    non_libraries_validated: int

    @property
    def wrong(self) -> int:
        return self.validated_wrong + self.non_libraries_validated

    @property
    def right(self) -> Share:
        return Share(count=self.validated_right, of=self.libraries)


class Peer(_Model):
    matcher: str
    pool: Pool


class OperatingPoint(_Model):
    title: str
    peers: list[Peer]


class Peers(_Model):
    """The part of ``accuracy_peers.json`` that the page shows."""

    schema_version: Literal[1]
    policy_version: str
    packages: dict[str, str]
    product: Peer
    points: list[OperatingPoint]
    wrong_for_as_many_right: dict[str, int | None]


def peers_figures(peers: Peers) -> str:
    product = peers.product
    head = ["matcher"]
    for point in peers.points:
        head += [f"validated, {point.title}", "wrong"]
    head.append(f"wrong, to validate {product.pool.validated_right:,}")
    at = [{peer.matcher: peer.pool for peer in point.peers} for point in peers.points]
    rows = [(product.matcher, *_cells(product.pool) * len(at), f"{product.pool.wrong:,}")]
    for matcher, cost in peers.wrong_for_as_many_right.items():
        cells = [cell for point in at for cell in _cells(point[matcher])]
        rows.append((matcher, *cells, "cannot" if cost is None else f"{cost:,}"))
    versions = ", ".join(f"{name} {version}" for name, version in peers.packages.items())
    circumstances = (
        f"{product.pool.rows:,} rows, {product.pool.libraries:,} of them libraries; "
        f"policy and weights {peers.policy_version}; {versions}."
    )
    return f"{circumstances}\n\n{markdown_table(head, rows)}"


def _cells(pool: Pool) -> tuple[str, str]:
    return percent(pool.right), f"{pool.wrong:,}"
