"""The targeted spider through warcprox, which writes the WARC: both, from the start to the end of both.

python through_warcprox.py WARCPROX_PYTHON SCRAPY_PYTHON URLS FOLDER
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

# It refuses addresses of this machine, and has no option for that.
WARCPROX = """
import warcprox.main, warcprox.warcproxy
warcprox.warcproxy.WarcProxyHandler.allow_localhost = True
warcprox.main.main()
"""

PATIENCE = 60
"""Seconds until the proxy must listen."""


def address_in(log: Path, proxy: subprocess.Popen[bytes]) -> str:
    """Where the proxy says that it listens."""
    for _ in range(PATIENCE * 20):
        if found := re.search(r"listening on (\S+:\d+)", log.read_text(encoding="utf-8")):
            return found[1]
        if proxy.poll() is not None:
            break
        time.sleep(0.05)
    raise SystemExit(f"warcprox did not start:\n{log.read_text(encoding='utf-8')}")


def main() -> None:
    warcprox, scrapy, urls, folder = sys.argv[1:]
    words = [warcprox, "-c", WARCPROX, "--port", "0", "--address", "127.0.0.1", "--gzip", "--dir", "warc"]
    words += [
        "--stats-db-file",
        "/dev/null",
        "--dedup-db-file",
        "dedup.sqlite",
        "--cacert",
        "ca.pem",
        "--certs-dir",
        "ca",
    ]
    log = Path(folder, "warcprox.log")
    with log.open("wb") as output, subprocess.Popen(words, cwd=folder, stdout=output, stderr=output) as proxy:
        try:
            spider = [scrapy, "-m", "scrapy", "runspider", Path(__file__).with_name("targeted.py")]
            subprocess.run(
                [*spider, "-a", f"urls={urls}", "-O", "items.jsonl"],
                cwd=folder,
                env={**os.environ, "http_proxy": f"http://{address_in(log, proxy)}"},
                check=True,
            )
        finally:
            proxy.terminate()
    log.unlink()
    if not any(Path(folder, "warc").glob("*.warc.gz")):
        raise SystemExit("warcprox wrote nothing")


if __name__ == "__main__":
    main()
