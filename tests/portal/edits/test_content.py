"""Edits of what an item says: its text, fields, title, files; and what they leave alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from email.utils import parsedate_to_datetime
from hashlib import sha256

import pytest

from tests.portal import Portal
from tests.portal.client import get
from tests.portal.editor import FIELDS
from tests.portal.edits.checks import (
    ENGLISH,
    SPANISH,
    check_lists,
    check_truth,
    contents,
    listed,
    location,
    record,
    sitemap,
    with_file,
)

FALLBACKS = {f"/{language}/node/7756" for language in ("fr", "ar", "ru", "zh-hant")}


TOUCHING: list[tuple[str, Callable[[Portal], object], set[str]]] = [
    ("edit the source", lambda p: p.editor.edit(7756, "en"), {ENGLISH} | FALLBACKS),
    ("edit a translation", lambda p: p.editor.edit(7756, "es"), {SPANISH}),
    ("a field of one language", lambda p: p.editor.edit_field(7756, "es", "objectives", 5), {SPANISH}),
    ("a field of all", lambda p: p.editor.edit_field(7756, None, "objectives", 5), {ENGLISH, SPANISH} | FALLBACKS),
    ("a field emptied", lambda p: p.editor.clear_field(7756, "en", "scope"), {ENGLISH} | FALLBACKS),
    ("a title", lambda p: p.editor.retitle(7756, "es", "Otro"), {SPANISH}),
    ("nothing", lambda p: p.editor.touch(7756), set()),
    ("a file of the same size", lambda p: p.editor.replace_file(with_file(p)), set()),
    ("another item", lambda p: p.editor.add("news", ("en", "fr")), set()),
    ("out of the lists", lambda p: p.editor.place(7756, listings=False, sitemap=False), set()),
    ("the template", lambda p: p.editor.restyle(), set()),
    ("robots.txt", lambda p: p.editor.robots("/hub"), set()),
    ("unpublished", lambda p: p.editor.unpublish(7756), {ENGLISH, SPANISH} | FALLBACKS),
]


@pytest.mark.parametrize(("edit", "changed"), [row[1:] for row in TOUCHING], ids=[row[0] for row in TOUCHING])
def test_an_edit_changes_the_content_of_its_own_pages_only(portal: Portal, edit, changed: set[str]) -> None:
    before = contents(portal)
    edit(portal)
    after = contents(portal)
    assert changed == {target for target in before if after.get(target) != before[target]}
    check_truth(portal)
    check_lists(portal)


SAVES = [row for row in TOUCHING if row[0] != "robots.txt"]


@pytest.mark.parametrize("edit", [row[1] for row in SAVES], ids=[row[0] for row in SAVES])
def test_saving_drops_the_cached_copy_of_every_page(portal: Portal, edit) -> None:
    targets = ["/about", "/news", "/fr/node/11410", "/rss.xml", "/sitemap.xml?page=2"]
    before = [get(portal, target) for target in targets]
    edit(portal)
    for target, old in zip(targets, before, strict=True):
        new = get(portal, target, If_None_Match=old.headers["etag"], If_Modified_Since=old.headers["last-modified"])
        assert new.status == 200, target
        assert new.headers["etag"] != old.headers["etag"]
        assert parsedate_to_datetime(new.headers["last-modified"]) > parsedate_to_datetime(old.headers["last-modified"])
        again = get(portal, target, If_None_Match=new.headers["etag"], If_Modified_Since=new.headers["last-modified"])
        assert (304, b"") == (again.status, again.body)
    assert get(portal, "/about").body != before[0].body


def test_only_the_source_moves_the_time_in_the_sitemap(portal: Portal) -> None:
    start = sitemap(portal)[ENGLISH][0]
    portal.editor.edit(7756, "es")
    assert {start} == {sitemap(portal)[path][0] for path in (ENGLISH, SPANISH)}
    portal.editor.edit(7756, "en")
    edited = {sitemap(portal)[path][0] for path in (ENGLISH, SPANISH)}
    assert len(edited) == 1
    assert min(edited) > start
    portal.editor.touch(7756)
    assert sitemap(portal)[SPANISH][0] > min(edited)


def test_an_edit_adds_a_paragraph_in_the_language_of_the_body(portal: Portal) -> None:
    before = record(portal, 8836, "fr")["body_text"]
    portal.editor.edit(8836, "fr")
    portal.editor.edit(8836, "en", "A sentence of one's own.")
    portal.editor.edit(7756, "es")  # its body is English
    french, english = record(portal, 8836, "fr")["body_text"], record(portal, 8836, "en")["body_text"]
    assert french.startswith(before + "\n\nRectification n° ")
    assert english.endswith("\n\nA sentence of one's own.")
    assert "Correction no. " in record(portal, 7756, "es")["body_text"]
    assert "Correction no. " not in record(portal, 7756, "en")["body_text"]
    check_truth(portal)


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_can_be_filled_and_emptied(portal: Portal, field: str) -> None:
    before = record(portal, 8844, "fr")["metadata"]
    portal.editor.edit_field(8844, "fr", field)
    filled = record(portal, 8844, "fr")["metadata"]
    assert before != filled
    check_truth(portal)
    portal.editor.clear_field(8844, "fr", field)
    emptied = record(portal, 8844, "fr")["metadata"]
    assert sum(len(row["values"]) for row in emptied) < sum(len(row["values"]) for row in filled)
    check_truth(portal)


def test_a_value_is_what_was_asked_for(portal: Portal) -> None:
    editor = portal.editor
    editor.edit_field(9100, "fr", "date", date(2024, 2, 1))
    editor.edit_field(9100, "fr", "objectives", 5)
    editor.edit_field(9100, "fr", "objectives", "23")
    editor.edit_field(9100, "fr", "scope", "Kenya")
    editor.edit_field(9100, "fr", "scope", "Lower Delta")
    editor.edit_field(9100, "fr", "themes", "Human rights")
    editor.edit_field(9100, "fr", "type", "report")
    editor.edit_field(9100, "fr", "audience", "Lighthouse keepers")
    row = record(portal, 9100, "fr")
    assert "2024-02-01" == row["date"]
    assert ["1er février 2024"] == row["metadata"][0]["values"]
    assert ["5", "23"] == row["ids"]["gcm_objectives"]
    assert ["404", None] == row["ids"]["geographic_scope"]
    assert "Lower Delta" == row["geographic_scope"][1]
    assert ["human-rights"] == row["ids"]["cross_cutting_theme"]
    assert ["Rapport"] == row["type_of_material"]
    assert ["Lighthouse keepers"] == row["target_audience"]
    check_truth(portal)


def test_term_pages_follow_the_source(portal: Portal) -> None:
    target = portal.site.path(portal.site.nodes[9100], "en")
    portal.editor.edit_field(9100, "fr", "objectives", 5)
    assert target not in listed(portal, "/taxonomy/term/283")[0]
    portal.editor.edit_field(9100, "en", "objectives", 5)
    assert target in listed(portal, "/taxonomy/term/283")[0]
    portal.editor.clear_field(9100, "en", "objectives")
    assert target not in listed(portal, "/taxonomy/term/283")[0]


def test_a_new_title_moves_the_alias_and_the_old_ones_redirect(portal: Portal) -> None:
    first = portal.site.path(portal.site.nodes[8836], "en")
    title = record(portal, 8836, "en")["title"]
    portal.editor.retitle(8836, "en")
    second = record(portal, 8836, "en")["url"].removeprefix(portal.url)
    assert f"Revised: {title}" == record(portal, 8836, "en")["title"]
    assert first != second
    assert (301, second) == location(portal, first)
    portal.editor.retitle(8836, "en", "A third title")
    assert (200, "") == location(portal, "/a-third-title")
    for former in (first, second, "/node/8836"):
        assert (301, "/a-third-title") == location(portal, former)
    assert "/a-third-title" in listed(portal, "/news")[0]
    check_truth(portal)
    check_lists(portal)
    portal.editor.retitle(8836, "en", title)
    assert (200, "") == location(portal, first)
    assert (301, first) == location(portal, "/a-third-title")


def test_a_taken_alias_gets_a_number(portal: Portal) -> None:
    portal.editor.retitle(8836, "en", "International Migrants Day (Azerbaijan)")
    assert f"{portal.url}{ENGLISH}-0" == record(portal, 8836, "en")["url"]
    assert (200, "") == location(portal, ENGLISH)


@pytest.mark.parametrize("grow", [False, True])
def test_a_replaced_file_keeps_its_address(portal: Portal, grow: bool) -> None:
    nid = with_file(portal)
    old = record(portal, nid, "en")
    target = old["attachments"][0]["url"].removeprefix(portal.url)
    first = get(portal, target)
    portal.editor.replace_file(nid, grow=grow)
    new = record(portal, nid, "en")
    second = get(portal, target, If_None_Match=first.headers["etag"])
    assert 200 == second.status
    assert second.headers["etag"] != first.headers["etag"]
    assert first.headers["last-modified"] != second.headers["last-modified"]
    assert new["attachments"][0]["sha256"] == sha256(second.body).hexdigest() != sha256(first.body).hexdigest()
    assert grow == (len(second.body) > len(first.body)) == (new["metadata"] != old["metadata"])
    assert old["attachments"][1:] == new["attachments"][1:]
    check_truth(portal)
    portal.editor.replace_file(nid)
    assert get(portal, target).body != second.body


@pytest.mark.parametrize("extension", ["pdf", "docx"])
def test_every_kind_of_file_can_be_replaced(extension: str) -> None:
    with Portal(nodes=60) as portal:
        nid = next(
            node.nid
            for node in portal.site.items()
            if (files := node.translations[node.source].files) and files[0].path.endswith(extension)
        )
        portal.editor.replace_file(nid, grow=True)
        file = next(row for row in portal.truth() if row["nid"] == nid)["attachments"][0]
        body = get(portal, file["url"].removeprefix(portal.url)).body
    assert file["sha256"] == sha256(body).hexdigest()
    if extension == "pdf":
        table = int(body.split(b"startxref\n")[1].split()[0])
        assert b"xref" == body[table : table + 4]
        assert b"edition no. 2" in body
