"""The results of several runs as one: what was measured again takes the place of what was, contender by contender.

    python -m bench.joined INTO FILE ...

What the first file says of machine and project stays, as each contender says of which run it is.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

RUN = ("began", "commit", "load")
"""What each contender says of its run; page and tables tell it where it is not that of the last one."""


KEPT = ("began", "commit", "machine", "versions", "portal", "addresses")
"""What stays that of the first file."""


def joined(before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """The results of both.

    A contender of ``now`` takes the place of the one ``before`` unless it has no figures and that one has; the rest of
    a subject, and what is said of machine and project, is that of ``now``.
    """
    subjects = dict(before["subjects"])
    for name, found in now["subjects"].items():
        known = subjects.get(name, {})
        bases = {**known.get("bases", {}), **found.get("bases", {})}
        order = _order(known, found)
        contenders = _contenders(known.get("contenders", {}), found["contenders"], order)
        subjects[name] = {**found, "bases": bases, "order": order, "contenders": contenders}
    of_both = {key: {**before[key], **now[key]} for key in ("peers", "left_out")}
    return {**before, **now, **of_both, "subjects": subjects}


def _order(before: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """In which contenders stand: as the subject says that names more of them, those that it does not name last."""
    told = [one.get("order", [*one.get("contenders", {})]) for one in (found, before)]
    return [*dict.fromkeys(name for names in sorted(told, key=len, reverse=True) for name in names)]


def _contenders(before: dict[str, Any], found: dict[str, Any], order: list[str]) -> dict[str, Any]:
    new = {name: it for name, it in found.items() if it["rounds"] or not before.get(name, it)["rounds"]}
    both = {**before, **new}
    return {name: both[name] for name in dict.fromkeys([*order, *both]) if name in both}


def main() -> None:
    into, *files = map(Path, sys.argv[1:])
    results = json.loads(into.read_text(encoding="utf-8"))
    for file in files:
        results = {
            **joined(results, json.loads(file.read_text(encoding="utf-8"))),
            **{key: results[key] for key in KEPT},
        }
    into.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
