"""The page that is explained."""

from tests.pages.page import PROSE, document

NEWS = document(
    f"""<div class="region"><article><nav><a href="/before">The page before</a></nav>
<div class="clearfix field--name-body">{PROSE}</div>
<div class="field--type"><div class="field__label">Date of publication</div><div>3 May 2021</div></div>
<div class="field--type"><div class="field__label">Tides</div><div>High</div></div></article>
<h2>Related content</h2><p><a href="/boat">A boat came home</a></p></div>"""
)
