"""How moto copies a table before a transaction, so that it can undo it."""

from __future__ import annotations

import copy
from collections import defaultdict
from typing import Any, Final

from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import Table

_CHANGED_IN_PLACE: Final = ("CLAIM#", "REVALIDATION#")  # items that an update of a transaction changes


class TransactionCopy:
    """In the place of moto's module ``copy``. A whole copy of a table takes as long as a batch.

    Only the items that a transaction may change in place are copied; the others are put or deleted.
    """

    @staticmethod
    def deepcopy(value: Any) -> Any:
        if not isinstance(value, Table):
            return copy.deepcopy(value)
        kept = copy.copy(value)
        # moto lists every table and item that it ever made, and would keep every copy.
        for model in (Table, Item):
            vars(model)["instances_tracked"].clear()
        kept.items = defaultdict(dict, {key: _copy_items(key, items) for key, items in value.items.items()})
        return kept


def _copy_items(key: Any, items: Any) -> Any:
    text = str(getattr(key, "value", key))
    if text.startswith(_CHANGED_IN_PLACE):
        return copy.deepcopy(items)
    return dict(items) if isinstance(items, dict) else items
