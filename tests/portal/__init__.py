"""A demo portal: a small multilingual site that behaves like Drupal 10, with generated content, on 127.0.0.1."""

from .faults import NAMES as FAULTS
from .markup.block import VARIANTS
from .plans import PLANS
from .server import Portal
from .traps import is_trap

__all__ = ["FAULTS", "PLANS", "VARIANTS", "Portal", "is_trap"]
