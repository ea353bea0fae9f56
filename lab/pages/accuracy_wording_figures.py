"""The tables of ``docs/accuracy.md`` on bodies that are named after a library.

``python -m lab.wordings`` writes the sets. Their kinds are ``<kind>/<variant>``, and ``<form>/<variant>``
for forms that real libraries use too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from operator import add
from typing import Final

from lab.pages.accuracy_cells import interval, rows_and_share
from lab.pages.extract import Accuracy
from lab.pages.tables import markdown_table
from library_validator_cli.evaluation.intervals import Share
from library_validator_cli.evaluation.summary import Group

_OTHERS: Final = "wordings"
_FORMS: Final = "wordings_form"
_VALIDATED: Final = "non_library_validated"
_MEASURES: Final = (_VALIDATED, "non_library_review", "non_library_not_validated")
# The facts of the library that the body gives as its own, besides words of the name.
VARIANTS: Final = {
    "door_and_phone": "the library's street, ZIP and phone",
    "door": "its street and ZIP",
    "door_own_phone": "its street and ZIP, their own phone",
    "town_only": "its town alone",
    "own_street_and_phone": "its town and ZIP, their own street and phone",
}

KINDS: Final = {
    "support": "friends, volunteers and other supporters",
    "group": "staff, clubs, parents, congregations",
    "politics": "campaigns and parties",
    "business": "shops, services, restaurants",
    "housing": "houses and flats",
    "other_library": "libraries that are not public libraries",
    "supplier": "suppliers and consortia",
    "heritage": "museums, history, families",
    "government": "governments and their departments",
    "works": "builders and building sites",
    "money": "funds and foundations",
    "legal_person": "companies",
    "denial": "not the library by their own words: Not, Former, Near, c/o",
    "other_language": "any of these in another language, in Latin letters",
    "other_script": "any of these in another script",
    "spelling": "any of these with mistakes and tricks of spelling",
}


def wording_figures(wordings: Accuracy) -> dict[str, str]:
    """Blocks by name."""
    groups = wordings.main_measurement.groups
    others = [group for group in groups if group.set == _OTHERS and group.kind]
    forms = [group for group in groups if group.set == _FORMS and group.kind]
    return {"wordings": _tables_of_bodies(others), "wordings-of-libraries": _table_of_forms(forms)}


def _tables_of_bodies(groups: Sequence[Group]) -> str:
    validated = _sum(groups, _VALIDATED)
    total = (
        f"Of {validated.of:,} applications, {validated.count:,} were validated (95%: {interval(validated)}%)."
    )
    head = ("they give", "applications", "validated", "to review", "not validated")
    by_variant = markdown_table(head, [*_rows(groups, _variant, VARIANTS), _row("all", groups)])
    by_kind = markdown_table(("they are", *head[1:]), _rows(groups, _kind, KINDS))
    return f"{total}\n\n{by_variant}\n\n{by_kind}"


def _table_of_forms(groups: Sequence[Group]) -> str:
    """The number of validated bodies: a line for each form, a column for each variant."""
    variants = _names_in_order(groups, _variant)
    of = {(_kind(group), _variant(group)): group.measures[_VALIDATED] for group in groups}
    rows = [
        (
            form.replace("-", " "),
            *(f"{share.count:,} of {share.of:,}" for share in (of[form, variant] for variant in variants)),
        )
        for form in _names_in_order(groups, _kind)
    ]
    return markdown_table(("validated with", *(VARIANTS.get(name, name) for name in variants)), rows)


def _rows(
    groups: Sequence[Group], named: Callable[[Group], str], words: dict[str, str]
) -> Iterable[tuple[str, ...]]:
    for name in _names_in_order(groups, named):
        yield _row(words.get(name, name), [group for group in groups if named(group) == name])


def _row(name: str, groups: Sequence[Group]) -> tuple[str, ...]:
    validated, review, refused = (_sum(groups, measure) for measure in _MEASURES)
    return name, f"{validated.of:,}", f"{validated.count:,}", rows_and_share(review), rows_and_share(refused)


def _sum(groups: Sequence[Group], measure: str) -> Share:
    return reduce(add, (group.measures[measure] for group in groups), Share(count=0, of=0))


def _names_in_order(groups: Sequence[Group], named: Callable[[Group], str]) -> list[str]:
    return list(dict.fromkeys(map(named, groups)))


def _kind(group: Group) -> str:
    return group.kind.rpartition("/")[0]


def _variant(group: Group) -> str:
    return group.kind.rpartition("/")[2]
