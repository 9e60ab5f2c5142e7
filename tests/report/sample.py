"""A report as a harvest of a middle-sized portal leaves it: several hundred items, forty months, a dozen runs."""

from __future__ import annotations

import random
from datetime import datetime, timedelta, timezone
from typing import Any

from migration_spider.vocabularies.data import load
from tests.report.empty import empty_report

SITE = "https://migrationnetwork.un.org"
WARC = "news-20261120T030405Z-00000.warc.gz"

TITLES = {
    "en": ["Regional review of the Global Compact opens in {place}", "Safe labour migration: lessons from {place}",
           "Statement of the Network on people at sea near {place}", "A year of consultations in {place}"],
    "es": ["Se inaugura en {place} el examen regional", "Migración laboral segura: lecciones de {place}",
           "Declaración de la Red sobre las personas en el mar cerca de {place}"],
    "fr": ["L’examen régional s’ouvre à {place}", "Déclaration du Réseau sur les personnes en mer près de {place}"],
    "ar": ["افتتاح الاستعراض الإقليمي في {place}", "بيان الشبكة بشأن المهاجرين قرب {place}"],
}  # fmt: skip
PLACES = ["Baku", "Dakar", "Lima", "Addis Ababa", "Manila", "Rabat", "Geneva", "Nairobi", "Quito", "Bangkok"]
REASONS = {"failed": "502 Bad Gateway, four times", "not_reached": "", "robots": "", "gone": "404"}


def sample_report(items: int = 640, months: int = 40, runs: int = 12, *, code: int = 3) -> dict[str, Any]:
    """The same at every call."""
    chance = random.Random(7)  # noqa: S311 - a sample, no secret
    report: dict[str, Any] = empty_report("20261120T030405Z-8c1f2a")
    report["run"] |= {
        "cycle": "20261119T030402Z-0b44de", "started": "2026-11-20T03:04:05Z", "ended": "2026-11-20T04:11:47Z",
        "seconds": 4062.4, "site": SITE, "extractor": "migration-spider 0.1.0", "resumed": True,
        "user_agent": "migration-spider/0.1.0 (+mailto:archive@example.org)",
        "options": {"site": SITE, "languages": ["en", "fr", "es", "ar", "ru"], "since": None, "max_items": None,
                    "urls": [], "full": False},
    }  # fmt: skip
    messages = [
        "7 pages that the site names are missing",
        "sitemaps that cannot be read: https://migrationnetwork.un.org/sitemap.xml?page=3: not well-formed, line 211",
        "fields are empty that had values before: geographic_scope (31%)",
    ]
    report["outcome"] = {"exit_code": code, "finish_reason": "finished", "messages": messages if code else []}
    found = report["items"]
    found["total"], found["withdrawn"] = items, 9
    found["new"] = [reference(chance, 8000 + n) for n in range(63)]
    found["changed"] = [
        {**reference(chance, 7000 + n, chance.randint(2, 5)),
         "fields": chance.sample(["title", "body_text", "publication_date", "gcm_objectives", "attachments"], 2)}
        for n in range(8)
    ]  # fmt: skip
    gone = {"gone": 404, "unpublished": 403, "redirected": 301}
    found["vanished"] = [
        {**reference(chance, 5000 + n, 2), "reason": why, "status": status, "confirmed": 2}
        for n, (why, status) in enumerate(gone.items())
    ]
    found["reappeared"] = [reference(chance, 4000, 4)]
    found["unconfirmed"] = [
        {**reference(chance, 4100 + n), "reason": "gone", "status": 404, "confirmed": 1, "needed": 2} for n in range(4)
    ]
    found["counts"] = {
        "known": items + 3, "new": 63, "changed": 8, "back": 1, "as_before": 142, "perhaps_gone": 4, "gone": 3,
        "not_reached": 7, "not_due": items - 225, "unchanged": 142, "vanished": 3, "reappeared": 1, "rerendered": 17,
    }  # fmt: skip
    if code:
        report["missing"] = [
            {"url": f"{SITE}/{language}/news/story-{n}", "reason": reason, "detail": detail, "found": "sitemap"}
            for n, (reason, detail) in enumerate(sorted(REASONS.items()) * 8)
            for language in ("en", "fr")
            if (n, language) < (7, "fr")
        ]
    report["completeness"] = {
        "known": items + 40,
        "accounted": items + 40 - len(report["missing"]),
        "sitemaps": [
            {"url": f"{SITE}/sitemap.xml?page={n}", "status": 200, "named": 200 - 30 * n,
             "problem": "not well-formed, line 211" if n == 3 and code else None}
            for n in range(1, 5)
        ] + [{"url": f"{SITE}/rss.xml", "status": 404, "named": 0, "problem": None}],
        "listings": [
            {"path": "/news", "pages": 42, "rows": 418, "total": 418, "problem": None},
            {"path": "/es/news", "pages": 11, "rows": 104, "total": 131 if code else 104,
             "problem": "shows 104 of the 131 results that it announces" if code else None},
            {"path": "/hub", "pages": 9, "rows": 90, "total": None, "problem": None},
        ],
    }  # fmt: skip
    fields = {
        "publication_date": 230, "material_type": 221, "target_audience": 205, "source_publisher": 198,
        "other_source_publisher": 31, "geographic_scope": 140 if code else 205, "working_group": 44,
        "regional_review_process": 38, "gcm_objectives": 161, "cross_cutting_themes": 97,
    }  # fmt: skip
    expected = {**fields, "geographic_scope": 203, "working_group": 45, "gcm_objectives": 159}
    report["coverage"] = [
        {"field": name, "filled": filled, "of": 230, "before": round(expected[name] / 230, 4)}
        for name, filled in fields.items()
    ]
    report["vocabulary"] = [
        {"where": where, "text": text, "count": count, "examples": [f"{SITE}/en/news/story-{count}", f"{SITE}/node/{count}"]}
        for where, text, count in (("label", "Related pledge", 12), ("geographic_scope", "Central Africa and the Great Lakes", 4),
                                   ("target_audience", "Lighthouse keepers", 2), ("material_type", "Photo essay", 1))
    ]  # fmt: skip
    report["charts"] = charts(chance, months, runs, code)
    report["http"] = {
        "requests": 731, "status": {"200": 402, "301": 22, "304": 268, "403": 2, "404": 19, "502": 12},
        "not_modified": 268, "from_archive": 31, "bytes": 48_211_904, "failures": {"TimeoutError": 6},
    }  # fmt: skip
    report["archive"] = {"files": [WARC, WARC.replace("00000", "00001")], "bytes": 21_733_001, "exchanges": 731,
                         "revisits": 289}  # fmt: skip
    changed = ["en: month-first -> day-first"] if code else []
    report["dates"] = {"settled": ["en: month-first", "fr: day-first"], "changed": changed, "waited": 35}
    report["robots"] = {"status": 200, "sha256": "3f1c" * 16, "changed": bool(code), "crawl_delay": 10.0}
    report["timings"] = [
        {"phase": phase, "seconds": seconds}
        for phase, seconds in (("recover", 3.2), ("crawl", 4012.0), ("check", 0.041), ("index", 44.5), ("report", 2.6))
    ]
    return report


