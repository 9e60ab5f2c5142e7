"""Metadata blocks, and what is read of them."""

from migration_spider.items import TERM_FIELDS, Entry, Term, Value

FIELDS = ["publication_date", "publication_date_raw", *TERM_FIELDS]
GENERAL_PUBLIC = Term(raw="General Public", id="general-public", label="General Public")


def entry(label, *texts):
    return Entry(label=label, values=[Value(text=text) for text in texts])


def filled(result):
    return {name: value for name, value in result.fields.items() if value not in (None, [])}


def ids(result, name):
    return [term.id for term in result.fields[name]]
