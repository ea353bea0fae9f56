"""Which kinds of applicants still get a wrong answer, and how often: a table of ``docs/accuracy.md``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import reduce
from operator import add
from typing import Final, NamedTuple

from lab.pages.accuracy_cells import interval, percent, reasons_and_counts
from lab.pages.extract import Measurement
from lab.pages.tables import markdown_table
from library_validator_cli.evaluation.intervals import Share
from library_validator_cli.evaluation.summary import Group

_REASONS_SHOWN: Final = 3

# The applicants of each set.
LIBRARIES: Final = {
    "drift17_ae": "library systems, as listed five years before",
    "drift17_outlet": "branches and other outlets, as listed five years before",
    "typed": "libraries, as people type them",
    "erate": "libraries, by their names in the E-rate programme: name, city and state",
    "neh_grants": "libraries that applied for a federal grant: name, city, state and ZIP",
    "polling_libraries": "libraries, as election clerks write them",
    "irs_legal": "libraries under their legal name, without a phone",
    "fscs_spelling": "libraries that spell their FSCS id oddly",
    "fscs_and_name": "libraries that give an FSCS id and a name",
    "libid_trap": "libraries whose state's own id reads like another library's FSCS key",
    "fscs_contradicts": "libraries that give another library's FSCS id",
}
OTHERS: Final = {
    "dotgov_governments": "cities, towns, counties and other governments",
    "polling_same_address": "polling places at a listed library's very address",
    "polling_other": "other polling places",
    "polling_libraries": "polling places in libraries that are not listed",
    "erate": "consortia, agencies and libraries that the survey does not list, in the E-rate programme",
    "neh_grants": "foundations, consortia, governments and others that applied for a federal grant",
    "irs_legal": "other organizations with LIBRARY in their legal name",
    "fscs_impostor": "bodies that give the FSCS id of a library",
    "neg_irs": "Friends groups, foundations, guilds and auxiliaries of libraries",
    "neg_ipeds": "colleges",
    "neg_ipeds_lib": "libraries of colleges",
    "neg_museum": "museums",
    "neg_twin": "the name of a library with an address in another state",
}
GONE: Final = {
    "gone17": "library systems that are no longer listed",
    "erate": "libraries in the E-rate programme that are no longer listed",
}
# If an id contradicts name and place, a person has to decide: a review is the right answer.
_REVIEW_IS_RIGHT: Final = frozenset({"fscs_contradicts", "fscs_impostor"})


class _Mistake(NamedTuple):
    """A kind of wrong answer."""

    answer: str
    measure: str
    applicants: str  # the applicants that could get this answer
    who: dict[str, str]  # set -> its applicants


_LISTED: Final = "listed libraries"
_NOT_LISTED: Final = "applicants that are not listed libraries"
_LISTED_ONCE: Final = "libraries that are no longer listed"
# The gravest first.
_MISTAKES: Final = (
    _Mistake("validated as another library", "wrong", _LISTED, LIBRARIES),
    _Mistake("validated", "non_library_validated", _NOT_LISTED, OTHERS),
    _Mistake("validated as a library at another place", "gone_validated_elsewhere", _LISTED_ONCE, GONE),
    _Mistake("not validated", "not_validated", _LISTED, LIBRARIES),
    _Mistake("sent to a person", "non_library_review", _NOT_LISTED, OTHERS),
    _Mistake("sent to a person", "review", _LISTED, LIBRARIES),
)


def mistake_figures(measurement: Measurement) -> str:
    head = ("wrong answer", "applicants", "most frequent reasons", "all", "with this answer", "share", "95%")
    rows = [row for mistake in _MISTAKES for row in _rows(mistake, measurement)]
    return markdown_table(head, rows, words=3)


def _rows(mistake: _Mistake, measurement: Measurement) -> Iterator[tuple[str, ...]]:
    """A row of all applicants that could get the answer, then a row for each set that got it, largest number
    first."""
    groups = [
        group
        for group in measurement.sets
        if mistake.measure in group.measures
        and not (group.set in _REVIEW_IS_RIGHT and mistake.measure.endswith("review"))
    ]
    if not groups:
        return
    yield _row(f"**{mistake.answer}**", f"**{mistake.applicants}**", groups, mistake.measure)
    wrong = [group for group in groups if group.measures[mistake.measure].count]
    for group in sorted(wrong, key=lambda group: -group.measures[mistake.measure].count):
        yield _row("", mistake.who.get(group.set, f"`{group.set}`"), [group], mistake.measure)


def _row(what: str, who: str, groups: Sequence[Group], measure: str) -> tuple[str, ...]:
    share = reduce(add, (group.measures[measure] for group in groups), Share(count=0, of=0))
    reasons: Counter[str] = Counter()
    for group in groups:
        reasons.update(group.reasons.get(measure, {}))
    return (
        what,
        who,
        reasons_and_counts(reasons, _REASONS_SHOWN),
        f"{share.of:,}",
        f"{share.count:,}",
        percent(share),
        interval(share),
    )
