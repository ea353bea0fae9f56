"""Makes registry entries from the accepted releases.

A system and its central outlet are one entry (nine in ten share name, address and phone); every other
outlet is an entry of its own, which also has the name of its system.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from library_validator.matching import normalize
from library_validator.matching.entries import SYSTEM_KIND, Address, Entry, Listing
from library_validator.matching.names import Name, read_name
from library_validator.matching.normalize import Street
from library_validator.matching.phones import read_phone
from library_validator.matching.zips import five_digit_zip
from library_validator.releases.lineage.fates import CLOSED, Fate
from library_validator.releases.lineage.history import History, ListedOutlet, ListedSystem

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
    """The outlet that is the same entry as its system: its only central library, of the same year."""
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
        addresses=_distinct_addresses(lines),
        phones=_distinct_phones(phones),
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
            **_fields_of_fate(listed.fate),
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
        system_names=_distinct_names([system.name, *parent.former_names], read),
        addresses=_distinct_addresses([(outlet.street, outlet.city, outlet.zip)]),
        phones=_distinct_phones([outlet.phone]),
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
            **_fields_of_fate(_outlet_fate(listed, parent, fiscal_year)),
        ),
    )


def _outlet_fate(listed: ListedOutlet, parent: ListedSystem, fiscal_year: int) -> Fate | None:
    """The fate of an outlet. It has no successor: the system's successor continues the main library only."""
    if listed.last_listed == fiscal_year:
        return None
    system_closed = parent.fate is not None and parent.fate.what == "closed"
    closed = system_closed or listed.outlet.structure in CLOSED
    return Fate("closed" if closed else "no_longer_reported")


def _fields_of_fate(fate: Fate | None) -> dict[str, str]:
    """The fields of a listing for the fate of the entry."""
    by = fate.by if fate else None
    return {
        "fate": fate.what if fate else "",
        "successor_id": (by.fscs_id or by.fscs_key) if by else "",
        "successor_name": by.name if by else "",
        "successor_since": str(by.since) if by else "",
    }


def _distinct_names(names: list[str], read: ReadName) -> tuple[Name, ...]:
    return tuple({name.text: name for name in map(read, names) if name.tokens}.values())


def _distinct_addresses(lines: list[tuple[str, str, str]]) -> tuple[Address, ...]:
    found: dict[tuple[Street, str, str], Address] = {}
    for line, city, zip_code in lines:
        address = Address(normalize.street(line), normalize.city(city), five_digit_zip(zip_code), line)
        if not (address.street.is_empty and not address.city and not address.zip):
            found.setdefault((address.street, address.city, address.zip), address)
    return tuple(found.values())


def _distinct_phones(phones: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(read_phone, phones))))
