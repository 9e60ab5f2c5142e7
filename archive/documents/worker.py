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

Said = dict[str, Any]

_PASSWORD = 4  # FPDF_ERR_PASSWORD of fpdfview.h
_WORDS = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SIGNS = {f"{_WORDS}tab": "\t", f"{_WORDS}br": "\n", f"{_WORDS}cr": "\n", f"{_WORDS}noBreakHyphen": "-"}


def read_pdf(path: str, limits: dict[str, int]) -> Said:
    """The text of a PDF file, page after page."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD or "password" in str(error).lower():
            return {"problem": "encrypted"}
        raise
    with closing(document):
        pages = len(document)
        text, whole = _up_to(_pages(document, min(pages, limits["pages"])), limits["characters"])
        title = document.get_metadata_dict().get("Title")
    whole = whole and pages <= limits["pages"]
    return {"title": title, "pages": pages, "text": text, "problem": None if whole else "cut-off"}


def _pages(document: Any, count: int) -> Iterator[str]:
    for number in range(count):
        page = document[number]
        text_page = page.get_textpage()
        text = text_page.get_text_bounded()
        # A word that is parted at the end of a line is one word; PDFium marks the place.
        yield text.replace("\r\n", "\n").replace("\ufffe\n", "").replace("\x02\n", "").replace("\ufffe", "") + "\n\n"
        text_page.close()
        page.close()


def read_zip(path: str, limits: dict[str, int]) -> Said:
    """The text of a Word document (ECMA-376), paragraph by paragraph, text boxes and tables where they stand."""
    import docx
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.exceptions import PackageNotFoundError

    try:
        document = docx.Document(path)
    except PackageNotFoundError:
        raise
    except ValueError:
        return {"problem": "other-kind"}  # a spreadsheet, slides
    text, whole = _up_to(_paragraphs(document.element.body), limits["characters"])
    # Where it has none, the library would make properties up, with a title.
    has_title = any(
        relation.reltype == RELATIONSHIP_TYPE.CORE_PROPERTIES for relation in document.part.package.rels.values()
    )
    title = document.core_properties.title if has_title else None
    return {"title": title, "text": text, "problem": None if whole else "cut-off"}


def _paragraphs(body: Any) -> Iterator[str]:
    passed = [body]
    while passed:
        node = passed.pop()
        if isinstance(node, str):
            yield node
        elif node.tag == f"{_WORDS}t":
            yield node.text or ""
        elif node.tag in _SIGNS:
            yield _SIGNS[node.tag]
        elif node.tag != _FALLBACK:  # what it stands in for is there too
            if node.tag == f"{_WORDS}p":
                passed.append("\n")
            passed.extend(reversed(node))


def _up_to(pieces: Iterator[str], most: int) -> tuple[str, bool]:
    """``pieces`` in one, up to ``most`` characters; whether that is all."""
    found: list[str] = []
    size = 0
    for piece in pieces:
        found.append(piece)
        size += len(piece)
        if size > most:
            return "".join(found)[:most], False
    return "".join(found), True


READERS: dict[str, Callable[[str, dict[str, int]], Said]] = {"pdf": read_pdf, "zip": read_zip}


def _limit(limits: dict[str, int]) -> None:
    """Set what the system keeps of the limits, before a document is looked at."""
    import resource

    for name, value in (("RLIMIT_AS", limits["memory"]), ("RLIMIT_FSIZE", 0), ("RLIMIT_CORE", 0)):
        with suppress(ValueError, OSError, AttributeError):  # not on every system
            resource.setrlimit(getattr(resource, name), (value, value))


def _limit_time(seconds: int) -> None:
    """So many seconds of the processor from now on."""
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + 1 + seconds
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def main() -> None:
    """Answer until the input ends."""
    limits = json.loads(sys.argv[1])
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="replace")
    # Libraries may print.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    _limit(limits)
    for line in sys.stdin:
        asked = json.loads(line)
        _limit_time(limits["seconds"])
        try:
            said = READERS[asked["kind"]](asked["path"], limits)
        except (MemoryError, RecursionError):
            said = {"problem": "too-costly"}
        except Exception:  # noqa: BLE001 - the libraries have no error of their own for all that a file may have
            said = {"problem": "broken"}
        answers.write(json.dumps(said) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
