"""Fields in odd places: a column, parts of the text, boxes without labels, new labels."""

import pytest
from parsel import Selector

from migration_spider.normalize.item import normalize
from migration_spider.pages import page_for
from tests.pages.blocks import FIELDS
from tests.pages.page import PROSE, SITE, block, news

COLUMN = """<aside class="col-sm-3" role="complementary"><div id="block-meta">{title}<div><div>
<div><div>Date of publication</div><div>3 May 2021</div></div>
<div><div>Target audience</div><div><a href="/t/1">Governments</a></div><div><a href="/t/2">Civil society</a></div></div>
<div><div>Geographic scope</div><div><a href="/t/3">West Asia</a></div></div>
<div><div>Attachments</div><div><a href="/files/list.pdf">List</a></div></div></div></div></div>
<div><h2>Latest news</h2><ul><li><a href="/b">Another story</a> 12 May 2019</li></ul></div></aside>"""


@pytest.mark.parametrize("title", ["", "<h2>About this item</h2>"])
def test_the_block_in_a_column_beside_the_article(title):
    page = news(f"<article>{PROSE}</article>{COLUMN.format(title=title)}")
    assert [*FIELDS, ("Attachments", ["List"])] == [(e.label, [v.text for v in e.values]) for e in page.metadata]
    assert [f"{SITE}/files/list.pdf"] == [file.url for file in page.attachments]
    assert "Governments" not in page.body_text
    assert "news" == page_for(page.url, page.selector).kind


@pytest.mark.parametrize(
    "column",
    [
        COLUMN.format(title="<h2><a href='/b'>Another story</a></h2>"),
        COLUMN.format(title="<h2>Related content</h2>"),
        COLUMN.format(title="").replace("/t/", "/hub?scope="),
        COLUMN.format(title="") + COLUMN.format(title=""),
        COLUMN.format(title="").replace("</aside>", "<div><div>Geographic scope</div><div>Chad</div></div></aside>"),
    ],
    ids=["of a linked item", "of related content", "of filters", "twice", "with a label twice"],
)
def test_what_else_stands_in_a_column_is_not_the_block(column):
    own = f"<article>{PROSE}<div><div>Working group</div><div>Return</div></div></article>"
    assert [("Working group", ["Return"])] == block(own + column)


@pytest.mark.parametrize(
    "name",
    [
        "field--name-field-{}",
        "field field-name-field-{} field-type-text",
        "views-field views-field-field-{}",
        "block block-layout-builder block-field-blocknodenewsfield-{}",
    ],
)
def test_a_field_without_label_is_what_its_own_name_says(name):
    fields = {
        "publication-date": ["3 May 2021"],
        "geographic-scope": ["West Asia"],
        "target-audience": ["Governments", "Media"],
        "other-source": ["Harbour office", "Ferry office"],
    }
    printed = "".join(
        f"<div class='{name.format(field)}'>{''.join(f'<div>{value}</div>' for value in values)}</div>"
        for field, values in fields.items()
    )
    item = news(f"<article><div class='body'>{PROSE}</div>{printed}</article>").to_item()
    normalize(item)
    assert list(fields.values()) == [[value.text for value in entry.values] for entry in item.metadata]
    assert {""} == {entry.label for entry in item.metadata}
    assert fields["other-source"] == [term.raw for term in item.other_source_publisher]
    assert ("2021-05-03", ["145"]) == (item.publication_date, [term.id for term in item.geographic_scope])
    assert not any(problem.startswith("unrecognized") for problem in item.problems), item.problems


def test_columns_of_which_one_is_new():
    content = f"""<div>{PROSE}</div><table><tr><th>Date of publication</th><th>Tide table</th><th>Target audience</th>
    <th>Geographic scope</th></tr><tr><td>3 May 2021</td><td>Spring</td><td>Governments</td><td>West Asia</td></tr></table>"""
    assert [FIELDS[0], ("Tide table", ["Spring"]), (FIELDS[1][0], ["Governments"]), FIELDS[2]] == block(content)


