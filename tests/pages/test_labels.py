"""The tables of what makes a label: each entry has a case that is read wrong without it."""

import pytest

from migration_spider.normalize.item import normalize
from migration_spider.pages import cells, labels, look, page_for, places
from migration_spider.pages.outline import Block
from tests.pages.page import PROSE, block, news

DATE = "<div><div>Date of publication</div><div>3 May 2021</div></div>"
SCOPE = "<div><div>Geographic scope</div><div>West Asia</div></div>"
READ = [("Date of publication", ["3 May 2021"]), ("Geographic scope", ["West Asia"])]
LONG = (
    "Everyone who ever waited at the quay for a boat that was late knows how the harbour smells in the rain at night."
)

TERMS = "".join(f"<li><a href='/{name}'>{name}</a></li>" for name in ("Quay", "Video", "Rope"))

HEADS = [
    (f"<h5>Working group</h5><div>Return</div>{DATE}", [("Working group", ["Return"]), READ[0]]),
    (f"<p><b>Working group</b> Return</p>{DATE}", [("Working group", ["Return"]), READ[0]]),
    ("<p>Working group: Return</p>", [("Working group", ["Return"])]),
    ("<div>Published on 3 May 2021</div>", [("Published on", ["3 May 2021"])]),
    (
        "<p><b>Date of publication:</b> 3 May 2021 <b>Tide table:</b> Spring</p>",
        [READ[0], ("Tide table", ["Spring"])],
    ),
    (
        "".join(f"<p><i class='label'>{name}</i> </p><p>{name.upper()}</p>" for name in ("Mooring", "Tide table")),
        [("Mooring", ["MOORING"]), ("Tide table", ["TIDE TABLE"])],
    ),
]
REFUSALS = [
    (f"<h1>Working group</h1><div>Return</div><div>{DATE}{SCOPE}</div>", READ),
    (
        f"<table><tr><th>Pier</th><th>Working group</th></tr><tr><td>A</td><td>Return</td></tr></table><div>{DATE}{SCOPE}</div>",
        READ,
    ),
    (f"<p>Target audience: {LONG}</p>{DATE}{SCOPE}", READ),
    (
        f"<div class='field'><h3 class='field-label'>Topics of the pier</h3><ul>{TERMS}</ul></div>",
        [("Topics of the pier", ["Quay", "Video", "Rope"])],
    ),
    (f"{DATE}<div><b>Mooring:</b> {'quay ' * 60}</div>{SCOPE}", READ),
]
NEW_LABELS = [
    (
        "<dl><dt>Date of publication</dt><dd>3 May 2021</dd><dt>Tide table</dt><dd>Spring</dd></dl>",
        [READ[0], ("Tide table", ["Spring"])],
    ),
    (
        "<ul><li>Date of publication: 3 May 2021</li><li>Tide table: Spring</li></ul>",
        [READ[0], ("Tide table", ["Spring"])],
    ),
    (
        f"{DATE}<div><div>Tide table</div><div>Spring</div></div>{SCOPE}",
        [READ[0], ("Tide table", ["Spring"]), READ[1]],
    ),
]
TABLES = [(cells, "HEADS", HEADS), (labels, "REFUSALS", REFUSALS), (look, "NEW_LABELS", NEW_LABELS)]


def entries():
    for module, name, found in TABLES:
        assert len(found) == len(getattr(module, name))
        for number, (content, expected) in enumerate(found):
            yield pytest.param(module, name, number, content, expected, id=f"{name}[{number}]")


@pytest.mark.parametrize(("module", "name", "number", "content", "expected"), list(entries()))
def test_each_entry_of_a_table_is_needed(module, name, number, content, expected, monkeypatch):
    content = f"<article><div>{PROSE}</div>{content}</article>"
    assert expected == block(content)
    table = getattr(module, name)
    monkeypatch.setattr(module, name, table[:number] + table[number + 1 :])
    assert expected != block(content)


