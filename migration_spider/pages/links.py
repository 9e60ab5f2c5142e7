"""What the links of a line lead to: a file of the item, another story of the site, a term.

Files are those that an item offers in its file field; links to files in running text are links. Editors put lines that
lead to another story ("Read also: ...") or to terms, or name the owner of a picture, between the paragraphs of a text,
but they do not belong to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any
from urllib.parse import unquote, urlsplit

from migration_spider.items import Attachment
from migration_spider.pages.class_words import FILE, RIGHTS
from migration_spider.pages.outline import Block, Line, ancestors, local_name
from migration_spider.pages.words import asks_to_read
from migration_spider.text import Remembered, absolute, fold, path_of, text_in, word_set
from migration_spider.vocabularies import key, label_kind, phrases

EXTENSIONS = word_set(
    "pdf doc docx dot dotx rtf odt xls xlsx xlsm ods csv tsv ppt pptx pps ppsx odp zip 7z rar epub txt "
    "mp3 mp4 jpg jpeg png gif webp svg"
)
_PICTURES = word_set("jpg jpeg png gif webp svg")
_SIZE = re.compile(r"\(\s*[\d.,]+\s*(?:bytes|octets|[KMG]i?[Bo])\s*\)", re.IGNORECASE)
_SIZE_ALONE = re.compile(r"[\d.,]+\s*(?:bytes|octets|[KMG]i?[Bo])", re.IGNORECASE)
_ITEMS = word_set("td th li dt dd h1 h2 h3 h4 h5 h6")
# Pages of terms, to which tags under a text link.
_TERM = re.compile(
    r"/(?:tags?|taxonomy|topics?|temas?|keywords?|categor(?:y|ies|ias?|ie)|themen?|themes?|etiquetas?|schlagwort\w*)(?:/|$|\?)",
    re.IGNORECASE,
)
_PAGE_TYPE = re.compile(r"text/html|application/(?:xhtml|rss|atom)")
_HAS_EXTENSION = Remembered(lambda url: path_of(url).rpartition("/")[2].rpartition(".")[2].lower() in EXTENSIONS)


def is_picture(url: str) -> bool:
    return path_of(url).rpartition(".")[2].lower() in _PICTURES


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
            title = text_in(link) or fold(link.get("title")) or None
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
    if is_picture(url) and any(local_name(child) == "img" for child in link.iter()):
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
    linked = sum(len(text_in(link)) for link in links)
    return len(_SIZE.sub("", line.text)) - linked > max(40, linked)


def is_rights(line: Line) -> bool:
    """Whether ``line`` is in an element for the credit of a picture or the licence of the text."""
    return len(line.text) < 400 and any(RIGHTS[block.classes] for block in islice(ancestors(line), 2))


def leads_to_story(line: Line, base_url: str) -> bool:
    """Whether ``line`` contains only a link to a page of the site, besides words that ask to read it."""
    rest = len(line.text) - asks_to_read(line.text)
    if rest == 0 or not line.has_link or line.linked < 0.8 * rest:
        return False
    links = [piece.link.get("href") for piece in line.pieces if piece.link is not None]
    return bool(links) and all(_is_of_site(href, base_url) for href in links)


def stories(lines: list[Line], asking: set[Line], base_url: str) -> set[Line]:
    """Return the lines of ``asking`` right above links to pages of the site, and these links."""
    found: set[Line] = set()
    above: Line | None = None
    for line in lines:
        if line in asking:
            above = line
        elif above is not None and leads_to_story(line, base_url) and not offers_file(line, base_url):
            found.update((above, line))
        else:
            above = None
    return found


def is_no_item(line: Line) -> bool:
    """Whether ``line`` is no cell, item or heading: a table may have a column of photographs."""
    return line.parent.tag not in _ITEMS


def _is_of_site(href: str | None, base_url: str) -> bool:
    url = absolute(base_url, href)
    return url is not None and _site(url) == _site(base_url)


def _site(url: str) -> list[str]:
    """Return the last two parts of the name of a host."""
    return (urlsplit(url).hostname or "").split(".")[-2:]


def lists_links(line: Line) -> bool:
    """Whether ``line`` is words with a colon, followed by links only: "Filed under: Boats, Piers"."""
    pieces = [piece for piece in line.pieces if piece.text.strip()]
    is_headed = pieces[:1] != [] and pieces[0].link is None and pieces[0].text.rstrip().endswith((":", "："))
    return is_headed and all(piece.link is not None or len(piece.text.strip()) < 4 for piece in pieces[1:])


def leads_to_term(link: Any) -> bool:
    """Whether an ``<a>`` leads to the page of a term, as the tags under a text do."""
    return link.get("rel") == "tag" or _TERM.search(path_of(link.get("href") or "")) is not None
