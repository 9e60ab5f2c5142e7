# Needs git, make and python3 (3.10 or newer) with venv; everything else is installed into $(VENV).
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt
DEMO_DATA ?= demo-data

.PHONY: help demo test crawl lint format bench soak clean

help: ## this list
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*##/\t/' | expand -t 10

$(VENV)/ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Python 3.10 or newer is needed, this is " + sys.version.split()[0])'
	@echo "Installing into $(VENV) ..."
	@$(PYTHON) -m venv $(VENV) || { echo "The venv module is missing: on Debian and Ubuntu install the package python3-venv"; exit 1; }
	@$(PIP) --editable .
	@touch $@

$(VENV)/ready-dev: $(VENV)/ready
	@echo "Installing what the tests need ..."
	@$(PIP) --editable '.[dev]'
	@touch $@

demo: $(VENV)/ready ## crawl the bundled demo portal into demo-data/
	@$(BIN)/python -m tests.portal.demo --data $(DEMO_DATA)

crawl: $(VENV)/ready ## the same job against the live portal, into data/ (give MIGRATION_CONTACT=you@example.org)
	@MIGRATION_CONTACT='$(MIGRATION_CONTACT)' $(BIN)/scrapy crawl news $(ARGS)

test: $(VENV)/ready-dev ## all tests
	@$(BIN)/python -m pytest --numprocesses auto --dist loadscope --durations 10 $(ARGS)

lint: $(VENV)/ready-dev ## lint, format, types, import contracts and declared dependencies
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy archive migration_spider
	$(BIN)/lint-imports
	$(BIN)/deptry archive migration_spider
	cd archive && $(abspath $(BIN))/deptry .

format: $(VENV)/ready-dev ## rewrite the code in the project's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/ready-dev ## ours beside what one would otherwise run (20 minutes; installs that below .bench/); ARGS="crawl --rounds 5": a part of it
	@$(BIN)/python -m bench $(ARGS)

KILLS ?= 30
LIVES ?= 5000
BLOCKS ?= 300

soak: $(VENV)/ready-dev ## kill crawls at KILLS (30) random moments, live LIVES (5000) lives of a site, read BLOCKS (300) metadata blocks of each shape, and see that nothing told was false
	@SOAK_KILLS=$(KILLS) $(BIN)/python -m pytest tests/archive/test_failures.py tests/test_kill.py tests/test_harvest.py -k kill $(ARGS)
	@LIVES=$(LIVES) $(BIN)/python -m pytest tests/test_lives.py $(ARGS)
	@BLOCKS=$(BLOCKS) $(BIN)/python -m pytest tests/pages/test_robustness.py $(ARGS)

clean: ## remove the environments and the demo's output
	rm -rf $(VENV) .bench $(DEMO_DATA) *.egg-info
