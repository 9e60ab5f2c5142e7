"""Writes CDXJ indexes of WARC files and looks up captures by URL and time."""

from __future__ import annotations

from archive.cdxj.build import Indexed, build_index, index_path, write_index
from archive.cdxj.files import Damage, WarcFile, lost_files, named_files, read_damage, warc_files
from archive.cdxj.line import IndexEntry
from archive.cdxj.lookup import iter_captures, lookup, read_capture
from archive.cdxj.surt import surt

__all__ = [
    "Damage",
    "IndexEntry",
    "Indexed",
    "WarcFile",
    "build_index",
    "index_path",
    "iter_captures",
    "lookup",
    "lost_files",
    "named_files",
    "read_capture",
    "read_damage",
    "surt",
    "warc_files",
    "write_index",
]
