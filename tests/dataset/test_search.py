"""Words are found in six languages in whatever form they stand, by the helper and by plain SQLite."""

import sqlite3
from contextlib import closing

import pytest

from archive.dataset import DatasetError, publish
from archive.dataset.search import connect, mark, search_terms
from archive.dataset.stems import TOKEN, folded, word
from tests.dataset.records import dataset, note, write

SENTENCES = {
    "en": "The migrants' policies were discussed; refugees from five countries took part in fair recruitment.",
    "fr": "Les réfugiés ont parlé de l’immigration et des frontières régionales avec une sœur travailleuse.",
    "es": "Las migraciones y la cooperación ayudaron a niños refugiados en varias regiones.",
    "ru": "Мигранты и беженцы получили поддержку; ребёнок прошёл обучение, мигра\u0301нтам выдали договоры.",
    "ar": "ناقش المهاجرون سياسات الهجرة والحدود، وشاركت اللاجئات في إعداد الوثيقة مع المُنظَّمات في عام ٢٠٢٤",
    "zh": "国际移民组织今天发表2030年议程，难民参加了会议。",
}
"""Invented; each is a record whose id is its language."""

FOUND = {
    "en": ["migrant", "MIGRANTS", "policy", "refugee", "country", "recruit", "discusses", "recruiting"],
    "fr": ["réfugiée", "refugies", "immigration", "frontière", "régional", "régionaux", "soeur"],
    "es": ["migración", "migracion", "cooperacion", "refugiadas", "niño", "region", "región"],
    "ru": ["мигрант", "Мигрантов", "беженец", "беженцам", "ребенок", "договор", "МИГРАНТЫ"],
    "ar": [
        *("مهاجر", "المهاجرين", "والمهاجرات", "هجره", "هجرة", "بالهجرة", "السياسة", "حدود", "لاجئ", "اعداد"),
        *("وثيقة", "المنظمة", "منظمات", "2024", "مهـــاجرين"),
    ],
    "zh": ["移民", "难民", "国际移民组织", "2030", "年议程"],
}
UNRELATED = {
    "en": ["emigrate", "border", "count", "police"],
    "fr": ["refus", "frontal", "travail*x", "région"],
    "es": ["frontera", "operación", "nieto"],
    "ru": ["миграция", "граница", "бег", "убежище"],
    "ar": ["عمل", "حدث", "منظر", "وزير"],
    "zh": ["移动", "民移", "国民", "难移"],
}


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    folder = tmp_path_factory.mktemp("search")
    records = [
        note("zh", text=SENTENCES["zh"], links={}, day="zh-Hans"),
        *(note(name, text=text, day=name) for name, text in SENTENCES.items() if name != "zh"),
        note(
            "title", title="The Migrant", text="Nothing else, says O’Brien of N’Djamena on the world’s end.", day="en"
        ),
        note("twice", title="A note", text="A migrant met a migrant, and another migrant, of IOM.", day="en"),
        note("odd", title="Odd", text="ـــ № ½ ⒈ ﷺ ㏂ \u0301 \u202e OR", day="ar"),
        note("name", title="Note", text="Организация IOM Office помогла.", day="ru"),
    ]
    items = write(folder / "items" / "notes.jsonl", *records)
    # The dates of the notes are not needed here: the field tells the language.
    said = dataset(text_language=("links", "day"), formats={}, date=None, heading="title")
    return publish(said, items, folder / "dataset").path


@pytest.fixture
def db(release):
    with closing(connect(release / "notes.sqlite")) as db:
        yield db


def found(db, query, language=None):
    sql = "SELECT id FROM notes WHERE fts_row IN (SELECT rowid FROM notes_fts WHERE notes_fts MATCH search_terms(?, ?))"
    return {key for (key,) in db.execute(sql, (query, language))}


PAIRS = [(name, typed) for name, all_typed in FOUND.items() for typed in all_typed]
OTHERS = [(name, typed) for name, all_typed in UNRELATED.items() for typed in all_typed]


@pytest.mark.parametrize(("language", "typed"), PAIRS)
def test_a_word_is_found_in_whatever_form_it_stands(db, language, typed):
    assert language in found(db, typed)
    assert language in found(db, typed, language)


@pytest.mark.parametrize(("language", "typed"), OTHERS)
def test_other_words_are_not(db, language, typed):
    assert language not in found(db, typed)


PLAIN = (
    "SELECT id FROM notes WHERE fts_row IN"
    " (SELECT notes_fts.rowid FROM search_words JOIN notes_fts ON notes_fts MATCH stem WHERE word = ?)"
)


