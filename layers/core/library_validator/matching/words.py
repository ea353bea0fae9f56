"""The vocabulary: abbreviations, kinds, separators, affiliates. Rules are elsewhere.

Street and unit abbreviations follow USPS Publication 28, appendix C; state codes its appendix B.
"""

from __future__ import annotations

from importlib import resources
from typing import Final


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _pairs(text: str) -> dict[str, str]:
    """``short:long`` pairs."""
    return dict(pair.split(":") for pair in text.split())


def _lines(text: str) -> dict[str, str]:
    """``key: rest`` lines."""
    return dict(line.strip().split(": ", 1) for line in text.strip().splitlines())


# Words without a meaning of their own, anywhere in a name.
STOP_WORDS: Final = _set("""
    501C3 A AN AND AT BY CORP CORPORATION DBA FKA FOR IN INC INCORPORATED NFP NONPROFIT OF ON THE TO
""")

# Phrases that are replaced before single words are read; each is between blanks.
NAME_PHRASES: Final = (
    (" BOOK MOBILE ", " BOOKMOBILE "),
    (" BOOKS BY MAIL ", " BOOKSBYMAIL "),
    (" P L D ", " PUBLIC LIBRARY DISTRICT "),
    (" P L ", " PUBLIC LIBRARY "),
    (" PUBLIC LIB ", " PUBLIC LIBRARY "),
    (" LIBRARY CO ", " LIBRARY COMPANY "),
    (" FRIEND OF ", " FRIENDS OF "),
    (" DOING BUSINESS AS ", " DBA "),
    (" FORMERLY KNOWN AS ", " FKA "),
    (" CHARITABLE TR ", " CHARITABLE TRUST "),
)

# Every phrase has at least one of these words.
PHRASE_WORDS: Final = _set("BUSINESS CO FORMERLY FRIEND L LIB MAIL MOBILE TR")

# Short and misprinted forms of the words of names, and their long forms.
_NAME: Final = _lines("""
    LIBRARY: LIB LIBR LIBRY LIBARY LIBRARY LIBRARIES LIBRARYS LIBS LIBRARIE LIBRAY LIBRAR BIBLIOTECA BIBLIOTECAS BIBLIOTHEQUE BIBLIOTHEQUES
    PUBLIC LIBRARY: PL PUBLIB PUBLICLIBRARY
    PUBLIC LIBRARY DISTRICT: PLD
    FREE PUBLIC LIBRARY: FPL
    LIBRARY DISTRICT: LD
    PUBLIC: PUB PUBL PUBLC PUBIC PUBLICA PUBLICAS PUBLICO PUBLIQUE
    MEMORIAL: MEM MEML MEMOR MEMRL MEMORIL
    TOWNSHIP: TWP TWNSHP TNSHP TWSP
    COUNTY: CNTY COUNTYS CO CTY
    DISTRICT: DIST DISTR DST DISTRICTS
    REGIONAL: REG REGL REGIONL
    COMMUNITY: COMUNITARIA COMM COMMUN CMTY COMMTY COMMUNTY
    ASSOCIATION: ASSOC ASSN ASSOCIATIONS ASSC ASSO ASSOCATION ASOCIACION
    SYSTEM: SYS SYST SYSTEMS SISTEMA
    BRANCH: BR BRCH BRNCH BRANCHES
    MOUNT: MT MNT
    MOUNTAIN: MTN
    FORT: FT
    SAINT: STE SAINTE
    CENTER: CTR CENTRE CNTR CENT
    HEADQUARTERS: HQ HDQTRS HEADQUARTER
    FREE: FR
    JOINT: JT
    MUNICIPAL: MUN MUNI MUNIC MPAL MUNICIPALES MUNICIPALE
    HEIGHTS: HTS HGTS
    SPRINGS: SPGS SPRGS
    SPRING: SPG
    JUNCTION: JCT
    NORTH: NO NORTHERN
    SOUTH: SO SOUTHERN
    EAST: EASTERN
    WEST: WESTERN
    NORTHEAST: NE NORTHEASTERN
    NORTHWEST: NW NORTHWESTERN
    SOUTHEAST: SE SOUTHEASTERN
    SOUTHWEST: SW SOUTHWESTERN
    CITY: CIT
    TOWN: TN
    VILLAGE: VLG VILL
    UNIVERSITY: UNIV
    COLLEGE: COLL
    SCHOOL: SCH SCHL SCHOOLS
    DEPARTMENT: DEPT
    FOUNDATION: FDN FNDN FOUND FNDTN FOUNDATIONS FUNDACION FONDATION
    FRIENDS: FRNDS FRDS
    JUNIOR: JR
    DOCTOR: DR
    CHILDRENS: CHILDREN CHILD
    INFORMATION: INFO
    BOOKMOBILE: BKMOB BOOKMOBILES
    PARISH: PAR
    BOROUGH: BORO
    CONSOLIDATED: CONS CONSOL
    COOPERATIVE: COOP
    TECHNOLOGY: TECH
    MUSEUM: MUSEUMS MUS
    HISTORICAL: HIST
    SOCIETY: SOC
    FIRST: 1ST
""")
NAME_WORDS: Final[dict[str, tuple[str, ...]]] = {
    short: tuple(long.split()) for long, shorts in _NAME.items() for short in shorts.split()
}

