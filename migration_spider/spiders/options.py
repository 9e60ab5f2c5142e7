"""The ``-a`` options of the spider: checks them, and sets the settings that depend on them."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from migration_spider import __version__
from migration_spider import settings as project
from migration_spider.addresses import is_loopback, netloc
from migration_spider.config import Config
from migration_spider.earlier_site import require_same_site
from migration_spider.exceptions import OptionError
from migration_spider.run import COMPONENTS
from migration_spider.setting_types import is_web_address

NAMES = ("site", "languages", "since", "max_items", "urls")

OF_SCHEDULERS = ("_job",)
"""Arguments of schedulers, which are ignored: scrapyd passes the id of the job to every spider."""


@dataclass(frozen=True)
class Options:
    """The options of one crawl."""

    site: str
    """Scheme and host, without a path."""

    languages: tuple[str, ...]
    """URL prefixes in the requested order; ``en`` has none."""

    since: date | None = None
    """Items published before this day are left out."""

    max_items: int | None = None
    """Stop after this many items."""

    urls: tuple[str, ...] = field(default=())
    """If given, only these pages are crawled."""

    @property
    def is_whole(self) -> bool:
        """Whether all news in these languages is requested."""
        return not (self.urls or self.max_items or self.since)

    def sample(self, languages: Collection[str]) -> str:
        """The names of the options that restrict the crawl; ``languages`` are all those of the site."""
        restrictions = {
            "max_items": self.max_items,
            "since": self.since,
            "urls": self.urls,
            "languages": set(self.languages) < set(languages),
        }
        return ", ".join(name for name, value in restrictions.items() if value)

    @property
    def host(self) -> str:
        return urlsplit(self.site).hostname or ""

    @property
    def is_loopback(self) -> bool:
        """Whether the site runs on this machine."""
        return is_loopback(self.host)


def read(arguments: dict[str, Any], config: Config, names: Sequence[str] = NAMES) -> Options:
    """Parse ``-a`` arguments. Raises OptionError, with the problem and the valid values.

    Args:
        names: The options of the command.
    """
    arguments = {name: value for name, value in arguments.items() if name not in OF_SCHEDULERS}
    unknown = sorted(set(arguments) - set(names))
    if unknown:
        raise OptionError(f"unknown option {unknown[0]!r}: the options are {', '.join(names)}")
    for name, value in arguments.items():
        if not str(value).strip():
            raise OptionError(f"{name}= is empty: give a value, or leave the option out")
    site = _site(str(arguments.get("site") or config.site))
    known = config.languages
    requested = str(arguments.get("languages") or ",".join(known))
    languages = tuple(language.strip() for language in requested.lower().split(",") if language.strip())
    if not languages:
        raise OptionError(f"languages={requested}: choose from {', '.join(known)} (setting MIGRATION_LANGUAGES)")
    for language in languages:
        if language not in known:
            raise OptionError(f"languages={language}: choose from {', '.join(known)} (setting MIGRATION_LANGUAGES)")
    return Options(
        site=site,
        languages=languages,
        since=_since(arguments.get("since")),
        max_items=_max_items(arguments.get("max_items")),
        urls=_urls(arguments["urls"], site) if arguments.get("urls") else (),
    )


def settings_for(options: Options, settings: Any) -> dict[str, Any]:
    """The settings that depend on the options: archive folder, user agent, run id, and the profile for 127.0.0.1.

    Raises OptionError if a setting is not allowed, or if a public site would be crawled without a contact.
    """
    config = Config.of(settings)
    if "archive.addon.ArchiveAddon" not in settings.getdict("ADDONS"):
        raise OptionError("no crawl without an archive: keep archive.addon.ArchiveAddon in ADDONS")
    if settings.getbool("HTTPCACHE_ENABLED"):
        raise OptionError("HTTPCACHE_ENABLED replaces answers of the site with unarchived copies: turn it off")
    if settings["TWISTED_DNS_RESOLVER"] != project.TWISTED_DNS_RESOLVER or settings.getpriority("DNS_RESOLVER"):
        raise OptionError(
            "TWISTED_DNS_RESOLVER and DNS_RESOLVER are the project's own: no other one keeps the site from leading to "
            "this machine (MIGRATION_PRIVATE_ADDRESSES=True allows that)"
        )
    for name in (*COMPONENTS, *(("EXTENSIONS",) if config.harvest else ())):
        present = settings.getdict(name)
        lacking = [path for path, order in getattr(project, name).items() if order and present.get(path) is None]
        if lacking:
            raise OptionError(f"{name} lacks {lacking[0]}: add to what the project has, and leave nothing out")
    require_same_site(options.site, config.data_dir, config.moved_from)
    contact = config.contact
    if not contact and not options.is_loopback:
        raise OptionError(
            f"a crawl of {options.site} needs a contact for the site's operators: set the environment variable "
            "MIGRATION_CONTACT (or -s MIGRATION_CONTACT=...) to your mail address or a web page about the crawl"
        )
    derived: dict[str, Any] = {
        "USER_AGENT": f"migration-spider/{__version__} (+{contact or 'local test run'})",
        "ARCHIVE_DIR": str(config.data_dir / "warc"),
        "ARCHIVE_OPERATOR": contact,
        "ARCHIVE_RUN_ID": f"{datetime.now(timezone.utc):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}",
    }
    if options.is_loopback:
        derived |= config.loopback_profile
    return derived


def _site(raw: str) -> str:
    try:
        parts = urlsplit(raw.strip())
        host = netloc(parts)
    except ValueError as error:
        raise OptionError(f"site={raw}: {error}") from error
    if not is_web_address(raw.strip()) or "@" in parts.netloc:
        raise OptionError(
            f"site={raw}: expected http:// or https:// and a host, such as https://migrationnetwork.un.org"
        )
    site = f"{parts.scheme}://{host}"
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise OptionError(f"site={raw}: give only the site, {site}; for single pages use -a urls=")
    return site


def _since(raw: Any) -> date | None:
    if not raw:
        return None
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(raw)):
        raise OptionError(f"since={raw}: expected a day written YYYY-MM-DD")
    try:
        return date.fromisoformat(str(raw))
    except ValueError as error:
        raise OptionError(f"since={raw}: {error}") from error


def _max_items(raw: Any) -> int | None:
    if raw in (None, ""):
        return None
    if not str(raw).isascii() or not str(raw).isdigit() or int(raw) < 1:
        raise OptionError(f"max_items={raw}: expected a whole number of at least 1")
    return int(raw)


def _urls(raw: str, site: str) -> tuple[str, ...]:
    """Parse a URL of the site, or a file with a URL or path on each line (``#`` starts a comment)."""
    if re.match(r"https?://", raw):
        lines = [(raw, "urls")]
    else:
        file = Path(raw)
        if not file.is_file():
            raise OptionError(f"urls={raw}: neither a web address nor a file that exists")
        try:
            text = file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise OptionError(f"urls={raw}: cannot be read as UTF-8 text: {error}") from error
        lines = [(line.strip(), f"{raw}, line {n}") for n, line in enumerate(text.splitlines(), 1)]
    urls = []
    for line, where in lines:
        if not line or line.startswith("#"):
            continue
        url = urljoin(site + "/", line)
        if netloc(urlsplit(url)) != netloc(urlsplit(site)):
            raise OptionError(f"{where}: {line} is not on {site} (give the site with -a site=...)")
        urls.append(url)
    if not urls:
        raise OptionError(f"urls={raw}: the file names no page")
    return tuple(urls)
