"""The settings of the project: name, type, bounds, default and reason of each; checked before the first request.

``settings.py`` takes the defaults from here. Every component reads the checked object (``crawler.spider.run.config``),
and ``python -m docs.generate`` writes the table of docs/settings.md. The types of the values are in ``setting_types``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from scrapy.settings import default_settings

from migration_spider.data_folder import checked_folder, default_folder
from migration_spider.exceptions import OptionError
from migration_spider.setting_types import (
    STRIPPED,
    Address,
    Amount,
    Authors,
    Count,
    Doi,
    Folder,
    Frequency,
    Hours,
    Languages,
    Level,
    Line,
    MetricsFile,
    Paths,
    Policy,
    Positive,
    Segments,
    Share,
    Some,
    Switch,
    WrongValueError,
    check_web_address,
    not_a_setting,
    read_json,
    steward_check,
)

PREFIX = "MIGRATION_"

SECRETS = frozenset(("MIGRATION_PING_URL", "MIGRATION_WEBHOOK_URL"))
"""Settings whose values no message shows."""


def _profile(value: Any) -> Any:
    """Check that every name is a setting; `Config.of` checks the values."""
    profile = read_json(value)
    if not isinstance(profile, Mapping):
        raise ValueError("no names with values")  # noqa: TRY004  (pydantic takes ValueError only)
    for name in profile:
        if name not in names() and not hasattr(default_settings, name):
            raise ValueError(f"{name} is not a setting")
    return dict(profile)


def _of_environment(name: str) -> Callable[[], str]:
    return lambda: os.environ.get(name, "")


def _of(name: str) -> Any:
    """A field for a setting of Scrapy that the project depends on; settings.py has its value and reason."""
    return Field(default=getattr(default_settings, name), alias=name)


def _setting(name: str) -> str:
    """The name of the setting of a field without an alias."""
    return PREFIX + name.upper()


class Config(BaseModel):
    """The settings of one run, checked. ``MIGRATION_MAX_FALL`` is ``max_fall``, and so on."""

    model_config = ConfigDict(
        frozen=True,
        populate_by_name=True,
        arbitrary_types_allowed=True,
        alias_generator=_setting,
        defer_build=True,  # until the first check: all commands read settings.py, but most need only the defaults
    )

    # Whether it can be written is found out when it is written to: exit code 5.
    data_dir: Annotated[Folder, AfterValidator(checked_folder)] = Field(
        default_factory=default_folder,
        alias="DATA_DIR",
        description="where everything is written, relative to the current folder; the archive's `ARCHIVE_DIR` is "
        "`warc/` below it. Folders of the project's own files, such as `docs/`, are refused",
        json_schema_extra={"shown": "`data` in the project's folder, or the environment variable `MIGRATION_DATA_DIR`"},
    )

    # ---- 1 crawl: what is visited
    site: Annotated[str, AfterValidator(check_web_address), Field(min_length=1), "a web address"] = Field(
        "https://migrationnetwork.un.org", description="default of the option `site`"
    )
    moved_from: Annotated[str, AfterValidator(check_web_address), "a web address"] = Field(
        "",
        description="the earlier address of the site, for the first run after a move: runs of another site than the "
        "one in `DATA_DIR` are refused",
        json_schema_extra={"shown": "none"},
    )
    contact: Line = Field(
        default_factory=_of_environment("MIGRATION_CONTACT"),
        description="mail address or web page where the site's operators can contact whoever runs the crawl. It is "
        "part of the user agent; a public site is not crawled without it",
        json_schema_extra={"shown": "the environment variable of the same name"},
    )
    languages: Languages = Field(
        ("en", "fr", "es", "ar", "ru", "zh-hant"), description="URL prefixes of the portal; English has none"
    )
    news_listings: Paths = Field(
        ("/news", "/latest-news", "/statements"),
        description="listings whose rows are news, under every prefix. The listing of the live portal was not known "
        "during development, so these are hints, requested first. A 404 is no error; others are found by rows",
    )
    listings: Paths = Field(
        ("/", "/hub", *(f"/taxonomy/term/{n}" for n in (738, 739, 742, 741, 740, 259, 258, 257, 737, 736))),
        description="listings of mixed content, under the first prefix only: the page of a row decides whether it is "
        "news. The terms are the ten guiding principles of the Global Compact",
        json_schema_extra={"shown": "`/`, `/hub`, ten term pages"},
    )
    feeds: Paths = Field(("/rss.xml", "/news/rss.xml"), description="RSS, under every prefix")
    sitemaps: Paths = Field(
        ("/sitemap.xml",), description="sitemaps or sitemap indexes, in addition to those that robots.txt names"
    )
    max_sitemaps: Some = Field(
        500,
        description="most sitemaps and feeds read in a run, with at most three levels of sitemap indexes; if there "
        "are more, the sitemap is reported as one that cannot be read",
    )
    max_barren: Some = Field(
        100,
        description="number of pages of a listing in a row without news, after which its pager is left, and the "
        "listing is reported as not read to its end",
    )
    menu_depth: Count = Field(
        2,
        description="number of links from the front page within which listings of news are searched, in the menus of "
        "every language: 2 is the page of a section and the pages of its own menu",
    )
    menu_pages: Count = Field(
        200,
        description="most such pages visited in a run: menus of a portal have about thirty entries per language",
    )
    link_sample: Count = Field(
        50,
        description="pages per harvest that only texts link to, and no listing, feed or sitemap names; longest "
        "unvisited first. They show what the lists leave out. More are visited while some are news",
    )
    excluded_paths: Segments = Field(
        (
            *("admin", "batch", "calendar", "comment", "events", "filter", "node/add", "pledge", "practice"),
            *("projects", "search", "user", "videos", "webform", "hub/discussion-space", "hub/resource"),
            "taxonomy/term/detail",
        ),
        description="first path segments after the prefix that never lead to news, of other content types or Drupal",
        json_schema_extra={"shown": "other content types, forms, users"},
    )
    private_addresses: Switch = Field(
        False,
        description="allow a site whose name resolves to this machine or its network (for a test installation); "
        "without it only `localhost` and IP addresses (`-a site=http://10.0.0.5`) are requested there",
    )
    requisites: Switch = Field(True, description="fetch style sheets, scripts, images and fonts of archived pages")
    requisites_per_page: Count = Field(150, description="most of these for one page")
    requisites_per_run: Count = Field(20_000, description="most of these in a run")

    # ---- 1 crawl: how politely. The requests of the site are obeyed within these bounds, also on 127.0.0.1.
    max_crawl_delay: Amount = Field(
        60.0, description="the longest `Crawl-delay` of robots.txt that is obeyed, in seconds"
    )
    max_retry_after: Amount = Field(
        900.0,
        description="the longest pause (`Retry-After` of a 429 or 503), in seconds; a longer one ends the run",
    )
    slowdown_delay: Amount = Field(
        1.0,
        description="the smallest delay after a 429 or 503 without `Retry-After`, in seconds; each one doubles the "
        "delay, up to `AUTOTHROTTLE_MAX_DELAY`",
    )
    max_refusals: Some = Field(
        10, description="number of 429 or 503 in a row that end the run; one page is retried 4 times"
    )
    max_blocked: Some = Field(
        5, description="number of [blocked pages](crawl.md#blocked-pages) in a row that end the run"
    )
    loopback_profile: Annotated[dict[str, Any], BeforeValidator(_profile), "settings and values, as JSON"] = Field(
        {"CONCURRENT_REQUESTS_PER_DOMAIN": 8, "DOWNLOAD_DELAY": 0, "AUTOTHROTTLE_ENABLED": False, "RETRY_TIMES": 2},
        description="settings that replace the polite ones on 127.0.0.1 (the demo portal, recorded portals)",
        json_schema_extra={"shown": "no delay, 8 at a time"},
    )

    # ---- 4 normalize
    day_first: Annotated[bool | None, "True or False"] = Field(
        None,
        description="whether `03/04/2022` is the third of April (`True`) or the fourth of March (`False`), in all "
        "languages, if no `datetime` or weekday beside it decides. With `None` the other pages of the site decide, or "
        "such a date is null, or assumed ([dates](data-format.md#dates))",
    )

    # ---- 5 store: what is requested again, and when it counts as gone
    harvest: Switch = Field(
        False,
        description="makes `scrapy crawl news` a [harvest](harvest.md); set by `scrapy harvest`, by hand for scrapyd",
    )
    full: Switch = Field(False, description="request every item, whatever its age; set by `--full`")
    revisit: Policy = Field(
        ((30, 0), (365, 7), (None, 30)),
        description="pairs of days: age of an item up to which a rule applies (null: all older), and days between two "
        "visits. The portal rewrites pages in place and enters items late; such items count as young",
        json_schema_extra={"shown": "`[[30, 0], [365, 7], [null, 30]]`"},
    )
    revisit_others: Amount = Field(
        30, description="days between two visits of pages that are no items, and of items that are gone"
    )
    revisit_requisites: Amount = Field(90, description="days between two visits of style sheets, scripts and images")
    tombstone_confirmations: Some = Field(
        2, description="number of harvests in a row that must find an item gone before it gets its tombstone"
    )
    resume_hours: Amount = Field(
        72, description="how long an interrupted harvest can be continued; after that its listings are too old"
    )
    max_requests: Count = Field(0, description="pause after this number of requests; 0: no limit")
    max_minutes: Amount = Field(0, description="pause after this number of minutes; 0: no limit")
    hours: Hours = Field(
        "",
        validate_default=True,
        description="when requests may be sent, in UTC: `22:00-06:00`",
        json_schema_extra={"shown": "none"},
    )

    # ---- limits above which a run is incomplete
    max_fall: Share = Field(
        0.2, description="largest share by which the pages that the site names may fall between two harvests"
    )
    max_vanished: Share = Field(
        0.5,
        description="largest share of the items that may be gone at once; above it none counts as gone",
    )
    max_renumbered: Share = Field(
        0.5,
        description="largest share of the known addresses that may have a new node id with the same content; above it "
        "a relaunch of the site is assumed, and nothing of these is stored. 1: accept the new ids",
    )
    max_unseen: Amount = Field(
        0.05,
        description="largest share by which the items on the site may outnumber those found, at the lower end of the "
        "[estimate](crawl.md#what-no-list-names)",
    )
    max_field_loss: Share = Field(
        0.5, description="largest share of the items with a value in a field that may have lost it"
    )
    max_misfits: Share = Field(
        0.5,
        description="largest share of the pages read whose title or text is where no page had it before, or lost",
    )
    max_unknown_labels: Amount = Field(0.5, description="largest number of new labels per page read")

    # ---- 6 publish: who is responsible for the dataset. Each file that describes a release repeats it.
    dataset_authors: Authors = Field(
        (),
        description="who made the dataset and is cited for it; default: the program",
        json_schema_extra={"shown": "nobody"},
    )
    dataset_publisher: Annotated[str, STRIPPED, steward_check("publisher"), "one line of text"] = Field(
        "",
        description="who makes the dataset available (a person or organization, not the portal); default: the authors",
        json_schema_extra={"shown": "nobody"},
    )
    dataset_contact: Annotated[str, STRIPPED, steward_check("contact"), "a mail address"] = Field(
        "", description="for questions about the dataset", json_schema_extra={"shown": "none"}
    )
    dataset_page: Annotated[str, STRIPPED, steward_check("page"), "a web address"] = Field(
        "",
        description="the page about the dataset; default: the page of its DOI, else the portal",
        json_schema_extra={"shown": "none"},
    )
    dataset_doi: Doi = Field(
        "",
        description="DOI of the dataset: the one for all versions, or one that was reserved for this release",
        json_schema_extra={"shown": "none"},
    )
    dataset_licence_note: Annotated[str, STRIPPED, steward_check("licence_note"), "one line of text"] = Field(
        "",
        description="what you allow for your own part: codes, structure, checksums. It is added to the note on the "
        "rights in the texts, and never replaces it",
        json_schema_extra={"shown": "none"},
    )
    dataset_frequency: Frequency = Field(
        "", description="how often you make a release", json_schema_extra={"shown": "`unknown`"}
    )
    dataset_downloads: Annotated[str, STRIPPED, steward_check("downloads"), "the web address of a folder"] = Field(
        "",
        description="address of the folder with the releases: `https://example.org/data/` if files are at "
        "`https://example.org/data/2024-05-01/news.csv`. Without it, descriptions name files by relative paths",
        json_schema_extra={"shown": "none"},
    )
    dataset_concepts: Annotated[str, STRIPPED, steward_check("concepts"), "the web address of a folder"] = Field(
        "",
        description="base address of the vocabularies and their terms in SKOS: `https://example.org/id/` gives "
        "`https://example.org/id/places/011`. Choose it before others cite them. Without it, each has a fixed UUID",
        json_schema_extra={"shown": "UUIDs"},
    )
    dataset_funder: Annotated[str, STRIPPED, steward_check("funder"), "one line of text"] = Field(
        "", description="who paid for it", json_schema_extra={"shown": "nobody"}
    )
    dataset_ckan_organization: Annotated[str, STRIPPED, steward_check("ckan_organization"), "one line of text"] = Field(
        "",
        description="name or id of your organization in a CKAN catalogue or on the Humanitarian Data Exchange",
        json_schema_extra={"shown": "none"},
    )

    # ---- whom a run notifies. The addresses are secrets, so they come from the environment, never from a command line.
    metrics_file: MetricsFile = Field(
        default_factory=_of_environment("MIGRATION_METRICS_FILE"),
        description="file to which a harvest writes its metrics for Prometheus: [deploy-notify.md](deploy-notify.md)",
        json_schema_extra={"shown": "the environment variable of the same name, else nothing"},
    )
    ping_url: Address = Field(
        default_factory=_of_environment("MIGRATION_PING_URL"),
        description="pinged when a harvest begins and ends, as by healthchecks",
        json_schema_extra={"shown": "the environment variable of the same name, else nothing"},
    )
    webhook_url: Address = Field(
        default_factory=_of_environment("MIGRATION_WEBHOOK_URL"),
        description="called when a harvest fails",
        json_schema_extra={"shown": "the environment variable of the same name, else nothing"},
    )

    # ---- settings of Scrapy that the project depends on
    obeys_robots: Switch = _of("ROBOTSTXT_OBEY")
    concurrency: Some = _of("CONCURRENT_REQUESTS_PER_DOMAIN")
    in_all: Some = _of("CONCURRENT_REQUESTS")
    delay: Amount = _of("DOWNLOAD_DELAY")
    log_level: Level = _of("LOG_LEVEL")
    throttled: Switch = _of("AUTOTHROTTLE_ENABLED")
    throttle_start: Amount = _of("AUTOTHROTTLE_START_DELAY")
    max_delay: Amount = _of("AUTOTHROTTLE_MAX_DELAY")
    throttle_target: Positive = _of("AUTOTHROTTLE_TARGET_CONCURRENCY")
    keeps_cookies: Switch = _of("COOKIES_ENABLED")
    retries: Switch = _of("RETRY_ENABLED")
    retry_times: Count = _of("RETRY_TIMES")
    redirects: Count = _of("REDIRECT_MAX_TIMES")
    timeout: Positive = _of("DOWNLOAD_TIMEOUT")
    largest: Count = _of("DOWNLOAD_MAXSIZE")

    @classmethod
    def of(cls, settings: Any) -> Config:
        """Check Scrapy's ``settings``, or a mapping.

        Raises:
            OptionError: One is unknown or not valid; the message is one line with its name, its value and the expected
                type.
        """
        known = names()
        for name in settings:
            if name.startswith(PREFIX) and name not in known:
                raise OptionError(not_a_setting(name, known))
        checked = cls._checked(given := {name: settings[name] for name in known if name in settings})
        given |= {name: value for name, value in checked.loopback_profile.items() if name in known}
        cls._checked(given, "MIGRATION_LOOPBACK_PROFILE: ")
        return checked

    @classmethod
    def _checked(cls, given: Mapping[str, Any], where: str = "") -> Config:
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            name = str(error.errors()[0]["loc"][0])
            value = " ".join(str(given[name]).splitlines())
            value = f"={value}" if value.strip() else " is empty"
            problem = f"{name}{'' if name in SECRETS else value}: expected {expected(cls.model_fields[names()[name]])}"
            reason = error.errors()[0].get("ctx", {}).get("error")
            why = f"; {' '.join(str(reason).splitlines())}" if isinstance(reason, WrongValueError) else ""
            raise OptionError(where + problem + why) from None


def names() -> dict[str, str]:
    """Name of the setting -> name of the field."""
    # Before pydantic 2.12, the fields of a model that is not yet built lack their generated aliases.
    return {field.alias or _setting(name): name for name, field in Config.model_fields.items()}


def defaults() -> dict[str, Any]:
    """Name -> default of the project's own settings."""
    fields = {setting: Config.model_fields[name] for setting, name in names().items()}
    own = {setting: field for setting, field in fields.items() if field.description}
    return {name: field.get_default(call_default_factory=True, validated_data={}) for name, field in own.items()}


def expected(field: Any) -> str:
    """The type of a setting, in words."""
    return next(entry for entry in field.metadata if isinstance(entry, str))
