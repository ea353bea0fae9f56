"""The vocabulary: abbreviations, kinds, separators, affiliates. Data only; rules are elsewhere.

Street and unit abbreviations follow USPS Publication 28, appendix C; state codes its appendix B.
"""

from __future__ import annotations

from typing import Final

STOP_WORDS: Final = frozenset(
    [
        "THE",
        "OF",
        "AND",
        "FOR",
        "AT",
        "IN",
        "ON",
        "A",
        "AN",
        "TO",
        "BY",
        "INC",
        "INCORPORATED",
        "LLC",
        "CORP",
        "CORPORATION",
        "LTD",
        "CO501C3",
        "501C3",
        "DBA",
        "LA",
        "EL",
        "LOS",
    ]
) - frozenset(["LA", "EL", "LOS"])

NAME_PHRASES: Final = (
    ("P L D", "PUBLIC LIBRARY DISTRICT"),
    ("P L", "PUBLIC LIBRARY"),
    ("PUBLIC LIB", "PUBLIC LIBRARY"),
    ("LIBRARY CO", "LIBRARY COMPANY"),
    ("FRIEND OF", "FRIENDS OF"),
    ("CHARITABLE TR", "CHARITABLE TRUST"),
)

_NAME: Final = {
    "LIBRARY": "LIB LIBR LIBRY LIBARY LIBRARY LIBRARIES LIBRARYS LIBS LIBRARIE LIBRAY LIBRAR BIBLIOTECA BIBLIOTHEQUE",
    "PUBLIC LIBRARY": "PL PUBLIB PUBLICLIBRARY",
    "PUBLIC LIBRARY DISTRICT": "PLD",
    "FREE PUBLIC LIBRARY": "FPL",
    "LIBRARY DISTRICT": "LD",
    "PUBLIC": "PUB PUBL PUBLC PUBIC PUBLICA",
    "MEMORIAL": "MEM MEML MEMOR MEMRL MEMORIL",
    "TOWNSHIP": "TWP TWNSHP TNSHP TWSP",
    "COUNTY": "CNTY COUNTYS CO CTY",
    "DISTRICT": "DIST DISTR DST DISTRICTS",
    "REGIONAL": "REG REGL REGIONL",
    "COMMUNITY": "COMM COMMUN CMTY COMMTY COMMUNTY",
    "ASSOCIATION": "ASSOC ASSN ASSOCIATIONS ASSC ASSO ASSOCATION",
    "SYSTEM": "SYS SYST SYSTEMS",
    "BRANCH": "BR BRCH BRNCH BRANCHES",
    "MOUNT": "MT MNT",
    "MOUNTAIN": "MTN",
    "FORT": "FT",
    "SAINT": "STE SAINTE",
    "CENTER": "CTR CENTRE CNTR CENT",
    "HEADQUARTERS": "HQ HDQTRS HEADQUARTER",
    "MUNICIPAL": "MUN MUNI MUNIC",
    "HEIGHTS": "HTS HGTS",
    "SPRINGS": "SPGS SPRGS",
    "SPRING": "SPG",
    "JUNCTION": "JCT",
    "NORTH": "NO NORTHERN",
    "SOUTH": "SO SOUTHERN",
    "EAST": "EASTERN",
    "WEST": "WESTERN",
    "NORTHEAST": "NE",
    "NORTHWEST": "NW",
    "SOUTHEAST": "SE",
    "SOUTHWEST": "SW",
    "CITY": "CIT",
    "TOWN": "TN",
    "VILLAGE": "VLG VILL",
    "UNIVERSITY": "UNIV",
    "COLLEGE": "COLL",
    "SCHOOL": "SCH SCHL SCHOOLS",
    "DEPARTMENT": "DEPT",
    "FOUNDATION": "FDN FNDN FOUND FNDTN FOUNDATIONS",
    "FRIENDS": "FRNDS FRDS",
    "JUNIOR": "JR",
    "DOCTOR": "DR",
    "CHILDRENS": "CHILDREN CHILD",
    "INFORMATION": "INFO",
    "BOOKMOBILE": "BKMOB BOOKMOBILES",
    "PARISH": "PAR",
    "BOROUGH": "BORO",
    "CONSOLIDATED": "CONS CONSOL",
    "COOPERATIVE": "COOP",
    "TECHNOLOGY": "TECH",
    "MUSEUM": "MUSEUMS MUS",
    "HISTORICAL": "HIST",
    "SOCIETY": "SOC",
    "FIRST": "1ST",
}
NAME_WORDS: Final[dict[str, tuple[str, ...]]] = {
    short: tuple(long.split()) for long, shorts in _NAME.items() for short in shorts.split()
}

