# make course   to learn          make test   to change minidl
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check

.PHONY: help course test grid attacks binder lint build record tolerances strength pins bench
.DEFAULT_GOAL := help

help: ## print this list
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile | expand -t 17

course: .venv/learn ## build the workspace course/ and open it in JupyterLab; LAB=no builds only
	@$(BIN)/autograder start course
ifneq ($(LAB),no)
	@cd course && PATH="$(CURDIR)/$(BIN):$$PATH" jupyter lab
endif

test: .venv/test lint ## install what the tests need, then lint and run every test
	$(BIN)/autograder build --check
	$(BIN)/python -m pytest -n 2 --dist loadscope

grid: .venv/test ## hold minidl to PyTorch over every combination of arguments
	$(BIN)/python -m pytest -m grid -n 2 --dist loadscope tests/minidl

attacks: .venv/test ## grade every hostile notebook on every sandbox that this machine has
	$(BIN)/python -m pytest -m attacks -n 2

binder: .venv/test ## install what Binder installs and run chapter 1 there
	$(BIN)/python -m pytest -m binder

lint: .venv/test ## ruff and mypy
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

build: .venv/test ## rebuild the notebooks from chapters/source
	$(BIN)/autograder build

record: .venv/test ## recompute autograder/recordings with PyTorch
	$(BIN)/python -m autograder.reference.record

tolerances: .venv/test ## measure how far right answers lie apart; after record
	$(BIN)/python -m autograder.reference.tolerances

strength: .venv/test ## measure what the checks catch; writes docs/strength.md, docs/messages.md
	$(BIN)/autograder bricks --strength --write

pins: .venv/test ## pin the newest versions that Binder can install
	$(BIN)/python -m autograder.pins

bench: .venv/test ## time the start-up and every check; prints the tables of benchmarks/
	$(BIN)/python -m benchmarks.startup
	$(BIN)/python -m benchmarks.check_time

# An empty file marks each finished step: a second run has nothing to do.
.venv/made:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "minidl needs Python 3.11 or newer, and there is no $(PYTHON)" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version_info; v >= (3, 11) or sys.exit( \
	  "minidl needs Python 3.11 or newer, and $(PYTHON) is %d.%d; name another: " \
	  "make PYTHON=python3.12 course" % v[:2])'
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/learn: .venv/made pyproject.toml
	@echo "Installing minidl, JupyterLab and what the chapters use into .venv"
	@$(PIP) --editable '.[learn]'
	@touch $@

.venv/test: .venv/made pyproject.toml tests/provision.py
	@$(BIN)/python tests/provision.py
	@touch $@
