"""``make release``: the files of a release below ``dist/``, made twice, checked and tried. Nothing is uploaded.

Made of the last commit, not of the folder, with its time as `SOURCE_DATE_EPOCH` (reproducible-builds.org): the same
commit gives the same bytes on every machine with the same Python, setuptools and zlib: build again, and compare.
"""

from __future__ import annotations

import argparse
import ast
import gzip
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import textwrap
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[1]
DISTRIBUTIONS = {"migration_spider": ".", "scrapy_wire_archive": "archive"}
"""Name of a distribution, as files spell it -> its folder."""
LARGEST = 1_500_000
"""Bytes of a file of a release: texts and code of the project, no data of tests."""
STRANGERS = {"tests", "bench", "build", "dist", "data", "__pycache__", ".pyc", ".gz"}


class ReleaseError(Exception):
    """What keeps this commit from being released, and the remedy."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="make release", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="folder of the files; emptied first")
    parser.add_argument("--only", choices=DISTRIBUTIONS, action="append", help="one distribution")
    parser.add_argument("--no-try", action="store_true", help="do not install and run them")
    parser.add_argument(
        "--tag", help="the tag this is for: v and the version, which then has its dated changelog section"
    )
    arguments = parser.parse_args()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # between the lines of what it runs, in a pipe too
    try:
        return release(arguments.out, arguments.only or list(DISTRIBUTIONS), arguments.tag, tried=not arguments.no_try)
    except (ReleaseError, subprocess.CalledProcessError) as error:
        print(f"release: {error}", file=sys.stderr)
        return 1


def release(out: Path, names: list[str], tag: str | None, *, tried: bool) -> int:
    if changed := git("status", "--porcelain", "--untracked-files=no").decode().split():
        print(f"Not committed, so not in the release: {' '.join(changed[1::2])}", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="release-") as folder:
        commit = git("rev-parse", "HEAD").decode().strip()  # another may come while this runs
        epoch = int(git("log", "-1", "--format=%ct", commit))
        source = exported(commit, Path(folder) / "source")
        version = version_of(source)
        check_changelog((source / "CHANGELOG.md").read_text(encoding="utf-8"), version, tag)
        first, second = (built(source, Path(folder) / which, names, epoch) for which in ("first", "second"))
        check_same(first, second)
        for file in sorted(first.iterdir()):
            check_contents(file, version)
        run(sys.executable, "-m", "twine", "check", "--strict", *sorted(first.iterdir()))
        (first / "SHA256SUMS").write_text("".join(sums(first)), encoding="utf-8")
        if tried:
            for name, tries in (("migration_spider", try_project), ("scrapy_wire_archive", try_archive)):
                if name in names:
                    tries(next(first.glob(f"{name}-*.whl")), source / "constraints.txt", Path(folder) / name)
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(first, out)
    for line in (out / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        print(line)
    print(f"Version {version} is in {out}. Nothing was uploaded: docs/release.md says how that is done.")
    return 0


def git(*words: str) -> bytes:
    return subprocess.run(["git", *words], cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout


def run(*words: str | Path, **options: object) -> None:
    subprocess.run(words, check=True, **options)  # type: ignore[call-overload]


def exported(commit: str, folder: Path) -> Path:
    """A commit, as files: what lies in the folder and is not committed is not released."""
    folder.mkdir()
    with tarfile.open(fileobj=io.BytesIO(git("archive", commit))) as packed:
        packed.extractall(folder, filter="data")
    for name in ("tests", "bench", "docs"):  # setuptools would take some of them along, and leave what they read
        shutil.rmtree(folder / name, ignore_errors=True)
    return folder


def version_of(source: Path) -> str:
    for node in ast.parse((source / "archive" / "__init__.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__version__":
            return str(ast.literal_eval(node.value))
    raise ReleaseError("archive/__init__.py has no __version__")


def check_changelog(text: str, version: str, tag: str | None) -> None:
    """The newest section is of this version and dated, or `Unreleased` where nothing is tagged yet."""
    (newest, *_) = re.findall(r"^## (.+)$", text, re.MULTILINE)
    dated = re.fullmatch(rf"{re.escape(version)} - \d{{4}}-\d\d-\d\d", newest)
    if tag and tag != f"v{version}":
        raise ReleaseError(
            f"the tag {tag} is not of version {version}: change __version__ in archive/__init__.py, or the tag"
        )
    if tag and not dated:
        raise ReleaseError(f"CHANGELOG.md begins with '{newest}': name that section '{version} - YYYY-MM-DD'")
    if not dated and newest != "Unreleased":
        raise ReleaseError(f"CHANGELOG.md begins with '{newest}', expected 'Unreleased' or '{version} - YYYY-MM-DD'")


def built(source: Path, out: Path, names: list[str], epoch: int) -> Path:
    """An sdist, and the wheel made of that sdist, of each."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch), "PYTHONHASHSEED": "0", "TZ": "UTC"}
    for name in names:
        copy = Path(shutil.copytree(source, out.with_name(f"{out.name}-{name}")))
        build = (sys.executable, "-m", "build", "--no-isolation", "--outdir", out)
        run(*build, "--sdist", copy / DISTRIBUTIONS[name], env=environment, stdout=subprocess.DEVNULL)
        (sdist,) = out.glob(f"{name}-*.tar.gz")
        settle(sdist, epoch)
        with tarfile.open(sdist) as packed:
            packed.extractall(copy / "unpacked", filter="data")
        (unpacked,) = (copy / "unpacked").iterdir()
        run(*build, "--wheel", unpacked, env=environment, stdout=subprocess.DEVNULL)
    return out


