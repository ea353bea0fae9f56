"""Spoiled letters in names and addresses keep a release from going live by itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Final, NamedTuple

from library_validator.releases.guarding.letters import has_accents, has_lost_accents, is_spoiled, texts_of
from library_validator.releases.guarding.limits import Limits, share
from library_validator.releases.guarding.text_checks import has_hidden_characters
from library_validator.releases.records import Outlet, Problem, Release, System

_SHOWN: Final = 3


class _Place(NamedTuple):
    """The record and column of a name or address."""

    key: str  # FSCS key or id
    column: str

    def __str__(self) -> str:
        return f"{self.key} {self.column.replace('_', ' ')}"


def problems_of_letters(release: Release, nearest: Release | None, limits: Limits) -> Iterator[Problem]:
    """The signs of a wrong encoding in ``release`` itself, and in comparison with ``nearest``."""
    yield from _problems_of_spoiled_letters(release, nearest, limits)
    if nearest is not None:
        yield from _problems_of_lost_accents(release, nearest, limits)


def _problems_of_spoiled_letters(
    release: Release, nearest: Release | None, limits: Limits
) -> Iterator[Problem]:
    spoiled = _texts_of(release, lambda text: is_spoiled(text) and not has_hidden_characters(text))
    if spoiled and nearest is not None:
        # A value that the accepted release has for the same key was accepted with that release.
        accepted = _texts_of(nearest, is_spoiled)
        spoiled = {place: text for place, text in spoiled.items() if accepted.get(place) != text}
    if len(spoiled) > limits.letters.spoiled:
        examples = _list_some(f"{place} {text!r}" for place, text in spoiled.items())
        yield Problem(
            "letters_spoiled",
            "quarantine",
            "names or addresses with signs that a wrong encoding leaves in place of letters and that "
            f"cannot be repaired for certain: {len(spoiled)} ({examples}); download the CSV zip from the "
            "agency's page again, or compare these values with it",
        )


def _problems_of_lost_accents(release: Release, nearest: Release, limits: Limits) -> Iterator[Problem]:
    before = _texts_of(nearest, has_accents)
    now = _texts_of(release, lambda _text: True, {place.key for place in before})
    accented = {place: (text, now[place]) for place, text in before.items() if place in now}
    lost = {place: texts for place, texts in accented.items() if has_lost_accents(*texts)}
    allowed = limits.letters
    if len(lost) > allowed.lost and 100 * len(lost) > allowed.lost_percent * len(accented):
        examples = _list_some(f"{place} {old!r} is {new!r}" for place, (old, new) in lost.items())
        yield Problem(
            "accents_lost",
            "quarantine",
            f"{share(len(lost), len(accented))} names and addresses that have accented letters in fiscal "
            f"year {nearest.fiscal_year} have something else in place of these letters, at most "
            f"{allowed.lost_percent:g} % are expected: {examples}; check which program saved this file",
        )


def _texts_of(
    release: Release, has_property: Callable[[str], bool], keys: Collection[str] | None = None
) -> dict[_Place, str]:
    """The names and addresses that have a property, of all records or of the records with ``keys``."""
    records: Iterable[tuple[str, System | Outlet]] = (
        *((system.fscs_key, system) for system in release.systems),
        *((outlet.fscs_id, outlet) for outlet in release.outlets),
    )
    return {
        _Place(key, column): text
        for key, record in records
        if keys is None or key in keys
        for column, text in texts_of(record)
        if has_property(text)
    }


def _list_some(examples: Iterable[str]) -> str:
    every = list(examples)
    return ", ".join(every[:_SHOWN]) + (" …" if len(every) > _SHOWN else "")
