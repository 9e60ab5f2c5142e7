"""The feed of changes is Atom whatever stands in the records, and its ids last."""

from xml.etree import ElementTree as Tree

from archive.dataset.feed import MOST_CHARACTERS, MOST_ENTRIES, Entry, atom

ATOM = "{http://www.w3.org/2005/Atom}"
ABOUT = {"source": "https://example.org", "title": "Notes", "author": "A & B", "generator": "test"}


def entry(key="1@en", **named):
    values = {"key": key, "version": 1, "what": "changed", "title": "A note", "url": "https://example.org/1"}
    return Entry(**values | {"updated": "2024-05-01T12:00:00Z"} | named)


def read(*entries, updated="2024-06-01T00:00:00Z"):
    return Tree.fromstring(atom(entries, **ABOUT, updated=updated))  # noqa: S314 - made a moment ago


def texts(feed, path):
    return [one.text for one in feed.findall("/".join(ATOM + name for name in path.split("/")))]


def test_an_entry_tells_what_changed():
    told = [{"field": "title", "from": "Old", "to": "New <b>"}]
    feed = read(entry(differences=told, remark="As printed.", language="pt-BR"))
    assert ["Changed. As printed.\ntitle\n- Old\n+ New <b>"] == texts(feed, "entry/content")
    (title,) = feed.findall(f"{ATOM}entry/{ATOM}title")
    assert "pt-BR" == title.get("{http://www.w3.org/XML/1998/namespace}lang")
    assert ["2024-05-01T12:00:00Z"] == texts(feed, "updated") == texts(feed, "entry/updated")
    assert ["A & B"] == texts(feed, "author/name")


def test_ids_last_and_tell_versions_apart():
    ids = texts(read(entry(), entry(version=2), entry("2@en")), "entry/id")
    assert 3 == len(set(ids))
    assert ids[1:2] == texts(read(entry(title="Another", updated="2024-05-02T00:00:00Z", version=2)), "entry/id")
    assert all(one.startswith("urn:uuid:") for one in ids)


def test_an_empty_feed_is_one():
    feed = read()
    assert ["2024-06-01T00:00:00Z"] == texts(feed, "updated")
    assert 1 == len(texts(feed, "id"))


def test_what_no_feed_may_hold():
    feed = read(
        entry(
            title="bell \x07 and \ud800 half", url='https://example.org/a b"<>{}|\\^`ñ[x]%zz', language="not a language"
        ),
        entry("2@en", url="javascript:alert(1)", updated="yesterday", title=""),
    )
    titles = texts(feed, "entry/title")
    assert {"bell \ufffd and \ufffd half", "2@en"} == set(titles)
    links = [link.get("href") for link in feed.findall(f"{ATOM}entry/{ATOM}link")]
    assert ["https://example.org/a%20b%22%3C%3E%7B%7D%7C%5C%5E%60%C3%B1%5Bx%5D%25zz"] == links
    assert {"2024-05-01T12:00:00Z", "2024-06-01T00:00:00Z"} == set(texts(feed, "entry/updated"))


def test_it_has_the_latest_and_no_more():
    many = [entry(f"{n}@en", updated=f"2024-05-01T{n // 60:02}:{n % 60:02}:00Z") for n in range(3 * MOST_ENTRIES)]
    feed = read(*many, entry("0", updated="2024-05-09T00:00:00Z", remark="long " * 9000))
    assert MOST_ENTRIES == len(texts(feed, "entry/id"))
    assert "2024-05-09T00:00:00Z" == texts(feed, "entry/updated")[0] == texts(feed, "updated")[0]
    assert MOST_CHARACTERS == len(texts(feed, "entry/content")[0])
