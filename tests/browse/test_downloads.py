"""A selection as a file: the lines of the release, no others, and all of them."""

import csv
import io
import itertools
import json
from datetime import datetime
from xml.etree import ElementTree

import pytest
from lxml import html
from starlette.testclient import TestClient

from migration_spider.browse import downloads
from migration_spider.browse.answering import file_name
from migration_spider.browse.app import application
from migration_spider.browse.collection import Collection
from migration_spider.browse.finding import stories
from migration_spider.browse.lines import line_starts
from migration_spider.browse.links import ServerLinks
from migration_spider.browse.search_page import lines
from migration_spider.browse.selection import Selection

ATOM = "{http://www.w3.org/2005/Atom}"
SELECTIONS = ("", "objective=7", "q=migrants&language=fr", "sort=changed&since=2019&files=yes", "q=nowhereatall")


def selection_of(query):
    return Selection.parse(pair.split("=") for pair in query.split("&") if pair)


def rows(text):
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


@pytest.mark.parametrize("query", SELECTIONS)
def test_the_table_has_the_rows_of_the_release_in_the_order_of_the_list(client, collection, query):
    ids = list(stories(collection, selection_of(query)))
    answer = client.get(f"/stories.csv?{query}")
    whole = {row["id"]: row for row in rows((collection.folder / "stories.csv").read_text("utf-8"))}
    assert [whole[story] for story in ids] == rows(answer.text)
    header = (collection.folder / "stories.csv").read_bytes().splitlines(keepends=True)[0]
    assert answer.content.startswith(header)
    assert "text/csv; charset=utf-8; header=present" == answer.headers["content-type"]


@pytest.mark.parametrize("query", SELECTIONS)
def test_of_items_there_is_a_row_for_each_language(client, collection, query):
    ids = list(stories(collection, selection_of(query)))
    told = [json.loads(line) for line in (collection.folder / "news.jsonl").read_bytes().splitlines()]
    wanted = [item for story in ids for item in told if str(item["node_id"]) == story]
    assert wanted == [json.loads(line) for line in client.get(f"/stories.jsonl?{query}&of=items").text.splitlines()]
    assert [item["id"] for item in wanted] == [
        row["id"] for row in rows(client.get(f"/stories.csv?{query}&of=items").text)
    ]


@pytest.mark.parametrize("query", SELECTIONS)
def test_json_is_one_object_of_the_same_lines_and_says_what_it_is_of(client, collection, query):
    told = client.get(f"/stories.json?{query}").json()
    told_lines = client.get(f"/stories.jsonl?{query}").text.splitlines()
    assert [json.loads(line) for line in told_lines] == told["data"]
    assert len(told["data"]) == told["stories"]
    about = collection.about
    assert (about.name, about.whole, about.complete) == tuple(
        told["collection"][name] for name in ("name", "whole", "complete")
    )


def test_a_file_is_called_by_what_is_in_it(client, collection):
    answer = client.get("/stories.csv?objective=7&place=150")
    name = file_name(collection, selection_of("objective=7&place=150"), "stories", "csv")
    assert name.endswith("-objective-7-place-150.csv")
    assert f'attachment; filename="{name}"' == answer.headers["content-disposition"]
    assert "about>; rel=\"describedby\"; title*=UTF-8''Items%20as%20of" in answer.headers["link"]
    assert file_name(collection, Selection(), "items", "csv").startswith("items-as-of-2")
    # What has no letters of ASCII, or many, is told apart by a digest.
    names = {file_name(collection, Selection(query=word), "stories", "csv") for word in ("移民", "难民", "a" * 400)}
    assert 3 == len(names)
    assert all(one.isascii() and len(one) < 160 and "/" not in one for one in names)


def test_the_lines_for_a_terminal_and_for_python_lead_to_the_same(client, collection):
    selection = Selection.parse([("q", 'l\'asile "a $b"'), ("objective", "7")])
    told = lines("http://127.0.0.1:8017", ServerLinks(), selection)
    address = "http://127.0.0.1:8017/stories.csv?q=l%27asile+%22a+%24b%22&objective=7"
    assert {
        "curl": f"curl -OJ '{address}'",
        "pandas": f"pandas.read_csv('{address}', dtype=str, na_filter=False)",
    } == told


