# Needs git, make and python3 (3.10 or newer) with venv; everything else is installed into $(VENV).
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt
DEMO_DATA ?= demo-data

.PHONY: help demo test crawl lint format constraints docs bench soak fuzz release clean

help: ## this list
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*##/\t/' | expand -t 14

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

crawl: $(VENV)/ready ## crawl the live portal into data/ (give MIGRATION_CONTACT=you@example.org)
	@MIGRATION_CONTACT='$(MIGRATION_CONTACT)' $(BIN)/scrapy crawl news $(ARGS)

test: $(VENV)/ready-dev ## all tests
	@$(BIN)/python -m pytest --numprocesses auto --dist loadscope --durations 10 $(ARGS)

lint: $(VENV)/ready-dev ## check format, types, import contracts and declared dependencies
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy archive migration_spider
	$(BIN)/lint-imports
	$(BIN)/deptry archive migration_spider
	cd archive && $(abspath $(BIN))/deptry .

format: $(VENV)/ready-dev ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(VENV)/ready-release: $(VENV)/ready-dev
	@$(PIP) --editable '.[release]'
	@touch $@

constraints: $(VENV)/ready-release ## update constraints.txt to the newest versions for all Pythons; run the tests after it
	@sed '/^#/!d' constraints.txt > $(VENV)/constraints.new
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.10 --all-extras --no-strip-markers \
		--no-header --no-annotate --no-python-downloads pyproject.toml archive/pyproject.toml >> $(VENV)/constraints.new
	@mv $(VENV)/constraints.new constraints.txt

$(VENV)/ready-docs: $(VENV)/ready
	@echo "Installing what the documentation needs ..."
	@$(PIP) --editable '.[docs]'
	@touch $@

docs: $(VENV)/ready-docs ## build the documentation, build/docs/index.html; warnings are errors
	@$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going --fresh-env --doctree-dir build/doctrees docs build/docs
	@echo "Open build/docs/index.html"

bench: $(VENV)/ready-dev ## benchmarks against other tools, installed below .bench/ (20 minutes); ARGS="crawl --rounds 5" for one
	@$(BIN)/python -m bench $(ARGS)

KILLS ?= 30
LIVES ?= 5000
BLOCKS ?= 300

NODES ?= 60
TROUBLES ?= 24
SEED ?= 1
MINUTES ?= 15

soak: $(VENV)/ready-dev ## long tests with random faults: see docs/reliability.md; NODES=60 TROUBLES=24 SEED=1 MINUTES=15 KILLS=30 LIVES=5000 BLOCKS=300
	@$(BIN)/python -m tests.soak --nodes $(NODES) --kills $(TROUBLES) --seed $(SEED) --minutes $(MINUTES)
	@SOAK_KILLS=$(KILLS) $(BIN)/python -m pytest tests/archive/test_kills.py tests/test_harvest.py -k kill $(ARGS)
	@LIVES=$(LIVES) $(BIN)/python -m pytest tests/test_lives.py $(ARGS)
	@BLOCKS=$(BLOCKS) $(BIN)/python -m pytest tests/pages/test_robustness.py $(ARGS)

SECONDS_EACH ?= 30
TARGETS ?=

fuzz: $(VENV)/ready-dev ## fuzz every parser for SECONDS_EACH=30 seconds; TARGETS="warc page" for some
	@$(PIP) --editable '.[fuzz]' || echo 'atheris cannot be installed here: inputs are chosen at random'
	@$(BIN)/python -m tests.fuzz --seconds $(SECONDS_EACH) $(TARGETS)

release: $(VENV)/ready-release ## build sdists and wheels of the last commit in dist/, twice, and test them; nothing is uploaded
	@$(BIN)/python .ci/release.py $(ARGS)

clean: ## remove the environments and the demo's output
	rm -rf $(VENV) .bench $(DEMO_DATA) *.egg-info
