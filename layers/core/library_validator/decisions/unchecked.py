"""Instances of pydantic models made of values that need no check."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from pydantic import BaseModel

# The slots of an instance: a frozen model refuses to have them set by name.
_SET_VALUES: Final = BaseModel.__dict__["__dict__"].__set__
_SET_NAMES: Final = BaseModel.__dict__["__pydantic_fields_set__"].__set__
_SET_EXTRA: Final = BaseModel.__dict__["__pydantic_extra__"].__set__
_SET_PRIVATE: Final = BaseModel.__dict__["__pydantic_private__"].__set__
_M = TypeVar("_M", bound=BaseModel)


def unchecked(model: type[_M]) -> Callable[[dict[str, Any]], _M]:
    """What makes an instance of ``model`` as ``model_validate`` does, without a look at the values.

    It is given every field, those with defaults too, in the order of the fields, each of the very type
    that it is declared with: what this package's own code computed, never what somebody sent. The values
    are the instance's own from then on.
    """
    new, names = object.__new__, set(model.model_fields)

    def made_of(values: dict[str, Any]) -> _M:
        made = new(model)
        _SET_VALUES(made, values)
        _SET_NAMES(made, names)
        _SET_EXTRA(made, None)
        _SET_PRIVATE(made, None)
        return made

    return made_of
