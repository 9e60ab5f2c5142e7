"""What a perfect reader of the site would say, in the shape of an export from Drupal's entity API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from . import files
from .fields import Value, files_entry, prefix
from .model import Node, Translation
from .texts import body_text

NAMES = {
    "type": "type_of_material",
    "audience": "target_audience",
    "publisher": "source_publisher",
    "other_publisher": "other_source",
    "scope": "geographic_scope",
    "working_group": "working_group",
    "regional_review": "regional_review",
    "objectives": "gcm_objectives",
    "themes": "cross_cutting_theme",
}
IN_ENGLISH = ("type", "scope", "objectives")


def fold(text: str) -> str:
    """White space folded, as items give it."""
    return " ".join(text.split())


def path_of(node: Node, translation: Translation) -> str:
    """Where a translation answers with 200."""
    return prefix(translation.language) + (translation.alias or f"/node/{node.nid}")


def _english(values: Mapping[str, Sequence[Value]]) -> dict[str, list[str]]:
    english = {NAMES[name]: [value.english for value in values[name] if value.english] for name in IN_ENGLISH}
    english["gcm_objectives"] = [f"{value.id}. {value.english}" for value in values["objectives"] if value.id]
    return english


def _block(translation: Translation) -> list[dict[str, object]]:
    block = [*translation.entries]
    if translation.files:
        block.append(files_entry(translation.files, translation.language))
    return [{"label": entry.label or "", "values": [fold(value.text) for value in entry.values]} for entry in block]


def record(node: Node, translation: Translation, base: str) -> dict[str, object]:
    """One translation. Values are as printed with white space folded.

    Beyond the fields of the export: ``langcode`` (``lang`` is its first part), ``metadata`` (the whole block as
    printed, with an empty label over values that have none), ``ids`` (codes of the closed vocabularies), ``kind`` and
    ``body_language``.
    """
    values = {name: [] for name in NAMES} | {entry.name: list(entry.values) for entry in translation.entries}
    printed = {public: [fold(value.text) for value in values[name]] for name, public in NAMES.items()}
    return {
        "url": base + path_of(node, translation),
        "redirected": None,
        "lang": translation.language.split("-")[0],
        "langcode": translation.language,
        "source_lang": node.source,
        "nid": node.nid,
        "kind": node.kind,
        "title": fold(translation.title),
        "date": translation.date,
        **printed,
        "en": _english(values),
        "ids": {
            NAMES[name]: [value.id for value in values[name]] for name in ("type", "scope", "objectives", "themes")
        },
        "metadata": _block(translation),
        "attachments": [
            {"url": base + file.path, "filename": file.name, "mime": file.media_type, "sha256": files.sha256(file)}
            for file in translation.files
        ],
        "body_text": "\n\n".join(
            "\n".join(line.strip() for line in text.split("\n")) for text in body_text(translation.body).split("\n\n")
        ),
        "body_language": translation.body_language or translation.language,
        "translations": sorted(node.translations),
    }
