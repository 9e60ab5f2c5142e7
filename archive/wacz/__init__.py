"""WACZ 1.1.1: a collection in one file that a browser can replay (https://specs.webrecorder.net/wacz/1.1.1/)."""

from __future__ import annotations

from archive.wacz.package import Packaged, write_wacz

__all__ = ["Packaged", "write_wacz"]
