"""``survey.schema.json`` (JSON Schema, draft 2020-12) from the classes of `model`.

``python -m migration_spider.survey.schema > migration_spider/survey/survey.schema.json`` after a change there.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from archive.dataset.schema import class_schema
from migration_spider.survey import model


def survey_schema() -> dict[str, Any]:
    """The schema of a survey. Other keys are allowed, because later versions may add some."""
    return {"title": f"Survey of a site, {model.SCHEMA}", **class_schema(model.Survey)}


if __name__ == "__main__":
    json.dump(survey_schema(), sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")
