"""Makes a survey, the first look at an unknown site, from the pages that a run has sampled and archived.

``answers`` reads the archived responses of the run, and ``reading`` reads their pages. ``door``, ``content``,
``samples`` and ``proposals`` make the parts of the survey, and ``make`` combines them into a `model.Survey`. ``still``
makes the sample pages, and ``write`` writes survey.json, survey.html and the sample pages into the folder of the run.
"""