GENERIC: Final = frozenset(
    [
        "LIBRARY",
        "PUBLIC",
        "FREE",
        "MEMORIAL",
        "COMMUNITY",
        "SYSTEM",
        "BRANCH",
        "ASSOCIATION",
        "CENTER",
        "MUNICIPAL",
        "AREA",
        "DISTRICT",
        "MAIN",
        "CENTRAL",
        "HEADQUARTERS",
        "SERVICE",
        "SERVICES",
        "DEPARTMENT",
        "BOOKMOBILE",
        "READING",
        "ROOM",
        "LEARNING",
        "RESOURCE",
        "INFORMATION",
        "LEGACY",
        "COMPANY",
        "BOARD",
        "TRUSTEES",
        "BUILDING",
        "TOWN",
        "VILLAGE",
        "LOCAL",
        "JOINT",
        "UNITED",
        "EXTENSION",
        "STATION",
        "SATELLITE",
    ]
)
SEPARATORS: Final = frozenset(
    [
        "COUNTY",
        "CITY",
        "TOWNSHIP",
        "PARISH",
        "REGIONAL",
        "BOROUGH",
        "NORTH",
        "SOUTH",
        "EAST",
        "WEST",
        "NORTHEAST",
        "NORTHWEST",
        "SOUTHEAST",
        "SOUTHWEST",
        "UPPER",
        "LOWER",
        "NEW",
        "OLD",
        "HILL",
        "HILLS",
        "LAKE",
        "BEACH",
        "PARK",
        "FALLS",
        "HEIGHTS",
        "SPRINGS",
        "VALLEY",
        "CENTRAL",
        "JUNCTION",
        "GROVE",
        "RIDGE",
        "VIEW",
        "RIVER",
        "PORT",
        "POINT",
        "ISLAND",
        "TRIBAL",
        "NATION",
        "BRANCH",
        "BOOKMOBILE",
    ]
) - frozenset(["CENTRAL", "BRANCH", "BOOKMOBILE"])

GOVERNMENTS: Final = frozenset(["COUNTY", "CITY", "TOWNSHIP", "PARISH", "REGIONAL", "BOROUGH"])

LIBRARY_WORDS: Final = frozenset(
    [
        "LIBRARY",
        "BRANCH",
        "BOOKMOBILE",
        "ATHENAEUM",
        "ATHENEUM",
        "LYCEUM",
        "READING",
        "BOOKS",
        "BOOK",
        "LITERARY",
    ]
)

AFFILIATES: Final = frozenset(
    [
        "FRIENDS",
        "FOUNDATION",
        "GUILD",
        "ASSOCIATES",
        "TRUST",
        "FUND",
        "AUXILIARY",
        "ENDOWMENT",
        "SUPPORTERS",
        "SUPPORT",
        "BOOSTERS",
        "VOLUNTEERS",
        "ADVOCATES",
        "FUNDRAISING",
        "CAMPAIGN",
        "SAVE",
        "ALLIANCE",
        "PARTNERS",
        "AMIGOS",
        "ALUMNI",
        "LEAGUE",
        "BENEFIT",
        "PATRONS",
        "CITIZENS",
        "HELPERS",
        "COMMITTEE",
        "EMPLOYEES",
        "DONORS",
        "CHARITABLE",
        "CONTRIBUTORS",
    ]
)

