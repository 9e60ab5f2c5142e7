"""The same three fields in every markup: labels, values, and what tells them apart."""

import pytest

from tests.pages.blocks import FIELDS
from tests.pages.page import PROSE, SITE, block, news

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


def test_fields_two_elements_further_in_than_the_others():
    inner = "<p><b>Geographic scope:</b> Chad</p><p><b>Target audience:</b> Public</p>"
    page = news(
        f"<article>{PROSE}<div class='meta'><p><b>Date of publication:</b> 3 May 2021</p>"
        f"<div class='more'><div class='inner'>{inner}</div><p>Boats</p></div><p><b>Working group:</b> Return</p></div></article>"
    )
    expected = [("Date of publication", "3 May 2021"), ("Geographic scope", "Chad"), ("Target audience", "Public")]
    expected.append(("Working group", "Return"))
    assert expected == [(entry.label, entry.values[0].text) for entry in page.metadata]
