"""Sets the exit code of a crawl with a failed archive, if the project requests it (``ARCHIVE_EXIT_CODE``).

Scrapy exits with 0 regardless of the finish reason, and so does a script with ``CrawlerProcess``.
"""

from __future__ import annotations

import atexit
import logging
import os
import sys
from collections.abc import Callable


def end_process_unless(doubt: Callable[[], str | None], code: int) -> Callable[[], None]:
    """Make this process exit with ``code`` if ``doubt()`` does not return None at that time.

    Returns:
        A function that undoes this.
    """
    pid = os.getpid()

    def end() -> None:
        if os.getpid() != pid or (words := doubt()) is None:
            return  # A forked process has not failed, even if its parent has.
        print(f"archive: {words}", file=sys.stderr)
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)  # The only way to change the exit code from here; sys.exit() is ignored at this point.

    atexit.register(end)
    return lambda: atexit.unregister(end)
