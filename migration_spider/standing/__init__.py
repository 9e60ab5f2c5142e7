"""6 publish: how whole the items are, by what the runs on record say of themselves."""

from migration_spider.standing.judged import UNKNOWN, Standing, standing_of
from migration_spider.standing.past import PastRun, past_runs
from migration_spider.standing.tables import RunTables

__all__ = ["UNKNOWN", "PastRun", "RunTables", "Standing", "past_runs", "standing_of"]
