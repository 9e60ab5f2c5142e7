"""The page of a story in all its languages, with its evidence checked again."""

from __future__ import annotations

from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from migration_spider.browse.asked import collection_of, links_of, page
from migration_spider.browse.evidence import SAID, check
from migration_spider.browse.story import NoSuchStory, story, story_of_item
from migration_spider.browse.story_view import Asked, commands, moment, values


def show(request: Request) -> Response:
    """The story that the address names; ``language`` stands first, ``with`` beside it."""
    collection, name = collection_of(request), request.path_params["id"]
    given = request.query_params
    asked = Asked(
        language=given.get("language"),
        beside=given.get("with"),
        capture=given.get("capture"),
        item=given.get("item"),
        old=_position(given.get("old")),
        new=_position(given.get("new")),
    )
    try:
        found = story(collection, name)
    except NoSuchStory as error:
        return _none(request, name, str(error))
    return page(request, "story.html", **values(collection, links_of(request), found, asked))


def item(request: Request) -> Response:
    """Leads to the story of an item, in the item's language."""
    name = request.path_params["id"]
    try:
        found, language = story_of_item(collection_of(request), name)
    except NoSuchStory as error:
        return _none(request, name, str(error))
    return RedirectResponse(links_of(request).story(found, language), 302)


def verify(request: Request) -> Response:
    """What the archive says now of all that an item claims; ``format=json`` for programs. Changes nothing."""
    collection, name = collection_of(request), request.path_params["id"]
    try:
        found = story(collection, story_of_item(collection, name)[0])
    except NoSuchStory as error:
        return _none(request, name, str(error))
    one = found.named(name)
    if one is None:
        return _none(request, name, f"There is no item {name}")
    told = check(collection.archive, one, found.files)
    headers = {"Cache-Control": "no-store"}  # what was so a minute ago is not what was asked
    if request.query_params.get("format") == "json":
        return JSONResponse(told.to_json(), headers=headers)
    lines = partial(commands, collection, links_of(request))
    shown = {"story": found, "item": one, "checked": told, "SAID": SAID, "commands": lines, "moment": moment}
    response = page(request, "check.html", **shown)
    response.headers.update(headers)
    return response


def _none(request: Request, name: str, sentence: str) -> Response:
    response = page(request, "no_story.html", name=name, sentence=sentence)
    response.status_code = 404
    return response


def _position(value: str | None) -> int | None:
    if value is None or value == "":
        return None
    if not (value.isascii() and value.isdigit() and len(value) < 8):
        raise HTTPException(400, "A version is named by its place, 1, 2, and so on.")
    return int(value)
