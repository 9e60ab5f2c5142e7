"""Types that a report and a survey share: a time, and a whole number."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, WithJsonSchema

Time = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]

Whole = Annotated[int, Field(ge=-(2**63), lt=2**63), WithJsonSchema({"type": "integer"})]
"""Of the size that other programs hold, and that can be drawn."""
