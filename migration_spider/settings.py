"""Settings of the project, in the order of the flow; each value has Scrapy's default and the reason next to it.

Settings named ``MIGRATION_...`` belong to the project and are defined in config.py; ``ARCHIVE_...`` belong to the
add-on. All are described in docs/settings.md. Change one for a single run with ``scrapy crawl news -s NAME=VALUE``.
"""

from migration_spider import interrupts

interrupts.install()  # before the following imports, which take long

from scrapy.settings.default_settings import EXTENSIONS_BASE  # noqa: E402

from migration_spider.config import defaults  # noqa: E402

BOT_NAME = "migration_spider"
SPIDER_MODULES = ["migration_spider.spiders"]
NEWSPIDER_MODULE = "migration_spider.spiders"
COMMANDS_MODULE = "migration_spider.commands"

# DATA_DIR and all of MIGRATION_..., with type, bounds and reason of each: config.py.
vars().update(defaults())
ARCHIVE_DIR = "%(DATA_DIR)s/warc"  # of the add-on, also for `scrapy archive-...`

# ---- 1 crawl: how politely ----------------------------------------------------------------------------------------
# USER_AGENT is made from the project, its version and MIGRATION_CONTACT when the spider starts.
ROBOTSTXT_OBEY = True  # False: this is a guest on somebody's site
CONCURRENT_REQUESTS_PER_DOMAIN = 1  # 8: one request at a time
DOWNLOAD_DELAY = 2.0  # 0: seconds between requests, and AutoThrottle's lower bound
DOWNLOAD_DELAY_JITTER = 0  # 0.5: the delay that the README promises is the minimum, not the average
AUTOTHROTTLE_ENABLED = True  # False: slow down when the site does
AUTOTHROTTLE_START_DELAY = 2.0  # 5.0
AUTOTHROTTLE_MAX_DELAY = 60.0  # the default, stated because the crawl waits for a slow portal
AUTOTHROTTLE_TARGET_CONCURRENCY = 1.0  # the default, one request at a time

DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en",
    # Scrapy would add br and zstd, which not every tool for WARC files can decode.
    "Accept-Encoding": "gzip, deflate",
}
COOKIES_ENABLED = False  # True: the portal needs none, and a cookie would make a response personal
DOWNLOAD_TIMEOUT = 60  # 180: seconds; a page that takes longer is retried
DOWNLOAD_MAXSIZE = 200 * 1024 * 1024  # 1 GiB: a response is held in memory; for files of items see docs/archive.md
# "scrapy.resolver.CachingThreadedResolver": no host name in a page may resolve to this machine or its network
TWISTED_DNS_RESOLVER = "migration_spider.resolver.PublicResolver"
DOWNLOAD_VERIFY_CERTIFICATES = True  # False: an archive that claims provenance has to check who answered
RETRY_TIMES = 3  # 2
REDIRECT_MAX_TIMES = 10  # 20
URLLENGTH_LIMIT = 8192  # 2083: titles in Arabic and Russian are long once percent-encoded
DUPEFILTER_CLASS = "migration_spider.waiting.SeenRequests"  # "scrapy.dupefilters.RFPDupeFilter": 100 bytes an address
# "scrapy.squeues.LifoMemoryQueue": the same order, and a sitemap of 50,000 pages does not wait in memory.
SCHEDULER_MEMORY_QUEUE = "migration_spider.waiting.WaitingRequests"
TELNETCONSOLE_ENABLED = False  # True: opens a port
REMOTE_CONTROL_ENABLED = False  # True: opens a port that runs Python; not even imported, see EXTENSIONS_BASE

# ---- 2 capture ----------------------------------------------------------------------------------------------------
ADDONS = {"archive.addon.ArchiveAddon": 300}
ARCHIVE_PREFIX = "migrationnetwork"
ARCHIVE_TITLE = "News of the United Nations Network on Migration"  # None: title of the file of `scrapy archive-wacz`
ARCHIVE_TEXT_FIELD = "body_text"  # "text": the field for its full-text search
ARCHIVE_FREEZE_GC = True  # False: a tenth of the CPU time of a page, for 15 to 30 MB
# Every request must get its response from the live site; Scrapy's cache would return a copy that is not archived.
HTTPCACHE_ENABLED = False

