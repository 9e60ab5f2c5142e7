"""Notes of every kind: one with two versions, one with odd values, one that is gone."""

from tests.dataset.records import note, tombstone

TAGS = [
    {"raw": "Ghana", "id": "288", "label": "Gold Coast | Ghana"},
    {"raw": "Somewhere", "id": None, "label": None},
    {"raw": "New", "id": "new-1", "label": "New one"},
]
RECORDS = [
    note("b", number=10, title="=1+1", day="2024-02-03", tags=TAGS, links={"fr": "https://example.org/fr"}),
    note("a", number=9, title="Œuvre “é” 移民", done=True, text='- a\n\nb, "c"', problems=["bad:x", "bad"], version=1),
    note("old", number=1, title="Was here"),
    note(
        "a",
        number=9,
        title="Œuvre “é” 移民",
        done=True,
        text='- a\n\nb, "c"',
        problems=["bad:x", "bad"],
        version=2,
        block=[{"label": "Q", "values": [{"text": "A1"}, {"text": "A2"}]}, {"label": "Empty", "values": []}],
        fetched_at="2024-05-02T08:00:00Z",
    ),
    tombstone("old", 2),
]