OUT_OF_SCOPE: Final[dict[str, str]] = {
    **dict.fromkeys(
        [
            "COLLEGE",
            "UNIVERSITY",
            "SEMINARY",
            "INSTITUTE",
            "POLYTECHNIC",
            "CONSERVATORY",
            "COSMETOLOGY",
            "YESHIVA",
            "BEAUTY",
            "BARBER",
            "TECHNICAL",
            "CAREER",
            "GRADUATE",
            "MASSAGE",
            "NURSING",
            "BARTENDING",
            "BAIS",
            "RABBINICAL",
            "TALMUDICAL",
        ],
        "college",
    ),
    **dict.fromkeys(
        [
            "SCHOOL",
            "ACADEMY",
            "ELEMENTARY",
            "KINDERGARTEN",
            "PRESCHOOL",
            "MONTESSORI",
            "ISD",
            "PTA",
            "PTO",
            "HOMESCHOOL",
        ],
        "school",
    ),
    **dict.fromkeys(
        [
            "MUSEUM",
            "GALLERY",
            "ZOO",
            "AQUARIUM",
            "PLANETARIUM",
            "ARBORETUM",
            "GARDENS",
            "BOTANICAL",
            "HISTORICAL",
            "HERITAGE",
            "ARCHIVES",
            "ARCHIVE",
            "OBSERVATORY",
            "EXHIBIT",
            "LIGHTHOUSE",
            "MANSION",
        ],
        "museum",
    ),
    **dict.fromkeys(["LAW", "COURTHOUSE", "COURT", "BAR"], "law library"),
    **dict.fromkeys(["HOSPITAL", "MEDICAL", "CLINIC", "HEALTH"], "medical library"),
    **dict.fromkeys(
        [
            "CHURCH",
            "MINISTRIES",
            "MINISTRY",
            "TEMPLE",
            "SYNAGOGUE",
            "PARISHIONERS",
            "CHRISTIAN",
            "BIBLE",
            "DIOCESE",
        ],
        "religious body",
    ),
    **dict.fromkeys(["BOOKSTORE", "BOOKSHOP", "BOOKSELLERS", "PUBLISHING", "PRESS", "CAFE"], "bookshop"),
    **dict.fromkeys(
        ["LIBRARIANS", "CONSORTIUM", "COUNCIL", "FEDERATION", "COALITION"], "association of librarians"
    ),
    **dict.fromkeys(
        ["PRISON", "CORRECTIONAL", "CLUB", "CHARTER", "IMAGINATION", "PROJECT", "INITIATIVE"],
        "other organization",
    ),
}

CITY_WORDS: Final = {
    "ST": "SAINT", "STE": "SAINT", "SAINTE": "SAINT", "MT": "MOUNT", "FT": "FORT", "N": "NORTH", "S": "SOUTH", "E": "EAST",
    "W": "WEST", "NO": "NORTH", "SO": "SOUTH", "HTS": "HEIGHTS", "HGTS": "HEIGHTS", "SPGS": "SPRINGS", "SPG": "SPRING",
    "TWP": "TOWNSHIP", "JCT": "JUNCTION", "VLG": "VILLAGE", "BCH": "BEACH", "LK": "LAKE", "PT": "POINT", "IS": "ISLAND",
    "CTR": "CENTER", "CY": "CITY", "FLS": "FALLS", "GRV": "GROVE", "HBR": "HARBOR", "VLY": "VALLEY", "MTN": "MOUNTAIN",
    "CRK": "CREEK", "RVR": "RIVER", "PK": "PARK", "PLNS": "PLAINS", "GDNS": "GARDENS", "EST": "ESTATES", "CYN": "CANYON",
}  # fmt: skip

