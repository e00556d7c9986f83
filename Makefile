# Needs make and a Python 3.11 with pip; everything else is installed into .venv from the hash-pinned lock.
PY ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help run demo test quick check format lint types contracts weight image openapi fix bench migrate audit lock clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(STAMP): requirements-dev.lock
	@$(PY) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; name it: make PY=python3.11")'
	$(PY) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.lock
	@touch $@

run: $(STAMP) ## start the service with an embedded database and demo data
	$(BIN)/python -m app run

demo: $(STAMP) ## play a working day through the API, step by step
	$(BIN)/python -m app demo

test: $(STAMP) ## run the whole suite
	$(BIN)/python -m pytest -n auto

quick: $(STAMP) ## run the tests that need no database
	$(BIN)/python -m pytest -m "not database"

check: format lint types contracts weight image openapi ## run every check except the tests

format: $(STAMP)
	$(BIN)/ruff format --check .

lint: $(STAMP)
	$(BIN)/ruff check .

types: $(STAMP)
	$(BIN)/mypy

contracts: $(STAMP)
	$(BIN)/lint-imports

weight: $(STAMP)
	$(BIN)/deptry .
	$(BIN)/vulture

image: $(STAMP)
	$(BIN)/hadolint Dockerfile

openapi: $(STAMP)
	$(BIN)/python -m app openapi --check

fix: $(STAMP) ## format, and mend what can be mended without thinking
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(STAMP) ## measure the promises of speed
	$(BIN)/python -m bench.run

migrate: $(STAMP) ## bring the database to the newest schema
	$(BIN)/python -m app migrate

audit: $(STAMP) ## look for known vulnerabilities in the pinned packages (asks the network)
	$(BIN)/pip-audit --require-hashes --disable-pip -r requirements.lock

lock: $(STAMP) ## pin the newest allowed versions of requirements*.in
	for name in requirements requirements-s3 requirements-dev; do \
		$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header \
			$$name.in -o $$name.lock || exit 1; \
	done

clean: ## remove the environment and caches; keeps ./data
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage .coverage.*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
