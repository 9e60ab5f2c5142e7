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
    """A story, in ``language`` first, and ``with`` beside it."""
    collection, name = collection_of(request), request.path_params["id"]
    parameters = request.query_params
    asked = Asked(
        language=parameters.get("language"),
        beside=parameters.get("with"),
        capture=parameters.get("capture"),
        item=parameters.get("item"),
        old=_position(parameters.get("old")),
        new=_position(parameters.get("new")),
    )
    try:
        shown_story = story(collection, name)
    except NoSuchStory as error:
        return _no_story(request, name, str(error))
    return page(request, "story.html", **values(collection, links_of(request), shown_story, asked))


def item(request: Request) -> Response:
    """Redirect to the story of an item, in the language of the item."""
    name = request.path_params["id"]
    try:
        story_id, language = story_of_item(collection_of(request), name)
    except NoSuchStory as error:
        return _no_story(request, name, str(error))
    return RedirectResponse(links_of(request).story(story_id, language), 302)


def verify(request: Request) -> Response:
    """Check all claims of an item against the archive; ``format=json`` for JSON. Changes nothing."""
    collection, name = collection_of(request), request.path_params["id"]
    try:
        of_item = story(collection, story_of_item(collection, name)[0])
    except NoSuchStory as error:
        return _no_story(request, name, str(error))
    checked_item = of_item.named(name)
    if checked_item is None:
        return _no_story(request, name, f"There is no item {name}")
    result = check(collection.archive, checked_item, of_item.files)
    headers = {"Cache-Control": "no-store"}  # each request must check again
    if request.query_params.get("format") == "json":
        return JSONResponse(result.to_json(), headers=headers)
    command_lines = partial(commands, collection, links_of(request))
    shown = {
        "story": of_item,
        "item": checked_item,
        "checked": result,
        "SAID": SAID,
        "commands": command_lines,
        "moment": moment,
    }
    response = page(request, "check.html", **shown)
    response.headers.update(headers)
    return response


def _no_story(request: Request, name: str, sentence: str) -> Response:
    response = page(request, "no_story.html", name=name, sentence=sentence)
    response.status_code = 404
    return response


def _position(value: str | None) -> int | None:
    if value is None or value == "":
        return None
    if not (value.isascii() and value.isdigit() and len(value) < 8):
        raise HTTPException(400, "A version is named by its place, 1, 2, and so on.")
    return int(value)
