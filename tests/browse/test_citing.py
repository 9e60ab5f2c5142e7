"""A story is cited in the forms that programs read, and nothing printed can end a citation."""

from migration_spider.browse import citing

WORK = citing.Work(
    id="7756@es",
    title="Migración {segura} & 100 % «ordenada» _ya_",
    authors=["IOM", "UN & partners"],
    date="2024-05-01",
    language="es",
    url="https://a.org/es/node/7756?x=1#y",
    seen="2026-11-26T14:40:34.659374Z",
    archived="https://a.org/es/node/7756?x=1",
    collection="Release 2026-11-26",
    archive="migrationnetwork-news",
)


def test_a_story_is_cited_in_the_forms_that_programs_read():
    urn = "urn:pwid:migrationnetwork-news:2026-11-26T14:40:34Z:page:https://a.org/es/node/7756%3Fx=1"
    assert urn == citing.pwid(WORK)
    entry = citing.bibtex(WORK)
    assert entry.startswith("@misc{migrationnetwork-7756-es,\n")
    assert r"title = {{Migración \{segura\} \& 100 \% «ordenada» \_ya\_}}," in entry
    assert r"author = {{IOM} and {UN \& partners}}," in entry
    assert entry.count("{") == entry.count("}")
    told = [line.split("  - ", 1) for line in citing.ris(WORK).split("\r\n") if line]
    assert ["TY", "ELEC"] == told[0]
    assert ["ER", ""] == told[-1]
    assert ["IOM", "UN & partners"] == [value for tag, value in told if tag == "AU"]
    assert {"date-parts": [[2024, 5, 1]]} == citing.csl(WORK)["issued"]
    assert {"date-parts": [[2026, 11, 26]]} == citing.csl(WORK)["accessed"]
    assert urn in citing.text(WORK)
    assert citing.text(WORK).startswith("IOM; UN & partners (2024). Migración")


def test_a_line_break_or_a_brace_cannot_end_a_citation():
    evil = citing.Work(
        **{
            **{name: getattr(WORK, name) for name in WORK.__slots__},
            "title": "A\r\nER  - \n}\\x{",
            "url": "https://a.org/}%\n",
        }
    )
    assert 1 == citing.ris(evil).count("\r\nER  - ")
    assert "{{A ER - \\}\\textbackslash{}x\\{}}" in citing.bibtex(evil)
    assert "\n" not in citing._address(evil.url)
