"""What `deploy/` and its pages ship, read once."""

from __future__ import annotations

from tests.crawling import ROOT

DEPLOY = ROOT / "deploy"
FILES = {
    str(file.relative_to(ROOT)): file.read_text(encoding="utf-8")
    for file in sorted([*DEPLOY.rglob("*"), *(ROOT / "docs").glob("deploy*.md")])
    if file.is_file()
}
HOME = "/opt/migration-spider"
"""Where the files in deploy/ expect the project."""


def cron_command(name: str) -> str:
    """The command of the only line of a file for /etc/cron.d."""
    lines = [line for line in FILES[name].splitlines() if line and not line.startswith("#") and "=" not in line[:20]]
    (line,) = lines
    return line.split(maxsplit=6)[6]
