"""A drawing of the ratios: rows of bars in the colours of the run's report, as wide as a phone; light and dark."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from bench.child import ROOT

STYLE = ROOT / "migration_spider" / "report" / "style.css"
WIDTH, EDGE = 390, 16
"""Pixels: of the whole, and of what is left free on each side."""

ROW, HEAD = 36, 34
"""Pixels: of a row with its label above its bar, and of the heading of a group."""


@dataclass(frozen=True, slots=True)
class Group:
    """Bars beside each other: a heading, and of each (label, ratio, whether it is ours)."""

    title: str
    rows: Sequence[tuple[str, float, bool]]


def colours() -> str:
    """The rules of the report's style sheet that give its colours their names, for light and for dark."""
    style = STYLE.read_text(encoding="utf-8")
    light, dark = (re.findall(r"--(?:paper|ink|soft|track|c1|c7): [^;]+;", part) for part in _roots(style))
    font = "13px system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"
    return (
        f"svg {{ {' '.join(light)} font: {font} }}\n"
        f"@media (prefers-color-scheme: dark) {{ svg {{ {' '.join(dark)} }} }}\n"
        ".paper { fill: var(--paper) } .track { fill: var(--track) }\n"
        ".ours { fill: var(--c1) } .peer { fill: var(--c7) }\n"
        "text { fill: var(--ink) } .head { font-weight: 600 } .soft { fill: var(--soft) } .amount { text-anchor: end }"
    )


def _roots(style: str) -> list[str]:
    return re.findall(r":root \{(.*?)\}", style, re.DOTALL)[:2]


def drawn(title: str, said: str, groups: Sequence[Group]) -> str:
    """SVG; ``said`` says in words what it shows. Bars of a group are as long as their ratio to its largest."""
    shapes, y, right = [], EDGE, WIDTH - EDGE
    for group in groups:
        shapes.append(f'<text class="head" x="{EDGE}" y="{y + 14}">{escape(group.title)}</text>')
        y += HEAD - 8
        most = max(ratio for _, ratio, _ in group.rows)
        for label, ratio, is_ours in group.rows:
            kind = "ours" if is_ours else "peer"
            long = (WIDTH - 2 * EDGE) * ratio / most
            shapes += [
                f'<text x="{EDGE}" y="{y + 14}">{escape(label)}</text>',
                f'<text class="amount soft" x="{right}" y="{y + 14}">{ratio:.2f}×</text>',
                f'<rect class="track" x="{EDGE}" y="{y + 20}" width="{WIDTH - 2 * EDGE}" height="8"/>',
                f'<rect class="{kind}" x="{EDGE}" y="{y + 20}" width="{long:.1f}" height="8"/>',
            ]
            y += ROW
        y += 12
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" height="{y}" role="img"'
        ' aria-labelledby="title said">'
    )
    words = f'<title id="title">{escape(title)}</title>\n<desc id="said">{escape(said)}</desc>'
    paper = f'<rect class="paper" width="{WIDTH}" height="{y}"/>'
    return "\n".join([head, words, f"<style>\n{colours()}\n</style>", paper, *shapes, "</svg>", ""])
