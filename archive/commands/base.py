"""Shared by the commands: the location of the archive, one line per error, progress."""

from __future__ import annotations

import argparse
import os
import sys
from abc import abstractmethod
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from archive.commands.help import HelpFormatter
from archive.commands.output import forgive, printing, told
from archive.errors import ArchiveError

if TYPE_CHECKING:
    from archive.cdxj import WarcFile


def archive_directory(settings: Any) -> Path:
    """Return the project's folder of WARC files, ``ARCHIVE_DIR``.

    Raises:
        UsageError: it is not set, or the folder is not there.
    """
    from archive.capture.settings import expand

    if not settings.get("ARCHIVE_DIR"):
        raise UsageError("name the WARC files, or say where the archive is: -s ARCHIVE_DIR=DIR")
    path = Path(expand(settings, str(settings["ARCHIVE_DIR"])))
    if not path.is_dir():
        raise UsageError(f"{path}: there is no such folder; name the WARC files, or set ARCHIVE_DIR")
    return path


def named_archive(paths: list[str]) -> list[WarcFile]:
    """Return the WARC files that are named, and those in folders that are named.

    Raises:
        UsageError: one is not there, or is neither a file nor a folder.
    """
    from archive.cdxj import named_files
    from archive.disk import oddity

    for path in map(Path, paths):
        if not path.exists():
            raise UsageError(f"{path}: there is no such file or folder", print_help=False)
        if not path.is_dir() and (odd := oddity(path)):
            raise UsageError(f"{path} {odd}", print_help=False)
    return named_files(paths)


def named_file(option: str, name: str | None) -> Path | None:
    """Return the file that ``option`` names to be read; None where it is not given.

    Raises:
        UsageError: it is not there, or is no file.
    """
    from archive.disk import oddity

    if name is None:
        return None
    path = Path(name)
    if odd := oddity(path):
        raise UsageError(f"{option}: {path} {odd}", print_help=False)
    if not path.is_file():
        raise UsageError(f"{option}: {path}: there is no such file", print_help=False)
    if not os.access(path, os.R_OK):
        raise UsageError(f"{option}: {path}: this user cannot read it", print_help=False)
    return path


def named_output(option: str, name: str | Path) -> Path:
    """Return the file to write, of ``option``: before the work, which may take hours.

    Raises:
        UsageError: it is a folder.
        OSError: it cannot be made.
    """
    from archive.disk import oddity, require_creatable

    path = Path(name)
    # A device or pipe is written as it is.
    if path.is_dir() and (odd := oddity(path)):
        raise UsageError(f"{option}: {path} {odd}", print_help=False)
    require_creatable(path)
    return path


def refuse_options(args: list[str]) -> None:
    """Scrapy hands unknown options on as arguments, where they would be taken for names of files.

    Raises:
        UsageError: one of ``args`` is an option.
    """
    for argument in args:
        if argument.startswith("-") and argument != "-":
            raise UsageError(f"unknown option {argument}", print_help=False)


class Tool(ScrapyCommand):
    """A command with examples at the end of its ``--help``."""

    requires_crawler_process = False
    examples = ""
    """One per line, indented."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.formatter_class = HelpFormatter
        parser.epilog = "examples:\n" + self.examples


class ProjectCommand(Tool):
    """A command of a Scrapy project that refuses options which it does not have."""

    requires_project = True

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        refuse_options(args)
        super().process_options(args, opts)


class ArchiveCommand(Tool):
    """A command on archives. Subclasses define `execute`, which returns the exit code."""

    requires_project = False

    @abstractmethod
    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        """Do the work; errors of the archive and of the disk are told in one line and end with exit code 1."""

    @partial(printing, unread=1)
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        forgive("backslashreplace")  # The name of a file need not be text.
        try:
            refuse_options(args)
            self.exitcode = self.execute(args, opts)
        except UsageError as error:
            # Told here, in one line: Scrapy would print the whole help.
            self.fail(f"{error}; see --help", 2)
        except ArchiveError as error:
            self.fail(str(error))
        except BrokenPipeError:
            raise
        except OSError as error:
            self.fail(told(error))

    def fail(self, problem: str, code: int = 1) -> None:
        """Tell ``problem`` on standard error; the command will end with exit code ``code``."""
        name = type(self).__module__.rpartition(".")[2].replace("_", "-")
        print(f"scrapy {name}: error: {problem}", file=sys.stderr)
        self.exitcode = code
