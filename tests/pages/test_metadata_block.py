"""The same three fields in every markup, and what must never be taken for a field."""

import pytest
from parsel import Selector

from migration_spider.normalize.item import normalize
from migration_spider.pages import page_for
from migration_spider.pages.news import NewsPage
from tests.pages.page import PROSE, SITE, block, news

FIELDS = [
    ("Date of publication", ["3 May 2021"]),
    ("Target audience", ["Governments", "Civil society"]),
    ("Geographic scope", ["West Asia"]),
]
MARKUP = {
    "classy": """<div class="node__content">
        <div class="field field--name-body field__item">{prose}</div>
        <div class="field field--name-field-date field--label-above"><div class="field__label">Date of publication</div>
          <div class="field__item">3 May 2021</div></div>
        <div class="field field--name-field-audience"><div class="field__label">Target audience</div>
          <div class="field__items"><div class="field__item">Governments</div><div class="field__item">Civil society</div></div></div>
        <div class="field field--name-field-scope"><div class="field__label">Geographic scope</div>
          <div class="field__item">West Asia</div></div></div>""",
    "bootstrap 3": """<div class="content">{prose}
        <div class="field field--name-field-date"><div class="field--label">Date of publication</div>
          <div class="field--item">3 May 2021</div></div>
        <div class="field field--name-field-audience"><div class="field--label">Target audience</div>
          <div class="field--items"><div class="field--item">Governments</div><div class="field--item">Civil society</div></div></div>
        <div class="field field--name-field-scope"><div class="field--label">Geographic scope</div>
          <div class="field--item">West Asia</div></div></div>""",
    "bartik for Drupal 7": """<div class="content">{prose}
        <div class="field field-name-field-date"><div class="field-label">Date of publication:&nbsp;</div>
          <div class="field-items"><div class="field-item even">3 May 2021</div></div></div>
        <div class="field field-name-field-audience"><h3 class="field-label">Target audience: </h3><ul class="links inline">
          <li><a href="/taxonomy/term/1">Governments</a></li><li><a href="/taxonomy/term/2">Civil society</a></li></ul></div>
        <div class="field field-name-field-scope"><h3 class="field-label">Geographic scope: </h3><ul class="links inline">
          <li><a href="/taxonomy/term/3">West Asia</a></li></ul></div></div>""",
    "labels with a mark": """<div><div>{prose}</div>
        <div><div>Date of publication<abbr title="as printed">i</abbr></div><div>3 May 2021</div></div>
        <div><div>Target audience<sup>*</sup></div><div><div>Governments</div><div>Civil society</div></div></div>
        <div><div>Geographic scope<sup>*</sup></div><div>West Asia</div></div></div>""",
    "two pairs in a row": """<div>{prose}<table><tr><th>Date of publication</th><td>3 May 2021</td>
        <th>Target audience</th><td>Governments<br>Civil society</td></tr>
        <tr><th>Geographic scope</th><td>West Asia</td></tr></table></div>""",
    "Display Suite": """<div>{prose}<div class="field"><div class="label-inline">Date of publication:&nbsp;</div>3 May 2021</div>
        <div class="field"><div class="label-inline">Target audience:&nbsp;</div><span>Governments</span> <span>Civil society</span></div>
        <div class="field"><div class="label-inline">Geographic scope:&nbsp;</div>West Asia</div></div>""",
    "between share links": """<div>{prose}<p>Share: <a href="https://x.com/share?u=a">X</a></p>
        <div><div>Date of publication</div><div>3 May 2021</div></div>
        <p><a href="https://www.facebook.com/sharer.php?u=a">Facebook</a> | <a href="mailto:?body=a">Mail</a></p>
        <div><div>Target audience</div><div><div>Governments</div><div>Civil society</div></div></div>
        <div><div>Geographic scope</div><div>West Asia</div></div></div>""",
    "bare": """<div><div>{prose}</div>
        <div><div>Date of publication</div><div>3 May 2021</div></div>
        <div><div>Target audience</div><div><div>Governments</div><div>Civil society</div></div></div>
        <div><div>Geographic scope</div><div>West Asia</div></div></div>""",
    "headings beside their values": """<article>{prose}<h5>Date of publication</h5><div>3 May 2021</div>
        <h5>Target audience</h5><div>Governments</div><div>Civil society</div>
        <h5>Geographic scope</h5><div>West Asia</div></article>""",
    "headings in boxes": """<article>{prose}<section><h4>Date of publication</h4>3 May 2021</section>
        <section><h4>Target audience</h4><ul><li>Governments</li><li>Civil society</li></ul></section>
        <section><h4>Geographic scope</h4><p>West Asia</p></section></article>""",
    "inline": """<div>{prose}<div><span>Date of publication:</span> <span>3 May 2021</span></div>
        <div><span>Target audience:</span> <span>Governments</span>, <span>Civil society</span></div>
        <div><span>Geographic scope:</span> <span>West Asia</span></div></div>""",
    "spans in a span": """<div>{prose}<div><span>Date of publication:</span> <span><span>3 May 2021</span></span></div>
        <div><span>Target audience:</span> <span>
          <span>Governments</span> <span>Civil society</span>
        </span></div>
        <div><span>Geographic scope:</span> <span> <span>West Asia</span> </span></div></div>""",
    "tags without a gap": """<div>{prose}<div><div>Date of publication</div><div><span class="tag">3 May 2021</span></div></div>
        <div><div>Target audience</div><div><span class="tag">Governments</span><span class="tag">Civil society</span></div></div>
        <div><div>Geographic scope</div><div><span class="tag">West Asia</span></div></div></div>""",
    "buttons that fold": """<article><div>{prose}</div><div class="accordion">
        <div><h2><button aria-controls="a1">Date of publication</button></h2><div id="a1" hidden><div>3 May 2021</div></div></div>
        <div><h2><button aria-controls="a2">Target audience</button></h2><div id="a2" hidden><ul><li>Governments</li>
          <li>Civil society</li></ul></div></div>
        <div><h2><button aria-controls="a3">Geographic scope</button></h2><div id="a3" hidden><div>West Asia</div></div></div>
        </div></article>""",
    "one button for all": """<article><div>{prose}</div><h3><a href="#m" role="button" aria-controls="m">Details</a></h3>
        <div id="m" aria-hidden="true"><div><div>Date of publication</div><div>3 May 2021</div></div>
        <div><div>Target audience</div><div>Governments</div><div>Civil society</div></div>
        <div><div>Geographic scope</div><div>West Asia</div></div></div></article>""",
    "a complementary part of the article": """<article><div>{prose}</div><div role="complementary">
        <div><div>Date of publication</div><div>3 May 2021</div></div>
        <div><div>Target audience</div><div>Governments</div><div>Civil society</div></div>
        <div><div>Geographic scope</div><div>West Asia</div></div></div></article>""",
    "hidden on narrow screens": """<article><div>{prose}</div><div class="d-none d-lg-block">
        <div><div>Date of publication</div><div>3 May 2021</div></div></div><div class="hidden md:flex">
        <div><div>Target audience</div><div>Governments</div><div>Civil society</div></div>
        <div><div>Geographic scope</div><div>West Asia</div></div></div></article>""",
    "a contextual region": """<article><div>{prose}</div><div class="block contextual-region"><div data-contextual-id="x"></div>
        <div><div>Date of publication</div><div>3 May 2021</div></div>
        <div><div>Target audience</div><div>Governments</div><div>Civil society</div></div>
        <div><div>Geographic scope</div><div>West Asia</div></div></div></article>""",
    "a line called submitted": """<article><div class="submitted">Date of publication: 3 May 2021</div><div>{prose}</div>
        <div><div>Target audience</div><div>Governments</div><div>Civil society</div></div>
        <div><div>Geographic scope</div><div>West Asia</div></div></article>""",
    "icons before the labels": """<article><div>{prose}</div>
        <div><div><img src="/i.svg" alt="Calendar"> Date of publication</div><div>3 May 2021</div></div>
        <div><div><svg><title>People</title></svg> <b>Target audience</b></div><div>Governments</div><div>Civil society</div></div>
        <div><div>Geographic scope <span title="help">?</span></div><div>West Asia</div></div></article>""",
    "columns of a view": """<div>{prose}</div><div class="view"><table><thead><tr><th>Date of publication</th><th>Target audience</th>
        <th>Geographic scope</th></tr></thead><tbody><tr><td>3 May 2021</td><td>Governments<br>Civil society</td>
        <td><a href="/t/1">West Asia</a></td></tr></tbody></table></div>""",
    "a fieldset": """<article><div>{prose}</div><fieldset><legend><span>Details</span></legend><div>
        <div><div>Date of publication</div><div>3 May 2021</div></div>
        <div><div>Target audience</div><div>Governments</div><div>Civil society</div></div>
        <div><div>Geographic scope</div><div>West Asia</div></div></div></fieldset></article>""",
    "one details element per field": """<article><div>{prose}</div>
        <details><summary>Date of publication</summary><div>3 May 2021</div></details>
        <details open><summary>Target audience</summary><div><div>Governments</div><div>Civil society</div></div></details>
        <details><summary>Geographic scope</summary><div>West Asia</div></details></article>""",
    "blocks with titles": """<div><div>{prose}</div><div><h2>Date of publication</h2> <div>3 May 2021</div></div>
        <div><h2>Target audience</h2> <div><div>Governments</div><div>Civil society</div></div></div>
        <div><h2>Geographic scope</h2> <div><div>West Asia</div></div></div></div>""",
    "visually hidden": """<div>{prose}<div class="field"><div class="visually-hidden">Date of publication</div><div>3 May 2021</div></div>
        <div class="field"><div class="visually-hidden">Target audience</div><div>Governments</div><div>Civil society</div></div>
        <div class="field"><div class="visually-hidden">Geographic scope</div><div>West Asia</div></div></div>""",
    "dl": """{prose}<dl><dt>Date of publication</dt><dd>3 May 2021</dd><dt>Target audience</dt><dd>Governments</dd>
        <dd>Civil society</dd><dt>Geographic scope</dt><dd>West Asia</dd></dl>""",
    "dl above the body": """<dl><dt>Date of publication</dt><dd>3 May 2021</dd><dt>Target audience</dt><dd>Governments</dd>
        <dd>Civil society</dd><dt>Geographic scope</dt><dd>West Asia</dd></dl>{prose}""",
    "dl of groups": """{prose}<dl><div><dt>Date of publication</dt><dd>3 May 2021</dd></div><div><dt>Target audience</dt>
        <dd>Governments</dd><dd>Civil society</dd></div><div><dt>Geographic scope</dt><dd>West Asia</dd></div></dl>""",
    "one dl per field": """{prose}<dl><dt>Date of publication</dt><dd>3 May 2021</dd></dl><dl><dt>Target audience</dt>
        <dd>Governments</dd><dd>Civil society</dd></dl><dl><dt>Geographic scope</dt><dd>West Asia</dd></dl>""",
    "table": """{prose}<table><tbody><tr><th>Date of publication</th><td>3 May 2021</td></tr><tr><th>Target audience</th>
        <td>Governments<br>Civil society</td></tr><tr><th>Geographic scope</th><td>West Asia</td></tr></tbody></table>""",
    "table of plain cells": """{prose}<table><tr><td><b>Date of publication</b></td><td>3 May 2021</td></tr>
        <tr><td><b>Target audience</b></td><td><p>Governments</p><p>Civil society</p></td></tr>
        <tr><td><b>Geographic scope</b></td><td>West Asia</td></tr></table>""",
    "list items": """{prose}<ul><li>Date of publication: 3 May 2021</li><li>Target audience: <ul><li>Governments</li>
        <li>Civil society</li></ul></li><li>Geographic scope: West Asia</li></ul>""",
    "one paragraph": """{prose}<p><strong>Date of publication</strong><br>3 May 2021<br><strong>Target audience</strong><br>
        Governments<br>Civil society<br><strong>Geographic scope</strong><br>West Asia</p>""",
    "one paragraph, value beside label": """{prose}<p><strong>Date of publication:</strong> 3 May 2021<br>
        <strong>Target audience:</strong> Governments<br>Civil society<br><strong>Geographic scope:</strong> West Asia</p>""",
    "paragraphs": """{prose}<p><strong>Date of publication</strong>: 3 May 2021</p><p><strong>Target audience</strong>: Governments
        <br>Civil society</p><p><strong>Geographic scope</strong>: West Asia</p>""",
    "links": """<div>{prose}</div><div><div>Date of publication</div><div>3 May 2021</div></div>
        <div><div>Target audience</div><div><a href="/taxonomy/term/7">Governments</a>, <a href="/taxonomy/term/8">Civil society</a></div></div>
        <div><div>Geographic scope</div><div><a href="/taxonomy/term/9">West Asia</a></div></div>""",
    "views fields": """<div class="view"><div class="views-row">
        <div class="views-field views-field-body"><div class="field-content">{prose}</div></div>
        <div class="views-field views-field-field-date"><span class="views-label views-label-field-date">Date of publication: </span>
          <div class="field-content">3 May 2021</div></div>
        <div class="views-field views-field-field-audience"><span class="views-label">Target audience: </span>
          <div class="field-content"><a href="/t/1">Governments</a>, <a href="/t/2">Civil society</a></div></div>
        <div class="views-field views-field-field-scope"><span class="views-label">Geographic scope: </span>
          <div class="field-content">West Asia</div></div></div></div>""",
    "two columns of a layout": """<div class="layout layout--twocol"><div class="layout__region layout__region--first">
        <div class="block block-layout-builder"><div>{prose}</div></div></div>
        <div class="layout__region layout__region--second">
        <div class="block"><div class="field"><div class="field__label">Date of publication</div><div class="field__item">3 May 2021</div></div></div>
        <div class="block"><div class="field"><div class="field__label">Target audience</div><div class="field__items">
          <div class="field__item">Governments</div><div class="field__item">Civil society</div></div></div></div>
        <div class="block"><div class="field"><div class="field__label">Geographic scope</div><div class="field__item">West Asia</div></div></div>
        </div></div>""",
    "grid rows": """<div>{prose}</div><div class="grid-row"><div class="grid-col-4"><div>Date of publication</div></div>
        <div class="grid-col-8">3 May 2021</div></div><div class="grid-row"><div class="grid-col-4"><div>Target audience</div></div>
        <div class="grid-col-8"><span class="usa-tag">Governments</span> <span class="usa-tag">Civil society</span></div></div>
        <div class="grid-row"><div class="grid-col-4"><div>Geographic scope</div></div><div class="grid-col-8">West Asia</div></div>""",
    "fields before and after the body": """<article><div class="field"><div class="field__label">Date of publication</div>
        <div class="field__item">3 May 2021</div></div><div class="field field--name-body">{prose}</div>
        <div class="field"><div class="field__label">Target audience</div><div class="field__item">Governments</div>
          <div class="field__item">Civil society</div></div>
        <div class="field"><div class="field__label">Geographic scope</div><div class="field__item">West Asia</div></div></article>""",
    "bare fields before and after the body": """<article><div><div>Date of publication</div><div>3 May 2021</div></div>
        <div>{prose}</div><div><div>Target audience</div><div><div>Governments</div><div>Civil society</div></div></div>
        <div><div>Geographic scope</div><div>West Asia</div></div></article>""",
}


