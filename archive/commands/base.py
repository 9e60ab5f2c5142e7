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
from archive.commands.output import error_text, forgive, printing
from archive.errors import ArchiveError

if TYPE_CHECKING:
    from archive.cdxj import WarcFile


def archive_directory(settings: Any) -> Path:
    """Return the project's folder of WARC files, ``ARCHIVE_DIR``.

    Raises:
        UsageError: it is not set, or the folder does not exist.
    """
    from archive.capture.settings import expand

    if not settings.get("ARCHIVE_DIR"):
        raise UsageError("name the WARC files, or say where the archive is: -s ARCHIVE_DIR=DIR")
    path = Path(expand(settings, str(settings["ARCHIVE_DIR"])))
    if not path.is_dir():
        raise UsageError(f"{path}: there is no such folder; name the WARC files, or set ARCHIVE_DIR")
    return path


def named_archive(paths: list[str]) -> list[WarcFile]:
    """Return the WARC files ``paths``, and those in the folders among ``paths``.

    Raises:
        UsageError: one does not exist, or is neither a file nor a folder.
    """
    from archive.cdxj import named_files
    from archive.disk import oddity

    for path in map(Path, paths):
        if not path.exists():
            raise UsageError(f"{path}: there is no such file or folder", print_help=False)
        if not path.is_dir() and (problem := oddity(path)):
            raise UsageError(f"{path} {problem}", print_help=False)
    return named_files(paths)


def named_file(option: str, name: str | None) -> Path | None:
    """Return the input file of ``option``; None if the option is not given.

    Raises:
        UsageError: it does not exist, is not a regular file, or cannot be read.
    """
    from archive.disk import oddity

    if name is None:
        return None
    path = Path(name)
    if problem := oddity(path):
        raise UsageError(f"{option}: {path} {problem}", print_help=False)
    if not path.is_file():
        raise UsageError(f"{option}: {path}: there is no such file", print_help=False)
    if not os.access(path, os.R_OK):
        raise UsageError(f"{option}: {path}: this user cannot read it", print_help=False)
    return path


def named_output(option: str, name: str | Path) -> Path:
    """Check the output file of ``option``, before the work, which may take hours, and return it.

    Raises:
        UsageError: it is a folder.
        OSError: it cannot be created.
    """
    from archive.disk import oddity, require_creatable

    path = Path(name)
    # Devices and pipes are allowed.
    if path.is_dir() and (problem := oddity(path)):
        raise UsageError(f"{option}: {path} {problem}", print_help=False)
    require_creatable(path)
    return path


def refuse_options(args: list[str]) -> None:
    """Raise UsageError for unknown options: Scrapy passes them on as arguments, as if they were file names.

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
    """A command of a Scrapy project that rejects unknown options."""

    requires_project = True

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        refuse_options(args)
        super().process_options(args, opts)


class ArchiveCommand(Tool):
    """A command for archives. Subclasses define `execute`, which returns the exit code."""

    requires_project = False

    @abstractmethod
    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        """Do the work. Errors of the archive and the disk are printed in one line and end with exit code 1."""

    @partial(printing, unread=1)
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        forgive("backslashreplace")  # File names may not be valid text.
        try:
            refuse_options(args)
            self.exitcode = self.execute(args, opts)
        except UsageError as error:
            # Printed here in one line: Scrapy would print the complete help.
            self.fail(f"{error}; see --help", 2)
        except ArchiveError as error:
            self.fail(str(error))
        except BrokenPipeError:
            raise
        except OSError as error:
            self.fail(error_text(error))

    def fail(self, problem: str, code: int = 1) -> None:
        """Print ``problem`` to standard error, and set the exit code of the command."""
        name = type(self).__module__.rpartition(".")[2].replace("_", "-")
        print(f"scrapy {name}: error: {problem}", file=sys.stderr)
        self.exitcode = code
