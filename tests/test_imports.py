"""Every module can be imported, also those that no other test runs: a name that moved is noticed."""

import importlib
import pkgutil

import pytest

import archive
import bench
import migration_spider
import tests.portal

MODULES = sorted(
    module.name
    for package in (archive, bench, migration_spider, tests.portal)
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
)


@pytest.mark.parametrize("name", MODULES)
def test_every_module_can_be_imported(name):
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        if str(error.name).split(".")[0] in {"archive", "bench", "migration_spider", "tests"}:
            raise
        pytest.skip(f"{error.name} is not installed")