@pytest.mark.parametrize("markup", MARKUP.values(), ids=MARKUP.keys())
def test_the_same_entries_from_every_markup(markup):
    assert FIELDS == block(markup.format(prose=PROSE))


@pytest.mark.parametrize("markup", MARKUP.values(), ids=MARKUP.keys())
def test_nothing_of_the_block_in_the_body(markup):
    expected = (
        "The ferry towns met for two days and agreed to keep one shared list of the people they had helped.\n\n"
        "Nobody signed anything new, but every office now knows whom to call when a family arrives at night."
    )
    page = news(markup.format(prose=PROSE))
    assert expected == page.body_text
    assert "Target" not in page.body_html
    assert page.body_html.count("<p>") == 2


def test_labels_over_nothing_are_kept_and_values_stay_below_their_own():
    content = f"""<article>{PROSE}<h5>Date of Publication</h5><h5>Type of Resource</h5><div>Report</div>
    <h5>Regional Review Process</h5><h5>GCM Objectives</h5><div>1 - Data</div></article>"""
    assert [
        ("Date of Publication", []),
        ("Type of Resource", ["Report"]),
        ("Regional Review Process", []),
        ("GCM Objectives", ["1 - Data"]),
    ] == block(content)


def test_fields_without_label_inside_the_block_have_an_empty_label():
    content = f"""<div class="node"><div class="field field--name-body">{PROSE}</div>
    <div class="field"><h5>Tipo de material</h5></div>
    <div class="field"><div class="item">General Public</div></div>
    <div class="field"><h5>Other Source / Publisher</h5><div class="item">IOM Azerbaijan</div></div></div>"""
    assert [
        ("Tipo de material", []),
        ("", ["General Public"]),
        ("Other Source / Publisher", ["IOM Azerbaijan"]),
    ] == block(content)


