"""The extensions of a crawl, and the order in which things happen around its requests.

The numbers in ``EXTENSIONS`` are the order in which extensions are created; the archive of the add-on has 900:

1. ``Progress`` (200) only reads.
2. ``HarvestLock`` (890) comes before the archive, so that two harvests cannot both salvage the files of a third.
3. The archive (900) is opened, and salvages files.
4. ``Harvest`` (905) comes after it, because its memory is an index of the archive.
5. ``RunLog`` (910) comes last, so that a run without the lock or the archive leaves no folder.

An exception in any of these ends the run before it begins. After that:

6. ``spider_opened``: the archive proves its capture.
7. ``engine_started``: `run.Run` checks that everything the run needs is there; only then the spider may send requests.
8. ``spider_closed``: the archive is closed; ``Run`` stores the reason.
9. After the reactor has stopped, `finish.finish` does everything that needs the closed archive, because there errors
   are raised: completeness, index, verdict, report, notification, stats.

No receiver depends on the order of the receivers of one signal.
"""
