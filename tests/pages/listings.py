"""Rows of listings in many shapes."""

from tests.pages.page import SITE

ROWS = [
    (f"{SITE}/boats", "Boats come home", "12 May 2021"),
    (f"{SITE}/es/faro", "El faro sigue", "3 June 2020"),
]
MARKUP = {
    "views rows": """<div class="view-content"><div class="views-row"><h3><a href="/boats">Boats come home</a></h3>
        <div>12 May 2021</div><a href="/boats#more">Read more</a></div><div class="views-row"><h3><a href="/es/faro">El faro sigue</a></h3>
        <time datetime="2020-06-03">3 June 2020</time><a href="/tag/1">Light</a></div></div>""",
    "teasers": """<article class="node node--view-mode-teaser"><a href="/boats"><img src="/b.jpg" alt=""></a><h2><a href="/boats" rel="bookmark">
        <span>Boats come home</span></a></h2><div>12 May 2021</div><p>Text.</p></article><article class="node node--view-mode-teaser"><h2>
        <a href="/es/faro">El faro sigue</a></h2><div>3 June 2020</div></article>""",
    "bare articles": """<div><article><h2><a href="/boats">Boats come home</a></h2><div>Published: 12 May 2021</div></article>
        <article><h2><a href="/es/faro">El faro sigue</a></h2><div>Published: 3 June 2020</div></article></div>""",
    "bare list": """<ul><li><a href="/boats">Boats come home</a> 12 May 2021</li><li><a href="/es/faro">El faro sigue</a> 3 June 2020</li></ul>""",
    "table": """<table><thead><tr><th>Title</th><th>Date</th></tr></thead><tbody><tr><td><a href="/boats">Boats come home</a></td>
        <td>12 May 2021</td></tr><tr><td><a href="/es/faro">El faro sigue</a></td><td>3 June 2020</td></tr></tbody></table>""",
    "grid of Views": """<div class="views-view-grid horizontal cols-2"><div class="views-row row-1"><div class="views-col col-1">
        <a href="/boats">Boats come home</a> 12 May 2021</div><div class="views-col col-2"><a href="/es/faro">El faro sigue</a>
        <span>3 June 2020</span></div></div></div>""",
    "linked cards": """<div><a href="/boats"><div class="card"><div>12 May 2021</div><h3>Boats come home</h3><p>Text.</p></div></a>
        <a href="/es/faro"><div class="card"><div>3 June 2020</div><h3>El faro sigue</h3><p>Text.</p></div></a></div>""",
    "linked boxes": """<div><a class="tile" href="/boats"><h3>Boats come home</h3><span>12 May 2021</span></a>
        <a class="tile" href="/es/faro"><h3>El faro sigue</h3><span>3 June 2020</span></a></div>""",
    "run together": """<div><div><a href="/boats">Boats come home</a><span>Pledge</span><span>12 May 2021</span></div>
        <div><a href="/es/faro">El faro sigue</a><span>Resource</span><span>3 June 2020</span></div></div>""",
}

BOATS, FARO, QUAY = (f"{SITE}/boats", f"{SITE}/es/faro", f"{SITE}/quay")
THREE = [*ROWS, (QUAY, "A longer quay opens", "1 May 2020")]


def link(number, words=None):
    return f'<a href="{THREE[number][0]}">{words or THREE[number][1]}</a>'


def table(head, *rows):
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table>{head}<tbody>{lines}</tbody></table>"