def test_a_label_never_met_is_kept():
    content = f"""<div>{PROSE}</div><div class="f"><div class="l">Date of publication</div><div class="v">3 May 2021</div></div>
    <div class="f"><div class="l">Tide table</div><div class="v">High at noon</div></div>
    <div class="f"><div class="l">Geographic scope</div><div class="v">West Asia</div></div>
    <div class="f"><div class="l">Mooring</div><div class="v">Pier 4</div></div>"""
    assert [
        ("Date of publication", ["3 May 2021"]),
        ("Tide table", ["High at noon"]),
        ("Geographic scope", ["West Asia"]),
        ("Mooring", ["Pier 4"]),
    ] == block(content)


def test_a_label_twice_in_a_row_is_two_entries():
    content = f"{PROSE}<dl><dt>Grupo de trabajo</dt><dt>Grupo de trabajo</dt><dd>Alternatives to immigration detention </dd></dl>"
    assert [
        ("Grupo de trabajo", []),
        ("Grupo de trabajo", ["Alternatives to immigration detention"]),
    ] == block(content)


def test_links_times_and_icons():
    content = f"""<div>{PROSE}</div>
    <div class="f"><h5>Date of publication</h5><div><time datetime="2021-05-03T12:00:00Z">3 May</time></div></div>
    <div class="f"><h5>GCM Objectives</h5><div><a href="/taxonomy/term/279"><img src="1.png" alt="1 - Data"></a>
      <a href="/taxonomy/term/281"></a></div></div>"""
    page = news(content)
    date, objectives = page.metadata
    assert [("3 May", None, "2021-05-03T12:00:00Z")] == [(v.text, v.url, v.datetime) for v in date.values]
    assert [
        ("1 - Data", f"{SITE}/taxonomy/term/279", None),
        ("", f"{SITE}/taxonomy/term/281", None),
    ] == [(v.text, v.url, v.datetime) for v in objectives.values]
    assert [] == page.images


