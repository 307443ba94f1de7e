# Everything a developer does. `make setup` needs python3 (3.11 or later, with venv), git and a compiler; nothing else.
.DEFAULT_GOAL := help
.PHONY: setup check fix test demo bench lock help

export UV_PYTHON_DOWNLOADS := never
unexport PYTHONDONTWRITEBYTECODE # processes start by the dozen in tests; compiling afresh each time costs minutes
BIN := .venv/bin
STAMP := .venv/.installed
LOCK := requirements-dev.lock
ARGS ?=

setup: $(STAMP) ## leave a .venv with `seinhuis` and every tool in it

$(BIN)/python:
	@for python in python3.13 python3.12 python3.11 python3; do \
	  $$python -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && exec $$python -m venv .venv; \
	done; echo "Seinhuis needs Python 3.11 or later with its venv module." >&2; exit 1

$(STAMP): $(LOCK) pyproject.toml | $(BIN)/python
	@sed -n '/^uv==/,/# via/p' $(LOCK) > .venv/uv.requirements # uv itself comes hashed from the same lock
	@$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r .venv/uv.requirements
	@$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes $(LOCK)
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

check: setup ## everything that can be said without running the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/deptry .
	$(BIN)/codespell

fix: setup ## let the tools mend what they can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

test: check ## check, then every test; ARGS go to pytest
	@$(BIN)/pytest -n logical $(ARGS)

demo: setup ## a region on this machine, one story told live; ARGS go to the command
	@$(BIN)/seinhuis demo $(ARGS)

bench: setup ## what it costs on this machine, and which budgets hold; ARGS name profiles
	@$(BIN)/python -m load_tests $(ARGS)

lock: setup ## resolve the dependencies afresh and write both hash-locked lists
	$(BIN)/uv lock --upgrade
	$(BIN)/uv export --quiet --no-emit-project --no-header --no-dev --output-file requirements.lock
	$(BIN)/uv export --quiet --no-emit-project --no-header --output-file $(LOCK)

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14
