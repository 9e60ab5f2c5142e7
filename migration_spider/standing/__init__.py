"""6 publish: whether the items are complete, according to the records of the runs."""

from migration_spider.standing.judged import UNKNOWN, Standing, standing_of
from migration_spider.standing.past import PastRun, past_runs
from migration_spider.standing.tables import RunTables

__all__ = ["UNKNOWN", "PastRun", "RunTables", "Standing", "past_runs", "standing_of"]
