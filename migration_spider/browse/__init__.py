"""7 browse: shows the content of a release, with a local server and its API, or as static files.

All pages are made from the ``news.sqlite`` of a release (`collection`). For a data folder, the same file is made from
its items first (`making`). `facets`, `selection` and `finding` parse a request and find its stories. Each page has a
module that passes the result to its template. Only `links` knows the addresses of pages.
"""