STREET_WORDS: Final = {
    "STREET": "ST", "STR": "ST", "AVENUE": "AVE", "AV": "AVE", "ROAD": "RD", "DRIVE": "DR", "DRV": "DR", "LANE": "LN",
    "BOULEVARD": "BLVD", "BLV": "BLVD", "COURT": "CT", "PLACE": "PL", "SQUARE": "SQ", "CIRCLE": "CIR", "TERRACE": "TER",
    "PARKWAY": "PKWY", "PKY": "PKWY", "HIGHWAY": "HWY", "HIWAY": "HWY", "HIGHWY": "HWY", "TURNPIKE": "TPKE", "PIKE": "PIKE",
    "ROUTE": "RTE", "RT": "RTE", "RTE": "RTE", "TRAIL": "TRL", "PLAZA": "PLZ", "CENTER": "CTR", "CENTRE": "CTR", "EXPRESSWAY": "EXPY",
    "FREEWAY": "FWY", "EXTENSION": "EXT", "CROSSING": "XING", "ALLEY": "ALY", "HEIGHTS": "HTS", "NORTH": "N", "NO": "N", "SOUTH": "S",
    "SO": "S", "EAST": "E", "WEST": "W", "NORTHEAST": "NE", "NORTHWEST": "NW", "SOUTHEAST": "SE", "SOUTHWEST": "SW",
    "FIRST": "1", "SECOND": "2", "THIRD": "3", "FOURTH": "4", "FIFTH": "5", "SIXTH": "6", "SEVENTH": "7", "EIGHTH": "8",
    "NINTH": "9", "TENTH": "10", "ELEVENTH": "11", "TWELFTH": "12", "SAINT": "ST", "FORT": "FT", "MOUNT": "MT", "COUNTY": "CO",
    "CNTY": "CO", "STATE": "STATE", "US": "US", "USHWY": "HWY", "SR": "RTE", "MARTIN": "MARTIN", "MLK": "MLK", "JUNIOR": "JR",
}  # fmt: skip

_STATES: Final = """AL ALABAMA/AK ALASKA/AZ ARIZONA/AR ARKANSAS/CA CALIFORNIA/CO COLORADO/CT CONNECTICUT/DE DELAWARE
/DC DISTRICT OF COLUMBIA/DC WASHINGTON DC/FL FLORIDA/GA GEORGIA/HI HAWAII/ID IDAHO/IL ILLINOIS/IN INDIANA/IA IOWA/KS KANSAS
/KY KENTUCKY/LA LOUISIANA/ME MAINE/MD MARYLAND/MA MASSACHUSETTS/MI MICHIGAN/MN MINNESOTA/MS MISSISSIPPI/MO MISSOURI
/MT MONTANA/NE NEBRASKA/NV NEVADA/NH NEW HAMPSHIRE/NJ NEW JERSEY/NM NEW MEXICO/NY NEW YORK/NC NORTH CAROLINA
/ND NORTH DAKOTA/OH OHIO/OK OKLAHOMA/OR OREGON/PA PENNSYLVANIA/RI RHODE ISLAND/SC SOUTH CAROLINA/SD SOUTH DAKOTA
/TN TENNESSEE/TX TEXAS/UT UTAH/VT VERMONT/VA VIRGINIA/WA WASHINGTON/WV WEST VIRGINIA/WI WISCONSIN/WY WYOMING
/AS AMERICAN SAMOA/GU GUAM/MP NORTHERN MARIANA ISLANDS/MP NORTHERN MARIANAS/PR PUERTO RICO/VI VIRGIN ISLANDS
/VI US VIRGIN ISLANDS/PW PALAU/FM MICRONESIA/MH MARSHALL ISLANDS"""
STATE_CODES: Final[dict[str, str]] = {}
for _line in _STATES.replace("\n", "").split("/"):
    _code, _name = _line.split(" ", 1)
    STATE_CODES[_name] = _code
    STATE_CODES[_name.replace(" ", "")] = _code

HOMOGLYPHS: Final = dict(
    zip(
        "АВЕЅІЈКМНОРСТУХЬаеѕіјорсухԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧαορν",
        "ABESIJKMHOPCTYXbaesijopcyxdqwABEZHIKMNOPTYXaopv",
        strict=True,
    )
)
