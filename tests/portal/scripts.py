"""Edits as text, for people: ``python -m tests.portal --edit retitle:8836:en``."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import date, datetime, timezone

from .editor import Editor


def run(editor: Editor, script: str) -> None:
    """Do one edit, ``name:argument:...``, see `EDITS`. A `ValueError` says what is wrong with it.

    Arguments at the end may be left out where the method has a default for them; the last may hold colons.
    """
    name, *rest = script.split(":", 1)
    if name not in EDITS:
        raise ValueError(f"{script}: there is no such edit, only {', '.join(EDITS)}")
    kinds = EDITS[name]
    given = rest[0].split(":", len(kinds) - 1) if rest else []
    try:
        getattr(editor, name)(*(kind(text) for kind, text in zip(kinds, given, strict=False)))
    except (TypeError, ValueError) as error:
        takes = ":".join([name, *list(inspect.signature(getattr(Editor, name)).parameters)[1:]])
        raise ValueError(f"{script}: {error} (it takes {takes})") from error


def _languages(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def _all_or_one(text: str) -> str | None:
    return None if text == "all" else text


def _target(text: str) -> str | int:
    return int(text) if text.isdecimal() else text


def _yes(text: str) -> bool:
    if text not in ("yes", "no"):
        raise ValueError(f"{text!r} is neither yes nor no")
    return text == "yes"


EDITS: dict[str, list[Callable[[str], object]]] = {
    "edit": [int, str, str],
    "edit_field": [int, _all_or_one, str, str],
    "clear_field": [int, _all_or_one, str],
    "retitle": [int, str, str],
    "touch": [int, str],
    "replace_file": [int, _yes],
    "add": [str, _languages, date.fromisoformat, _moment],
    "translate": [int, str, _yes],
    "remove_translation": [int, str],
    "unpublish": [int, _yes],
    "delete": [int, _yes, _yes],
    "login": [int],
    "redirect_away": [int, _target],
    "restore": [int],
    "place": [int, _yes, _yes],
    "restyle": [str],
    "robots": [str],
}
"""Name of a method of `Editor` -> how its arguments are read. Examples: ``edit_field:8836:en:objectives:5``,
``edit_field:8836:all:date``, ``add:news:en,fr:2020-05-04``, ``delete:8836:yes``, ``place:8836:no:yes``,
``redirect_away:8836:https://elsewhere.invalid/moved``."""