@pytest.mark.parametrize(
    ("typed", "language"),
    [
        *(("migrants", "en"), ("refugies", "fr"), ("cooperacion", "es"), ("мигранты", "ru"), ("الهجره", "ar")),
        # As texts write it, without what they add to the letters.
        *(("réfugiés", "fr"), ("sœur", "fr"), ("soeur", "fr"), ("cooperación", "es"), ("ребёнок", "ru")),
        *(("ребенок", "ru"), ("мигрантам", "ru"), ("الهجرة", "ar"), ("إعداد", "ar"), ("المنظمات", "ar"), ("移", "zh")),
    ],
)
def test_plain_sqlite_finds_it_through_the_table_of_words(release, typed, language):
    with closing(sqlite3.connect(release / "notes.sqlite")) as db:
        assert language in {key for (key,) in db.execute(PLAIN, [typed])}
        assert [] == db.execute(PLAIN, ["nosuchword"]).fetchall()


def test_every_word_of_the_table_can_be_looked_up(release):
    with closing(sqlite3.connect(release / "notes.sqlite")) as db:
        for (typed,) in db.execute("SELECT DISTINCT word FROM search_words").fetchall():
            assert db.execute(PLAIN, [typed]).fetchall(), typed


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("migrant refugee", {"en"}),
        ("migrant another", {"twice"}),
        ('"five country"', {"en"}),
        ('"country five"', set()),
        ("“five countries”", {"en"}),
        ("«отдел» OR «договор»", {"ru"}),
        ("беженцы OR refugee another", set()),
        ("беженцы OR refugee", {"en", "ru"}),
        ("recruit*", {"en"}),
        ("migran*", {"en", "title", "twice"}),
        ("polici*", {"en"}),
        ("recruitm*", {"en"}),
        ("iom " * 50 + "nosuchword", {"twice", "name"}),
        ("iom " * 49 + "nosuchword", set()),
        ("сотр* OR догов*", {"ru"}),
        ("移*", {"zh"}),
        ("migrant -policy", {"title", "twice"}),
        ('migrant -"five countries" -iom', {"title"}),
        ("migrant NOT policy", {"title", "twice"}),
        ("-migrant", set()),
        ("iom", {"twice", "name"}),
        ("office", {"name"}),
        ("l'immigration", {"fr"}),
        ("L’IMMIGRATION", {"fr"}),
        ("d`immigration", {"fr"}),
        ("'l'immigration'", {"fr"}),
        ("l'immigr*", {"fr"}),
        ("dell'immigration", {"fr"}),
        ('"l\'immigration et des frontières"', {"fr"}),
        ('"parlé d\'immigration"', set()),
        ('"de l\'immigration"', {"fr"}),
        ("de-l'immigration", {"fr"}),
        ("migrant -l'immigration -policy", {"title", "twice"}),
        ("IOM's", {"twice", "name"}),
        ('"five countries\'"', {"en"}),
        ("iom's*", set()),
        ("O'Brien", {"title"}),
        ("O'Brien's", {"title"}),
        ("brien", {"title"}),
        ("N'Djamena", {"title"}),
        ("world's", {"title"}),
        ("worlds", {"title"}),
        ('"world\'s end"', {"title"}),
        ('"world end"', set()),
    ],
)
def test_what_may_be_typed(db, typed, keys):
    assert keys == found(db, typed)


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "",
            " ",
            '"',
            '""',
            "*",
            "-",
            "--",
            "OR",
            "OR OR",
            "a OR",
            "NOT",
            "(",
            ")",
            "a AND (b",
            "title:x",
            "a NEAR b",
        ),
        *("^a", "{a b}: c", "'; DROP TABLE notes; --", "\x00", "a\x00b", "\ud800", "a" * 100_000, '"' * 999, "- - -"),
        *("a " * 5000, "OR -" * 500, "*migrant*", "№ ½ ⒈ ﷺ", "ـــ", "\u0301", "\u202e", "a+b", "C++", "x\\y", "%_"),
    ],
)
def test_no_query_is_an_error(db, typed):
    with closing(sqlite3.connect(":memory:")) as plain:
        plain.execute("CREATE VIRTUAL TABLE t USING fts5(a)")
        plain.execute("SELECT * FROM t WHERE t MATCH ?", [search_terms(typed)]).fetchall()
    if "\ud800" not in typed:  # SQLite takes no such text, whoever asks
        found(db, typed)


