"""What holds for each page that a survey writes."""


def is_harmless(page):
    """Nothing that acts, and no address but data: and fragments."""
    assert [] == page.xpath(
        "//script | //iframe | //object | //embed | //base | //link | //meta[@http-equiv='refresh']"
    )
    for element in page.iter():
        for name, value in element.attrib.items() if isinstance(element.tag, str) else ():
            assert not name.lower().startswith("on"), (element.tag, name)
            assert "javascript:" not in value.lower(), (element.tag, name)
            if name in ("src", "href", "action", "formaction", "data", "poster", "srcset", "background"):
                assert value.startswith(("data:", "#")), (element.tag, name, value)
