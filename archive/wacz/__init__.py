"""Writes and reads WACZ 1.1.1, one file with a complete web archive (https://specs.webrecorder.net/wacz/1.1.1/)."""

from __future__ import annotations

from archive.wacz.package import Packaged, write_wacz
from archive.wacz.pages import Items
from archive.wacz.signing import Key, read_key

__all__ = ["Items", "Key", "Packaged", "read_key", "write_wacz"]
