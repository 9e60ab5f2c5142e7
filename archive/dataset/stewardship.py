"""The people responsible for a dataset, which are in neither the records nor the code.

Every value has a neutral default, so that a release can be made without it; :meth:`Stewardship.missing` names the
values that are not set. The values are checked here once, for all files that use them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from urllib.parse import urlsplit

FREQUENCIES = {
    "continuous": ("UPDATE_CONT", 0),
    "daily": ("DAILY", 1),
    "weekly": ("WEEKLY", 7),
    "biweekly": ("BIWEEKLY", 14),
    "monthly": ("MONTHLY", 30),
    "quarterly": ("QUARTERLY", 90),
    "semiannual": ("ANNUAL_2", 180),
    "annual": ("ANNUAL", 365),
    "as-needed": ("AS_NEEDED", -2),
    "irregular": ("IRREG", -2),
    "never": ("NEVER", -1),
    "unknown": ("UNKNOWN", None),
}
"""Name -> code of the list ``frequency`` of the European Union's Publications Office, which DCAT-AP 3 requires, and the
days that ``data_update_frequency`` of the Humanitarian Data Exchange knows (0 live, -1 never, -2 as needed)."""

_OPTIONAL = ("concepts", "funder", "ckan_organization")
"""Fields that not every dataset has."""

_NO_TEXT = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/[!-~]+")
_MAIL = re.compile(
    r"[^\s@<>()\[\],;:\\\"]+@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Author:
    """A person (``family`` and ``given``) or an organization (``name``) that made the dataset."""

    name: str = ""
    family: str = ""
    given: str = ""
    orcid: str = ""
    """ORCID iD of a person, without address: ``0000-0002-1825-0097``."""

    affiliation: str = ""

    def __post_init__(self) -> None:
        for field in fields(self):
            line(getattr(self, field.name))
        if bool(self.name) == bool(self.family):
            raise ValueError("an author has either a name (an organization) or a family name (a person)")
        if self.given and not self.family:
            raise ValueError(f"{self.name}: a given name goes with a family name, not with a name")
        if self.orcid:
            if not self.family:
                raise ValueError(f"{self.name}: an ORCID iD is for a person, who needs a family name")
            if orcid(self.orcid) != self.orcid:
                raise ValueError(f"{self.orcid}: an ORCID iD is written without its address, 0000-0002-1825-0097")

    @property
    def called(self) -> str:
        """The name for display: the given name first."""
        return self.name or f"{self.given} {self.family}".strip()

    @property
    def filed(self) -> str:
        """The name for sorting: the family name first."""
        return self.name or ", ".join(part for part in (self.family, self.given) if part)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stewardship:
    """Who made a dataset, whom to ask, where it is published, how often it is updated. Empty: not stated."""

    authors: Sequence[Author] = ()
    publisher: str = ""
    """Person or organization that makes the dataset available; never the one whose texts it describes."""

    contact: str = ""
    """Mail address for questions about the dataset."""

    page: str = ""
    """Address of the page about the dataset."""

    doi: str = ""
    """DOI of the dataset in all its versions, or of this version; without address: ``10.5281/zenodo.1234``."""

    licence_note: str = ""
    """The licence of the authors' own part: codes, structure, checksums."""

    frequency: str = ""
    """How often a release is made; one of `FREQUENCIES`."""

    downloads: str = ""
    """Address below which the folders of the releases are, with a slash at the end."""

    concepts: str = ""
    """Address below which the vocabularies are named, with a slash at the end: the list ``places`` is
    ``<concepts>places``, its term ``011`` is ``<concepts>places/011``. Empty: they are named by UUIDs."""

    funder: str = ""
    """Who funded it."""

    ckan_organization: str = ""
    """Name or id of the organization that owns it in a CKAN catalogue (``owner_org``)."""

    def __post_init__(self) -> None:
        for name, check in _CHECKS.items():
            value = getattr(self, name)
            if value and check(value) != value:
                raise ValueError(f"{name}: {value} must be written as {check(value)}")

    def missing(self) -> list[str]:
        """Return the names of the empty fields that catalogues require."""
        return [field.name for field in fields(self) if field.name not in _OPTIONAL and not getattr(self, field.name)]


