"""Registry entries: what is compared with an applicant, and how it is stored, ready for comparison.

A system and its central outlet are one entry (nine in ten share name, address and phone); every other
outlet is an entry of its own that also bears its system's name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from library_validator.matching import normalize
from library_validator.matching.names import Name, name_of, read_name
from library_validator.matching.normalize import Street
from library_validator.releases.history import History, ListedOutlet, ListedSystem
from library_validator.releases.lineage import CLOSED, Fate
from library_validator.releases.records import fscs_key_of

FIELD: Final = "\x1f"
RECORD: Final = b"\x1e"
PART: Final = "\x1d"
SUB: Final = "\x1c"
SYSTEM_KIND: Final = "AE"
_FIELDS_OF_FORMAT_1: Final = 25


class Address(NamedTuple):
    street: Street
    city: str
    zip: str
    shown: str  # the street line as published


class Listing(NamedTuple):
    """What the registry publishes of an entry: shown to people, not compared."""

    system_name: str
    outlet_name: str
    outlet_id: str  # FSCS id, or empty for a system without a central outlet
    street: str
    city: str
    state: str
    zip: str
    county: str
    phone: str
    meets_fscs_definition: str
    legal_basis: str
    locale: str
    population: str
    operating_expenditure: str
    fate: str  # what became of it: closed, absorbed, no_longer_reported; empty while it is listed
    successor_id: str  # FSCS id, or key, of what it is part of now, where that is certain
    successor_name: str
    successor_since: str  # fiscal year


@dataclass(slots=True)  # each field final: to freeze it would make it three times as dear to make
class Entry:
    """One place of the registry, normalized."""

    id: Final[str]  # FSCS key of a system, FSCS id of an outlet
    kind: Final[str]  # AE, or the outlet's type: CE, BR, BS, BM
    structure: Final[str]  # STATSTRU of the matched record
    first_listed: Final[int]  # oldest fiscal year that lists it under this id; 0: not known
    last_listed: Final[int]  # newest fiscal year that lists it
    state: Final[str]
    county: Final[str]  # normalized
    libid: Final[str]  # the state's own id, folded
    names: Final[tuple[Name, ...]]  # its own first
    system_names: Final[tuple[Name, ...]]  # of an outlet: the names of its system
    addresses: Final[tuple[Address, ...]]  # its own first
    phones: Final[tuple[str, ...]]
    former_ids: Final[tuple[str, ...]]  # FSCS keys and ids under which older releases list it
    listing: Final[Listing]
    fscs_key: str = field(init=False, repr=False, compare=False)
    is_system: bool = field(init=False, repr=False, compare=False)
    place_words: frozenset[str] = field(init=False, repr=False, compare=False)  # of county and cities

    def __post_init__(self) -> None:
        self.fscs_key = fscs_key_of(self.id)
        self.is_system = self.kind == SYSTEM_KIND
        places = [self.county, *[address.city for address in self.addresses]]
        self.place_words = frozenset(" ".join(places).split())


ReadName = Callable[[str], Name]


def entries_of(history: History, read: ReadName = read_name) -> Iterator[Entry]:
    """Every entry of the registry, systems before their outlets, ordered by FSCS key."""
    for system in history.systems:
        central = _central_outlet(system)
        yield _system_entry(system, central, read)
        for outlet in system.outlets:
            if outlet is not central:
                yield _outlet_entry(outlet, system, history.fiscal_year, read)


def _central_outlet(system: ListedSystem) -> ListedOutlet | None:
    """The outlet that stands for the system: its one central library, of the same year."""
    centrals = [
        listed
        for listed in system.outlets
        if listed.outlet.type == "CE" and listed.last_listed == system.last_listed
    ]
    for listed in centrals:
        if listed.outlet.street == system.system.street or listed.outlet.name == system.system.name:
            return listed
    return centrals[0] if len(centrals) == 1 else None


def _system_entry(listed: ListedSystem, central: ListedOutlet | None, read: ReadName) -> Entry:
    system = listed.system
    names = [system.name]
    lines = [
        (system.street, system.city, system.zip),
        (system.mailing_street, system.mailing_city, system.mailing_zip),
    ]
    phones = [system.phone]
    former_ids = list(listed.former_keys)
    if central is not None:
        outlet = central.outlet
        names.append(outlet.name)
        lines.append((outlet.street, outlet.city, outlet.zip))
        phones.append(outlet.phone)
        names += central.former_names
        former_ids += central.former_ids
    return Entry(
        id=system.fscs_key,
        kind=SYSTEM_KIND,
        structure=system.structure,
        first_listed=listed.first_listed,
        last_listed=listed.last_listed,
        state=system.state,
        county=normalize.city(system.county),
        libid=normalize.words(system.libid).replace(" ", ""),
        names=_distinct_names([*names, *listed.former_names], read),
        system_names=(),
        addresses=_addresses(lines),
        phones=_phones(phones),
        former_ids=tuple(former_ids),
        listing=Listing(
            system_name=system.name,
            outlet_name=central.outlet.name if central else "",
            outlet_id=central.outlet.fscs_id if central else "",
            street=system.street,
            city=system.city,
            state=system.state,
            zip=system.zip,
            county=system.county,
            phone=system.phone,
            meets_fscs_definition=system.meets_fscs_definition,
            legal_basis=system.legal_basis,
            locale=system.locale,
            population=str(system.population),
            operating_expenditure=str(system.operating_expenditure),
            **_after(listed.fate),
        ),
    )


def _outlet_entry(listed: ListedOutlet, parent: ListedSystem, fiscal_year: int, read: ReadName) -> Entry:
    outlet, system = listed.outlet, parent.system
    return Entry(
        id=outlet.fscs_id,
        kind=outlet.type,
        structure=outlet.structure,
        first_listed=listed.first_listed,
        last_listed=listed.last_listed,
        state=outlet.state,
        county=normalize.city(outlet.county),
        libid=normalize.words(outlet.libid).replace(" ", ""),
        names=_distinct_names([outlet.name, *listed.former_names], read),
        system_names=_distinct_names([system.name], read),
        addresses=_addresses([(outlet.street, outlet.city, outlet.zip)]),
        phones=_phones([outlet.phone]),
        former_ids=listed.former_ids,
        listing=Listing(
            system_name=system.name,
            outlet_name=outlet.name,
            outlet_id=outlet.fscs_id,
            street=outlet.street,
            city=outlet.city,
            state=outlet.state,
            zip=outlet.zip,
            county=outlet.county,
            phone=outlet.phone,
            meets_fscs_definition=outlet.meets_fscs_definition or system.meets_fscs_definition,
            legal_basis=system.legal_basis,
            locale=outlet.locale,
            population=str(system.population),
            operating_expenditure=str(system.operating_expenditure),
            **_after(_outlet_fate(listed, parent, fiscal_year)),
        ),
    )


def _outlet_fate(listed: ListedOutlet, parent: ListedSystem, fiscal_year: int) -> Fate | None:
    """What became of an outlet: its system's successor has the main place, and is not this one's."""
    if listed.last_listed == fiscal_year:
        return None
    system_closed = parent.fate is not None and parent.fate.what == "closed"
    closed = system_closed or listed.outlet.structure in CLOSED
    return Fate("closed" if closed else "no_longer_reported")


def _after(fate: Fate | None) -> dict[str, str]:
    """The fields of a listing that say what became of it."""
    by = fate.by if fate else None
    return {
        "fate": fate.what if fate else "",
        "successor_id": (by.fscs_id or by.fscs_key) if by else "",
        "successor_name": by.name if by else "",
        "successor_since": str(by.since) if by else "",
    }


def _distinct_names(names: list[str], read: ReadName) -> tuple[Name, ...]:
    return tuple({name.text: name for name in map(read, names) if name.tokens}.values())


def _addresses(lines: list[tuple[str, str, str]]) -> tuple[Address, ...]:
    found: dict[tuple[Street, str, str], Address] = {}
    for line, city, zip_code in lines:
        address = Address(normalize.street(line), normalize.city(city), normalize.zip5(zip_code), line)
        if not (address.street.is_empty and not address.city and not address.zip):
            found.setdefault((address.street, address.city, address.zip), address)
    return tuple(found.values())


def _phones(phones: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(normalize.phone, phones))))


def encode(entry: Entry) -> bytes:
    """One line of UTF-8 text, fields in a fixed order: what postings hold."""
    text = FIELD.join(
        (
            entry.id,
            entry.kind,
            entry.structure,
            str(entry.first_listed),
            str(entry.last_listed),
            entry.state,
            entry.county,
            entry.libid,
            PART.join(name.text for name in entry.names),
            PART.join(name.text for name in entry.system_names),
            PART.join(
                SUB.join((a.street.number, a.street.name, a.street.box, a.city, a.zip, a.shown))
                for a in entry.addresses
            ),
            PART.join(entry.phones),
            PART.join(entry.former_ids),
            *entry.listing,
        )
    )
    return text.encode()


def decode(record: bytes) -> Entry:
    """The inverse of ``encode``, and of how index format 1 encoded."""
    fields = record.decode().split(FIELD)
    if len(fields) == _FIELDS_OF_FORMAT_1:
        # It knew no first year, no former ids, and not what became of an entry.
        fields = [*fields[:3], "0", *fields[3:11], "", *fields[11:], "", "", "", ""]
    return Entry(
        fields[0],
        fields[1],
        fields[2],
        int(fields[3]),
        int(fields[4]),
        fields[5],
        fields[6],
        fields[7],
        tuple([name_of(part) for part in fields[8].split(PART)]) if fields[8] else (),
        tuple([name_of(part) for part in fields[9].split(PART)]) if fields[9] else (),
        tuple([_decode_address(part) for part in fields[10].split(PART)]) if fields[10] else (),
        tuple(fields[11].split(PART)) if fields[11] else (),
        tuple(fields[12].split(PART)) if fields[12] else (),
        Listing._make(fields[13:]),
    )


def _decode_address(text: str) -> Address:
    number, name, box, city, zip_code, shown = text.split(SUB)
    return Address(Street(number, name, box), city, zip_code, shown)
