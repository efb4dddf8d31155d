# OpenDome: everything below needs only Python >= 3.11 and make.
# The first call of each target makes a virtual environment in .venv and installs into it.

PYTHON ?= python3
VENV ?= .venv
WORKERS ?= 2
RUNS ?= 24
WIRINGS := integrated,hub,stovepiped
PYTEST_ARGS ?=
COMPILER_OFF := tests/unit/kernels tests/unit/sensors tests/unit/tracks tests/unit/engagements \
  tests/unit/battle tests/unit/world/test_beams.py tests/published tests/reference tests/contracts

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
KERNELS := $(wildcard src/opendome/kernels/*.py)

.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo test check nightly bench docs format clean

help:
	@echo "make demo     run a mixed raid under three wirings and write a report that compares them"
	@echo "make test     the tests of every change (a few minutes)"
	@echo "make check    format, lint, types, import contracts, docs, tests: what CI runs"
	@echo "make nightly  long tests, coverage with the compiler off, benchmarks"
	@echo "make bench    benchmarks, with the C++ reference where a compiler is found"
	@echo "make docs     the documentation, in docs/_build/html"
	@echo "make format   rewrite the sources in the house format"
	@echo "make clean    remove what these commands made, the environment included"

demo: $(VENV)/installed-run
	$(BIN)/opendome compare mixed_raid --vary command.wiring=$(WIRINGS) \
	  --runs $(RUNS) --out demo/mixed_raid
	@echo
	@echo "Reports, to be opened in a browser: the wirings side by side, then each alone:"
	@echo "  $(CURDIR)/demo/mixed_raid/report.html"
	@echo "  $(CURDIR)/demo/mixed_raid/integrated/report.html"
	@echo "  $(CURDIR)/demo/mixed_raid/hub/report.html"
	@echo "  $(CURDIR)/demo/mixed_raid/stovepiped/report.html"

test: $(VENV)/installed-test $(VENV)/warm
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not nightly" $(PYTEST_ARGS)

# The tests come last, so that their closing line is the last line.
check: $(VENV)/installed-dev $(VENV)/warm
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/sphinx-build -q -W --keep-going -b html docs docs/_build/html
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not nightly" $(PYTEST_ARGS)

nightly: $(VENV)/installed-dev $(VENV)/warm
	NUMBA_DISABLE_JIT=1 $(BIN)/coverage run -m pytest -n $(WORKERS) --dist worksteal \
	  -W ignore::RuntimeWarning --timeout 1200 -m "not compiled and not nightly" $(COMPILER_OFF)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --include "src/opendome/kernels/*"
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --hypothesis-profile search tests/laws
	$(BIN)/python -m benchmarks
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m nightly $(PYTEST_ARGS)

bench: $(VENV)/installed-run
	$(BIN)/python -m benchmarks $(BENCH_ARGS)

docs: $(VENV)/installed-dev
	$(BIN)/sphinx-build -q -W --keep-going -b html docs docs/_build/html
	@echo "Open $(CURDIR)/docs/_build/html/index.html"

format: $(VENV)/installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) demo build dist docs/_build docs/reference/generated
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage .coverage.* htmlcov
	find src tests benchmarks docs -name __pycache__ -type d -prune -exec rm -rf {} +

# --- environment -----------------------------------------------------------------------------

$(BIN)/python:
	@command -v "$(PYTHON)" >/dev/null || { \
	  echo "make: no '$(PYTHON)' on the PATH. OpenDome needs Python 3.11 or newer;" \
	       "name one with: make PYTHON=/path/to/python3.11"; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "make: '$(PYTHON)' is $$("$(PYTHON)" --version 2>&1); OpenDome needs Python 3.11 or newer." \
	       "Name one with: make PYTHON=/path/to/python3.11"; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "make: '$(PYTHON)' cannot make virtual environments (no ensurepip)." \
	       "On Debian or Ubuntu: apt install python3-venv"; exit 1; }
	"$(PYTHON)" -m venv "$(VENV)"

$(VENV)/installed-run: pyproject.toml | $(BIN)/python
	@echo "Installing OpenDome into $(VENV) (about a minute the first time) ..."
	$(PIP) install -e .
	@touch $@

$(VENV)/installed-test: pyproject.toml | $(BIN)/python
	@echo "Installing OpenDome and what its tests need into $(VENV) (a minute or two) ..."
	$(PIP) install -e '.[test]'
	@touch $@ $(VENV)/installed-run

$(VENV)/installed-dev: pyproject.toml | $(BIN)/python
	@echo "Installing OpenDome and the developers' tools into $(VENV) (a minute or two) ..."
	$(PIP) install -e '.[dev]'
	@touch $@ $(VENV)/installed-test $(VENV)/installed-run

# Kernels are compiled once, before test workers would all do it at the same time.
$(VENV)/warm: $(KERNELS) | $(BIN)/python
	$(BIN)/opendome warmup
	@touch $@
