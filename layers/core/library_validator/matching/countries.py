"""Countries as portals write them: the United States in many spellings, and every other country.

``countries.txt`` has a line for each country: codes and names of ISO 3166-1, and usual names. Territories and
the states of the Compact of Free Association are left out, because the survey lists their libraries.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA

from library_validator.matching.normalize import state, words
from library_validator.matching.values import unwrap_value

UNITED_STATES: Final = "US"
_UNITED_STATES: Final = frozenset(
    name.strip()
    for name in """
        US / USA / UNITED STATES / UNITED STATES OF AMERICA / THE UNITED STATES / THE UNITED STATES OF
        AMERICA / UNITED STATES OF AMERICA THE / UNITED STATES AMERICA / THE USA / THE US / US OF A /
        USOFA / AMERICA / 840 / UNITED STATES AND TERRITORIES / US TERRITORY / US TERRITORIES / UNITED
        STATES MINOR OUTLYING ISLANDS / ESTADOS UNIDOS / ESTADOS UNIDOS DE AMERICA / ESTADOS UNIDOS DE
        NORTEAMERICA / LOS ESTADOS UNIDOS / EEUU / EE UU / EEUUA / EUA / ETATS UNIS / LES ETATS UNIS /
        VEREINIGTE STAATEN / VEREINIGTE STAATEN VON AMERIKA / STATI UNITI
    """.split("/")
)
# Codes that ISO 3166-1 gives to territories.
_TERRITORIES: Final = {
    "PRI": "PR", "GUM": "GU", "VIR": "VI", "MNP": "MP", "ASM": "AS", "FSM": "FM", "MHL": "MH", "PLW": "PW",
    "USVI": "VI", "CNMI": "MP",
}  # fmt: skip
_OF_TERRITORIES: Final = frozenset("PR GU VI MP AS FM MH PW".split())
_LONGEST_SLIP: Final = 2  # most letters by which a long name may differ from UNITED STATES
# Names of countries that are names of towns too: at the end of a street line, they are not read as countries.
ALSO_TOWNS: Final = frozenset(
    """
    ANGOLA ARMENIA BERMUDA BOLIVIA BRAZIL CHINA CUBA CYPRUS DENMARK EGYPT ENGLAND GEORGIA GREECE GREENLAND
    GRENADA GUERNSEY HOLLAND IRELAND ITALY JAMAICA JERSEY JORDAN LEBANON MALTA MEXICO MOROCCO NORWAY PALESTINE
    PANAMA PERU POLAND RUSSIA SCOTLAND SPAIN SWEDEN SWITZERLAND SYRIA TURKEY WALES
    """.split()
) | {"SAN MARINO"}


class Country(NamedTuple):
    """A country as it was read. All fields are empty if the text is not the name of a country."""

    is_american: bool = False
    state: str = ""  # the code of a territory that was written as a country
    foreign: str = ""  # two-letter code of another country


NO_COUNTRY: Final = Country()


@lru_cache(maxsize=1024)
def read_country(text: str) -> Country:
    """Read a country by code or name, or both: ``USA``, ``UNITED STATES (US)``, ``Canada``."""
    found = words(unwrap_value(text)[:100])
    country = _country_by_name(found)
    if country is not NO_COUNTRY:
        return country
    parts = found.split()
    for middle in range(1, len(parts)):
        before, behind = (
            _country_by_name(" ".join(parts[:middle])),
            _country_by_name(" ".join(parts[middle:])),
        )
        if before == behind and before is not NO_COUNTRY:
            return before
    if len(found) >= 10 and OSA.distance(found, "UNITED STATES", score_cutoff=_LONGEST_SLIP) <= _LONGEST_SLIP:
        return Country(is_american=True)
    return NO_COUNTRY


def code_of_foreign_name(text: str) -> str:
    """Two-letter code of another country by its name. A code is not read, because it could mean anything."""
    found = words(text[:100])
    return _foreign_codes().get(found, "") if len(found) > 3 or found == "UK" else ""


def is_foreign_code(code: str) -> bool:
    """Whether two letters are another country's code."""
    return len(code) == 2 and code in _foreign_codes()


def is_united_states(found: str) -> bool:
    """Whether a text, as ``words`` gives it, is a name of the United States."""
    return found in _UNITED_STATES


def _country_by_name(found: str) -> Country:
    if found in _UNITED_STATES:
        return Country(is_american=True)
    territory = _TERRITORIES.get(found) or (code if (code := state(found)) in _OF_TERRITORIES else "")
    if territory:
        return Country(is_american=True, state=territory)
    foreign = _foreign_codes().get(found)
    return Country(foreign=foreign) if foreign else NO_COUNTRY


@lru_cache(maxsize=1)
def _foreign_codes() -> dict[str, str]:
    """The two-letter codes of other countries by two-letter code, three-letter code and name."""
    found: dict[str, str] = {}
    for line in resources.files(__package__).joinpath("countries.txt").read_text("utf-8").splitlines():
        code, code_of_three, names = line.split(" ", 2)
        found |= dict.fromkeys((code, code_of_three, *names.split(" / ")), code)
    return found
