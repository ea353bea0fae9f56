"""The words that people use in the headers of their columns.

A phrase is a set of words: "ZIP code" and "Code (ZIP)" are the same. If a file has several columns for one
purpose, the column whose phrase is listed first is read.
"""

from __future__ import annotations

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _phrases(text: str) -> tuple[frozenset[str], ...]:
    """Each phrase of ``a b | c`` as a set of words."""
    return tuple(_words(phrase) for phrase in text.split("|"))


# A column whose header has one of these words is about a person. Nothing in it is read.
PERSONAL: Final = _words(
    "contact contacts person people mail email emails first last firstname lastname surname forename middle "
    "given maiden nickname director directors librarian signatory signer signature applicant applicants "
    "submitter requester requestor officer title salutation prefix position role manager owner principal "
    "superintendent president chair chairperson representative respondent nominee trustee staff employee "
    "user username login attn attention mobile cell cellphone home gender birth birthday birthdate dob ssn "
    "age by"
)

# Words for an organization, in the order of preference for the column ``name``.
ORGANIZATIONS: Final = (
    "library", "organization", "institution", "agency", "entity", "nonprofit", "company", "business",
    "grantee", "account", "facility", "school",
)  # fmt: skip

# Words that may be beside "library name", as in "Library system name" and "Branch name".
PARTS_OF_LIBRARIES: Final = _words("public system branch outlet main central")

# Terms of two words, which are joined before a header is split into words.
JOINED: Final = {
    "e mail": "email", "web site": "website", "web page": "website", "home page": "website", "p o": "po",
}  # fmt: skip

# Words that mean the same as another word, or as several words.
SYNONYMS: Final = {
    "organisation": "organization", "org": "organization", "organizations": "organization",
    "organisations": "organization", "libraries": "library", "lib": "library", "institutions": "institution",
    "telephone": "phone", "tel": "phone", "ph": "phone", "phones": "phone", "phonenumber": "phone number",
    "no": "number", "num": "number", "nbr": "number", "nr": "number", "identifier": "id",
    "addr": "address", "zipcode": "zip code", "postcode": "postal code", "postalcode": "postal code",
    "fscskey": "fscs key", "fscsid": "fscs id", "libname": "library name", "libraryname": "library name",
    "orgname": "organization name", "organizationname": "organization name",
    "organisationname": "organization name", "accountname": "account name", "companyname": "company name",
    "stabr": "state", "webaddr": "website", "homepage": "website", "webpage": "website", "url": "website",
    "web": "website", "streetaddress": "street address", "mailingaddress": "mailing address",
    "physicaladdress": "physical address", "ste": "suite", "apt": "apartment", "bldg": "building",
    "rm": "room", "applicationid": "application id", "recordid": "record id", "submissionid": "submission id",
    "caseid": "case id", "casenumber": "case number", "nation": "country",
}  # fmt: skip

# Words that do not change what a column holds.
FILLERS: Final = _words(
    "the a an of your our this its is what which please enter provide give full legal official "
    "complete exact current proper as it appears listed required optional if known any applicable "
    "available you know in at for to and or located applying submitting requesting participating member "
    "billed field us usa information info details s"
)
# A noun beside these words asks for the name: "Library or organization", "Requesting library".
BESIDE_NOUNS: Final = _words("or and requesting participating member applying")
# The answer to a question that begins with one of these words is yes or no, a reason, a time or a person.
OTHER_QUESTIONS: Final = _words(
    "is are do does did has have will can was were would should could how why when where who"
)

# Words for the purpose of an address, phone or website; the smallest number is preferred.
PLACES: Final = {"physical": 0, "location": 0, "site": 0, "principal": 0}
NO_PLACE: Final = 1
OTHER_PLACES: Final = {"shipping": 2, "mailing": 3, "postal": 3, "billing": 3}
ADDRESS_WORDS: Final = _words("address street city town state zip country")

# The words of a header for each field, without the words above.
PHRASES: Final = {
    "application_id": _phrases(
        "application id|application number|submission id|submission number|case number|case id|record id"
        "|record number|record id number|request id|request number|ticket number|ticket id|response id"
        "|response number|entry id|entry number|reference number|reference id|reference|confirmation number"
        "|tracking number|id|id number|unique id|uuid|guid|external id"
    ),
    "street": _phrases(
        "street address|street|address|street address 1|address 1|address line 1|street 1|street line 1"
        "|street address line 1|line 1|street address line|address line|street name"
        "|address street city state zip|address city state zip"
    ),
    "city": _phrases("city|town|city town|city town village|municipality|locality|city name|town name"),
    "state": _phrases(
        "state|state code|state abbreviation|state name|state province|state region|state territory|province"
        "|st"
    ),
    "zip": _phrases(
        "zip code|zip|zip postal code|zip postal|postal code|zip 5|zip code 5|postal|zip 4|zip code 4"
    ),
    "country": _phrases("country|country name|country code|country region"),
    "phone": _phrases(
        "phone|phone main|phone primary|phone general|phone office|phone work|phone daytime|phone 1"
    ),
    "website": _phrases("website|website address|website link"),
    "fscs_id": _phrases("fscs id|fscs key|fscs|fscs code|fscs key id|pls id"),
    "revision": _phrases("revision"),
}
# The word "number" is left out beside these words: "Phone number" is "Phone".
NUMBERED: Final = _words("phone fscs")

# Headers for the second line of a street.
SECOND_LINE: Final = _phrases(
    "address 2|street 2|street address 2|address line 2|street address line 2|street line 2|line 2"
)
THIRD_LINE: Final = _phrases(
    "address 3|street 3|street address 3|address line 3|street address line 3|street line 3|line 3"
)
UNIT_WORDS: Final = _words("suite apartment unit room floor building po box")
HOUSE_NUMBER: Final = _phrases("street number|house number")
TOWN_LINE: Final = _phrases(
    "city state zip|city state zip code|city state postal code|city state zip postal code"
)
