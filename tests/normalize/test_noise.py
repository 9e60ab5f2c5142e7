"""What changes by itself on a page makes no version; the same words elsewhere, and a true change, do."""

from dataclasses import replace

import pytest

from migration_spider.items import Attachment, Entry, NewsItem, Value
from migration_spider.normalize.identity import content_sha256
from migration_spider.normalize.noise import LONGEST, steady, steady_lines

TEXT = "The ferry leaves at noon.\n\nIt is back at six, said the harbour."
ITEM = NewsItem(url="https://portal.example/a", title="Ferries", body_text=TEXT)
FILE = Attachment(url="https://portal.example/f/a.pdf", filename="a.pdf", title="a.pdf", sha256="00")

AGO = [
    "3 hours ago", "2 days 5 hours ago", "an hour ago", "Posted 5 minutes ago", "Last updated: about 3 weeks ago",
    "just now", "il y a 3 heures", "Publié il y a environ 2 jours", "hace 2 días", "Actualizado hace 3 meses",
    "há 4 horas", "4 dias atrás", "vor 3 Stunden", "Zuletzt aktualisiert vor einem Tag", "3 uur geleden",
    "5 часов назад", "Обновлено 2 дня назад", "منذ 3 ساعات", "قبل ساعتين", "3小时前", "更新于 5 分钟前", "3個月前", "3시간 전",
    "för 3 timmar sedan", "3 saat önce",
]  # fmt: skip
COUNTS = [
    "1,234 views", "Views: 12", "12 comments", "Comments (3)", "42 Likes 25 Shares", "Share 57", "Read 55 times", "1.2k views",
    "1 234 vues", "Lu 34 fois", "Commentaires : 4", "123 visualizaciones", "Leído 12 veces", "12 visualizações", "55 Aufrufe",
    "7 mal gelesen", "Просмотров: 123", "123 просмотра", "浏览次数：123", "阅读 123", "123次阅读", "١٢٣ مشاهدة", "مشاهدات: 12",
]  # fmt: skip
OTHER = ["Page generated in 0.583 seconds", "Generated in 12 ms"]


@pytest.mark.parametrize("line", [*AGO, *COUNTS, *OTHER])
def test_a_line_that_changes_by_itself(line):
    digest = content_sha256(ITEM)
    assert "" == steady(line)
    for text in (f"{TEXT}\n\n{line}", f"{line}\n\n{TEXT}", f"{TEXT}\n\n{line} | {line}"):
        assert content_sha256(replace(ITEM, body_text=text)) == digest
    # Beside something else, which is still seen.
    one, other = (replace(ITEM, body_text=f"By {name} · {line}\n\n{TEXT}") for name in ("Ada", "Eve"))
    assert content_sha256(one) != content_sha256(other)
    assert content_sha256(one) == content_sha256(replace(one, body_text=f"By Ada\n\n{TEXT}"))


@pytest.mark.parametrize("line", [*AGO[:8], *COUNTS[:6]])
def test_the_same_words_in_a_sentence_are_the_authors(line):
    for text in (
        f"The mayor wrote: {line}, and so it was.",
        f"The boat of the north sailed {line}",
        f"{line} it sank.",
    ):
        assert text == steady(text), text


def test_inside_of_a_text_counters_are_part_of_it():
    lines = [f"Line number {number} of the table" for number in range(20)]
    assert "\n".join([*lines[:10], "300 views", *lines[10:]]) == steady_lines(
        "\n".join([*lines[:10], "300 views", *lines[10:]])
    )
    assert "\n".join(lines) == steady_lines("\n".join(["300 views", *lines, "4 comments"]))


@pytest.mark.parametrize(
    "text",
    [
        "3 hours", "12 boats", "300 years of ferries", "Views of the harbour", "5 March 2024", "2021", "Comments", "ago",
        "Room 12, third floor", "12,000 visitors came", "Participants: 200", "Share of women: 57 %",
    ],
)  # fmt: skip
def test_what_only_looks_so_stays(text):
    assert text == steady(text)


@pytest.mark.parametrize(
    "number", ["1 " * 80, "1 views " * 20, "posted on the " * 12, "3 a " * 40, "(1) " * 40, "1," * 80]
)
def test_no_line_takes_long(number):
    # A pattern that went back and forth would not come to an end.
    assert isinstance(steady(number[: LONGEST - 1] + "!"), str)


def block(*entries):
    return replace(
        ITEM, metadata=[Entry(label=label, values=[Value(text=text) for text in texts]) for label, *texts in entries]
    )


SAME = [
    (block(("Tags", "A", "B", "C")), block(("Tags", "C", "A", "B")), block(("Tags", "C", "A", "D"))),
    (block(("Views", "1,234")), block(("Views", "1,300")), block(("Views", "of the harbour"))),
    (block(("Просмотры", "12")), block(("Просмотры", "13")), block(("Просмотры", "12"), ("Tags", "A"))),
    (block(("Updated", "3 hours ago")), block(("Updated", "il y a 4 heures")), block(("Updated", "3 May 2021"))),
    (
        block(("File", "a.pdf (12 downloads)")),
        block(("File", "a.pdf (99 downloads)")),
        block(("File", "b.pdf (99 downloads)")),
    ),
    (block(("Participants", "200")), block(("Participants", "200")), block(("Participants", "210"))),
]


def files(*changes):
    return replace(ITEM, attachments=[replace(FILE, **change) for change in changes])


SAME += [
    (
        files({"url": "https://x/f/a.pdf?itok=1"}, {"url": "https://x/f/b.pdf?v=2"}),
        files({"url": "https://x/f/b.pdf?v=3"}, {"url": "https://x/f/a.pdf?itok=4"}),
        files({"url": "https://x/f/b.pdf?v=3"}, {"url": "https://x/f/c.pdf?itok=4"}),
    ),
    (
        files({"url": "https://x/f/a.pdf;jsessionid=0AF3"}),
        files({"url": "https://x/f/a.pdf;jsessionid=99"}),
        files({"url": "https://x/f/b.pdf;jsessionid=0AF3"}),
    ),
    (
        files({"url": "https://x/get/0123456789abcdef/a.pdf"}),
        files({"url": "https://x/get/fedcba9876543210/a.pdf"}),
        files({"url": "https://x/get/fedcba9876543210/a.pdf", "sha256": "01"}),
    ),
    (
        files({"title": "Report (3 downloads)"}),
        files({"title": "Report (44 downloads)"}),
        files({"title": "Report (2021 edition)"}),
    ),
    # Nobody knows what is in them: another folder may be another file.
    (
        files({"url": "https://x/0123456789abcdef/a.pdf", "sha256": None}),
        files({"url": "https://x/0123456789abcdef/a.pdf?t=1", "sha256": None}),
        files({"url": "https://x/fedcba9876543210/a.pdf", "sha256": None}),
    ),
]


@pytest.mark.parametrize("number", range(len(SAME)))
def test_noise_is_no_change_and_a_change_is_no_noise(number):
    one, again, changed = SAME[number]
    assert content_sha256(one) == content_sha256(again)
    assert content_sha256(one) != content_sha256(changed)
