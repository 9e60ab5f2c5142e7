"""Settings of the project, in the order of the flow; every value stands beside Scrapy's default and the reason.

Those named ``MIGRATION_...`` are ours, ``ARCHIVE_...`` belong to the add-on; all are described in docs/settings.md.
Change one for a single run with ``scrapy crawl news -s NAME=VALUE``.
"""

import os
from typing import Any

from migration_spider.exceptions import OptionError

BOT_NAME = "migration_spider"
SPIDER_MODULES = ["migration_spider.spiders"]
NEWSPIDER_MODULE = "migration_spider.spiders"
COMMANDS_MODULE = "migration_spider.commands"

# Where everything is written.
DATA_DIR = os.environ.get("MIGRATION_DATA_DIR", "data")
ARCHIVE_DIR = "%(DATA_DIR)s/warc"  # of the add-on, also for `scrapy archive-...`

# ---- 1 crawl: what is visited -------------------------------------------------------------------------------------
MIGRATION_SITE = "https://migrationnetwork.un.org"

# A mail address or web page where the site's operators reach whoever runs the crawl. It is part of the user agent;
# a crawl of a public site without it is refused.
MIGRATION_CONTACT = os.environ.get("MIGRATION_CONTACT", "")

# URL prefixes of the portal's languages; English has none.
MIGRATION_LANGUAGES = ["en", "fr", "es", "ar", "ru", "zh-hant"]

# Listings that name their rows as news, asked under every language prefix. The portal's own news listing has never
# been seen, so all likely paths are tried: one that answers 404 is reported, not fatal.
MIGRATION_NEWS_LISTINGS = ["/news", "/latest-news", "/statements"]

# Listings of mixed content, under the first language's prefix only: a row's page says itself whether it is news.
# The terms are the ten guiding principles of the Global Compact (portal/vocabulary ids of the themes).
MIGRATION_LISTINGS = [
    "/",
    "/hub",
    *(f"/taxonomy/term/{tid}" for tid in (738, 739, 742, 741, 740, 259, 258, 257, 737, 736)),
]
MIGRATION_FEEDS = ["/rss.xml", "/news/rss.xml"]
MIGRATION_SITEMAPS = ["/sitemap.xml"]

# First path segments (after the language prefix) that never lead to news: other content types and Drupal's own pages.
MIGRATION_EXCLUDED_PATHS = [
    "admin", "batch", "calendar", "comment", "events", "filter", "node/add", "pledge", "practice", "projects",
    "search", "user", "videos", "webform", "hub/discussion-space", "hub/resource", "taxonomy/term/detail",
]  # fmt: skip

# Style sheets, scripts and images of archived pages, so that they look right when replayed: on or off, and how many
# a single page and a whole run may add.
MIGRATION_REQUISITES = True
MIGRATION_REQUISITES_PER_PAGE = 150
MIGRATION_REQUISITES_PER_RUN = 20_000

# ---- 1 crawl: how politely ----------------------------------------------------------------------------------------
# USER_AGENT is made from the project, its version and MIGRATION_CONTACT when the spider starts.
ROBOTSTXT_OBEY = True  # False: this is a guest on somebody's site
CONCURRENT_REQUESTS_PER_DOMAIN = 1  # 8: one request at a time
DOWNLOAD_DELAY = 2.0  # 0: seconds between requests, and AutoThrottle's lower bound
DOWNLOAD_DELAY_JITTER = 0  # 0.5: what is promised in the README is the least, not the average
AUTOTHROTTLE_ENABLED = True  # False: slow down when the site does
AUTOTHROTTLE_START_DELAY = 2.0  # 5.0
AUTOTHROTTLE_MAX_DELAY = 60.0  # the default, written down because a slow portal is waited for
AUTOTHROTTLE_TARGET_CONCURRENCY = 1.0  # the default: the same one request at a time

