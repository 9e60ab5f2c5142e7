"""``python -m tests.portal``: serve the demo portal until Ctrl-C or SIGTERM. The first line printed is its address."""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
import threading
from pathlib import Path

from . import FAULTS, PLANS, VARIANTS, Portal
from .scripts import EDITS, run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.portal", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port (default: a free one)")
    parser.add_argument(
        "--nodes",
        type=int,
        default=150,
        help="news stories, in one to six languages each; at least the 14 with irregularities",
    )
    parser.add_argument("--variant", choices=VARIANTS, default="classy", help="markup of the metadata block")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fault", action="append", choices=FAULTS, default=[], help="may be given several times")
    parser.add_argument("--plan", action="append", choices=PLANS, default=[], help="may be given several times")
    parser.add_argument(
        "--edit",
        action="append",
        default=[],
        metavar="NAME:ARGUMENT:...",
        help=f"an edit made before the portal answers, as retitle:8836:en; may be given several times: {', '.join(EDITS)}",
    )
    parser.add_argument("--log", type=Path, help="append one line per request to this file")
    arguments = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with contextlib.ExitStack() as stack:
        log = stack.enter_context(arguments.log.open("a", encoding="utf-8")) if arguments.log else None
        faults = frozenset(arguments.fault)
        try:
            portal = Portal(
                arguments.nodes, arguments.variant, arguments.seed, faults, arguments.port, log, arguments.plan
            )
        except OSError as error:
            parser.error(f"--port {arguments.port}: {error.strerror}: choose another, or 0 for a free one")
        stack.enter_context(portal)
        try:
            for script in arguments.edit:
                run(portal.editor, script)
        except ValueError as error:
            parser.error(str(error))
        print(portal.url, flush=True)
        stop.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