def test_text_with_commas_stays_one_value():
    content = f"{PROSE}<p><strong>Geographic scope:</strong> West Asia, Bahamas, The</p><p><strong>Target audience:</strong> Media</p>"
    assert [("Geographic scope", ["West Asia, Bahamas, The"]), ("Target audience", ["Media"])] == block(content)


def test_a_value_with_a_colon_is_no_label():
    content = f"""<div class="field"><div>{PROSE}</div></div>
    <div class="field"><div class="field__label">Date of publication</div><div>3 May 2021</div></div>
    <div class="field"><div class="field__label">Working group</div><div>Working group: Return</div></div>"""
    assert [("Date of publication", ["3 May 2021"]), ("Working group", ["Working group: Return"])] == block(content)


@pytest.mark.parametrize(
    ("field", "count"),
    [
        ("<div><div>{}:</div><div>{}</div></div>", 3),
        ("<div><div>{}<span>:</span></div><div><div>{}</div></div></div>", 3),
        ("<p>{}:</p><p>{}</p>", 3),
        ("<div><div>{}</div><div>{}</div></div>", 2),
    ],
    ids=["colon in the label", "colon in an element", "paragraphs", "no colon"],
)
def test_a_value_with_a_colon_is_no_label_below_labels_with_one(field, count):
    printed = [*FIELDS[:count], ("Working group", ["Thematic Working Group: Return"])]
    content = "".join(field.format(label, values[0]) for label, values in printed)
    assert [(label, values[:1]) for label, values in printed] == block(f"<div>{PROSE}</div><div>{content}</div>")


