"""The fields of an item as one takes them by hand from the pages of one Drupal theme: as printed, in three libraries.

What is in this folder is run by the Python of a peer's environment, so none of it imports anything of the project.
"""

from __future__ import annotations

from typing import Any

LABELLED = ".field--label-above, .field--label-inline"


def with_parsel(url: str, page: Any) -> dict[str, Any] | None:
    """``page``: a parsel Selector or a response of Scrapy. None: it is no item."""
    article = page.css("article.node--view-mode-full")
    if not article:
        return None
    body = article.css(".field--name-body")
    return {
        "url": url,
        "language": page.css("html::attr(lang)").get(),
        "canonical_url": page.css("link[rel=canonical]::attr(href)").get(),
        "translations": {
            link.attrib["hreflang"]: link.attrib["href"] for link in page.css("link[rel=alternate][hreflang]")
        },
        "title": " ".join("".join(page.css("h1 ::text").getall()).split()),
        "summary": page.css("meta[name=description]::attr(content)").get(),
        "body_text": "".join(body.css("::text").getall()).strip(),
        "body_html": body.get(),
        "date": article.css("time::attr(datetime)").get(),
        "metadata": [
            {
                "label": " ".join(field.css(".field__label::text").getall()).strip(),
                "values": [
                    {"text": "".join(value.css("::text").getall()).strip(), "url": value.css("a::attr(href)").get()}
                    for value in field.css(".field__item")
                ],
            }
            for field in article.css(LABELLED)
        ],
        "attachments": [
            {"url": link.attrib.get("href"), "title": "".join(link.css("::text").getall()).strip()}
            for link in article.css(".file a")
        ],
        "images": [{"url": image.attrib.get("src"), "alt": image.attrib.get("alt")} for image in article.css("img")],
    }


def has(name: str) -> str:
    """XPath of a class."""
    return f"contains(concat(' ', normalize-space(@class), ' '), ' {name} ')"


ARTICLE = f"//article[{has('node--view-mode-full')}]"
BODY = f".//*[{has('field--name-body')}]"
FIELDS = f".//*[{has('field--label-above')} or {has('field--label-inline')}]"
LABEL = f".//*[{has('field__label')}]"
VALUE = f".//*[{has('field__item')}]"
FILE = f".//*[{has('file')}]//a"


def lxml_reader() -> Any:
    """A function as `with_parsel` of (url, an lxml document), its expressions compiled once."""
    from lxml import etree

    article_of, body_of, fields_of, label_of, values_of, files_of, images_of, times_of = map(
        etree.XPath, (ARTICLE, BODY, FIELDS, LABEL, VALUE, FILE, ".//img", ".//time/@datetime")
    )
    head_of = etree.XPath(
        "/html/head/link[@rel='canonical' or @rel='alternate'] | /html/head/meta[@name='description']"
    )
    title_of, link_of = etree.XPath("//h1"), etree.XPath(".//a/@href")
    text_of = etree.XPath("string()")

    def read(url: str, page: Any) -> dict[str, Any] | None:
        articles = article_of(page)
        if not articles:
            return None
        article = articles[0]
        head, translations = {}, {}
        for one in head_of(page):
            if one.tag == "meta":
                head["summary"] = one.get("content")
            elif one.get("rel") == "canonical":
                head["canonical_url"] = one.get("href")
            elif one.get("hreflang"):
                translations[one.get("hreflang")] = one.get("href")
        body, titles, times = body_of(article), title_of(page), times_of(article)
        return {
            "url": url,
            "language": page.get("lang"),
            **head,
            "translations": translations,
            "title": " ".join(text_of(titles[0]).split()) if titles else "",
            "body_text": text_of(body[0]).strip() if body else "",
            "body_html": etree.tostring(body[0], encoding="unicode", method="html", with_tail=False) if body else None,
            "date": times[0] if times else None,
            "metadata": [
                {
                    "label": " ".join(text_of(label).strip() for label in label_of(field)),
                    "values": [
                        {"text": text_of(value).strip(), "url": next(iter(link_of(value)), None)}
                        for value in values_of(field)
                    ],
                }
                for field in fields_of(article)
            ],
            "attachments": [{"url": link.get("href"), "title": text_of(link).strip()} for link in files_of(article)],
            "images": [{"url": image.get("src"), "alt": image.get("alt")} for image in images_of(article)],
        }

    return read


def _attribute(element: Any, name: str) -> str | None:
    return element.getattr(name) if element else None


def with_lexbor(url: str, page: Any) -> dict[str, Any] | None:
    """``page``: a tree of Resiliparse, which is lexbor's."""
    article = page.document.query_selector("article.node--view-mode-full")
    if article is None:
        return None
    body, title = article.query_selector(".field--name-body"), page.document.query_selector("h1")
    canonical = page.head.query_selector("link[rel=canonical]")
    summary, time = page.head.query_selector("meta[name=description]"), article.query_selector("time")
    return {
        "url": url,
        "language": page.document.query_selector("html").getattr("lang"),
        "canonical_url": _attribute(canonical, "href"),
        "translations": {
            link.getattr("hreflang"): link.getattr("href")
            for link in page.head.query_selector_all("link[rel=alternate][hreflang]")
        },
        "title": " ".join(title.text.split()) if title else "",
        "summary": _attribute(summary, "content"),
        "body_text": body.text.strip() if body else "",
        "body_html": body.html if body else None,
        "date": _attribute(time, "datetime"),
        "metadata": [
            {
                "label": " ".join(label.text.strip() for label in field.query_selector_all(".field__label")),
                "values": [
                    {"text": value.text.strip(), "url": _attribute(value.query_selector("a"), "href")}
                    for value in field.query_selector_all(".field__item")
                ],
            }
            for field in article.query_selector_all(LABELLED)
        ],
        "attachments": [
            {"url": link.getattr("href"), "title": link.text.strip()} for link in article.query_selector_all(".file a")
        ],
        "images": [
            {"url": image.getattr("src"), "alt": image.getattr("alt")} for image in article.query_selector_all("img")
        ],
    }