def test_a_date_that_a_script_prints_is_read_from_its_stamp():
    content = f"""<div>{PROSE}</div><div><div>Date of publication</div><div><time datetime="2021-05-03T12:00:00Z"></time></div></div>
    <div><div>Geographic scope</div><div>West Asia</div></div>"""
    item = news(content).to_item()
    normalize(item)
    assert "2021-05-03" == item.publication_date


def test_the_same_block_for_narrow_screens_is_neither_text_nor_twice():
    shown = "".join(f"<div><div>{label}</div><div>{values[0]}</div></div>" for label, values in FIELDS)
    narrow = "".join(f"<p><b>{label}:</b> {values[0]}</p>" for label, values in FIELDS)
    content = f"<article><div class='d-md-none'>{narrow}</div><div>{PROSE}</div><div>{shown}</div></article>"
    assert [(label, values[:1]) for label, values in FIELDS] == block(content)
    assert news(f"<article><div>{PROSE}</div></article>").body_text == news(content).body_text


@pytest.mark.parametrize(
    "part", ["<table><tr><td>Boats</td><td>12</td></tr></table>", "<ul><li>Twelve boats</li></ul>"]
)
def test_parts_of_the_text_between_fields_are_text(part):
    first, *others = (f"<h5>{label}</h5><div>{values[0]}</div>" for label, values in FIELDS)
    page = news(f"<article>{first}{PROSE}{part}{PROSE}{''.join(others)}</article>")
    assert [(label, values[:1]) for label, values in FIELDS] == [
        (entry.label, [value.text for value in entry.values]) for entry in page.metadata
    ]
    assert "oats" in page.body_text


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        (("Date of publication", "Date", "Country"), "news"),
        (("Type of material", "Comments", "Target audience"), "news"),
        (("Date", "Country", "Geographic scope"), "other"),
        (("Date of publication", "Main organizer/s", "Geographic scope"), "other"),
    ],
)
def test_everyday_words_beside_the_labels_of_news_make_no_other_page(labels, kind):
    fields = "".join(f"<div><div>{label}</div><div>Chad</div></div>" for label in labels)
    page = page_for(f"{SITE}/a", Selector(f"<html><main><h1>A</h1><article>{PROSE}{fields}</article></main></html>"))
    assert kind == page.kind


def test_new_labels_of_fields_in_front_of_a_text():
    field = "<div class='field'><div class='field-item'><div class='field-label-inline-first'>{}:</div> {}</div></div>"
    fields = field.format("Mooring", "North pier") + field.format("Tide table", "<a href='/t'>Spring</a>")
    story = f"<div class='field'><div class='field-label'>Story:</div><div class='field-items'>{PROSE}</div></div>"
    found = news(f"<article><div class='content'>{fields}{story}</div></article>")
    assert [("Mooring", ["North pier"]), ("Tide table", ["Spring"])] == [
        (entry.label, [value.text for value in entry.values]) for entry in found.metadata
    ]
    assert found.body_text.startswith("The ferry towns")


def test_a_new_label_of_display_suite():
    fields = {**dict(FIELDS), "Tide table": ["Spring"]}
    printed = "".join(
        f"<div class='field'><div class='label-above'>{label}</div>{''.join(f'<span>{value}</span> ' for value in values)}</div>"
        for label, values in fields.items()
    )
    assert list(fields.items()) == block(f"<div>{PROSE}</div>{printed}")


@pytest.mark.parametrize(
    "line",
    [
        "Published on 3 May 2021 | Updated 9 June 2021",
        "Published 3 May 2021 by the harbour office",
        "First published 3 May 2021",
        "Publié le 3 mai 2021, mis à jour le 9 juin 2021",
        "Publicado en 3 mayo, 2021",
        "发布时间 2021年5月3日 10:30",
    ],
)
def test_a_date_of_publication_in_words_with_more_behind_it(line):
    item = news(
        f"<article><div class='info'>{line}</div><div class='field--name-body'>{PROSE}</div></article>"
    ).to_item()
    normalize(item)
    assert "2021-05-03" == item.publication_date