def test_the_title_counts_most(db):
    sql = "SELECT id FROM notes JOIN notes_fts ON fts_row = notes_fts.rowid WHERE notes_fts MATCH search_terms('migrant') ORDER BY rank"
    assert "title" == db.execute(sql).fetchone()[0]


def test_nothing_to_search_for_finds_nothing(db):
    assert set() == found(db, None)
    assert set() == found(db, "!?")


@pytest.mark.parametrize(
    ("text", "query", "language", "marked"),
    [
        ("The Migrants' rights, a migrant's work", "migrant", "en", ["Migrants", "migrant"]),
        ("Des réfugiées et l’immigré", "REFUGIEE immigrés", "fr", ["réfugiées", "immigré"]),
        ("Мигра\u0301нтам и мигранты", "мигрант", "ru", ["Мигра\u0301нтам", "мигранты"]),
        ("إلى المُهاجِرينَ وغيرهم", "مهاجر", "ar", ["المُهاجِرينَ"]),
        ("国际移民组织", "移民", "zh", ["移民"]),
        ("移居者和居民", "移民", "zh", []),
        ("five countries, a country of five", '"five country"', "en", ["five countries"]),
        ("Recruitment, recruiters", "recruit*", "en", ["Recruitment", "recruiters"]),
        ("work and a child", "work -child", None, ["work"]),
        ("İstanbul’da Straße", "straße istanbul", None, ["İstanbul", "Straße"]),
        ("a b a b a", '"a b a"', "en", ["a b a b a"]),
        ("", "a", "en", []),
        # The first letter may be written otherwise: with its mark apart, with a letter before that is cut off.
        ("И\u0306одная соль", "йодной", "ru", ["И\u0306одная"]),
        ("L’État et l’E\u0301cole", "etat ÉCOLE", "fr", ["État", "E\u0301cole"]),
        ("ﬁnance, ＦＩＮＡＮＣＥ", "finances", "en", ["ﬁnance", "ＦＩＮＡＮＣＥ"]),
        ("والمهاجرون وـللبيت", "مهاجر بيت", "ar", ["والمهاجرون", "وـللبيت"]),
        ("Œuvre, ægis", "oeuvres aegis", None, ["Œuvre", "ægis"]),
    ],
)
def test_where_a_text_says_it(text, query, language, marked):
    assert marked == [text[start:end] for start, end in mark(text, query, language)]


def test_a_metadata_only_release_searches_titles(tmp_path):
    items = write(tmp_path / "items" / "notes.jsonl", note("a", title="Migrants here", text="Borders there"))
    release = publish(dataset(), items, tmp_path / "dataset", texts=False).path
    with closing(connect(release / "notes.sqlite")) as db:
        assert ["a"] == [*found(db, "migrant")]
        assert set() == found(db, "border")
        assert [] == db.execute("SELECT * FROM search_words WHERE word = 'borders'").fetchall()
    assert "What is searched: `title` only, as this release has no texts." in (release / "README.md").read_text("utf-8")


@pytest.mark.parametrize("content", [None, b"", b"no database" * 100])
def test_what_is_no_release_is_said(tmp_path, content):
    path = tmp_path / "a ?#%20.sqlite"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DatasetError, match="this release cannot be searched"):
        connect(path)
    assert (content is not None) == path.exists()


def test_the_connection_does_not_write(db):
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        db.execute("DELETE FROM notes")


def test_a_word_of_another_script_is_stemmed_by_its_own_rules():
    assert ("migrants", "migrants", "migrant", "en") == word("Migrants", "zh-Hans")
    assert ("мигранты", "мигранты", "мигрант", "ru") == word("Мигранты", "fr")
    assert ("الهجره", "الهجرة", "هجر", "ar") == word("الهجرة", "en")
    assert ("wahamiaji", "wahamiaji", "wahamiaji", "sw") == word("Wahamiaji", "sw-KE")
    assert "migrant" == word("Migrants", None).stem


def test_letters_that_are_one_to_who_searches():
    assert "eeaeoeijssoaaa0" == folded("ÉËÆŒÍJẞØÀÂÃ٠")
    assert "йе" == folded("Йё".replace("ё", "Ё"))
    assert folded("أإآٱىةؤ") == folded("اااايهو")


def test_words_and_characters_are_told_apart():
    assert [
        "L",
        "immigration",
        "мигра\u0301нт",
        "مُهَاجِر",
        "国",
        "际",
        "2030",
        "年",
        "COVID",
        "19",
        "ＩＯＭ",
        "ab\u00adc",
    ] == TOKEN.findall("L'immigration: мигра\u0301нт مُهَاجِر 国际2030年 COVID-19_ＩＯＭ ab\u00adc")
