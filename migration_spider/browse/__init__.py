"""7 browse: what a release holds, to be looked at: a local server with its API, and the same pages as files.

Everything is read out of one shape, the ``news.sqlite`` of a release (`collection`); for a data folder the same is
made of its items first (`making`). `facets`, `selection` and `finding` say what is asked for and answer it;
a module for each page hands that to its template; `links` alone knows where things are.
"""
