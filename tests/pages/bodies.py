"""The text of a page, and a paragraph for it."""

from tests.pages.page import news

LONG = "The harbour office kept the lights on for the whole night, and the volunteers took turns at the radio desk."


def text(content, **how):
    return news(content, **how).body_text
