"""Names that follow a rule instead of a list: numbered objectives, country networks, names with their acronym."""

from __future__ import annotations

import re

from .keys import key
from .terms import VocabTerm, vocabulary

_OBJECTIVE = re.compile(
    r"(?:(?:gcm|pmm)\s+)?(?:objectives?|objectifs?|objetivos?|ziel|цель|الهدف|هدف|目标|目標|具体目标)?\s*"
    r"(?:n[.o]*\s*)?(?P<number>0?[1-9]|1\d|2[0-3])(?:\s*(?P<separator>[.:)\-|]?)\s*(?P<title>[^\d\s.:)\-|].*))?"
)
_COUNTRY_NETWORK = re.compile(
    r"(?:(?:the )?(?:un|united nations) network on migration|unnm|reseau des nations unies sur (?:les|la) migrations?"
    r"|red de (?:las )?naciones unidas sobre (?:la )?migracion)"
    r"(?:\s*[-:,]\s*|\s+(?:(?:in|au|aux|en|du|de|pour|para|for)\s+)?)\(?(?P<country>[^()]+)\)?"
)
_WITH_ACRONYM = re.compile(r"(?P<name>[^()]+?)\s*\((?P<acronym>[^()]{2,})\)")


def objective(raw: str) -> VocabTerm | None:
    """Find an objective by its number: ``12. Title``, ``12 - Title``, ``12 – Title``, ``Objective 12``, ``12``.

    After a separator the number decides, also if the title is unknown; with the title of another objective the result
    is None. Without a separator (``12 million ...``) the title must be known.
    """
    objectives = vocabulary("gcm_objectives")
    match = _OBJECTIVE.fullmatch(key(raw))
    if match is None:
        return None
    term = objectives.terms[str(int(match["number"]))]
    if match["title"] is None:
        return term
    titled = objectives.names.get(match["title"])
    return term if titled == term or (titled is None and match["separator"]) else None


def publisher(raw: str) -> VocabTerm | None:
    """``UN Network on Migration <Country>``, or ``Name (ACRONYM)`` when both belong to one publisher."""
    publishers = vocabulary("source_publisher")
    text = key(raw)
    match = _COUNTRY_NETWORK.fullmatch(text)
    if match:
        place = vocabulary("geographic_scope").names.get(match["country"].strip())
        if place and place.type == "country":
            suffix = (place.iso3 or place.id).lower()
            network = publishers.terms["un-network-on-migration"]
            return VocabTerm(f"{network.id}-{suffix}", f"{network.label} {place.label}", "country-network", place.iso3)
    match = _WITH_ACRONYM.fullmatch(text)
    if match:
        # "International Organization for Migration (IOM)", and turned round: "IOM (International Organization ...)".
        inner, outer = publishers.names.get(match["acronym"]), publishers.names.get(match["name"])
        return inner if inner == outer else None
    return None
