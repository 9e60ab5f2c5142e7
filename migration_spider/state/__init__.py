"""5 store: what is known of earlier runs, in SQLite beside the JSON lines and the archive that it is an index of."""

from migration_spider.state.items import Known, State, revise
from migration_spider.state.memory import Memory
from migration_spider.state.pages import Page, Pages

__all__ = ["Known", "Memory", "Page", "Pages", "State", "revise"]
