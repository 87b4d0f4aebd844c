# Two commands on a machine that has Python 3.11, make and git: `make demo` and `make test`.
.DEFAULT_GOAL := help
SHELL := /bin/sh
.DELETE_ON_ERROR:

PORT ?= 8000
PY   ?= $(shell command -v python3.11 || command -v python3 || echo python3.11)
V    := .venv
BIN  := $(V)/bin
PIP  := $(BIN)/python -m pip --disable-pip-version-check --no-input -q
UV   := $(BIN)/uv --quiet --system-certs

# uv is only a faster pip: where it cannot be had, pip installs the same hash-pinned lock file.
# The project itself comes last, as an editable install that downloads nothing.
define install
	@echo "Installing what $(1) lists ..."
	@$(PIP) install --require-hashes --no-deps -r tools/uv.lock 2>/dev/null || true
	@if [ -x $(BIN)/uv ] && $(UV) pip install --compile-bytecode --require-hashes -p $(BIN)/python -r $(1); then :; \
	 else echo "uv cannot be used here; pip does the same, more slowly ..."; \
	      $(PIP) install --require-hashes --no-deps -r $(1); fi
	@$(PIP) install --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q survey || true
endef

.PHONY: help demo run test coverage test-core leaks check format bench lock hooks clean

help:  ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-10s %s\n", $$1, $$2}' Makefile

demo: $(V)/run.stamp  ## fill an example and serve it: address, login and codes are printed
	@exec $(BIN)/headwind demo --port $(PORT)

run: $(V)/run.stamp  ## serve this checkout's own instance, empty at first
	@exec $(BIN)/headwind run --port $(PORT)

test: $(V)/dev.stamp  ## every test, with a real browser and a real PostgreSQL
	@$(BIN)/python -m tests.support.browser
	@$(BIN)/python -m tests.support.proxy
	@$(BIN)/python -m pytest -q -n 3 --dist loadfile --no-loadscope-reorder

coverage: $(V)/dev.stamp  ## every test once more, counting the lines it reaches: a quarter slower
	@$(BIN)/python -m tests.support.browser
	@$(BIN)/python -m tests.support.proxy
	@$(BIN)/python -m pytest -q -n 3 --dist loadfile --no-loadscope-reorder --cov --cov-report=term

test-core: $(V)/dev.stamp  ## the quick tests: no browser, no server
	@$(BIN)/python -m pytest -q tests/core -m "not browser and not server and not postgres and not package"

leaks: $(V)/dev.stamp  ## plant every known leak, one at a time: the tests must notice each
	@$(BIN)/python -m tests.leaks $(if $(HALF),--half $(HALF))

check: $(V)/dev.stamp  ## lint, format, types and the layers of imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: $(V)/dev.stamp  ## lay out the code and mend what ruff can mend
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(V)/dev.stamp  ## speed, as ratios against a baseline of the same run
	@$(BIN)/python -m bench

COMPILE = $(UV) pip compile --universal --python-version 3.11 --generate-hashes \
          --no-header --no-annotate --no-emit-index-url --upgrade
lock: $(V)/dev.stamp  ## resolve the newest versions into the lock files
	@$(COMPILE) pyproject.toml --group build -o requirements.lock
	@$(COMPILE) pyproject.toml --group build --group dev --extra postgres -c requirements.lock -o requirements-dev.lock
	@$(COMPILE) tools/uv.in -o tools/uv.lock
	@$(COMPILE) tools/browser.in -o tools/browser.lock
	@if grep -nE '://|file:' *.lock tools/*.lock; then echo "A lock file names a host or a path."; exit 1; fi

hooks: $(V)/dev.stamp  ## run `make check` before every commit of yours
	@$(BIN)/pre-commit install

clean:  ## remove the environment and everything built; the instance folder stays
	@rm -rf $(V) dist build htmlcov .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	@find survey tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(V)/bin/python:
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	 { echo "Headwind needs Python 3.11 or newer; name it with PY=/path/to/python3.11"; exit 1; }
	@$(PY) -c 'import ensurepip, venv' 2>/dev/null || \
	 { echo "This Python cannot make environments: on Debian or Ubuntu, apt-get install python3-venv"; exit 1; }
	@$(PY) -m venv $(V) || { rm -rf $(V); exit 1; }

$(V)/run.stamp: requirements.lock pyproject.toml | $(V)/bin/python
	$(call install,requirements.lock)
	@touch $@

# Holds everything of the other lock file too.
$(V)/dev.stamp: requirements-dev.lock pyproject.toml | $(V)/bin/python
	$(call install,requirements-dev.lock)
	@touch $@ $(V)/run.stamp