# Words that many libraries share: they do not distinguish a library.
GENERIC: Final = _set("""
    AREA ASSOCIATION BOARD BOOKMOBILE BRANCH BUILDING CENTER CENTRAL COMMUNITY COMPANY DEPARTMENT
    DISTRICT EXTENSION FREE HEADQUARTERS INFORMATION JOINT LEARNING LEGACY LIBRARY LOCAL MAIN MEMORIAL
    MUNICIPAL PUBLIC READING RESOURCE ROOM SATELLITE SERVICE SERVICES STATION SYSTEM TOWN TRUSTEES
    UNITED VILLAGE
""")

# Words that distinguish neighbours, although they are common.
SEPARATORS: Final = _set("""
    BEACH BOROUGH CITY COUNTY EAST FALLS GROVE HEIGHTS HILL HILLS ISLAND JUNCTION LAKE LOWER NATION NEW
    NORTH NORTHEAST NORTHWEST OLD PARISH PARK POINT PORT REGIONAL RIDGE RIVER SOUTH SOUTHEAST SOUTHWEST
    SPRINGS TOWNSHIP TRIBAL UPPER VALLEY VIEW WEST
""")

# Separators that name a kind of government.
GOVERNMENTS: Final = _set("COUNTY CITY TOWNSHIP PARISH REGIONAL BOROUGH")

# A name with such a word says that it is a library.
LIBRARY_WORDS: Final = _set("ATHENAEUM ATHENEUM BOOK BOOKMOBILE BOOKS BRANCH LIBRARY LITERARY LYCEUM READING")

# Words for organizations that support a library, and are not a library.
AFFILIATES: Final = _set("""
    ADVOCATES ALLIANCE ALUMNI AMIGOS ASSOCIATES AUXILIARY BENEFIT BOOSTERS CAMPAIGN CHARITABLE CITIZENS
    COMMITTEE CONTRIBUTORS DONORS EMPLOYEES ENDOWMENT FOUNDATION FRIENDS FUND FUNDRAISING GUILD HELPERS
    LEAGUE PARTNERS PATRONS SAVE SUPPORT SUPPORTERS TRUST VOLUNTEERS
    BENEFACTORS BENEFACTOR AMIS PALS CHAMPIONS NEIGHBORS LOVERS BOOSTER SUPPORTER VOLUNTEER ADVOCATE DONOR
""")

