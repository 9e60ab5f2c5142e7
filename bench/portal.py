"""``python -m bench.portal``: serves what is crawled until SIGTERM. The first line printed is its address.

With ``--recorded FILE`` a recorded portal, else the demo portal with ``--nodes`` news nodes; with ``--tiny`` as many
pages of a few hundred bytes.
"""

from __future__ import annotations

import argparse
import signal
import threading
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.portal", description=__doc__)
    parser.add_argument("--recorded", type=Path, metavar="FILE")
    parser.add_argument("--nodes", type=int, default=150)
    arguments = parser.parse_args()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with _served(arguments) as portal:
        print(portal.url, flush=True)
        stop.wait()


def _served(arguments: argparse.Namespace) -> AbstractContextManager[Any]:
    if arguments.recorded:
        from tests.recorded import Recorded, load

        return Recorded(load(arguments.recorded))
    from tests.portal import Portal

    return Portal(nodes=arguments.nodes)


if __name__ == "__main__":
    main()
