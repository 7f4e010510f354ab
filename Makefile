# Everything a developer or a curious stranger needs. Only git, make and Python 3.10 or newer are expected.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
REPO ?= .

# Programs that are started again and again must not be compiled again each time.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test stress lint test-editors bench install clean

help: ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

install: $(VENV)/.installed ## the virtual environment with the product and what its tests need

$(VENV)/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	  echo "Git Memory needs Python 3.10 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Set PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "This Python has no venv module. Install it (Debian and Ubuntu: apt install python3-venv), then run make again." >&2; exit 1; }
	@command -v git >/dev/null || { echo "git is not installed." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing Git Memory and its tests into $(VENV) …"
	@$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --editable . --group dev
	@touch $@

demo: $(VENV)/.installed ## the main job, on a throw-away clone (REPO=path for another repository)
	@$(BIN)/python docs/demo.py "$(REPO)"

lint: $(VENV)/.installed ## style, types and the floors' contract
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

test: lint ## the whole test suite but the real editors
	@$(BIN)/python -m pytest -n auto --dist worksteal

stress: $(VENV)/.installed ## the whole suite in its long form, by installed programs only: more than an hour
	@GIT_MEMORY_STRESS=1 $(BIN)/python -m pytest -n auto

test-editors: $(VENV)/.installed ## a real Neovim and a real VS Code (installs what they need)
	@tests/editors/run

bench: $(VENV)/.installed ## every figure of the product beside its floor
	@for file in benchmarks/[a-z]*.py; do $(BIN)/python "$$file" || exit 1; done

clean: ## remove what make made
	@rm -rf $(VENV) dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
