SHELL := /bin/sh
PORT ?= 8000
DATA ?= .cohort

VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.made-from
QUIET_PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PIP_NO_INPUT=1

.PHONY: help setup browser npm-tools run test fuzz clients contract lint check coverage python mutants bench lock migration clean
.DEFAULT_GOAL := help

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: ## Build .venv from requirements.lock, if it changed
	@PYTHON="$(PYTHON)" $(QUIET_PIP) sh tools/setup $(STAMP)

run: setup ## Start everything with a demo cohort (PORT=8000, DATA=.cohort)
	@exec $(PY) -m cohort up --port $(PORT) --data-dir "$(DATA)"

browser:
	@sh tools/browser

npm-tools:
	@sh tools/npm-tools

test: setup browser npm-tools ## Run the tests
	@$(PY) -m pytest -n 2 --max-worker-restart=0 $(TESTS)

fuzz: setup ## Run the long tests: everything small tried out, slow deaths of processes
	@$(PY) -m pytest -m long $(TESTS)

clients: setup ## Make typed clients in clients/: TypeScript and Python
	@$(QUIET_PIP) sh tools/clients

contract: setup ## Try the contract out with Schemathesis, as those who call it (CASES=8000 for each)
	@$(QUIET_PIP) sh tools/contract/install
	@$(PY) tools/contract/try_out.py $(or $(CASES),8000)

lint: setup ## Format, lint, types, layers, templates
	@$(PY) -m ruff format --check --quiet .
	@$(PY) -m ruff check --quiet .
	@$(PY) -m mypy --no-error-summary
	@sh tools/quietly $(VENV)/bin/lint-imports --no-cache
	@sh tools/quietly $(PY) -m djlint --lint src/cohort/templates

check: lint test ## Lint and test: what a change must pass

coverage: setup browser npm-tools ## Run the tests and refuse a coverage below the floor in tests/coverage_floor
	@rm -f .coverage .coverage.*
	@$(PY) -m pytest -n 2 --max-worker-restart=0 --cov --cov-report= $(TESTS)
	@$(PY) tools/coverage_floor.py

python: setup ## Run the pure tests on another Python, where one is on the PATH
	@$(QUIET_PIP) sh tools/other-python

mutants: setup ## Change each predicate of the policies and see that a test notices
	@$(PY) tools/mutants.py

bench: setup ## Run the benchmarks, with other solvers beside
	@$(QUIET_PIP) sh tools/sides
	@for each in benchmarks/bench_*.py; do $(PY) "$$each" || exit 1; done

lock: setup ## Choose the newest versions that fit pyproject.toml, with their hashes
	@$(QUIET_PIP) sh tools/lock

migration: setup ## Write a migration from the models (NAME="Let mentors pause")
	@$(PY) tools/migration.py "$(NAME)"

clean: ## Remove .venv and what tools leave; the data folder stays
	rm -rf $(VENV) .venv-3.* .coverage* .bench .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