# Words for organizations that may house or run a library, and are not a library.
HOSTS: Final = _set("""
    CITY COUNTY TOWN TOWNSHIP VILLAGE PARISH BOROUGH GOVERNMENT HALL COLLEGE UNIVERSITY SCHOOL OFFICE
""")

# Words for buildings and rooms, which may house a library or have the name of its supporter.
BUILDINGS: Final = _set("""
    ANNEX ARMORY AUDITORIUM BUILDING CENTER CHAMBERS CLUBHOUSE COMPLEX FIREHOUSE FIREHALL GYM GYMNASIUM HALL
    HOUSE LODGE PAVILION PLAZA RECREATION ROOM STATION TOWER WING
""")

# Other kinds of organization.
_OUT_OF_SCOPE: Final = _lines("""
    college: BAIS BARBER BARTENDING BEAUTY CAREER COLLEGE CONSERVATORY COSMETOLOGY GRADUATE INSTITUTE MASSAGE NURSING POLYTECHNIC RABBINICAL SEMINARY TALMUDICAL TECHNICAL UNIVERSITY YESHIVA
    school: ACADEMY ELEMENTARY HOMESCHOOL ISD KINDERGARTEN MONTESSORI PRESCHOOL PTA PTO SCHOOL
    museum: AQUARIUM ARBORETUM ARCHIVE ARCHIVES BOTANICAL EXHIBIT GALLERY GARDENS HERITAGE HISTORICAL LIGHTHOUSE MANSION MUSEUM OBSERVATORY PLANETARIUM ZOO
    law library: BAR COURT COURTHOUSE LAW
    medical library: CLINIC HEALTH HOSPITAL MEDICAL
    religious body: BIBLE CHRISTIAN CHURCH DIOCESE MINISTRIES MINISTRY PARISHIONERS SYNAGOGUE TEMPLE
    bookshop: BOOKSELLERS BOOKSHOP BOOKSTORE CAFE LIBRAIRIE LIBRAIRIES LIBRERIA LIBRERIAS PRESS PUBLISHING
    association of librarians: COALITION CONSORTIUM COUNCIL FEDERATION LIBRARIANS
    other organization: CHARTER CLUB CORRECTIONAL IMAGINATION INITIATIVE PRISON PROJECT
""")
OUT_OF_SCOPE: Final[dict[str, str]] = {
    word: kind for kind, words in _OUT_OF_SCOPE.items() for word in words.split()
}

CITY_WORDS: Final = _pairs("""
    ST:SAINT STE:SAINT SAINTE:SAINT MT:MOUNT FT:FORT N:NORTH S:SOUTH E:EAST W:WEST NO:NORTH SO:SOUTH
    HTS:HEIGHTS HGTS:HEIGHTS SPGS:SPRINGS SPG:SPRING TWP:TOWNSHIP JCT:JUNCTION VLG:VILLAGE BCH:BEACH
    LK:LAKE PT:POINT IS:ISLAND CTR:CENTER CY:CITY FLS:FALLS GRV:GROVE HBR:HARBOR VLY:VALLEY MTN:MOUNTAIN
    CRK:CREEK RVR:RIVER PK:PARK PLNS:PLAINS GDNS:GARDENS EST:ESTATES CYN:CANYON
""")

STREET_WORDS: Final = _pairs("""
    STREET:ST STR:ST AVENUE:AVE AV:AVE ROAD:RD DRIVE:DR DRV:DR LANE:LN BOULEVARD:BLVD BLV:BLVD COURT:CT
    PLACE:PL SQUARE:SQ CIRCLE:CIR TERRACE:TER PARKWAY:PKWY PKY:PKWY HIGHWAY:HWY HIWAY:HWY HIGHWY:HWY
    TURNPIKE:TPKE ROUTE:RTE RT:RTE TRAIL:TRL PLAZA:PLZ CENTER:CTR CENTRE:CTR EXPRESSWAY:EXPY FREEWAY:FWY
    EXTENSION:EXT CROSSING:XING ALLEY:ALY HEIGHTS:HTS NORTH:N NO:N SOUTH:S SO:S EAST:E WEST:W
    NORTHEAST:NE NORTHWEST:NW SOUTHEAST:SE SOUTHWEST:SW FIRST:1 SECOND:2 THIRD:3 FOURTH:4 FIFTH:5
    SIXTH:6 SEVENTH:7 EIGHTH:8 NINTH:9 TENTH:10 ELEVENTH:11 TWELFTH:12 SAINT:ST FORT:FT MOUNT:MT
    COUNTY:CO CNTY:CO USHWY:HWY SR:RTE JUNIOR:JR
""")

