"""The settings of the add-on, with their defaults, bounds and reasons; they are checked before the first request."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from scrapy.settings import BaseSettings

from archive.errors import ConfigurationError

PREFIX = "ARCHIVE_"
FALLBACK_HANDLERS = "ARCHIVE_FALLBACK_HANDLERS"

_REFERENCE = re.compile(r"%\((\w+)\)s")


def _listed(value: Any) -> Any:
    """Split a text at commas, as ``getlist`` does."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _absent(value: Any) -> Any:
    """Return None for an empty text, since None cannot be given on the command line."""
    return None if value == "" else value


HeaderName = Annotated[str, Field(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")]
Text = Annotated[str | None, BeforeValidator(_absent)]


class ArchiveSettings(BaseModel):
    """The settings ``ARCHIVE_<NAME>`` as ``<name>``; each description states the valid values."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, defer_build=True)

    dir: Path = Field(description="the folder of the WARC files; %(NAME)s is replaced by another setting")
    dedup: bool = Field(True, description="True or False: a payload that is stored already becomes a revisit record")
    exit_code: Annotated[int | None, Field(ge=1, le=255), BeforeValidator(_absent)] = Field(
        None, description="a number from 1 to 255 as the exit code of a process with a failed archive, or None"
    )
    freeze_gc: bool = Field(
        False, description="True or False: exclude objects from before the crawl from garbage collection"
    )
    fsync_interval: float = Field(
        5.0, ge=0, le=3600, allow_inf_nan=False, description="seconds from 0 to 3600 that a power cut may cost"
    )
    item_field: str = Field("warc", min_length=1, description="the name of the field for the evidence of an item")
    largest_stream: int = Field(
        200 << 20, ge=0, description="bytes, at least 0, of a response that is archived without being passed on"
    )
    # ISO 28500:2017, annex C, advises 1 GB.
    max_file_size: int = Field(1_000_000_000, ge=1, description="bytes, at least 1, after which a new file is begun")
    operator: Text = Field(None, description="who is responsible for the crawl, as text")
    payload_digest: Literal["stored", "entity"] = Field("stored", description="stored or entity")
    prefix: Text = Field(None, description="the first part of the file names, as text; BOT_NAME when not set")
    redact: Annotated[tuple[HeaderName, ...], BeforeValidator(_listed)] = Field(
        ("Authorization", "Proxy-Authorization", "Cookie"), description="names of header fields, separated by commas"
    )
    run_id: Text = Field(None, description="the name of the run, as text; made up when not set")
    spool_size: int = Field(2_000_000, ge=0, description="bytes, at least 0, of a body that are kept in memory")
    text_field: Text = Field(None, description="the name of the field with the text of an item, as text")
    title: Text = Field(None, description="the title of the collection, as text")


def read_settings(settings: BaseSettings) -> ArchiveSettings:
    """Return the add-on's settings from ``settings``.

    Raises:
        ConfigurationError: one is missing or not valid; the message names the setting, its value, and what is expected.
    """
    fields = ArchiveSettings.model_fields
    given = {name: settings[setting_name(name)] for name in fields if setting_name(name) in settings}
    if not str(given.get("dir") or "").strip():
        raise ConfigurationError("ARCHIVE_DIR is not set: it is the folder for the WARC files")
    given["dir"] = expand(settings, str(given["dir"]))
    try:
        return ArchiveSettings(**given)
    except ValidationError as error:
        raise ConfigurationError(
            "; ".join(dict.fromkeys(_error_message(given, problem["loc"]) for problem in error.errors()))
        ) from None


def setting_name(field: str) -> str:
    """Return the name of a setting: ``ARCHIVE_MAX_FILE_SIZE`` for ``max_file_size``."""
    return PREFIX + field.upper()


def expand(settings: BaseSettings, text: str) -> str:
    """Return ``text`` with ``%(NAME)s`` replaced by the setting of that name.

    Raises:
        ConfigurationError: such a setting is not set.
    """

    def value(match: re.Match[str]) -> str:
        setting = settings.get(match[1])
        if setting is None or not str(setting).strip():
            raise ConfigurationError(f"{match[1]} is not set, which {text} refers to")
        return str(setting)

    return _REFERENCE.sub(value, text)


def _error_message(given: dict[str, Any], location: Sequence[int | str]) -> str:
    name = str(location[0])
    return f"{setting_name(name)}={given.get(name)!r}: expected {ArchiveSettings.model_fields[name].description}"
