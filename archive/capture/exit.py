"""Sets the exit code of a crawl with a failed archive, if the project requests it (``ARCHIVE_EXIT_CODE``).

Scrapy exits with 0 whatever the finish reason is, and so does a script with ``CrawlerProcess``.
"""

from __future__ import annotations

import atexit
import logging
import os
import sys
from collections.abc import Callable


def end_process_unless(doubt: Callable[[], str | None], code: int) -> Callable[[], None]:
    """Have this process end with ``code``, whatever else it says, when ``doubt()`` then has something to say.

    Returns:
        A function that takes this back.
    """
    pid = os.getpid()

    def end() -> None:
        if os.getpid() != pid or (words := doubt()) is None:
            return  # A fork of the process has not failed, whatever its parent did.
        print(f"archive: {words}", file=sys.stderr)
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)  # The only way to change the exit code from here; sys.exit() is ignored at this point.

    atexit.register(end)
    return lambda: atexit.unregister(end)
