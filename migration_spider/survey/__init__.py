"""First look at an unknown site: what a run that sampled it can tell, computed from what it archived.

``answers`` reads the run's records back, ``reading`` the pages in them; ``door``, ``content``, ``samples`` and
``proposals`` are what is told of them, which ``make`` puts together as a `model.Survey`. ``still`` shows a sample page
as it looked; ``write`` puts survey.json, survey.html and the sample pages into the folder of the run.
"""