VALUES = {
    "rows of a view": "<div class='view'>{}</div>",
    "terms by their own template": "<div class='items'>{}</div>",
}
ROWS = {
    "rows of a view": "<div class='views-row'><a href='/hub?gcm_objectives={0}'><img src='/{0}.png' alt='{1}'></a></div>",
    "terms by their own template": "<div class='item'><div><h2><a href='/taxonomy/term/{0}'><div>{1}</div></a></h2></div></div>",
}


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("kind", VALUES)
def test_values_that_look_like_teasers_below_a_label(kind, count):
    terms = [("279", "1 - Data"), ("281", "3 - Information"), ("288", "10 - Eradicate trafficking")][:count]
    values = VALUES[kind].format("".join(ROWS[kind].format(*term) for term in terms))
    page = news(f"<article>{PROSE}{DATE}<div><div>GCM Objectives</div><div>{values}</div></div></article>")
    assert [text for _, text in terms] == [value.text for value in page.metadata[1].values]
    assert all(value.url for value in page.metadata[1].values)


def test_the_label_of_a_picture_makes_no_value_of_a_heading_beside_it():
    part = (
        "<div class='paragraph'><div class='field'><div class='field__label'>Image</div><div><img src='/a.png' alt=''></div>"
        "</div><h3 class='field'>{}</h3><div class='field'><p>{}</p></div></div>"
    )
    page = news(f"<article>{part.format('The quay', LONG)}{part.format('The rope', LONG)}</article>")
    assert [] == page.metadata
    assert f"The quay\n\n{LONG}\n\nThe rope\n\n{LONG}" == page.body_text


@pytest.mark.parametrize("label", ["Image", "Video", "Imagen", "Видео"])
@pytest.mark.parametrize(
    "field",
    [
        "<div class='field'><div class='field__label'>{}</div><div><img src='/quay.jpg' alt='A quay'></div></div>",
        "<div><div>{}</div><div><img src='/quay.jpg' alt='A quay'></div></div>",
        "<h5>{}</h5><div><img src='/quay.jpg' alt='A quay'></div>",
        "<dl><dt>{}</dt><dd><img src='/quay.jpg' alt='A quay'></dd></dl>",
    ],
)
@pytest.mark.parametrize("place", ["{field}{fields}", "{fields}{field}"])
def test_the_label_of_a_picture_is_no_metadata_and_the_picture_an_image(field, label, place):
    content = place.format(field=field.format(label), fields=DATE + SCOPE)
    page = news(f"<article><div>{PROSE}</div><div>{content}</div></article>")
    assert READ == [(entry.label, [value.text for value in entry.values]) for entry in page.metadata]
    assert ["A quay"] == [image.alt for image in page.images]
    assert label not in page.body_text


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("Published on Monday, 3 May 2021", "Published on"),
        ("Published May 3, 2021", "Published"),
        ("Posted <time>3 May 2021</time>", "Posted"),
        ("<span>Published</span> <time>3 May 2021</time>", "Published"),
        ("Publié le 3 mai 2021", "Publié le"),
        ("Publicado el 3 de mayo de 2021", "Publicado el"),
        ("Опубликовано 3 мая 2021 г.", "Опубликовано"),
        ("نشر في 3 أيار/مايو 2021", "نشر في"),
        ("发布于2021年5月3日", "发布于"),
        ("Veröffentlicht am 3. Mai 2021", "Veröffentlicht am"),
        ("Publicado em 3 de maio de 2021", "Publicado em"),
    ],
)
def test_a_date_of_publication_in_words(line, label):
    page = news(f"<article><div class='info'>{line}</div><div>{PROSE}</div></article>")
    item = page.to_item()
    normalize(item)
    assert [label] == [entry.label for entry in item.metadata]
    assert line[-6:] not in item.body_text
    assert item.publication_date_raw


@pytest.mark.parametrize(
    "content",
    [
        "<div>Published by the quay office on 3 May 2021</div>",
        "<div>Published by admin 3 May 2021</div>",
        "<div>Posted 6 days 20 hours ago</div>",
        "<div>Published on 3 May 2021</div><div>Published on 4 May 2021</div>",
        "<div>Published 3 islands</div>",
    ],
)
def test_what_only_looks_like_a_date_of_publication(content):
    assert [] == block(f"<article><div>{content}</div><div>{PROSE}</div></article>")


