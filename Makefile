SHELL := /bin/sh
PORT ?= 8000
DATA ?= .cohort

VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.made-from
QUIET_PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PIP_NO_INPUT=1

.PHONY: help setup browser run test fuzz check bench lock migration clean
.DEFAULT_GOAL := help

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: ## Build .venv from requirements.lock, if it changed
	@PYTHON="$(PYTHON)" $(QUIET_PIP) sh tools/setup $(STAMP)

run: setup ## Start everything with a demo cohort (PORT=8000, DATA=.cohort)
	@exec $(PY) -m cohort up --port $(PORT) --data-dir "$(DATA)"

browser:
	@sh tools/browser

test: setup browser ## Run the tests
	@$(PY) -m pytest -n 2 --dist loadscope $(TESTS)

fuzz: setup ## Run the long tests: everything small tried out, thousands of examples
	@$(PY) -m pytest -m long $(TESTS)

check: setup browser ## Format, lint, types, layers, tests
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	$(PY) -m pytest -n 2 --dist loadscope

bench: setup ## Run the benchmarks, with other solvers beside
	@$(QUIET_PIP) sh tools/sides
	@for each in benchmarks/bench_*.py; do $(PY) "$$each" || exit 1; done

lock: setup ## Choose the newest versions that fit pyproject.toml, with their hashes
	@$(QUIET_PIP) sh tools/lock

migration: setup ## Write a migration from the models (NAME="Let mentors pause")
	@$(PY) tools/migration.py "$(NAME)"

clean: ## Remove .venv and what tools leave; the data folder stays
	rm -rf $(VENV) .bench .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