def reference(chance: random.Random, node: int, version: int = 1) -> dict[str, Any]:
    """One item."""
    language = chance.choice(["en", "en", "en", "es", "es", "fr", "ar"])
    title = chance.choice(TITLES[language]).format(place=chance.choice(PLACES))
    date = datetime(2026, 11, 20, tzinfo=timezone.utc) - timedelta(days=chance.randint(0, 60))
    return {
        "id": f"{node}@{language}", "title": title, "url": f"{SITE}/{language}/node/{node}", "language": language,
        "version": version, "publication_date": f"{date:%Y-%m-%d}" if node % 9 else None,
        "warc": {"file": WARC, "offset": chance.randint(1000, 2 * 10**7), "length": chance.randint(9000, 30_000),
                 "record_id": f"<urn:uuid:{chance.getrandbits(32):08x}-91b2-4c3d-8e4f-{chance.getrandbits(48):012x}>"},
    }  # fmt: skip


def charts(chance: random.Random, months: int, runs: int, code: int) -> dict[str, Any]:
    """The numbers behind the charts."""
    shares = {"en": 9, "es": 4, "fr": 3, "ar": 1.4, "ru": 0.8, "zh-hans": 0.4, "pt-br": 0.2}
    first = 2026 * 12 + 11 - months
    rows = []
    for number in range(months):
        swell = 1.0 + 0.8 * (number % 12 in (4, 5, 11)) + number / 60
        counts = {language: int(chance.random() * share * swell) for language, share in shares.items()}
        month = f"{(first + number) // 12}-{(first + number) % 12 + 1:02}"
        rows.append({"month": month, "languages": {language: count for language, count in counts.items() if count}})
    terms = {one["id"]: one["label"]["en"] for one in load("gcm_objectives")["terms"]}
    weights = {"23": 130, "1": 90, "8": 84, "7": 61, "5": 55, "general": 40, "20": 0, "22": 0}
    objectives = [
        {"id": one, "label": label, "count": weights.get(one, chance.randint(3, 40))} for one, label in terms.items()
    ]
    places = [one for one in load("places")["terms"] if one["type"] in ("global", "region", "subregion")]
    regions = [
        {"id": one["id"], "label": one["label"]["en"], "count": max(1, 120 - 7 * n)}
        for n, one in enumerate(places[:22])
    ]
    history = []
    for number in range(runs):
        started = datetime(2026, 11, 20, 3, 4, 5, tzinfo=timezone.utc) - timedelta(days=runs - 1 - number)
        is_last = number == runs - 1
        history.append({
            "run": f"{started:%Y%m%dT%H%M%SZ}-{chance.getrandbits(24):06x}",
            "started": f"{started:%Y-%m-%dT%H:%M:%SZ}",
            "exit_code": code if is_last else {4: 4, 7: 3, 8: None}.get(number, 0),
            "new": 560 if number == 0 else 63 if is_last else chance.randint(0, 9),
            "changed": 8 if is_last else 0 if number == 0 else chance.randint(0, 7),
            "vanished": 3 if is_last else chance.choice([0, 0, 0, 1]),
            "requests": 3100 if number == 0 else chance.randint(180, 740),
            "bytes": 10**8 if number == 0 else chance.randint(10**6, 5 * 10**7),
            "seconds": 9000.5 if number == 0 else float(chance.randint(400, 4000)),
        })  # fmt: skip
    return {
        "months": rows,
        "objectives": [one for one in objectives if one["count"]],
        "regions": regions,
        "history": history,
    }