def line(text: str) -> str:
    """Return ``text`` as one line.

    Raises:
        ValueError: it has control characters or line ends.
    """
    if _NO_TEXT.search(text):
        raise ValueError(f"{text!r}: a line of text without control characters is expected")
    return text.strip()


def orcid(text: str) -> str:
    """Return the sixteen digits of an ORCID iD or its address, in groups of four.

    Raises:
        ValueError: it is not valid; the last digit is a checksum (ISO/IEC 7064, MOD 11-2).
    """
    match = re.fullmatch(r"(?:https?://orcid\.org/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])", text.strip(), re.ASCII)
    if not match:
        raise ValueError(
            f"{text} is not an ORCID iD: sixteen digits in groups of four are expected, 0000-0002-1825-0097"
        )
    total = 0
    for digit in match[1][:-1].replace("-", ""):
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    if match[1][-1] != ("X" if check == 10 else str(check)):
        raise ValueError(f"{text} is not an ORCID iD: its last digit does not fit the others, so one of them is wrong")
    return match[1]


def doi(text: str) -> str:
    """Return a DOI without its address or scheme (ISO 26324: ``10.prefix/suffix``).

    Raises:
        ValueError: it is not a DOI.
    """
    bare = re.sub(r"^(?:https?://(?:dx\.)?doi\.org/|doi:)", "", text.strip(), flags=re.IGNORECASE)
    if not _DOI.fullmatch(bare):
        raise ValueError(f"{text} is not a DOI: 10.5281/zenodo.1234 or its address is expected")
    return bare


def mail(text: str) -> str:
    """Return a mail address.

    Raises:
        ValueError: it is not valid.
    """
    if not _MAIL.fullmatch(text.strip()):
        raise ValueError(f"{text} is not a mail address")
    return text.strip()


def web_address(text: str) -> str:
    """Return a web address, which has no user name.

    Raises:
        ValueError: it is not valid, or has characters that must be percent-encoded.
    """
    address = text.strip()
    try:
        parts = urlsplit(address)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and not parts.username
    except ValueError:
        good = False
    # RFC 3986, section 2: all other characters are percent-encoded. The address is not escaped in Turtle and XML.
    if not good or not re.fullmatch(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+", address):
        raise ValueError(
            f"{text} is not a web address: expected http:// or https:// and a host, without user:password@"
        )
    return address


def folder_address(text: str) -> str:
    """Return a web address to which paths can be appended, with a slash at the end.

    Raises:
        ValueError: it is not valid, or has a query or fragment.
    """
    address = web_address(text)
    if "?" in address or "#" in address:
        raise ValueError(f"{text}: the address of a folder has no ? and no #")
    return address if address.endswith("/") else address + "/"


def frequency(text: str) -> str:
    """Return one of `FREQUENCIES`.

    Raises:
        ValueError: it is not in the list.
    """
    if text.strip().lower() not in FREQUENCIES:
        raise ValueError(f"{text} is not a frequency: one of {', '.join(FREQUENCIES)} is expected")
    return text.strip().lower()


_CHECKS: dict[str, Callable[[str], str]] = {
    "publisher": line,
    "contact": mail,
    "page": web_address,
    "doi": doi,
    "licence_note": line,
    "frequency": frequency,
    "downloads": folder_address,
    "concepts": folder_address,
    "funder": line,
    "ckan_organization": line,
}
"""Field -> the function that checks its value and returns its normal form."""


def checked(name: str, value: str) -> str:
    """Return ``value`` in the normal form of the field ``name`` of `Stewardship`.

    Raises:
        ValueError: it is not valid; the message states what is expected.
    """
    return _CHECKS[name](value) if value.strip() else ""
