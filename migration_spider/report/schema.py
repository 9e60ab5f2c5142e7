"""``report.schema.json`` (JSON Schema, draft 2020-12) from the classes of `model`.

``python -m migration_spider.report.schema > migration_spider/report/report.schema.json`` after a change there.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from archive.dataset.schema import class_schema
from migration_spider.report import model


def report_schema() -> dict[str, Any]:
    """The schema of a report. Other keys are allowed, because later versions may add some."""
    return {"title": f"Report of a harvest, {model.SCHEMA}", **class_schema(model.Report)}


if __name__ == "__main__":
    json.dump(report_schema(), sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")