@pytest.mark.parametrize("path", ["/stories.csv", "/stories.json", "/stories.atom", "/v1/stories", "/v1/openapi.json"])
def test_who_has_it_already_is_not_sent_it_again(client, path):
    first = client.get(path)
    tag, date = first.headers["etag"], first.headers["last-modified"]
    known = [{"if-none-match": tag}, {"if-none-match": f'"x", {tag}'}, {"if-modified-since": date}]
    other = [{"if-none-match": '"x"', "if-modified-since": date}, {"if-modified-since": "nonsense"}, {}]
    other += [{"if-modified-since": "Thu, 01 Jan 1998 00:00:00 GMT"}]
    assert [304] * 3 == [client.get(path, headers=headers).status_code for headers in known]
    assert [200] * 4 == [client.get(path, headers=headers).status_code for headers in other]
    assert b"" == client.get(path, headers=known[0]).content


def test_a_feed_tells_what_changed_last(client, collection):
    feed = ElementTree.fromstring(client.get("/stories.atom?language=en").content)  # noqa: S314 - our own
    ids = list(stories(collection, selection_of("language=en&sort=changed")))
    entries = feed.findall(f"{ATOM}entry")
    assert len(ids) == len(entries)
    changed = dict(collection.connect().execute("SELECT story_id, max(last_changed) FROM news GROUP BY 1").fetchall())
    assert sorted((changed[story] for story in ids), reverse=True) == [
        one.findtext(f"{ATOM}updated") for one in entries
    ]
    assert len({one.findtext(f"{ATOM}id") for one in entries}) == len(entries)
    learned = next(one for one in entries if one.findtext(f"{ATOM}title") == "What the harbour learned")
    assert "changed" == learned.find(f"{ATOM}category").get("term")
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert "http://127.0.0.1/stories.atom?language=en" == links["self"]
    assert datetime.fromisoformat(feed.findtext(f"{ATOM}updated").replace("Z", "+00:00"))


def test_a_feed_has_an_end_and_it_is_what_changed_long_ago(client, collection, monkeypatch):
    monkeypatch.setattr(downloads, "MOST_ENTRIES", 1)
    query = f"until={collection.dates[1]}"  # the newest story came with the second harvest
    feed = ElementTree.fromstring(client.get(f"/stories.atom?{query}").content)  # noqa: S314 - our own
    titles = [one.findtext(f"{ATOM}title") for one in feed.findall(f"{ATOM}entry")]
    assert ["What the harbour learned"] == titles
    assert "8836" != next(stories(collection, selection_of(query)))


def test_the_list_leads_to_all_of_its_files(client):
    page = html.fromstring(client.get("/stories?objective=7").text)
    files = [link for link in page.xpath("//section[@aria-labelledby='take']//a/@href") if link.startswith("/stories.")]
    kinds = ["csv", "csv of", "json", "jsonl", "jsonl of", "wacz", "atom"]
    query = "?objective=7"
    assert [
        f"/stories.{kind.replace(' of', '')}{query}{'&of=items' if ' of' in kind else ''}" for kind in kinds
    ] == files
    assert all(200 == client.get(link).status_code for link in files)


@pytest.mark.parametrize("path", ["/stories.csv?of=pages", "/stories.jsonl?since=soon", "/stories.atom?colour=red"])
def test_what_cannot_be_asked_is_a_page_with_a_sentence(client, path):
    answer = client.get(path)
    assert 400 == answer.status_code
    assert "This request is not valid: " in answer.text


def test_lines_of_a_table_may_have_line_ends_of_their_own():
    table = ["a,b\r\n", '1,"two\r\nlines"\r\n', '2,"""quoted"" and\n', 'more"\r\n', "3,x\r\n"]
    whole = "".join(table).encode()
    starts = line_starts(io.BytesIO(whole), quoted=True)
    told = [whole[start:end].decode() for start, end in itertools.pairwise(starts)]
    assert [table[0], table[1], table[2] + table[3], table[4]] == told
    assert [0, 5, 11] == list(line_starts([b'{"\\"\n', b'{"\\"}\n'], quoted=False))


def test_files_of_another_state_are_not_taken_for_those_of_the_collection(collection, tmp_path):
    for name in ("news.sqlite", "datapackage.json", "stories.jsonl"):
        (tmp_path / name).write_bytes((collection.folder / name).read_bytes())
    with (tmp_path / "stories.jsonl").open("ab") as file:
        file.write(b'{"id":"1"}\n')
    other = Collection(tmp_path)
    asks = TestClient(application(lambda: other), base_url="http://127.0.0.1")
    for path in ("/stories.jsonl", "/stories.csv", "/v1/stories"):
        answer = asks.get(path)
        assert 404 == answer.status_code
        assert path[1:].replace("v1/stories", "stories.jsonl") in answer.text
        assert str(tmp_path) not in answer.text
