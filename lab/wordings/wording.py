"""The wordings of ``wordings.toml``: the names of bodies that are not public libraries."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

WORDINGS_FILE: Final = Path(__file__).with_name("wordings.toml")
_NAME, _CITY = "{name}", "{city}"


class Wording(BaseModel):
    """A template for the name of such a body, with a placeholder for a library's name or its town."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    template: str
    kind: str = Field(pattern=r"^[a-z_]+$")
    language: str = Field(pattern=r"^[a-z]{2,3}$", description="ISO 639 code of the words that are added")
    form_of_library: bool = Field(False, description="real libraries use this form too")

    @model_validator(mode="after")
    def _check_template(self) -> Self:
        rest = self.template.replace(_NAME, "").replace(_CITY, "")
        if rest == self.template or "{" in rest or "}" in rest:
            raise ValueError(f"wording {self.id} needs {_NAME} or {_CITY}, and no other braces")
        if not rest.strip():
            raise ValueError(f"wording {self.id} does not add to the name")
        return self

    def name_with(self, name: str, city: str) -> str:
        """The body's name for the library ``name`` in the town ``city``."""
        return self.template.replace(_NAME, name).replace(_CITY, city)


class _WordingsFile(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    wordings: tuple[Wording, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _check_duplicates(self) -> Self:
        ids = [wording.id for wording in self.wordings]
        for values in (ids, [wording.template for wording in self.wordings]):
            twice = [value for value, times in Counter(values).items() if times > 1]
            if twice:
                raise ValueError(f"is there twice: {', '.join(twice)}")
        return self


def read_wordings(path: Path = WORDINGS_FILE) -> Sequence[Wording]:
    """All wordings, in file order. Raises ``ValueError`` with the error of the file."""
    return _WordingsFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).wordings