def test_a_known_value_with_a_colon_and_without_its_label_is_a_value():
    content = f"""<div>{PROSE}</div><div><div>Date of publication</div><div>3 May 2021</div></div>
    <div><div>Geographic scope</div><div>West Asia</div></div>
    <div><div>Thematic Working Group: Return and Reintegration</div></div>"""
    assert [FIELDS[0], FIELDS[2], ("", ["Thematic Working Group: Return and Reintegration"])] == block(content)


@pytest.mark.parametrize("place", ["{unlabelled}{fields}", "{fields}{unlabelled}"], ids=["first", "last"])
def test_a_field_without_label_at_the_edge_of_bare_ones(place):
    themes = ["People-centred", "International cooperation", "Whole-of-society approach"]
    titles = [
        "2. Minimize adverse drivers and structural factors",
        "4. Ensure that all migrants have proof of legal identity",
        "11. Manage borders in an integrated, secure and coordinated manner",
        "17. Eliminate all forms of discrimination and promote evidence-based public discourse",
        "19. Create conditions for migrants and diasporas to fully contribute to sustainable development",
        "21. Cooperate in facilitating safe and dignified return and readmission",
    ]
    for values in (themes, titles):
        unlabelled = "<div>" + "".join(f"<div>{value}</div>" for value in values) + "</div>"
        fields = """<div><div>Date of publication</div><div>3 May 2021</div></div>
        <div><div>Geographic scope</div><div>West Asia</div></div>"""
        content = f"<article><div>{PROSE}</div>{place.format(unlabelled=unlabelled, fields=fields)}</article>"
        assert ("", values) in block(content)
        assert values[0] not in news(content).body_text


