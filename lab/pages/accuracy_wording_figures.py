"""What came of bodies that are named after a library, as tables of ``docs/accuracy.md``.

The sets are those that ``python -m lab.wordings`` writes: their kinds are ``<kind>/<variant>``, and
``<form>/<variant>`` where real libraries write themselves so, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from operator import add
from typing import Final

from lab.pages.accuracy_cells import interval, rows_and_share
from lab.pages.extract import Accuracy
from lab.pages.tables import markdown
from library_validator_cli.evaluation.intervals import Share
from library_validator_cli.evaluation.summary import Group

_OTHERS: Final = "wordings"
_FORMS: Final = "wordings_form"
_VALIDATED: Final = "non_library_validated"
_MEASURES: Final = (_VALIDATED, "non_library_review", "non_library_not_validated")
# What of the library's the body gives as its own, besides words of the name.
VARIANTS: Final = {
    "door_and_phone": "the library's street, ZIP and phone",
    "door": "its street and ZIP",
    "door_own_phone": "its street and ZIP, a phone of their own",
    "town_only": "its town alone",
    "own_street_and_phone": "its town and ZIP, a street and phone of their own",
}

KINDS: Final = {
    "support": "friends, volunteers and other supporters",
    "group": "staff, clubs, parents, congregations",
    "politics": "campaigns and parties",
    "business": "shops, services, restaurants",
    "housing": "houses and flats",
    "other_library": "libraries that are no public library",
    "supplier": "suppliers and consortia",
    "heritage": "museums, history, families",
    "government": "governments and their departments",
    "works": "builders and building sites",
    "money": "funds and foundations",
    "legal_person": "companies",
    "denial": "not the library, by their own words: Not, Former, Near, c/o",
    "other_language": "one of these in another language, in Latin letters",
    "other_script": "one of these in another script",
    "spelling": "one of these with slips and tricks of spelling",
}


def wording_figures(wordings: Accuracy) -> dict[str, str]:
    """Blocks by name."""
    groups = wordings.whole.groups
    others = [group for group in groups if group.set == _OTHERS and group.kind]
    forms = [group for group in groups if group.set == _FORMS and group.kind]
    return {"wordings": _others(others), "wordings-of-libraries": _forms(forms)}


def _others(groups: Sequence[Group]) -> str:
    validated = _sum(groups, _VALIDATED)
    said = (
        f"Of {validated.of:,} applications, {validated.count:,} were validated (95%: {interval(validated)}%)."
    )
    head = ("they give", "applications", "validated", "to review", "told no")
    by_variant = markdown(head, [*_rows(groups, _variant, VARIANTS), _row("all", groups)])
    by_kind = markdown(("they are", *head[1:]), _rows(groups, _kind, KINDS))
    return f"{said}\n\n{by_variant}\n\n{by_kind}"


def _forms(groups: Sequence[Group]) -> str:
    """One line a form, one column a variant: how many of them are validated."""
    variants = _in_order(groups, _variant)
    of = {(_kind(group), _variant(group)): group.measures[_VALIDATED] for group in groups}
    rows = [
        (
            form.replace("-", " "),
            *(f"{share.count:,} of {share.of:,}" for share in (of[form, variant] for variant in variants)),
        )
        for form in _in_order(groups, _kind)
    ]
    return markdown(("validated with", *(VARIANTS.get(one, one) for one in variants)), rows)


def _rows(
    groups: Sequence[Group], named: Callable[[Group], str], words: dict[str, str]
) -> Iterable[tuple[str, ...]]:
    for name in _in_order(groups, named):
        yield _row(words.get(name, name), [group for group in groups if named(group) == name])


def _row(name: str, groups: Sequence[Group]) -> tuple[str, ...]:
    validated, review, refused = (_sum(groups, measure) for measure in _MEASURES)
    return name, f"{validated.of:,}", f"{validated.count:,}", rows_and_share(review), rows_and_share(refused)


def _sum(groups: Sequence[Group], measure: str) -> Share:
    return reduce(add, (group.measures[measure] for group in groups), Share(count=0, of=0))


def _in_order(groups: Sequence[Group], named: Callable[[Group], str]) -> list[str]:
    return list(dict.fromkeys(map(named, groups)))


def _kind(group: Group) -> str:
    return group.kind.rpartition("/")[0]


def _variant(group: Group) -> str:
    return group.kind.rpartition("/")[2]
