# One door. `make run` and `make test` set up whatever they miss, on a fresh machine too.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Where `.ci/node.sh` puts a Node.js, if the machine has none that is new enough.
export PATH := $(CURDIR)/.setup/bin:$(PATH)
# Where `make run` listens.
PORT ?= 8000
SHOP_PORT ?= 8001
# How many processes the tests use; 0 for one without workers, as a debugger wants it. More than two cores have to do, since
# tests in a browser wait for much of their time.
WORKERS ?= 3
# How many frames `make fuzz` tries.
CASES ?= 1000000
# Which faults `make chaos` tries, and how: see `python -m tests.chaos --help`.
CHAOS ?=
CLIENT_SOURCES := $(shell find client_js/src client_js/*.mjs client_js/package.json cobrowse/core/whitelist.json -type f 2>/dev/null)
MANIFEST := cobrowse/web/static/manifest.json

.PHONY: help run setup build generate check fix client-test test promises fuzz chaos fidelity nightly bench bench-long bench-check clean

help:
	@echo "make run    set up, then hub, console and demo shop on this machine (Ctrl-C ends it); PORT=8000 SHOP_PORT=8001"
	@echo "make setup  everything the other targets need: system packages, .venv, node_modules, built clients"
	@echo "make build  the wheel, with the clients inside, in dist/"
	@echo "make check  formats, lint, types, floors, generated files"
	@echo "make fix    what can be mended by itself"
	@echo "make test   set up, check, and every test with coverage; WORKERS=3"
	@echo "make promises  the tests of the twelve promises of docs/promises.md, and a line for each; WORKERS=3"
	@echo "make fuzz   a million hostile frames against the hub's decoder; CASES=1000000"
	@echo "make chaos  hubs, Redis and lines that die, stall and lie, with sessions on them; CHAOS='--fault NAME --runs 50'"
	@echo "make fidelity  how close the mirror is to the pages of the gallery, written to docs/fidelity.md"
	@echo "make nightly  all that is too long for each change: test, fuzz, chaos, fidelity"
	@echo "make bench  the benchmarks beside their peers, in ten minutes, written to docs/performance.md"
	@echo "make bench-long  those that take longer: a minute of browsing, the whole gallery, 10,000 sessions, a million reckoned"
	@echo "make bench-check  whether what was measured last is worse than what was accepted"
	@echo "make clean  remove all that was made"

run: .setup/run-system .setup/python $(MANIFEST)
	$(BIN)/cobrowse demo --port $(PORT) --shop-port $(SHOP_PORT)

setup: .setup/test-system .setup/python $(MANIFEST)

build: .setup/python $(MANIFEST)
	$(BIN)/python -m build --wheel --no-isolation --outdir dist

.setup/run-system .setup/test-system: .setup/%-system: .ci/system.sh
	@mkdir -p .setup
	bash .ci/system.sh $*
	@touch $@

.setup/python: pyproject.toml constraints.txt | .setup/run-system
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

.setup/node: client_js/package-lock.json .ci/node.sh | .setup/python
	bash .ci/node.sh $(BIN)/pip
	cd client_js && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# What the benchmarks compare with; neither tests nor the product need it.
.setup/bench: bench/package-lock.json | .setup/node
	cd bench && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# The pages of the gallery, made of what sites are made with.
.setup/gallery: tests/e2e/gallery/package-lock.json | .setup/node
	$(BIN)/python -m tests.e2e.gallery.bundles
	@touch $@

# The clients are built into the package, so that the wheel carries them.
$(MANIFEST): .setup/node $(CLIENT_SOURCES)
	cd client_js && npm run --silent build
	@touch $@

generate: .setup/python
	$(BIN)/python client_js/generate_protocol.py

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python client_js/generate_protocol.py --check
	cd client_js && npm run --silent check

fix: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	cd client_js && npm run --silent fix

client-test: setup
	cd client_js && npm run --silent test

# A test that fails once and passes when it is tried again is named under “rerun test summary info”. It is a bug, of the
# product or of the test, and to be found; but it says nothing of the change at hand.
test: setup
	@# Side by side: each of these keeps one core busy, most of the time.
	$(MAKE) --no-print-directory --jobs=2 --output-sync=target check client-test .setup/gallery
	rm -f .coverage .coverage.*
	$(BIN)/coverage run -m pytest --numprocesses=$(WORKERS) --dist=loadfile --no-loadscope-reorder --max-worker-restart=2 \
	  --reruns=1 -rR --durations=25 --promises --ignore=tests/e2e/gallery/test_gallery.py
	@# By themselves: a page that is starved is shown slower or as an outline, as it should be, and not compared.
	$(BIN)/pytest tests/e2e/gallery/test_gallery.py --reruns=1 -rR
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --include='cobrowse/core/*' --fail-under=100
	$(BIN)/coverage report --fail-under=90

promises: setup
	$(BIN)/pytest tests/attack --numprocesses=$(WORKERS) --dist=loadfile --no-loadscope-reorder --promises

fuzz: setup
	$(BIN)/python -m tests.fuzz --cases $(CASES)

chaos: setup
	$(BIN)/python -m tests.chaos $(CHAOS)

fidelity: setup .setup/gallery
	$(BIN)/python -m tests.e2e.gallery

nightly: test fuzz chaos fidelity
	$(BIN)/pytest tests/core tests/hub tests/store --hypothesis-profile=night --numprocesses=$(WORKERS)

bench: setup .setup/bench .setup/gallery
	$(BIN)/python -m bench

bench-long: setup .setup/bench .setup/gallery
	$(BIN)/python -m bench --long

bench-check: .setup/python
	$(BIN)/python -m bench.check

clean:
	rm -rf $(VENV) .setup .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .grimp_cache \
	  dist client_js/node_modules client_js/.build bench/node_modules \
	  tests/e2e/gallery/node_modules tests/e2e/gallery/.build
	find cobrowse/web/static -type f ! -name .gitkeep -delete
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
