"""Pages that parsers read in different ways, and what a browser must not find in what the replay makes of them."""

from __future__ import annotations

import random

_NAMES = """
    svg math style title textarea noscript noembed noframes xmp plaintext iframe template select option table tr td
    caption foreignObject desc mtext mglyph malignmark annotation-xml mi form p b a img script listing pre body html
    head frameset frame object embed base link meta input button svg:style svg:script math:a x:img image textPath use
    animate set video source center marquee dialog
"""
_OPENED = [f"<{name}" for name in _NAMES.split()]
_CLOSED = [f"</{name}>" for name in _NAMES.split()]
_SAID = [
    "", " href=javascript:x()", " src=//evil.example/a", " onerror=x()", " xlink:href=javascript:x()", "/onload=x()",
    " encoding=text/html", ' title="</title></style></textarea></noscript></xmp><img src=//evil.example/b onerror=x()>"',
    ' alt="--><img src=//evil.example/c>"', " rel=preconnect href=//evil.example", " rel='icon new' href=//evil.example/d",
    " http-equiv=refresh content='0;url=//evil.example'", " srcset='//evil.example/e 1x'", ' value="&lt;/style>&lt;img src=x>"',
    " ping=//evil.example", " data=//evil.example/f", " `onclick=x()", " a<b=1 c'onclick=x()", " poster=//evil.example/g",
]  # fmt: skip
_BETWEEN = [
    "x", "<!--", "-->", "--!>", "<![CDATA[", "]]>", "<!", "<?", "</", "<", "\x0c", "&#0;", "&lt;img src=//evil.example/h>",
    "<img src=//evil.example/i onerror=x()>", "<!--><img src=//evil.example/j>-->", "<svg/onload=x()>", "</p>", "</br>",
    "\\3c/style\\3e ", "'<\\/style><img src=//evil.example/k>'", '<!DOCTYPE x [<!ENTITY y "z">]>', "<script>x()</script>",
]  # fmt: skip


def pages(number: int) -> list[str]:
    """So many pages, always the same; every other one has a style within what is no HTML."""
    chosen = random.Random(16)  # noqa: S311 - nothing is kept from anybody
    return ["<svg><style>" * (one % 2) + _page(chosen) for one in range(number)]


def _page(chosen: random.Random) -> str:
    pieces = []
    for _ in range(chosen.randint(2, 9)):
        sort = chosen.random()
        if sort < 0.5:
            pieces.append(f"{chosen.choice(_OPENED)}{chosen.choice(_SAID)}{chosen.choice(_SAID)}>")
        else:
            pieces.append(chosen.choice(_CLOSED if sort < 0.7 else _BETWEEN))
    return "".join(pieces)


FOUND = """(pages) => pages.flatMap((text, number) => {
  const gone = "script iframe frame object embed base template applet set animate frameset portal xmp noembed plaintext";
  const addresses = "href src data background poster action formaction srcset imagesrcset icon ping cite longdesc";
  const local = (one) => one.localName.toLowerCase().split(":").pop();
  const found = [];
  for (const one of new DOMParser().parseFromString(text, "text/html").querySelectorAll("*")) {
    if (gone.split(" ").includes(local(one))) found.push(local(one));
    if (local(one) === "meta" && (one.hasAttribute("http-equiv") || one.hasAttribute("charset"))) found.push("meta");
    if (local(one) === "link" && !/^(\\s|stylesheet|icon|shortcut|alternate)+$/.test(one.getAttribute("rel")))
      found.push("link");
    if (local(one) === "style" && one.children.length) found.push("markup in a style");
    for (const each of one.attributes) {
      const value = each.value.trim();
      if (local(each).startsWith("on")) found.push(each.name);
      if (addresses.split(" ").includes(local(each)) && !/^($|#|data:image\\/|\\/memento\\/20260102030405)/.test(value))
        found.push(each.name + "=" + value);
    }
  }
  return found.map((what) => [number, what]);
})"""
"""What is left in pages: [number of the page, what]."""