def settle(sdist: Path, epoch: int) -> None:
    """Order, times, owners and modes of an sdist do not tell where it was made; setuptools does so for wheels."""
    with tarfile.open(sdist) as packed:
        members = [(one, file.read() if (file := packed.extractfile(one)) else b"") for one in packed.getmembers()]
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as packed:
        for one, data in sorted(members, key=lambda pair: pair[0].name):
            settled = tarfile.TarInfo(one.name)
            settled.type, settled.size, settled.mtime = one.type, len(data), epoch
            settled.mode = 0o755 if one.isdir() or one.mode & 0o100 else 0o644
            packed.addfile(settled, io.BytesIO(data))
    with sdist.open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=epoch) as packed_file:
        packed_file.write(plain.getvalue())


def sums(folder: Path) -> Iterator[str]:
    for file in sorted(folder.iterdir()):
        if file.name != "SHA256SUMS":
            yield f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n"


def check_same(first: Path, second: Path) -> None:
    if (one := list(sums(first))) != (other := list(sums(second))):
        raise ReleaseError(f"built twice, the files differ:\n{''.join(one)}\n{''.join(other)}")


def sizes_in(file: Path) -> dict[str, int]:
    """Path of each file in a wheel or sdist -> its bytes."""
    if file.suffix == ".whl":
        with zipfile.ZipFile(file) as packed:
            return {one.filename: one.file_size for one in packed.infolist()}
    with tarfile.open(file) as packed_tar:
        return {one.name.partition("/")[2]: one.size for one in packed_tar.getmembers() if one.isfile()}


def check_contents(file: Path, version: str) -> None:
    """A licence, the code, nothing of tests, nothing large, the version in the name."""
    sizes = sizes_in(file)
    paths = [PurePosixPath(name) for name in sizes]
    faults = [f"{name} has {size:,} bytes" for name, size in sizes.items() if size > LARGEST]
    faults += [f"{path} does not belong in it" for path in paths if {*path.parts, path.suffix} & STRANGERS]
    if not any(path.name == "LICENSE" for path in paths):
        faults.append("no LICENSE")
    if not any(path.suffix == ".py" and path.name != "setup.py" for path in paths):
        faults.append("no code")
    if f"-{version}" not in file.name:
        faults.append(f"not of version {version}")
    if faults:
        raise ReleaseError(f"{file.name}: {'; '.join(faults)}")
    print(f"{file.name}: {file.stat().st_size:,} bytes, {len(sizes)} files")