@pytest.mark.parametrize("around", ["<div class='field--name-body'>{}</div>", "<div>{}</div>"])
def test_event_lines_of_a_text_are_text(around):
    content = around.format(f"<p><strong>Date:</strong> 5 May 2021</p><p><strong>Venue:</strong> Quay hall</p>{PROSE}")
    page = news(f"<article>{content}</article>", url="https://portal.example/quay")
    assert [] == page.metadata
    assert "Quay hall" in page.body_text


def test_event_lines_of_an_event_are_its_block():
    fields = "<div><div>Date</div><div>5 May 2021</div></div><div><div>Venue</div><div>Quay hall</div></div>"
    assert [("Date", ["5 May 2021"]), ("Venue", ["Quay hall"])] == block(
        f"<article><div>{PROSE}</div><div>{fields}</div></article>"
    )


def test_a_field_of_an_event_beside_the_text_is_its_block():
    field = (
        "<div class='field'><div class='field-label'>Event date:</div><div class='field-items'>5 May 2021</div></div>"
    )
    assert [("Event date", ["5 May 2021"])] == block(f"<div class='node'><div>{field}{PROSE}</div></div>")
    assert [] == block(f"<div class='field--name-body'>{field}{PROSE}</div>")


def test_the_name_of_a_field_of_text_is_no_label_beside_known_ones():
    value = "<div class='field'><div class='field-label'>{}</div><div class='field-items'><div>{}</div></div></div>"
    fields = value.format("Geographic scope", "Chad") + value.format("About the speaker", PROSE)
    page = news(f"<article>{fields}</article>")
    assert ["Geographic scope"] == [entry.label for entry in page.metadata]
    assert "shared list" in page.body_text


def test_parts_of_a_text_with_names_of_files_are_text():
    parts = (
        "<li>Title</li><li><b>Tide table:</b> three to five lines</li><li>End</li><li><b>Attachments</b> (if any)</li>"
    )
    assert [] == block(f"<div class='field--name-body'>{PROSE}<ol>{parts}</ol>{PROSE}</div>")


@pytest.mark.parametrize("place", ["{other}{fields}", "{fields}{other}"])
def test_a_labelled_date_goes_before_one_without_label(place):
    fields = "<div class='f'><div>Date of publication</div><div>3 May 2021</div></div>"
    content = place.format(other="<div class='f'>2021-06-09</div>", fields=fields)
    item = news(f"<article>{content}<div>{PROSE}</div></article>").to_item()
    normalize(item)
    assert ("2021-05-03", True) == (item.publication_date, "date-conflict" in item.problems)


@pytest.mark.parametrize(
    ("value", "is_told"),
    [
        ("<div><img src='/1.png'></div>", True),
        ("<div><svg><path d='M0'/></svg></div>", True),
        ("<div style='display: none'>Return</div>", True),
        ("<div></div>", False),
        ("", False),
        ("<div>Return</div>", False),
    ],
)
@pytest.mark.parametrize("field", ["<div><div>{}</div>{}</div>", "<h5>{}</h5>{}"])
def test_what_cannot_be_read_below_a_label_is_told(field, value, is_told):
    printed = field.format("Working group", value) + field.format("Date of publication", "<div>3 May 2021</div>")
    item = news(f"<article><div>{PROSE}</div><div>{printed}</div></article>").to_item()
    normalize(item)
    assert is_told == ("value-unread:working_group" in item.problems), item.problems