SPIDER_MIDDLEWARES = {
    "migration_spider.middlewares.requisites.RequisitesMiddleware": 100,
    "migration_spider.middlewares.capture_facts.CaptureFactsMiddleware": 900,
    # After all others, so that the requests it drops cost nothing more.
    "migration_spider.middlewares.once.NamedAgainMiddleware": 950,
}
DOWNLOADER_MIDDLEWARES = {
    "migration_spider.middlewares.bounds.BoundsMiddleware": 50,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    # Replaced by the decoder that also reads the archive, so that pages and limits are the same.
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "archive.capture.decoding.EntityMiddleware": 590,
    "migration_spider.middlewares.robots.RobotsMiddleware": 100,
    "migration_spider.middlewares.redirect_loop.RedirectLoopMiddleware": 650,
    # After decompression (590), before MetaRefreshMiddleware (580) reads the text.
    "migration_spider.middlewares.charset.CharsetMiddleware": 585,
    # After RobotsMiddleware (100), so that requests that waited for robots.txt are refused if it ended the run.
    "migration_spider.middlewares.politeness.PolitenessMiddleware": 110,
    # After those that refuse a request, before those that send it; it must not see pages that BlockedMiddleware
    # (120) refuses.
    "migration_spider.middlewares.once.OnceMiddleware": 115,
    # It sees a 503 only after RetryMiddleware (550) has given up, and the text after decompression (590).
    "migration_spider.middlewares.blocked.BlockedMiddleware": 120,
    # After robots.txt and the bounds, which also apply to known pages; for those above, a 304 becomes a page.
    "migration_spider.middlewares.incremental.IncrementalMiddleware": 130,
    # After the one that answers from the archive, because that costs the site nothing.
    "migration_spider.middlewares.budget.BudgetMiddleware": 140,
    "scrapy.downloadermiddlewares.stats.DownloaderStats": None,
    "migration_spider.middlewares.once.WireStats": 850,
}

# 5000000: bytes of pages that wait to be read. They have been parsed to see whether they are blocked, and a parsed page
# takes some ten times its bytes.
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 1_000_000

# ---- 3 to 5: the pipelines ----------------------------------------------------------------------------------------
ITEM_PIPELINES = {
    "migration_spider.pipelines.NormalizePipeline": 100,
    "migration_spider.pipelines.SelectPipeline": 200,
    "migration_spider.pipelines.AttachmentsPipeline": 300,
    "migration_spider.pipelines.FinishPipeline": 400,
    "migration_spider.pipelines.StorePipeline": 500,
}
# 100: Scrapy starts that many tasks for each response, most of them unneeded, because a page makes one item. It must be
# more than 1, so that the other requests of a page do not wait for the attachments of the item.
CONCURRENT_ITEMS = 16
MEDIA_ALLOW_REDIRECTS = True  # False: files move too
DEFAULT_DROPITEM_LOG_LEVEL = "DEBUG"  # "WARNING": an item before `since` is counted, and not a problem

# Scrapy also imports extensions that are switched off; this one, which opens a port that runs Python, takes 9 MB.
EXTENSIONS_BASE = {path: order for path, order in EXTENSIONS_BASE.items() if "remote_control" not in path}
# The order and its reasons: extensions/__init__.py.
EXTENSIONS = {
    "migration_spider.extensions.progress.Progress": 200,
    "migration_spider.extensions.lock.HarvestLock": 890,
    "migration_spider.extensions.harvest.Harvest": 905,
    "migration_spider.extensions.run_log.RunLog": 910,
}

# ---- output -------------------------------------------------------------------------------------------------------
LOG_LEVEL = "INFO"  # "DEBUG": a line per request adds nothing to the WARC
LOGSTATS_INTERVAL = 30.0  # 60: the progress line if there is no terminal
FEED_EXPORT_ENCODING = "utf-8"
