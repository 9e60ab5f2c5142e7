"""6 publish: example questions about the news, each answered with a few lines of code, for the card of a release.

Keep the code short, because users copy it. It counts stories, and items where useful; a fallback page is not a
translation.
"""

from __future__ import annotations

from archive.dataset import Example

OBJECTIVE = "News on objective 8 in Western Asia by year"
STATEMENTS = "Statements by IOM in Spanish, with their French versions"
CHANGES = "What changed since the previous release"
SEARCH = "Texts on migrants, in six languages and in other forms of the word"
FILES = "The files of the stories on objective 8, with their addresses and digests"

EXAMPLES = (
    Example(
        question=OBJECTIVE,
        tool="pandas",
        language="python",
        code=r"""
import pandas
stories = pandas.read_csv("stories.csv", dtype=str, na_filter=False)
has = lambda column, code: column.str.split("|").map(lambda codes: code in codes)
found = stories[has(stories.gcm_objectives_id, "8") & has(stories.geographic_scope_within, "145")]
found = found.assign(year=found.publication_date.str[:4], items=found["items"].str.split("|").str.len())
print(found.groupby("year").agg(stories=("id", "count"), items=("items", "sum")))
""",
    ),
    Example(
        question=OBJECTIVE,
        tool="DuckDB",
        language="sql",
        code="""
SELECT year(publication_date) AS year, count(*) AS stories, sum(len("items")) AS items FROM 'stories.parquet'
WHERE list_contains([term.id for term in gcm_objectives], '8') AND list_has_any([term.id for term in geographic_scope],
  (SELECT list(id) FROM 'vocabularies/places_within.csv' WHERE within = '145')) GROUP BY 1 ORDER BY 1;
""",
        needs=("stories.parquet",),
    ),
    Example(
        question=OBJECTIVE,
        tool="SQLite (`news.sqlite`)",
        language="sql",
        code="""
SELECT substr(stories.publication_date, 1, 4) AS year, count(DISTINCT story_id) AS stories, count(*) AS items
FROM stories JOIN news ON story_id = stories.id
WHERE story_id IN (SELECT stories_id FROM stories_gcm_objectives WHERE id = '8') AND story_id IN
  (SELECT stories_id FROM stories_geographic_scope JOIN places_within USING (id) WHERE within = '145') GROUP BY 1;
""",
    ),
    Example(
        question=OBJECTIVE,
        tool="R",
        language="r",
        code=r"""
stories <- read.csv("stories.csv", colClasses = "character", fileEncoding = "UTF-8-BOM")
has <- function(column, code) grepl(paste0("|", code, "|"), paste0("|", column, "|"), fixed = TRUE)
found <- subset(stories, has(gcm_objectives_id, "8") & has(geographic_scope_within, "145"))
print(table(substr(found$publication_date, 1, 4)))
""",
    ),
    Example(
        question=STATEMENTS,
        tool="pandas",
        language="python",
        code=r"""
import pandas
news = pandas.read_csv("news.csv", dtype=str, na_filter=False).query("is_fallback == 'false'")
has = lambda column, code: news[column].str.split("|").map(lambda codes: code in codes)
found = news[has("material_type_id", "statement") & has("source_publisher_id", "iom") & (news.language == "es")]
french = news[news.language == "fr"][["story_id", "title", "url"]]
found = found.merge(french, on="story_id", how="left", suffixes=("", "_fr"))
print(found[["id", "title", "url", "title_fr", "url_fr"]])
""",
    ),
    Example(
        question=STATEMENTS,
        tool="SQLite (`news.sqlite`)",
        language="sql",
        code="""
SELECT es.id, es.title, es.url, fr.title AS title_fr, fr.url AS url_fr FROM news AS es
LEFT JOIN news AS fr ON fr.story_id = es.story_id AND fr.language = 'fr' AND NOT fr.is_fallback
WHERE es.language = 'es' AND NOT es.is_fallback
  AND es.id IN (SELECT news_id FROM news_material_type WHERE id = 'statement')
  AND es.id IN (SELECT news_id FROM news_source_publisher WHERE id = 'iom') ORDER BY es.id;
""",
    ),
    Example(
        question=CHANGES,
        tool="Python (values: `from`, `to`, `removed`, `added`, `edits` of each entry of `changes`)",
        language="python",
        code="""
import json
with open("CHANGES.jsonl", encoding="utf-8") as lines:
    found = [json.loads(line) for line in lines]
for change in found:
    print(change["change"], change["id"], change["title"], *change.get("changes", [change.get("reason")]))
""",
    ),
    Example(
        question=CHANGES,
        tool="DuckDB",
        language="sql",
        code="""
SELECT change, id, title, reason, unnest(if(len(changes) > 0, changes, [NULL]))::VARCHAR AS said_otherwise
FROM read_json('CHANGES.jsonl', format = 'newline_delimited', maximum_object_size = 100000000,
  columns = {change: 'VARCHAR', id: 'VARCHAR', title: 'VARCHAR', reason: 'VARCHAR', changes: 'JSON[]'});
""",
    ),
    Example(
        question=SEARCH,
        tool="SQLite (`news.sqlite`; words in small letters, Chinese characters apart)",
        language="sql",
        code="""
SELECT id, language, title FROM news WHERE fts_row IN (
  SELECT news_fts.rowid FROM search_words JOIN news_fts ON news_fts MATCH stem
  WHERE word GLOB 'migrant*' OR word GLOB 'мигрант*' OR word GLOB '*مهاجر*'
  UNION SELECT rowid FROM news_fts WHERE news_fts MATCH '"移 民"') ORDER BY id;
""",
    ),
    Example(
        question=SEARCH,
        tool="Python, with this project installed (words as they are written)",
        language="python",
        code="""
from archive.dataset.search import connect
db = connect("news.sqlite")
words = "migrants OR migrantes OR мигрант OR المهاجرين OR 移民"
found = "SELECT rowid FROM news_fts WHERE news_fts MATCH search_terms(?)"
found = db.execute(f"SELECT id, language, title FROM news WHERE fts_row IN ({found}) ORDER BY id", [words]).fetchall()
print(*found, sep="\\n")
""",
    ),
    Example(
        question=FILES,
        tool="pandas",
        language="python",
        code=r"""
import pandas
csv = ("stories.csv", "tables/news_attachments.csv")
stories, files = (pandas.read_csv(name, dtype=str, na_filter=False) for name in csv)
codes = stories.gcm_objectives_id.str.split("|")
items = stories[codes.map(lambda codes: "8" in codes)]["items"].str.split("|").explode()
found = files[files.news_id.isin(items)].drop_duplicates("url")
print(found[["url", "filename", "media_type", "size", "sha256"]].to_string(index=False))
""",
    ),
    Example(
        question=FILES,
        tool="SQLite (`news.sqlite`)",
        language="sql",
        code="""
SELECT DISTINCT file.url, file.filename, file.media_type, file.size, file.sha256
FROM news_attachments AS file JOIN news ON news.id = file.news_id
WHERE story_id IN (SELECT stories_id FROM stories_gcm_objectives WHERE id = '8') ORDER BY file.url;
""",
    ),
    Example(
        question=FILES,
        tool="Shell, in the folder of the project (the files themselves, out of the archive)",
        language="sh",
        code="""
sqlite3 data/dataset/latest/news.sqlite "SELECT sha256 FROM news_attachments JOIN news ON news.id = news_id
  WHERE story_id IN (SELECT stories_id FROM stories_gcm_objectives WHERE id = '8')" | scrapy files exported -
""",
    ),
)
