"""Reads responses that are no HTML page of the site, or examines whether they are one.

blocked and broken: whether a response is the requested page, and complete. feeds, xml_files, xml_entries: feeds and
sitemaps. requisites: the files that a browser loads to show a page. text_rendition: pages saved as text.
"""
