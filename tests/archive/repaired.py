"""What becomes of a damaged file: it is repaired, and the new file is sound."""

from __future__ import annotations

import subprocess
from pathlib import Path

from hypothesis import HealthCheck

from archive.repair import repair
from tests.archive.damaged import codes, parts
from tests.archive.foreign import scrapy

ANY_FIXTURE = [HealthCheck.function_scoped_fixture]


def repaired(tmp_path: Path, data: bytes):
    """``(what became of data, the new file)``, of which the latter is sound."""
    damaged, new = tmp_path / "damaged.warc.gz", tmp_path / "new.warc.gz"
    new.unlink(missing_ok=True)
    damaged.write_bytes(data)
    result = repair(damaged, new)
    assert data == damaged.read_bytes()
    assert (result.kept > 0) == new.exists()
    if new.exists():
        assert (result.kept, result.size) == (len(parts(new)), new.stat().st_size)
        assert not {"member-cut", "record-end", "garbage", "member-several-records"} & set(codes(new))
    assert sorted(tmp_path.iterdir()) == sorted(path for path in (damaged, new) if path.exists())
    return result, new


def command(cwd: Path, *arguments: str) -> subprocess.CompletedProcess:
    return scrapy(cwd, "archive-repair", *arguments)
