# Needs git, make and python3 (3.10 or newer) with venv; everything else is installed into $(VENV).
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt
DEMO_DATA ?= demo-data

.PHONY: help demo test crawl lint format constraints docs bench soak fuzz release clean

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

$(VENV)/ready-release: $(VENV)/ready-dev
	@$(PIP) --editable '.[release]'
	@touch $@

constraints: $(VENV)/ready-release ## look up the newest versions that fit together on all Pythons, for constraints.txt; then run the tests
	@sed '/^#/!d' constraints.txt > $(VENV)/constraints.new
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.10 --all-extras --no-strip-markers \
		--no-header --no-annotate --no-python-downloads pyproject.toml archive/pyproject.toml >> $(VENV)/constraints.new
	@mv $(VENV)/constraints.new constraints.txt

$(VENV)/ready-docs: $(VENV)/ready
	@echo "Installing what the documentation needs ..."
	@$(PIP) --editable '.[docs]'
	@touch $@

docs: $(VENV)/ready-docs ## the documentation as a site, build/docs/index.html; a warning is an error
	@$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going --fresh-env --doctree-dir build/doctrees docs build/docs
	@echo "Open build/docs/index.html"

bench: $(VENV)/ready-dev ## ours beside what one would otherwise run (20 minutes; installs that below .bench/); ARGS="crawl --rounds 5": a part of it
	@$(BIN)/python -m bench $(ARGS)

KILLS ?= 30
LIVES ?= 5000
BLOCKS ?= 300

NODES ?= 60
TROUBLES ?= 24
SEED ?= 1
MINUTES ?= 15

soak: $(VENV)/ready-dev ## harvest NODES (60) stories under faults, with TROUBLES (24) kills, full disks and the like, as SEED (1) says, in MINUTES (15); kill crawls at KILLS (30) random moments, live LIVES (5000) lives of a site, read BLOCKS (300) metadata blocks of each shape, and see that nothing told was false
	@$(BIN)/python -m tests.soak --nodes $(NODES) --kills $(TROUBLES) --seed $(SEED) --minutes $(MINUTES)
	@SOAK_KILLS=$(KILLS) $(BIN)/python -m pytest tests/archive/test_kills.py tests/test_harvest.py -k kill $(ARGS)
	@LIVES=$(LIVES) $(BIN)/python -m pytest tests/test_lives.py $(ARGS)
	@BLOCKS=$(BLOCKS) $(BIN)/python -m pytest tests/pages/test_robustness.py $(ARGS)

SECONDS_EACH ?= 30
TARGETS ?=

fuzz: $(VENV)/ready-dev ## feed each reader of foreign files with odd bytes, SECONDS_EACH (30) each; TARGETS="warc page": these alone
	@$(PIP) --editable '.[fuzz]' || echo 'atheris cannot be installed here: what is tried is left to chance'
	@$(BIN)/python -m tests.fuzz --seconds $(SECONDS_EACH) $(TARGETS)

release: $(VENV)/ready-release ## sdists and wheels of the last commit in dist/: made twice, checked, installed and run; nothing is uploaded
	@$(BIN)/python .ci/release.py $(ARGS)

clean: ## remove the environments and the demo's output
	rm -rf $(VENV) .bench $(DEMO_DATA) *.egg-info
