"""Files that an item offers in its file field; links to files in running text are links."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote

from migration_spider.items import Attachment
from migration_spider.pages.class_words import FILE
from migration_spider.pages.outline import Block, Line, ancestors, local_name
from migration_spider.pages.text import Remembered, absolute, fold, path_of, word_set
from migration_spider.vocabularies import key, label_kind, phrases

EXTENSIONS = word_set(
    "pdf doc docx dot dotx rtf odt xls xlsx xlsm ods csv tsv ppt pptx pps ppsx odp zip 7z rar epub txt "
    "mp3 mp4 jpg jpeg png gif webp svg"
)
_PICTURES = word_set("jpg jpeg png gif webp svg")
_SIZE = re.compile(r"\(\s*[\d.,]+\s*(?:bytes|octets|[KMG]i?[Bo])\s*\)", re.IGNORECASE)
_SIZE_ALONE = re.compile(r"[\d.,]+\s*(?:bytes|octets|[KMG]i?[Bo])", re.IGNORECASE)
_PAGE_TYPE = re.compile(r"text/html|application/(?:xhtml|rss|atom)")
_HAS_EXTENSION = Remembered(lambda url: path_of(url).rpartition("/")[2].rpartition(".")[2].lower() in EXTENSIONS)


def is_file(url: str, media_type: str | None = None) -> bool:
    """Whether a link leads to a file: by the extension of its path or the type that the link states."""
    return _HAS_EXTENSION[url] or (bool(media_type) and not _PAGE_TYPE.match(media_type or ""))


def file_lines(top: Block, base_url: str) -> list[Line]:
    """Return the lines that print a file field: marked by class, by a printed size, or by a label above."""
    found = []
    above = ""
    for line in top.lines():
        files = [link for link in links_of(line) if _url(link, base_url) is not None] if line.has_link else []
        if files and (_labels_files(above) or _SIZE.search(line.text) or _marked(line, files)):
            if not _in_sentence(line, files):
                found.append(line)
        else:
            above = line.text
    return found


def tables_of_files(top: Block, base_url: str) -> list[Block]:
    """Return tables outside body fields with only files and their sizes, as Drupal prints the files of a node."""
    return [
        table for table in top.blocks() if table.tag == "table" and not table.in_body and _is_of_files(table, base_url)
    ]


def _is_of_files(table: Block, base_url: str) -> bool:
    cells = [[line for line in cell.lines() if line.text] for cell in table.blocks() if cell.tag == "td"]
    names, sizes = cells[::2], cells[1::2]
    return (
        0 < len(names) == len(sizes)
        and all(len(size) == 1 and _SIZE_ALONE.fullmatch(size[0].text) for size in sizes)
        and all(name and offers_file(name[0], base_url) for name in names)
    )


def _labels_files(text: str) -> bool:
    return label_kind(text) == "file" or key(text) in phrases("file_headings")


def attachments(lines: Iterable[Line], base_url: str) -> list[Attachment]:
    """Return the files linked from ``lines``, each URL once, without size and digest."""
    found: dict[str, Attachment] = {}
    for line in lines:
        for link in links_of(line):
            url = _url(link, base_url)
            if url is None:
                continue
            title = fold("".join(link.itertext())) or fold(link.get("title")) or None
            found.setdefault(
                url,
                Attachment(
                    url=url,
                    filename=unquote(path_of(url).rpartition("/")[2]),
                    title=title,
                    media_type=_media_type(link),
                ),
            )
    return list(found.values())


def offers_file(line: Line, base_url: str) -> bool:
    """Whether ``line`` contains only links to files, maybe with their sizes."""
    links = [link for link in links_of(line) if _url(link, base_url) is not None]
    return bool(links) and not _in_sentence(line, links)


def links_of(line: Line) -> Iterator[Any]:
    return iter(dict.fromkeys(piece.link for piece in line.pieces if piece.link is not None) if line.has_link else ())


def _url(link: Any, base_url: str) -> str | None:
    url = absolute(base_url, link.get("href"))
    if url is None or not is_file(url, _media_type(link)):
        return None
    # A picture that links to its large copy is an image of the article.
    if path_of(url).rpartition(".")[2].lower() in _PICTURES and any(
        local_name(child) == "img" for child in link.iter()
    ):
        return None
    return url.partition("#")[0]


def _media_type(link: Any) -> str | None:
    if not (stated := link.get("type")):
        return None
    stated = stated.split(";")[0].strip().lower()
    return stated if re.fullmatch(r"[\w.+-]+/[\w.+-]+", stated) else None


def _marked(line: Line, links: list[Any]) -> bool:
    if any(_media_type(link) or FILE[link.get("class") or ""] for link in links):
        return True
    if any(FILE[element.get("class") or ""] for piece in line.pieces for element in piece.path):
        return True
    return any(FILE[block.classes] for block, _ in zip(ancestors(line), range(4), strict=False))


def _in_sentence(line: Line, links: list[Any]) -> bool:
    """Whether the links are part of a longer text."""
    linked = sum(len(fold("".join(link.itertext()))) for link in links)
    return len(_SIZE.sub("", line.text)) - linked > max(40, linked)
