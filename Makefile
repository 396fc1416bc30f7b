# `make` alone explains the targets.
PORT ?= 8000
PYTHON ?= python3
BIN := .venv/bin

# Where it is set, each start would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test check demo bench format

help: ## Explain the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

.venv/ready: requirements.txt
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed: install python3 and python3-venv." >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; $(PYTHON) is older." >&2; exit 2; }
	@$(PYTHON) -m venv .venv || { echo "The environment could not be made: install python3-venv." >&2; exit 2; }
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch .venv/ready

run: export ENGAGEMENT_ORGANISATION ?= Northmere Insurance
run: .venv/ready ## Migrate, load the demonstration programme into an empty database, serve on http://127.0.0.1:8000
	@$(BIN)/flask db upgrade
	@$(BIN)/flask demo load --if-empty
	@exec $(BIN)/flask serve --port $(PORT)

test: .venv/ready ## Every test, on SQLite and on a real PostgreSQL; browser tests where a Chromium is installed
	@$(BIN)/python -m pytest -n 2 --dist worksteal

check: .venv/ready ## ruff, mypy, import-linter
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

demo: .venv/ready ## Load the demonstration programme into an empty database
	@$(BIN)/flask db upgrade
	@$(BIN)/flask demo load

bench: .venv/ready ## The benchmarks, with their ratios
	@for file in tests/benchmarks/*.py; do echo "$$file"; $(BIN)/python $$file || exit 1; done

format: .venv/ready ## Let ruff format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
