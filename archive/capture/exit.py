"""A crawl whose archive failed must not end like a good one.

Scrapy ends with 0 whatever the finish reason, and so does a script around ``CrawlerProcess``.
"""

from __future__ import annotations

import atexit
import logging
import os
import sys

EXIT_CODE = 5

_registered: set[int] = set()


def end_process_with_failure() -> None:
    """Have this process end with `EXIT_CODE`, whatever else it says at its end."""
    if os.getpid() not in _registered:
        _registered.add(os.getpid())
        atexit.register(_exit, os.getpid())


def _exit(pid: int) -> None:
    if os.getpid() != pid:
        return  # A fork of the process: not its failure.
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(EXIT_CODE)  # The only way to change the exit code from here; sys.exit() is ignored at this point.