# ---- tried as their users would


def installed(wheel: Path, constraints: Path, folder: Path) -> tuple[Path, dict[str, str]]:
    """An environment with the wheel and what it needs: its commands, and variables that name nothing of ours."""
    venv.create(folder / "venv", with_pip=True)
    commands = folder / "venv" / "bin"
    pip = (commands / "pip", "install", "--quiet", "--disable-pip-version-check", "--constraint", constraints)
    run(*pip, wheel)
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SCRAPY", "MIGRATION_"))
    }
    return commands, kept | {"PATH": f"{commands}:{os.environ['PATH']}"}


def try_project(wheel: Path, constraints: Path, folder: Path) -> None:
    """The project from its wheel, in an empty folder: a crawl of the demo portal, checked, read again, published."""
    commands, environment = installed(wheel, constraints, folder)
    environment["SCRAPY_SETTINGS_MODULE"] = "migration_spider.settings"
    scrapy, here = commands / "scrapy", folder / "empty"
    here.mkdir()
    with portal() as url:
        fast = ("-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False")
        run(scrapy, "crawl", "news", "-a", f"site={url}", *fast, "--loglevel", "WARNING", cwd=here, env=environment)
    stored = (here / "data" / "items" / "news.jsonl").read_bytes()
    if not stored.strip():
        raise ReleaseError("the crawl from the wheel ended well, and without an item")
    run(scrapy, "archive-verify", "data/warc", cwd=here, env=environment)
    run(scrapy, "reparse", "--output", "again.jsonl", cwd=here, env=environment)
    if (here / "again.jsonl").read_bytes() != stored:
        raise ReleaseError("reparse from the wheel gives other items than the crawl did")
    run(scrapy, "publish", cwd=here, env=environment)
    print(f"{wheel.name}: crawled, verified, read again, published")


SPIDER = """
import scrapy

class Plain(scrapy.Spider):
    name = "plain"

    def __init__(self, site, **words):
        super().__init__(**words)
        self.start_urls = [site]

    def parse(self, response):
        assert response.meta["archive"]["file"].endswith(".warc.gz")
        for link in response.css("a[href^='/']::attr(href)").getall():
            yield response.follow(link, self.parse)
"""
SETTINGS = """
BOT_NAME = "plain"
SPIDER_MODULES = ["spiders"]
ADDONS = {"archive.addon.ArchiveAddon": 300}
ARCHIVE_DIR = "warc"
ARCHIVE_EXIT_CODE = 5
CLOSESPIDER_PAGECOUNT = 10
"""


def try_archive(wheel: Path, constraints: Path, folder: Path) -> None:
    """`archive` alone, in somebody's own Scrapy project."""
    commands, environment = installed(wheel, constraints, folder)
    scrapy, here = commands / "scrapy", folder / "plain"
    here.mkdir()
    for name, text in (
        ("scrapy.cfg", "[settings]\ndefault = settings\n"),
        ("settings.py", SETTINGS),
        ("spiders.py", SPIDER),
    ):
        (here / name).write_text(textwrap.dedent(text), encoding="utf-8")
    with portal() as url:
        run(scrapy, "crawl", "plain", "-a", f"site={url}", "--loglevel", "WARNING", cwd=here, env=environment)
    run(scrapy, "archive-verify", "warc", cwd=here, env=environment)
    run(scrapy, "archive-index", "warc", "--output", "index.cdxj", cwd=here, env=environment)
    if (here / "index.cdxj").read_bytes().count(b" {") < 5:
        raise ReleaseError("a crawl with archive alone left fewer than five captures")
    print(f"{wheel.name}: archived a plain spider, verified, indexed")


@contextmanager
def portal() -> Iterator[str]:
    """The demo portal, in a process of its own: nothing of this checkout gets into the commands tried."""
    words = [sys.executable, "-m", "tests.portal", "--nodes", "5"]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield next(iter(process.stdout or ())).strip()
        finally:
            process.terminate()


if __name__ == "__main__":
    sys.exit(main())
