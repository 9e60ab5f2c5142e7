"""The extensions of a crawl, and the order in which things happen around its requests.

The numbers in ``EXTENSIONS`` are the order in which extensions are made, and the add-on's archive has 900:

1. ``Progress`` (200) only looks.
2. ``HarvestLock`` (890) before the archive is opened: two harvests in a folder must not both salvage what a third left.
3. The archive (900) opens, and salvages.
4. ``Harvest`` (905) after it: its memory is an index of the archive as it is then.
5. ``RunLog`` (910) last: a run that does not get the lock or the archive leaves no folder.

What any of them raises then ends the run before it begins. After that

6. ``spider_opened``: the archive proves its capture.
7. ``engine_started``: `run.Run` looks whether all that the run rests on is there; only then the spider may ask.
8. ``spider_closed``: the archive is closed; ``Run`` keeps the reason.
9. After the reactor has stopped `finish.finish` does, where errors rise, what needs the closed archive: completeness,
   index, verdict, report, notification, stats.

No receiver of a signal relies on being called before or after another one of the same signal.
"""
