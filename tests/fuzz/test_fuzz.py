"""The corpus again, and a few inputs like it; ``make fuzz`` tries many more."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.mutation import like
from tests.fuzz.targets import CORPUS, TARGETS

KEPT = {name: sorted(path for path in (CORPUS / name).iterdir()) for name in TARGETS}
MOST = 25
"""Bytes of a file of the corpus, in thousands."""


def test_every_target_has_a_corpus_and_every_file_in_it_a_name():
    assert sorted(TARGETS) == sorted(folder.name for folder in CORPUS.iterdir())
    for name, files in KEPT.items():
        assert len(files) > 3, name
        assert all(file.stat().st_size <= MOST * 1000 for file in files), name
        assert not [file for file in files if file.name.startswith("found-")], "mend it, and give it a name"


@pytest.mark.parametrize("name", TARGETS)
def test_what_once_failed_holds(name):
    for file in KEPT[name]:
        try:
            TARGETS[name](file.read_bytes())
        except BaseException as error:
            error.add_note(f"at {file}") if hasattr(error, "add_note") else None
            raise


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=15, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_is_like_it_holds(name, data):
    TARGETS[name](data.draw(like([file.read_bytes() for file in KEPT[name]])))