def test_a_term_printed_by_its_own_template_is_one_value():
    term = (
        "<div class='field__item'><div class='taxonomy-term'><img src='/{0}.png' alt='Icon'><h2><a href='/t/{0}'>{1}</a></h2>"
        "<p>What it means.</p></div></div>"
    )
    terms = term.format(1, "Governments") + term.format(2, "Civil society")
    content = f"""<div>{PROSE}</div><div><div class='field__label'>Target audience</div><div class='field__items'>{terms}</div></div>
    <div><div class='field__label'>Geographic scope</div><div>West Asia</div></div>"""
    assert FIELDS[1:] == block(content)


@pytest.mark.parametrize(
    ("kind", "item", "address"),
    [
        (
            "field-type-addressfield",
            "field-item",
            "<div>Quay hall</div><div><div>1 Pier road</div></div><span>Chad</span>",
        ),
        ("field--type-address", "field__item", "<p><span>Quay hall</span><br><span>1 Pier road</span><br>Chad</p>"),
    ],
)
def test_a_postal_address_is_one_value(kind, item, address):
    items = f"<div class='{item}'>{address}</div><div class='{item}'><div>2 Pier road</div><div>Mali</div></div>"
    field = f"<div class='{kind}'><div class='field-label'>Location</div><div class='field-items'>{items}</div></div>"
    scope = "<div><div class='field-label'>Geographic scope</div><div>West Asia</div></div>"
    expected = [("Location", ["Quay hall 1 Pier road Chad", "2 Pier road Mali"]), ("Geographic scope", ["West Asia"])]
    assert expected == block(f"<div>{PROSE}</div>{field}{scope}")


def test_a_picture_with_a_label_of_its_own_is_no_metadata():
    media = (
        "<div><div class='field__label'>Likeness</div><div><article class='media media--type-image'><div class='field__label'>"
        "Likeness</div><div><img src='/a.jpg' alt='Boats'></div><div>Boats at the pier</div></article></div></div>"
    )
    fields = "".join(
        f"<div><div class='field__label'>{label}</div><div>{values[0]}</div></div>" for label, values in FIELDS
    )
    page = news(f"<article>{media}<div>{PROSE}</div>{fields}</article>")
    assert [label for label, _ in FIELDS] == [entry.label for entry in page.metadata]
    assert [f"{SITE}/a.jpg"] == [image.url for image in page.images]


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("content", ["<article><div>{fields}{text}</div></article>", "<article>{fields}</article>"])
def test_fields_that_only_their_classes_tell(content, count):
    fields = [("Gezeitentafel", ["Springflut"]), ("Liegeplatz", ["Nord"])][:count]
    printed = "".join(
        f"<div class='field field-name-x'><div class='field-label'>{label}:&nbsp;</div>"
        f"<div class='field-items'><div class='field-item'>{value}</div></div></div>"
        for label, [value] in fields
    )
    assert fields == block(content.format(fields=printed, text=PROSE))


@pytest.mark.parametrize(
    "lines",
    [
        "<p><b>Kdy:</b> v poledne<br><b>Kde:</b> v hale</p>",
        "<ul><li><b>Kdy:</b> v poledne</li><li><b>Kde:</b> v hale</li></ul>",
    ],
)
def test_labels_that_nothing_knows_are_text_in_the_text(lines):
    content = f"<article><div>{PROSE}{lines}{PROSE}</div></article>"
    assert [] == block(content)
    assert "Kdy: v poledne\nKde: v hale" in news(content).body_text
    assert [("Kdy", ["v poledne"]), ("Kde", ["v hale"])] == block(
        f"<article><div>{PROSE}</div><div>{lines}</div></article>"
    )
