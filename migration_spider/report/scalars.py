"""Types that a report and a survey share: a time, and a whole number."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, WithJsonSchema

Time = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]

Whole = Annotated[int, Field(ge=-(2**63), lt=2**63), WithJsonSchema({"type": "integer"})]
"""An integer of 64 bits, which other programs can read and charts can draw."""
