"""As-printed values to dates, codes and languages: pure functions, one module per kind of value."""

from .block import BlockResult, normalize_block
from .dates import parse_date
from .html import sanitise
from .identity import content_sha256, filename, item_id
from .language import detect
from .problems import PROBLEMS, problem

__all__ = [
    "PROBLEMS",
    "BlockResult",
    "content_sha256",
    "detect",
    "filename",
    "item_id",
    "normalize_block",
    "parse_date",
    "problem",
    "sanitise",
]
