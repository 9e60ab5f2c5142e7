"""Ids, file names and the digest that decides what "changed" means."""

from dataclasses import replace
from hashlib import sha256

import pytest

from migration_spider.items import Attachment, Entry, NewsItem, Term, Value
from migration_spider.normalize.identity import content_sha256, filename, item_id

ITEM = NewsItem(
    url="https://portal.example/es/node/7756",
    title="A title",
    body_text="A body.",
    metadata=[Entry(label="Tema transversal", values=[Value(text="Human rights", url="https://portal.example/t/1")])],
    attachments=[
        Attachment(url="https://portal.example/files/a%20b.pdf?itok=1", filename="a b.pdf", title="View", sha256="00")
    ],
)


def test_an_id_is_the_node_and_the_language():
    assert item_id(7756, "https://portal.example/es/node/7756", "es") == "7756@es"
    assert item_id(0, "https://portal.example/", "zh-hant") == "0@zh-hant"
    assert item_id(7756, "https://portal.example/", "") == "7756@und"


def test_without_a_node_the_url_stands_for_it():
    url = "https://portal.example/some-news"
    assert item_id(None, url, "en") == f"{sha256(url.encode()).hexdigest()[:16]}@en"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://portal.example/sites/f/report.pdf", "report.pdf"),
        ("https://portal.example/sites/f/report%20final%20(1).pdf?v=2#page=3", "report final (1).pdf"),
        ("/files/r%C3%A9sum%C3%A9.docx", "résumé.docx"),
        ("https://portal.example/f/a%2Fb%5Cc%0D.pdf", "a_b_c_.pdf"),
        ("https://portal.example/f/x%2f..%2f..%2fetc%2fcron.d%2fjob.pdf", "x_.._.._etc_cron.d_job.pdf"),
        ("https://portal.example/f/%2e%2e", ""),
        ("https://portal.example/f/..%5c..%5cboat.pdf%20.%20", ".._.._boat.pdf"),
        ("https://portal.example/f/boat%00%1b%5b2J%c2%9b.pdf", "boat_[2J_.pdf"),
        ("https://portal.example/f/boat%e2%80%aefdp.exe", "boat_fdp.exe"),
        ("https://portal.example/f/C:boat.pdf", "C_boat.pdf"),
        ("https://portal.example/f/con.pdf", "_con.pdf"),
        ("https://portal.example/f/LPT1", "_LPT1"),
        ("https://portal.example/f/consent.pdf", "consent.pdf"),
        ("https://portal.example/f/.htaccess", ".htaccess"),
        ("https://portal.example/f/" + "%C3%A9" * 200 + ".pdf", "é" * 125 + ".pdf"),
        ("https://portal.example/", ""),
        ("https://portal.example", ""),
        ("http://[oops/file.pdf?x", "file.pdf"),
    ],
)
def test_filename(url, expected):
    assert filename(url) == expected


def test_the_digest_is_that_of_the_documented_json():
    canonical = (
        '{"attachments":[["/files/a b.pdf","View","00"]],"body_text":"A body.",'
        '"metadata":[["Tema transversal",["Human rights"]]],"title":"A title"}'
    )
    assert content_sha256(ITEM) == sha256(canonical.encode()).hexdigest()


@pytest.mark.parametrize(
    "noise",
    [
        {"url": "http://127.0.0.1:8010/es/node/7756"},
        {"publication_date": "2022-03-04", "site_profile": "00" * 32, "problems": ["date-order-assumed"]},
        {"body_html": "<p>other markup</p>"},
        {"material_type": [Term(raw="News", id="news", label="News")]},
        {"fetched_at": "2024-01-01T00:00:00Z"},
        {"problems": ["date-unparsed"]},
        {
            "metadata": [
                Entry(label="Tema transversal", values=[Value(text="Human rights", url="http://other.example/t/9")])
            ]
        },
        {
            "attachments": [
                Attachment(
                    url="http://other.example/files/a b.pdf?itok=2", filename="x", title="View", sha256="00", size=9
                )
            ]
        },
    ],
)
def test_noise_does_not_change_the_digest(noise):
    assert content_sha256(replace(ITEM, **noise)) == content_sha256(ITEM)


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Another title"},
        {"body_text": "Another body."},
        {"metadata": []},
        {"metadata": [Entry(label="Tema", values=[Value(text="Human rights")])]},
        {"metadata": [Entry(label="Tema transversal", values=[Value(text="Human"), Value(text="rights")])]},
        {"attachments": []},
        {"attachments": [replace(ITEM.attachments[0], sha256="01")]},
        {"attachments": [replace(ITEM.attachments[0], url="https://portal.example/files/c.pdf")]},
        {"attachments": [replace(ITEM.attachments[0], title="Download")]},
    ],
)
def test_every_part_of_the_content_changes_the_digest(change):
    assert content_sha256(replace(ITEM, **change)) != content_sha256(ITEM)