_STATES: Final = """
    AL ALABAMA / AK ALASKA / AZ ARIZONA / AR ARKANSAS / CA CALIFORNIA / CO COLORADO / CT CONNECTICUT /
    DE DELAWARE / DC DISTRICT OF COLUMBIA / DC WASHINGTON DC / FL FLORIDA / GA GEORGIA / HI HAWAII / ID
    IDAHO / IL ILLINOIS / IN INDIANA / IA IOWA / KS KANSAS / KY KENTUCKY / LA LOUISIANA / ME MAINE / MD
    MARYLAND / MA MASSACHUSETTS / MI MICHIGAN / MN MINNESOTA / MS MISSISSIPPI / MO MISSOURI / MT MONTANA
    / NE NEBRASKA / NV NEVADA / NH NEW HAMPSHIRE / NJ NEW JERSEY / NM NEW MEXICO / NY NEW YORK / NC
    NORTH CAROLINA / ND NORTH DAKOTA / OH OHIO / OK OKLAHOMA / OR OREGON / PA PENNSYLVANIA / RI RHODE
    ISLAND / SC SOUTH CAROLINA / SD SOUTH DAKOTA / TN TENNESSEE / TX TEXAS / UT UTAH / VT VERMONT / VA
    VIRGINIA / WA WASHINGTON / WV WEST VIRGINIA / WI WISCONSIN / WY WYOMING / AS AMERICAN SAMOA / GU
    GUAM / MP NORTHERN MARIANA ISLANDS / MP NORTHERN MARIANAS / PR PUERTO RICO / VI VIRGIN ISLANDS / VI
    US VIRGIN ISLANDS / PW PALAU / FM MICRONESIA / MH MARSHALL ISLANDS
"""


# Short names of states in newspapers and letterheads.
_TRADITIONAL: Final = _pairs("""
    ALA:AL ARIZ:AZ ARK:AR CALIF:CA CAL:CA COLO:CO CONN:CT DEL:DE FLA:FL ILL:IL IND:IN KAN:KS KANS:KS KEN:KY
    MASS:MA MICH:MI MINN:MN MISS:MS MONT:MT NEB:NE NEBR:NE NEV:NV OKLA:OK ORE:OR PENN:PA PENNA:PA TENN:TN
    TEX:TX WASH:WA WIS:WI WISC:WI WYO:WY NMEX:NM NDAK:ND SDAK:SD NCAR:NC SCAR:SC WVA:WV
""")


def _state_codes() -> dict[str, str]:
    codes: dict[str, str] = {}
    for pair in " ".join(_STATES.split()).split(" / "):
        code, name = pair.split(" ", 1)
        codes[name] = codes[name.replace(" ", "")] = code
    return codes | _TRADITIONAL


# Names of states and outlying areas, with and without blanks, and their postal codes.
STATE_CODES: Final = _state_codes()

# Letters of other scripts that look like Latin letters: a trick, or copied from a document.
_LOOK_ALIKES: Final = dict(
    zip(
        "АВЕЅІЈКМНОРСТУХЬаеѕіјорсухԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧαορν",
        "ABESIJKMHOPCTYXbaesijopcyxdqwABEZHIKMNOPTYXaopv",
        strict=True,
    )
)
# Latin letters that do not become ASCII without their accent.
_LATIN_LETTERS: Final = _pairs("""
    Ø:O ø:o Ł:L ł:l Æ:AE æ:ae Œ:OE œ:oe ß:ss Đ:D đ:d Ð:D ð:d Þ:TH þ:th ı:i
""")
HOMOGLYPHS: Final = _LOOK_ALIKES | _LATIN_LETTERS