def test_lists_below_some_labels_and_colons_after_others():
    content = f"""<div>{PROSE}</div><ul><li>Date of publication: 3 May 2021</li>
    <li>Target audience: <ul><li>Governments</li><li>Civil society</li></ul></li>
    <li>Source / Publisher: <ul><li>UNICEF</li><li>UNHCR</li></ul></li><li>Working group: Return</li></ul>"""
    assert [
        *FIELDS[:2],
        ("Source / Publisher", ["UNICEF", "UNHCR"]),
        ("Working group", ["Return"]),
    ] == block(content)


def test_long_values_side_by_side_are_no_running_text():
    long = [
        "2. Minimize adverse drivers and structural factors",
        "4. Ensure that all migrants have proof of legal identity",
        "7. Address and reduce vulnerabilities in migration",
        "11. Manage borders in an integrated, secure and coordinated manner",
        "19. Create conditions for migrants and diasporas to fully contribute to sustainable development",
    ]
    tags = "".join(f"<span class='tag'>{value}</span>" for value in long)
    content = f"""<div>{PROSE}</div><div><div>Date of publication</div><div>3 May 2021</div></div>
    <div><div>GCM Objectives</div><div>{tags}</div></div>"""
    assert [FIELDS[0], ("GCM Objectives", long)] == block(content)


def test_running_text_in_several_elements_is_no_list():
    words = (
        "<span>The harbour master said that</span><span> nobody had asked the ferry towns before the boats came.</span>"
    )
    content = f"<p>Target audience: {words}</p>{PROSE}<div><div>Date of publication</div><div>3 May 2021</div></div>"
    assert [FIELDS[0]] == block(content)


