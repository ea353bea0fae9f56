"""Partners, a line each."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from library_validator.views.partner import PartnerView
from library_validator_cli.terminal import NOTHING, escape_cells, table_with_headings


def partners_table(views: Sequence[PartnerView]) -> Table:
    shown = table_with_headings(
        "key",
        "name",
        "state",
        "principals",
        "earlier sources",
        "claims share",
        "an hour",
        whole=("key", "state"),
    )
    for view in views:
        shown.add_row(
            *escape_cells(
                view.key,
                view.name,
                view.state,
                "\n".join(view.principals) or NOTHING,
                "\n".join(view.aliases) or NOTHING,
                view.claims_share,
                view.applications_per_hour,
            )
        )
    return shown
