"""The facts about a release, collected once its records are written. All descriptive files are made from them."""

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
    """The files that hold data, in the order in which the README names them."""

    tables: Sequence[Table]
    """Of the database; the first is that of the records."""

    packages: Sequence[str] = ()
    """File names of packages that hold all WARC files that the release cites."""

    @property
    def stewardship(self) -> Stewardship:
        return self.dataset.stewardship

    @property
    def authors(self) -> Sequence[Author]:
        """Who is cited: where nobody is named, the software that compiled it."""
        return self.stewardship.authors or (Author(name=self.dataset.compiler),)

    @property
    def publisher(self) -> str:
        """Who makes it available: where nobody is named, the authors."""
        return self.stewardship.publisher or "; ".join(author.filed for author in self.authors)

    @property
    def page(self) -> str:
        """The page about the dataset: where none is named that of its DOI, else where its records are from."""
        return self.stewardship.page or self.doi_address or self.dataset.homepage

    @property
    def doi_address(self) -> str:
        """``https://doi.org/...``, or an empty text."""
        return "https://doi.org/" + quote(self.stewardship.doi, safe="/:;().,-_") if self.stewardship.doi else ""

    @property
    def rights(self) -> str:
        """The note on rights, with what the authors allow."""
        return " ".join(part for part in (self.dataset.rights, self.stewardship.licence_note) if part)

    @property
    def folder(self) -> str:
        """Address of the release with a slash at the end; an empty text where it is not known."""
        base = self.stewardship.downloads
        return f"{base}{quote(self.edition.version)}/" if base else ""

    def address(self, path: str) -> str:
        """Where a file of the release is had: relative to the release when its address is not known."""
        return self.folder + quote(path)
