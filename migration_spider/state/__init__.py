"""5 store: what is known of earlier runs, in SQLite beside the JSON lines and the archive that it is an index of."""

from migration_spider.state.memory import Memory
from migration_spider.state.store import ItemStore, revise

__all__ = ["ItemStore", "Memory", "revise"]