@pytest.mark.parametrize(
    "content",
    [
        f"<article>{PROSE}<h3>Target audience</h3>{PROSE}</article>",
        f"<article>{PROSE}<p>Target audience: everyone who ever waited for a ferry, in the words of the harbour master.</p>{PROSE}</article>",
        f"<article>{PROSE}<p>The <strong>GCM Objectives</strong> were read aloud twice.</p>{PROSE}</article>",
        f"<article>{PROSE}<table><tr><th>Province</th><th>Date of publication</th></tr><tr><td>A</td><td>1 May 2020</td></tr></table></article>",
        f"<article>{PROSE}<h3>Target audience</h3><ul><li>Skippers</li><li>Cooks</li></ul>{PROSE}</article>",
        (
            f"<article>{PROSE}<table><tr><th>Pier</th><th>Target audience</th><th>Date of publication</th></tr>"
            f"<tr><td>A</td><td>Cooks</td><td>1 May 2020</td></tr></table></article>"
        ),
    ],
    ids=["heading", "sentence", "bold words", "column of a table", "heading of a list", "row of a table"],
)
def test_label_words_of_the_text_are_text(content):
    assert [] == block(content)
    assert any(word in news(content).body_text for word in ("Target audience", "GCM Objectives", "Date of publication"))


def test_label_words_of_the_text_do_not_join_the_block():
    content = f"""<article><div>{PROSE}<h3>Target audience</h3><p>Skippers</p>{PROSE}</div>
    <div><div>Date of publication</div><div>3 May 2021</div></div>
    <div><div>Geographic scope</div><div>West Asia</div></div></article>"""
    assert [("Date of publication", ["3 May 2021"]), ("Geographic scope", ["West Asia"])] == block(content)
    assert "Target audience\n\nSkippers" in news(content).body_text


@pytest.mark.parametrize(
    "chrome",
    [
        "<aside><h2>Latest news</h2><ul><li><a href='/a'>A story</a><div>Date of publication</div><div>1 May 2001</div></li></ul></aside>",
        "<div><h3>Related content</h3><div><div>Type of material</div><div>Report</div></div></div>",
        "<nav><div>Target audience</div><div>Media</div></nav>",
        "<form><label>GCM Objectives</label><div>Any</div></form>",
        "<article class='node node--view-mode-teaser'><h3><a href='/b'>B</a></h3><div>Date of publication</div><div>2 May 2002</div></article>",
        "<section id='comments'><div>Date of publication</div><div>4 May 2004</div></section>",
        "<div><h3><a href='/b'>A story alone</a></h3><div>Date of publication</div><div>5 May 2005</div></div>",
    ],
)
def test_labels_of_chrome_never_leak(chrome):
    content = f"""<div><div>{PROSE}</div><div><div>Date of publication</div><div>3 May 2021</div></div>
    <div><div>Geographic scope</div><div>West Asia</div></div></div>{chrome}"""
    assert [("Date of publication", ["3 May 2021"]), ("Geographic scope", ["West Asia"])] == block(content)


OTHER = """<article data-history-node-id="99"{}><h2>{}</h2><div><p>Another story, printed whole below the first.</p>
<div><div>Date of publication</div><div>6 May 2006</div></div>
<div><div>Working group</div><div>Lighthouses</div></div></div></article>"""


@pytest.mark.parametrize("order", ["{own}{other}", "{other}{own}"])
@pytest.mark.parametrize(
    "other",
    [
        OTHER.format("", "<a href='/b'>Another</a>"),
        OTHER.format("", "Another"),
        OTHER.format(" class='node node--type-news'", "<a href='/b'>Another</a>"),
    ],
    ids=["linked title", "another node id", "node class"],
)
def test_a_second_node_is_another_item(order, other):
    own = f"""<article class="node--view-mode-full" data-history-node-id="7"><div>{PROSE}</div>
    <div><div>Date of publication</div><div>3 May 2021</div></div></article>"""
    page = news(order.format(own=own, other=other), head="<link rel='shortlink' href='/node/7'>")
    assert [("Date of publication", ["3 May 2021"])] == [(e.label, [v.text for v in e.values]) for e in page.metadata]
    assert page.body_text.endswith("at night.")
    assert page.body_text.startswith("The ferry towns")


def test_an_article_with_a_teaser_below_its_text_is_not_that_of_the_teaser():
    teaser = "<div><h3><a href='/b'>Another</a></h3><p>B</p></div>"
    own = (
        f"""<article>{PROSE}<div><div>Date of publication</div><div>3 May 2021</div></div>{teaser}{teaser}</article>"""
    )
    page = news(own)
    assert "article" == page.article.tag
    assert [("Date of publication", ["3 May 2021"])] == [(e.label, [v.text for v in e.values]) for e in page.metadata]
    assert page.body_text.endswith("at night.")