# What the site itself asks for is kept on top of all this, also on 127.0.0.1, within these bounds (seconds): the
# longest Crawl-delay of robots.txt, the longest Retry-After (more ends the run), the first delay after a 429 or 503
# without Retry-After where there was none.
MIGRATION_MAX_CRAWL_DELAY = 60.0
MIGRATION_MAX_RETRY_AFTER = 900.0
MIGRATION_SLOWDOWN_DELAY = 1.0
MIGRATION_MAX_REFUSALS = 10  # so many 429 or 503 in a row end the run; one page's retries are 4
MIGRATION_MAX_BLOCKED = 5  # so many pages in a row that are a challenge, login, error or the like end the run

# On 127.0.0.1 (the demo portal, recorded portals) these replace the values above.
MIGRATION_LOOPBACK_PROFILE = {
    "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": False,
    "RETRY_TIMES": 2,
}

DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en",
    # Scrapy would add br and zstd, which not every tool that reads WARC files knows.
    "Accept-Encoding": "gzip, deflate",
}
COOKIES_ENABLED = False  # True: the portal needs none, and a cookie would make an answer personal
DOWNLOAD_TIMEOUT = 60  # 180: seconds; a page that takes longer is retried
DOWNLOAD_MAXSIZE = 512 * 1024 * 1024  # 1 GiB: an attachment is held in memory once
DOWNLOAD_VERIFY_CERTIFICATES = True  # False: an archive that claims provenance checks who answered
RETRY_TIMES = 3  # 2
REDIRECT_MAX_TIMES = 10  # 20
URLLENGTH_LIMIT = 8192  # 2083: titles in Arabic and Russian are long once percent-encoded
TELNETCONSOLE_ENABLED = False  # True: opens a port
REMOTE_CONTROL_ENABLED = False  # True: opens a port that runs Python

# ---- 2 capture ----------------------------------------------------------------------------------------------------
ADDONS = {"archive.addon.ArchiveAddon": 300}
ARCHIVE_PREFIX = "migrationnetwork"
ARCHIVE_FREEZE_GC = True  # False: a tenth of the CPU time of a page, for 15 to 30 MB
# One request is one answer of the live site: Scrapy's own cache would put an unarchived copy in its place.
HTTPCACHE_ENABLED = False

SPIDER_MIDDLEWARES = {
    "migration_spider.middlewares.requisites.RequisitesMiddleware": 100,
    "migration_spider.middlewares.capture_facts.CaptureFactsMiddleware": 900,
}
DOWNLOADER_MIDDLEWARES = {
    "migration_spider.middlewares.bounds.BoundsMiddleware": 50,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "migration_spider.middlewares.robots.RobotsMiddleware": 100,
    "migration_spider.middlewares.redirect_loop.RedirectLoopMiddleware": 650,
    # Behind RobotsMiddleware (100), so that what waited for robots.txt is refused when that ended the run.
    "migration_spider.middlewares.politeness.PolitenessMiddleware": 110,
    # Before RetryMiddleware (550) has its say a 503 is no blocked page; behind decompression (590), to read it.
    "migration_spider.middlewares.blocked.BlockedMiddleware": 120,
    # Behind robots.txt and the bounds, which hold for what is known too; a 304 is a page for those above.
    "migration_spider.middlewares.incremental.IncrementalMiddleware": 130,
    # Behind the one that answers from the archive: that costs the site nothing.
    "migration_spider.middlewares.budget.BudgetMiddleware": 140,
}

# ---- 4 normalize --------------------------------------------------------------------------------------------------
# Whether 03/04/2022 on an English page is the third of April. Not known of the portal: such a date stays null with the
# problem `date-ambiguous`, until somebody who has seen the portal's dates says True or False.
MIGRATION_DAY_FIRST = None

# ---- 5 store: what is asked again, and when it counts as gone (`scrapy harvest`) ---------------------------------
MIGRATION_HARVEST = False  # set by `scrapy harvest`; by hand for scrapyd, which runs spiders and no commands
MIGRATION_FULL = False  # everything is due, whatever its age

