"""The types of the settings: how a value is parsed (also from a command line), its bounds, and its description in
words.

If a function here raises ValueError, ``Config.of`` reports the value with the description of its type.
"""

from __future__ import annotations

import difflib
import json
import logging
import re
from collections.abc import Iterable
from datetime import time
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field


def _list(value: Any) -> Any:
    """Split ``a,b`` from a command line, like Scrapy's ``getlist``."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def read_json(value: Any) -> Any:
    """Parse JSON from a command line."""
    return json.loads(value) if isinstance(value, str) else value


def _matching(pattern: str) -> AfterValidator:
    """A check that all values of a list match ``pattern``."""

    def check(values: tuple[str, ...]) -> tuple[str, ...]:
        if bad := [value for value in values if not re.fullmatch(pattern, value)]:
            raise ValueError(bad[0])
        return values

    return AfterValidator(check)


def parse_hours(text: Any) -> tuple[time, time] | None:
    """Parse ``22:00-06:00`` as begin and end; return None for no limit.

    Raises:
        ValueError: It is not such a range.
    """
    if not isinstance(text, str):
        raise ValueError("no text")  # noqa: TRY004  (pydantic takes ValueError only)
    if not text.strip():
        return None
    match = re.fullmatch(r"\s*(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)\s*", text)
    if match is None:
        raise ValueError("no range")
    begin, end = time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))
    if begin == end:
        raise ValueError("begin and end are the same")
    return begin, end


def is_web_address(url: str) -> bool:
    """Whether ``url`` is http or https, with a host and without a user name."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and not parts.username
    except ValueError:
        return False


def check_web_address(url: str) -> str:
    """Check that ``url`` is a web address or empty."""
    if url and not is_web_address(url):
        raise ValueError("no web address")
    return url


def _metrics_file(file: str) -> str:
    """Check that ``file`` is a file that Prometheus would read, or empty."""
    if file and (not file.endswith(".prom") or not Path(file).parent.is_dir()):
        raise ValueError("no such file")
    return file


def _level(value: Any) -> Any:
    """Check that ``value`` is a level of logging, by name or number."""
    logging.Logger("").setLevel(int(value) if str(value).isdecimal() else value)
    return value


def _not_empty(value: Any) -> Any:
    """Check that ``value`` is not only white space."""
    if not str(value).strip():
        raise ValueError("empty")
    return value


class WrongValueError(ValueError):
    """An error with its own message, which is shown in addition to the description of the type."""


def steward_check(name: str, *, is_described: bool = False) -> AfterValidator:
    """A check of the field ``name`` of `archive.dataset.Stewardship`.

    Args:
        is_described: Whether the description of the type is enough as an error message.
    """

    def check(value: str) -> str:
        from archive.dataset.stewardship import checked  # loaded only by commands that publish

        try:
            return checked(name, value)
        except ValueError as error:
            raise (ValueError if is_described else WrongValueError)(str(error)) from None

    return AfterValidator(check)


def _authors(value: Any) -> Any:
    """Convert JSON or Python objects to `archive.dataset.Author`."""
    try:
        given = json.loads(value) if isinstance(value, str) and value.strip() else value or ()
    except json.JSONDecodeError as error:
        raise WrongValueError(f"it is no JSON: {error}") from None
    if not given:
        return ()
    from archive.dataset.stewardship import Author, orcid  # loaded only by commands that publish

    try:
        return tuple(
            author
            if isinstance(author, Author)
            else Author(**{**author, **({"orcid": orcid(author["orcid"])} if author.get("orcid") else {})})
            for author in given
        )
    except (AttributeError, TypeError):
        raise WrongValueError(
            "an author has the keys name, or family and given, and orcid, affiliation, all texts"
        ) from None
    except ValueError as error:
        raise WrongValueError(str(error)) from None


_FINITE = Field(ge=0, le=1_000_000, allow_inf_nan=False)
STRIPPED = BeforeValidator(lambda value: "" if value is None else str(value).strip())

Switch = Annotated[bool, "True or False"]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False), "a share from 0 to 1"]
Amount = Annotated[float, _FINITE, "a number from 0 to 1000000"]
Positive = Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False), "a number above 0, up to 1000000"]
Count = Annotated[int, Field(ge=0), "a whole number, 0 or more"]
Some = Annotated[int, Field(ge=1), "a whole number, 1 or more"]
Line = Annotated[str, STRIPPED, Field(pattern=r"^[^\x00-\x1f]*$"), "one line of text"]
Level = Annotated[Any, AfterValidator(_level), "CRITICAL, ERROR, WARNING, INFO or DEBUG"]
Folder = Annotated[Path, BeforeValidator(_not_empty), "the folder to write to, there or to be made"]
Paths = Annotated[
    tuple[str, ...],
    BeforeValidator(_list),
    _matching(r"/[^\s{}\[\]\"]*"),
    "paths that begin with /, with commas between",
]
Segments = Annotated[
    tuple[str, ...], BeforeValidator(_list), _matching(r"[^\s{}\[\]\"?#]+"), "paths, with commas between"
]
Languages = Annotated[
    tuple[str, ...],
    BeforeValidator(_list),
    Field(min_length=1),
    _matching(r"[a-z]{2,3}(-[a-z0-9]+)*"),
    "language codes in lower case, with commas between",
]
Address = Annotated[
    str, STRIPPED, AfterValidator(check_web_address), "http:// or https:// and a host, without user:password@"
]
Policy = Annotated[
    tuple[tuple[Annotated[float, _FINITE] | None, Annotated[float, _FINITE]], ...],
    Field(min_length=1),
    BeforeValidator(read_json),
    "pairs of days, such as [[30, 0], [null, 30]]",
]
Hours = Annotated[Any, BeforeValidator(parse_hours), "two times in UTC, such as 22:00-06:00"]
Authors = Annotated[
    Any,
    BeforeValidator(_authors),
    "people and organizations as JSON: "
    '`[{"family": "Carberry", "given": "Josiah", "orcid": "0000-0002-1825-0097", "affiliation": "Brown"}, '
    '{"name": "An organization"}]`',
]
Doi = Annotated[str, STRIPPED, steward_check("doi", is_described=True), "a DOI, such as 10.5281/zenodo.1234"]
Frequency = Annotated[
    str,
    STRIPPED,
    steward_check("frequency", is_described=True),
    "one of continuous, daily, weekly, biweekly, monthly, quarterly, semiannual, annual, as-needed, irregular, "
    "never, unknown",
]
MetricsFile = Annotated[
    str, STRIPPED, AfterValidator(_metrics_file), "the path of a .prom file in a folder that exists"
]

RETIRED = {"MIGRATION_MAX_ERRORS": "every page that cannot be fetched makes a run incomplete: leave it out"}
"""Setting of an earlier version -> what to do about it."""


def not_a_setting(name: str, known: Iterable[str]) -> str:
    """The error message for ``name``, which is not one of the ``known`` settings."""
    if name in RETIRED:
        return f"{name} was removed: {RETIRED[name]}"
    near = difflib.get_close_matches(name, known, 1, 0.0)[0]
    return f"{name} is not a setting; did you mean {near}? All are in docs/settings.md"
