"""The facts about a release, collected after its records are written. All descriptive files are made from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from archive.dataset.datapackage import Resource
from archive.dataset.description import Dataset
from archive.dataset.edition import Edition
from archive.dataset.stewardship import Author, Stewardship
from archive.dataset.summary import Summary
from archive.dataset.tables import Table


@dataclass(frozen=True, slots=True)
class About:
    """A release, written and counted."""

    dataset: Dataset
    edition: Edition
    summary: Summary
    resources: Sequence[Resource]
    """The data files, in the order in which the README names them."""

    tables: Sequence[Table]
    """The tables of the database; the first contains the records."""

    packages: Sequence[str] = ()
    """File names of the packages that contain all WARC files that the release cites."""

    @property
    def stewardship(self) -> Stewardship:
        return self.dataset.stewardship

    @property
    def authors(self) -> Sequence[Author]:
        """The authors to cite; the software that compiled the dataset if none are named."""
        return self.stewardship.authors or (Author(name=self.dataset.compiler),)

    @property
    def publisher(self) -> str:
        """Who makes the dataset available; the authors if nobody is named."""
        return self.stewardship.publisher or "; ".join(author.filed for author in self.authors)

    @property
    def page(self) -> str:
        """The page about the dataset: the one named, else that of its DOI, else the homepage of the source."""
        return self.stewardship.page or self.doi_address or self.dataset.homepage

    @property
    def doi_address(self) -> str:
        """``https://doi.org/...``, or an empty text."""
        return "https://doi.org/" + quote(self.stewardship.doi, safe="/:;().,-_") if self.stewardship.doi else ""

    @property
    def rights(self) -> str:
        """The note on rights, followed by the licence note of the authors."""
        return " ".join(part for part in (self.dataset.rights, self.stewardship.licence_note) if part)

    @property
    def folder(self) -> str:
        """Address of the release with a slash at the end; empty if it is not known."""
        base = self.stewardship.downloads
        return f"{base}{quote(self.edition.version)}/" if base else ""

    def address(self, path: str) -> str:
        """Return the address of a file of the release; relative to the release if the address of that is not known."""
        return self.folder + quote(path)
