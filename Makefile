# Two commands set everything up from nothing; each makes .venv on its first run.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
# Python keeps what it has compiled: two workers, and each process that a test starts, would compile it all again.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test test-slow test-bare test-oldest lint docs wheel bench clean

demo: $(VENV)/.installed
	$(BIN)/evolaw demo

test: $(VENV)/.tested
	$(BIN)/python -m pytest -n 2 --dist loadfile

# All slow tests, or with BUDGET=180 as many as begin in that many seconds; the others are named.
test-slow: $(VENV)/.tested
	$(BIN)/python -m pytest -m slow -n 2 --dist loadfile --no-loadscope-reorder --timeout=1800 $(if $(BUDGET),--budget=$(BUDGET))

# The newcomer's commands where nothing is set up: no HOME, no fonts, no PATH but the system's, no settings of the shell.
# BARE chooses the tests (empty: all of them); BARE_FRESH=1 installs everything into a venv of its own first.
BARE ?= tests/report tests/cli/test_doctor.py tests/cli/demo
test-bare: $(VENV)/.tested
	@tests/bare.sh "$(BARE_FRESH)" $(BARE)

# Everything in the oldest versions that pyproject.toml admits. That they complain of newer packages beneath them is no matter of ours.
OLDEST := .venv-oldest
test-oldest: $(OLDEST)/.tested
	$(OLDEST)/bin/python -m pytest -n 2 --dist loadfile -W ignore::DeprecationWarning

lint: $(VENV)/.tested
	$(BIN)/ruff check src tests benchmarks examples
	$(BIN)/ruff format --check src tests benchmarks examples
	$(BIN)/mypy

# The pages of docs/ and a reference from the docstrings, as one site that opens without a server; a dead link fails.
docs: $(VENV)/.documented
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build -q --strict
	@echo "open src/evolaw/site/index.html; to search it: python3 -m http.server -b 127.0.0.1 -d src/evolaw/site"

# One file to install from; the documentation is inside.
wheel: docs
	$(PIP) wheel --no-deps -w dist .

bench: $(VENV)/.tested
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) $(OLDEST) dist src/evolaw/site runs evolaw-demo .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "evolaw needs Python 3.11 or newer; try: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 3; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	@echo "installing evolaw into $(VENV) (one to three minutes, once)"
	$(PIP) install -e .
	@touch $@

$(VENV)/.tested: pyproject.toml requirements/test.txt | $(VENV)/bin/python
	@echo "installing evolaw and its test packages into $(VENV) (one to three minutes, once)"
	$(PIP) install -r requirements/test.txt
	$(PIP) install --no-deps -e .
	@touch $@ $(VENV)/.installed

$(OLDEST)/.tested: pyproject.toml
	$(PYTHON) -m venv --clear $(OLDEST)
	$(PYTHON) tests/oldest.py > $(OLDEST)/oldest.txt
	$(OLDEST)/bin/python -m pip --disable-pip-version-check -q install --only-binary :all: -r $(OLDEST)/oldest.txt
	$(OLDEST)/bin/python -m pip --disable-pip-version-check -q install --no-deps -e .
	@touch $@

$(VENV)/.documented: requirements/docs.txt | $(VENV)/.tested
	$(PIP) install -r requirements/docs.txt
	@touch $@