# The following words explain an applicant's words that its entry does not have (decisions/explained_name.py).
# A name with such a word says that it is a library.
SAYS_LIBRARY: Final = _set("LIBRARY BOOKMOBILE")
# Words that belong to a library's name at any position.
ANYWHERE: Final = _set("LIBRARY PUBLIC BRANCH MAIN CENTRAL BOOKMOBILE")
# Words that belong to a library's name after the word library.
AFTER_LIBRARY: Final = _set("DISTRICT SYSTEM HEADQUARTERS DEPARTMENT")
# Words that belong to it before the word library, if all words between are such words.
BEFORE_LIBRARY: Final = _set("""
    FREE MEMORIAL DISTRICT REGIONAL CARNEGIE TOWN CITY VILLAGE TOWNSHIP COUNTY BOROUGH PARISH MUNICIPAL
    AREA JOINT
""")
# Words that belong to it before the word library, if street or phone show that it is the library.
BEFORE_LIBRARY_AT_ITS_PLACE: Final = _set("COMMUNITY NEIGHBORHOOD")
# All words of the four lists above, and the words that many libraries share.
OF_LIBRARIES: Final = GENERIC | ANYWHERE | AFTER_LIBRARY | BEFORE_LIBRARY | BEFORE_LIBRARY_AT_ITS_PLACE
# Words of ``OF_LIBRARIES`` that can be a name without the word library: ``LEFT_OUT`` does not have them.
_OF_NAMES: Final = _set("""
    BUILDING CENTER LEARNING LEGACY LOCAL READING RESOURCE ROOM SERVICE SERVICES STATION TOWN UNITED VILLAGE
""")
LEFT_OUT: Final = OF_LIBRARIES - _OF_NAMES | {"EXTENSION"}
# Words for governments: ``City of`` before the name of the place, in a name with a word for library.
GOVERNMENT_OF_PLACE: Final = _set("CITY TOWN TOWNSHIP VILLAGE COUNTY BOROUGH PARISH MUNICIPALITY")
# Figures and the words for them.
FIGURES: Final = _pairs("""
    1:ONE 2:TWO 3:THREE 4:FOUR 5:FIVE 6:SIX 7:SEVEN 8:EIGHT 9:NINE 10:TEN
    ONE:1 TWO:2 THREE:3 FOUR:4 FIVE:5 SIX:6 SEVEN:7 EIGHT:8 NINE:9 TEN:10
""")
# Words of everyday language that look like mistyped words of libraries: a ranch is not a branch.
OWN_WORDS: Final = frozenset(
    word
    for line in resources.files(__package__)
    .joinpath("words_of_their_own.txt")
    .read_text("utf-8")
    .splitlines()
    if not line.startswith("#")
    for word in line.split()
)
# The legal form of a business, of partners and professionals: it explains no word, and is not a slip of any word.
BUSINESS_FORMS: Final = _set("""
    LLC LLP LP PLLC PC PA LTD LIMITED PLC CO GMBH AG KG SA SARL SAS SRL SL SPA AB AS OY BV NV KK PTY OOO
""")
# The legal form of a nonprofit or of a government.
LEGAL_FORMS: Final = _set("INC INCORPORATED CORP CORPORATION 501C3 NFP NONPROFIT")
# Articles and prepositions, which explain no word at the ends of a name.
PARTICLES: Final = _set("""
    A AKA AND AT BY DBA DE DEL DES DU EL EN ET FKA FOR FORMERLY IN LA LAS LE LES LOS NKA OF ON THE TO Y
""")
