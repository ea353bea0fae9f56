"""An applicant, normalized once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from library_validator.matching import normalize
from library_validator.matching.applicant import Description
from library_validator.matching.names import NO_NAME, Name, read_name
from library_validator.matching.normalize import NO_STREET, FscsId, Street
from library_validator.matching.spelling import correct, read_applicants_name
from library_validator.matching.statistics import Statistics
from library_validator.matching.wording import may_be_parted, parts_of
from library_validator.matching.words import LIBRARY_WORDS


@dataclass(slots=True)  # final and not frozen, as names are
class Query:
    """What is compared with entries; empty parts were not given, or could not be read."""

    applicant: Final[Description]
    name: Final[Name]
    street: Final[Street]
    city: Final[str]
    state: Final[str]
    zip: Final[str]
    phone: Final[str]
    fscs_id: Final[FscsId | None]
    head: Final[Name]  # of "Friends of the Library": the friends; empty where the name is not of that form
    unknown_words: Final[frozenset[str]]  # words of the name that no entry bears
    place_words: Final[frozenset[str]]  # words of its city and state: in a name they repeat the address
    says_library: Final[bool]  # its name does
    strange: Final[dict[str, bool]]  # what was found out: whether a listed name has nothing in common with it
    statistics: Final[Statistics]
    _parts: tuple[Query, ...] | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def is_name_alone(self) -> bool:
        """Whether nothing but a name and perhaps a state was given."""
        return not (self.city or self.zip or self.phone or self.street != NO_STREET)

    @property
    def parts(self) -> tuple[Query, ...]:
        """The names in a name that says library, each as if it were the whole; none where there is only one."""
        if self._parts is None:
            is_parted = self.says_library and may_be_parted(self.applicant.name)
            self._parts = tuple(_parts_of(self)) if is_parted else ()
        return self._parts


def read_applicant(applicant: Description, statistics: Statistics) -> Query:
    """Normalize an applicant; words that no entry bears are read as the kind of word they nearly are."""
    given_name, given_street, given_state = applicant.name, applicant.street, applicant.state
    state = normalize.state(given_state)
    city = normalize.city(applicant.city)
    fscs_id = normalize.fscs_id(applicant.fscs_id)
    name = read_applicants_name(given_name, statistics)
    head = normalize.head_of(given_name)
    return Query(
        applicant,
        name,
        normalize.street(given_street),
        city,
        state or (fscs_id.key[:2] if fscs_id else ""),
        normalize.zip5(applicant.zip) or normalize.zip_at_end(given_street),
        normalize.phone(applicant.phone),
        fscs_id,
        correct(read_name(head), statistics) if head else NO_NAME,
        name.core_words - statistics.words,
        _words_of_state(given_state, state).union(city.split()),
        not LIBRARY_WORDS.isdisjoint(name.tokens),
        {},
        statistics,
    )


def _parts_of(query: Query) -> Iterator[Query]:
    for part in parts_of(query.applicant.name):
        name = read_applicants_name(part, query.statistics)
        if name.core and name.text != query.name.text:
            found = replace(
                query,
                name=name,
                unknown_words=name.core_words - query.statistics.words,
                says_library=not LIBRARY_WORDS.isdisjoint(name.tokens),
                strange={},
            )
            found._parts = ()  # it has no parts of its own
            yield found


@lru_cache(maxsize=1024)
def _words_of_state(as_given: str, state: str) -> frozenset[str]:
    return frozenset((*normalize.words(as_given).split(), *state.split()))
