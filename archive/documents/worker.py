"""The separate process that reads documents for `archive.documents.Reader`. If a document crashes it, only this
process ends.

It runs as a script, so that no other module of the project is imported. It gets the limits as JSON. For each line of
standard input (kind and path of a document) it writes a line with title, pages, text and problem.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from typing import Any

Content = dict[str, Any]

_PASSWORD = 4  # FPDF_ERR_PASSWORD of fpdfview.h
_WORDS = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SIGNS = {f"{_WORDS}tab": "\t", f"{_WORDS}br": "\n", f"{_WORDS}cr": "\n", f"{_WORDS}noBreakHyphen": "-"}


def read_pdf(path: str, limits: dict[str, int]) -> Content:
    """Return the text of a PDF file, page by page."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD or "password" in str(error).lower():
            return {"problem": "encrypted"}
        raise
    with closing(document):
        pages = len(document)
        text, is_complete = _up_to(_pages(document, min(pages, limits["pages"])), limits["characters"])
        title = document.get_metadata_dict().get("Title")
    is_complete = is_complete and pages <= limits["pages"]
    return {"title": title, "pages": pages, "text": text, "problem": None if is_complete else "cut-off"}


def _pages(document: Any, count: int) -> Iterator[str]:
    for number in range(count):
        page = document[number]
        text_page = page.get_textpage()
        text = text_page.get_text_bounded()
        # Join words that are hyphenated at the end of a line; PDFium marks them.
        yield text.replace("\r\n", "\n").replace("\ufffe\n", "").replace("\x02\n", "").replace("\ufffe", "") + "\n\n"
        text_page.close()
        page.close()


def read_zip(path: str, limits: dict[str, int]) -> Content:
    """Return the text of a Word document (ECMA-376) by paragraphs, with text boxes and tables in their places."""
    import docx
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.exceptions import PackageNotFoundError

    try:
        document = docx.Document(path)
    except PackageNotFoundError:
        raise
    except ValueError:
        return {"problem": "other-kind"}  # a spreadsheet, slides
    text, is_complete = _up_to(_paragraphs(document.element.body), limits["characters"])
    # If it has no properties, the library would invent some, with a title.
    has_title = any(
        relation.reltype == RELATIONSHIP_TYPE.CORE_PROPERTIES for relation in document.part.package.rels.values()
    )
    title = document.core_properties.title if has_title else None
    return {"title": title, "text": text, "problem": None if is_complete else "cut-off"}


def _paragraphs(body: Any) -> Iterator[str]:
    stack = [body]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            yield node
        elif node.tag == f"{_WORDS}t":
            yield node.text or ""
        elif node.tag in _SIGNS:
            yield _SIGNS[node.tag]
        elif node.tag != _FALLBACK:  # its alternative is in the document, too
            if node.tag == f"{_WORDS}p":
                stack.append("\n")
            stack.extend(reversed(node))


def _up_to(pieces: Iterator[str], most: int) -> tuple[str, bool]:
    """Return the joined ``pieces``, up to ``most`` characters, and whether that is all."""
    parts: list[str] = []
    size = 0
    for piece in pieces:
        parts.append(piece)
        size += len(piece)
        if size > most:
            return "".join(parts)[:most], False
    return "".join(parts), True


READERS: dict[str, Callable[[str, dict[str, int]], Content]] = {"pdf": read_pdf, "zip": read_zip}


def _limit(limits: dict[str, int]) -> None:
    """Set the limits that the system enforces, before any document is read."""
    import resource

    for name, value in (("RLIMIT_AS", limits["memory"]), ("RLIMIT_FSIZE", 0), ("RLIMIT_CORE", 0)):
        with suppress(ValueError, OSError, AttributeError):  # not on every system
            resource.setrlimit(getattr(resource, name), (value, value))


def _limit_time(seconds: int) -> None:
    """Set the limit of CPU time, in seconds from now."""
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + 1 + seconds
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def main() -> None:
    """Process requests until the end of the input."""
    limits = json.loads(sys.argv[1])
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="replace")
    # Libraries may print to standard output.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    _limit(limits)
    for line in sys.stdin:
        request = json.loads(line)
        _limit_time(limits["seconds"])
        try:
            content = READERS[request["kind"]](request["path"], limits)
        except (MemoryError, RecursionError):
            content = {"problem": "too-costly"}
        except Exception:  # noqa: BLE001 - the libraries have no error of their own for all that a file may have
            content = {"problem": "broken"}
        answers.write(json.dumps(content) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