def test_each_line_says_what_it_is_and_each_piece_whose():
    narrow = "<div class='d-md-none'><p>Date of publication: 3 May 2021</p><p>Geographic scope: West Asia</p><p>Return</p></div>"
    tags = "<div><div>Working group</div><p><i>Return</i></p></div>"
    page = news(
        f"<article>{narrow}<div>{PROSE}</div><fieldset><legend>Details</legend>{DATE}{SCOPE}{tags}</fieldset></article>"
    )
    found = {(line.text, role) for line, (role, _) in page.block.roles.items()}
    assert {("Details", "label"), ("Date of publication", "label"), ("West Asia", "value")} <= found
    assert ("Date of publication: 3 May 2021", "chrome") in found
    whys = {line.text: why for line, (_, why) in page.block.roles.items()}
    assert "label: the vocabulary knows 'Geographic scope', alone on its line" == whys["Geographic scope"]
    assert all(whys.values())
    assert [["Date of publication", "3 May 2021"], ["Geographic scope", "West Asia"], ["Working group", "Return"]] == [
        [piece.text for piece, owner in page.block.owners.items() if owner is entry] for entry in page.block.entries
    ]
    taken = {line for unit in page.block.units for line in (unit.lines() if isinstance(unit, Block) else [unit])}
    assert {line for line in taken if line.text} == {line for line in page.block.roles if line.text}


def test_the_same_value_twice_is_marked_at_its_own_label():
    content = (
        "<p><b>Working group:</b> Return <b>Geographic scope:</b> West Asia</p><p><b>Target audience:</b> Return</p>"
    )
    page = news(f"<article><div>{PROSE}</div>{content}</article>")
    found = {
        place.entry: [element.text if not tail else element.tail for element, tail in place.texts]
        for place in places.places(page)
        if place.field == "metadata"
    }
    assert {
        0: ["Working group:", " Return "],
        1: ["Geographic scope:", " West Asia"],
        2: ["Target audience:", " Return"],
    } == found


def test_a_publication_line_makes_a_page_news():
    page = page_for(
        "https://portal.example/quay", news(f"<article><div>Published on 3 May 2021</div>{PROSE}</article>").selector
    )
    assert "news" == page.kind


FIELD = "<div class='f'><div>{}</div><div>{}</div></div>"
BOXES = FIELD.format("Date of publication", "3 May 2021") + FIELD.format("Geographic scope", "West Asia")
HEADED = "<h5>Geographic scope</h5><div>West Asia</div>"
QUAY = "<div class='f'><img src='/quay.jpg' alt='A quay'></div>"
LINKS = "<div><div><a href='/a'>Quay office</a></div><div><a href='/b'>Ferry office</a></div></div>"
BESIDE = {
    "a label of the text": (
        f"<div class='field--name-body'>{PROSE}<p><strong>Film about the opening:</strong></p></div>{DATE}{SCOPE}",
        READ,
    ),
    "what stands above the text": (f"<div class='f'>Analysis</div><div class='f'>{PROSE}</div>{BOXES}", READ),
    "a box of another look": (f"{PROSE}{BOXES}<div class='g'>Quay office</div>", READ),
    "a box of the same look": (f"{PROSE}{BOXES}<div class='f'>Quay office</div>", [*READ, ("", ["Quay office"])]),
    "a picture": (f"{PROSE}{QUAY}{BOXES}{QUAY}", READ),
    "links in a box": (f"<div>{PROSE}</div>{DATE}{LINKS}{SCOPE}", [READ[0], ("", ["Quay office", "Ferry office"]), READ[1]]),
    "a linked title": (f"<div>{PROSE}</div><p><a href='/a'>Working group: Return</a></p><div>{DATE}{SCOPE}</div>", READ),
    "a tag called label": (f"<div>{PROSE}</div><div>{DATE}{SCOPE}</div><div class='label'><a href='/a'>Boats</a></div>", READ),
    "a time of day": (
        f"<div>{PROSE}</div><ul><li>Date of publication: 3 May 2021</li><li>10:30</li><li>Geographic scope: West Asia</li></ul>",
        [READ[0], ("", ["10:30"]), READ[1]],
    ),
    "a date in words beside labels set off": (
        f"<div>{PROSE}</div><div>Published on 3 May 2021</div><h5>Working group</h5><div>Return</div>{HEADED}",
        [("Published on", ["3 May 2021"]), ("Working group", ["Return"]), READ[1]],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), BESIDE.values(), ids=BESIDE.keys())
def test_what_stands_beside_the_rows(content, expected):
    assert expected == block(f"<article>{content}</article>")