# Age of an item up to which a rule holds, and how many days lie between two looks at it. The portal rewrites pages in
# place and enters items late: both make an item young again.
MIGRATION_REVISIT = [(30, 0), (365, 7), (None, 30)]
MIGRATION_REVISIT_OTHERS = 30  # days: pages that are no items, and items that are gone
MIGRATION_REVISIT_REQUISITES = 90  # days: style sheets, scripts, images

# An item is gone when so many harvests in a row found it so.
MIGRATION_TOMBSTONE_CONFIRMATIONS = 2

# A harvest that was cut off is gone on with for so long; then its listings are too old to walk by.
MIGRATION_RESUME_HOURS = 72

MIGRATION_MAX_REQUESTS = 0  # 0: no limit
MIGRATION_MAX_MINUTES = 0  # 0: no limit
MIGRATION_HOURS = ""  # UTC, such as 22:00-06:00: when the site may be asked

# Shares (0 to 1) above which a run is incomplete: pages that the site names no longer, items that are not where they
# were (then none counts as gone), what a field has lost, labels met for the first
# time per page, pages that could not be fetched.
MIGRATION_MAX_FALL = 0.2
MIGRATION_MAX_VANISHED = 0.5
MIGRATION_MAX_FIELD_LOSS = 0.5
MIGRATION_MAX_UNKNOWN_LABELS = 0.5
MIGRATION_MAX_ERRORS = 0.1

# ---- 3 to 5: the pipelines ----------------------------------------------------------------------------------------
ITEM_PIPELINES = {
    "migration_spider.pipelines.NormalizePipeline": 100,
    "migration_spider.pipelines.SelectPipeline": 200,
    "migration_spider.pipelines.AttachmentsPipeline": 300,
    "migration_spider.pipelines.FinishPipeline": 400,
    "migration_spider.pipelines.StorePipeline": 500,
}
MEDIA_ALLOW_REDIRECTS = True  # False: files move too
DEFAULT_DROPITEM_LOG_LEVEL = "DEBUG"  # "WARNING": an item before `since` is counted, not a fault

EXTENSIONS = {
    "migration_spider.progress.Progress": 200,
    # Before the archive (900) is opened, and until after it is indexed.
    "migration_spider.harvest.extension.HarvestLock": 890,
    # After the archive: it has salvaged what a killed run left. Before those that look at the stats it sets.
    "migration_spider.harvest.extension.HarvestRun": 905,
    # After the archive: a run that does not get it leaves no folder.
    "migration_spider.report.RunReport": 910,
    "migration_spider.monitors.Outcome": 950,
}

# ---- what the run says --------------------------------------------------------------------------------------------
LOG_LEVEL = "INFO"  # "DEBUG": a line per request says nothing that the WARC does not
LOGSTATS_INTERVAL = 30.0  # 60: the progress line where there is no terminal
FEED_EXPORT_ENCODING = "utf-8"

# Whom a run tells, docs/deploy-notify.md. The addresses are secrets: whoever knows them can speak in this run's name,
# so they come from the environment, never from a command line that other users of the machine see.
MIGRATION_METRICS_FILE = os.environ.get("MIGRATION_METRICS_FILE", "")
MIGRATION_PING_URL = os.environ.get("MIGRATION_PING_URL", "")
MIGRATION_WEBHOOK_URL = os.environ.get("MIGRATION_WEBHOOK_URL", "")


# ---- how the commands and pipelines read them ---------------------------------------------------------------------
def day_first_of(settings: Any) -> bool | None:
    """MIGRATION_DAY_FIRST: the order of numeric dates where nothing on the page tells it.

    Raises:
        OptionError: it is neither True nor False.
    """
    try:
        return None if settings["MIGRATION_DAY_FIRST"] is None else bool(settings.getbool("MIGRATION_DAY_FIRST"))
    except ValueError as error:
        raise OptionError(f"MIGRATION_DAY_FIRST={settings['MIGRATION_DAY_FIRST']}: expected True or False") from error