def test_a_heading_with_a_link_in_it_heads_no_teaser():
    page = news(
        f"<article class='node'><h2>What a <a href='/pier'>pier</a> may hold and who cleans it</h2>{PROSE}</article>"
    )
    assert page.article is not None


def test_a_title_linked_to_its_own_page_is_no_teaser():
    html = f"""<html lang="en"><head><title>Ferry towns agree</title></head><body><div id="content"><article><h2>
    <a href="/ferry-towns-agree">Ferry towns agree</a></h2><div>{PROSE}</div><div><div>Date of publication</div>
    <div>3 May 2021</div></div></article></div></body></html>"""
    page = NewsPage(f"{SITE}/ferry-towns-agree", Selector(html))
    assert "Ferry towns agree" == page.title
    assert ["Date of publication"] == [entry.label for entry in page.metadata]


def test_an_aside_of_the_article_that_is_mostly_links_may_be_the_block():
    links = [
        f"United Nations Harbour Office for Ferries, Lighthouses and Night Boats (UNHO{number})" for number in range(4)
    ]
    items = "".join(f"<div><a href='/t/{number}'>{link}</a></div>" for number, link in enumerate(links))
    content = f"""<article><aside><div><div>Date of publication</div><div>3 May 2021</div></div>
    <div><div>Source / Publisher</div><div>{items}</div></div></aside><div>{PROSE}</div></article>"""
    assert [FIELDS[0], ("Source / Publisher", links)] == block(content)


def test_files_below_their_label_among_fields_in_boxes():
    content = f"""<div>{PROSE}</div><div>Upload document</div><div><a href="/a.pdf">View Document (143.42 KB)</a></div>
    <div><div>Date of publication</div><div>3 May 2021</div></div><div><div>Working group</div><div>Return</div></div>"""
    assert [
        ("Upload document", ["View Document (143.42 KB)"]),
        ("Date of publication", ["3 May 2021"]),
        ("Working group", ["Return"]),
    ] == block(content)


def test_the_label_of_the_text_is_no_metadata():
    content = f"""<article><div class="field"><div class="field__label">Body</div><div class="field__item">{PROSE}</div></div>
    <div class="field"><div class="field__label">Date of publication</div><div class="field__item">3 May 2021</div></div></article>"""
    assert [FIELDS[0]] == block(content)
    assert news(content).body_text.startswith("The ferry towns")


@pytest.mark.parametrize(
    "field",
    ["<div>{}</div>", "<div class='field field--name-field-x field__items'>{}</div>", "<section>{}</section>"],
)
def test_a_block_whose_labels_are_all_hidden(field):
    printed = [["3 May 2021"], ["Governments", "Civil society"], ["IOM Azerbaijan"], ["West Asia", "Chad"]]
    fields = "".join(field.format("".join(f"<div>{value}</div>" for value in values)) for values in printed)
    content = f"<article><div>{PROSE}</div>{fields}</article>"
    assert [("", values) for values in printed] == block(content)
    assert "Chad" not in news(content).body_text
    assert news(content).body_text.endswith("at night.")


@pytest.mark.parametrize(
    "content",
    [
        f"<article><div>{PROSE}<ul><li>Chad</li><li>Mali</li><li>Niger</li></ul></div></article>",
        f"<article><div>{PROSE}<div>3 May 2021</div><div>Chad</div></div></article>",
        f"<article><div class='field--name-body'><div>3 May 2021</div><div>Governments</div><div>Chad</div></div>{PROSE}</article>",
        f"<article><div>{PROSE}<div>Chad</div><div>Mali</div><div>Niger</div></div></article>",
    ],
    ids=["a list", "a date and a place", "inside the body field", "places"],
)
def test_values_of_the_text_are_no_block(content):
    assert [] == block(content)


def test_a_heading_that_shows_nothing_but_a_picture_is_no_teaser():
    content = f"""<div>{PROSE}</div><div><h2><img src="/a.png" alt="Boats"></h2><div><div>Date of publication</div>
    <div>3 May 2021</div></div></div>"""
    assert [FIELDS[0]] == block(content)


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
