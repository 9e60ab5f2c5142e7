"""Makes the ``warcinfo`` record at the start of every WARC file of a crawl."""

from __future__ import annotations

import platform
import socket

import scrapy
import twisted
from scrapy.settings import BaseSettings

from archive.capture.settings import ArchiveSettings


def warcinfo_fields(project: BaseSettings, settings: ArchiveSettings, run_id: str) -> list[tuple[str, str]]:
    """Return the fields of ISO 28500:2017, 6.2, with the DCMI terms that it suggests."""
    fields = [
        (
            "software",
            f"Scrapy/{scrapy.__version__} Twisted/{twisted.__version__} Python/{platform.python_version()}",
        ),
        ("format", "WARC File Format 1.1"),
        ("conformsTo", "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"),
        ("hostname", socket.gethostname()),
        ("isPartOf", run_id),
        ("http-header-user-agent", project.get("USER_AGENT") or ""),
        ("robots", "obey" if project.getbool("ROBOTSTXT_OBEY") else "ignore"),
        ("payloadDigest", settings.payload_digest),
        ("redactedHeaders", ", ".join(settings.redact)),
        ("deduplication", "entity" if settings.dedup else "none"),
    ]
    if settings.operator:
        fields.append(("operator", settings.operator))
    return fields
