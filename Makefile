# Every target runs setup first, so each works on a new machine with Python 3.11+, git and make.
PYTHON ?= python3
BIN := .venv/bin
# Tests spend half of their time waiting for processes, so run two workers per core, at most eight.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(min(8, 2 * (os.cpu_count() or 1)))')
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder
.DEFAULT_GOAL := help
.PHONY: help setup extension demo test test-all lint format golden bench messages docs constraints clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: .venv/.extension-stamp  ## create .venv with all dependencies, and build the lab extension

# The sources of the lab extension. If it can't be built, the stamp says why and the rest still works.
LAB := $(addprefix extension/,package.json yarn.lock tsconfig.json typescript.py automl_magic_lab/responses.py) \
  $(shell find extension/src extension/style extension/schema automl_magic/records/runs -type f -not -name '*.pyc')
.venv/.extension-stamp: .venv/.setup-stamp $(LAB)
	$(BIN)/python extension/hatch_build.py setup

# uv installs in seconds and compiles to bytecode. It doesn't read pip's configuration, so if only pip
# is configured with a package index, pip installs.
.venv/.setup-stamp: pyproject.toml constraints.txt overrides.txt
	$(PYTHON) -c 'import sys; sys.exit("automl-magic needs Python 3.11 or newer; this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt uv
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python -c constraints.txt --override overrides.txt -e '.[dev]' \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

extension: .venv/.setup-stamp  ## rebuild the lab extension and show the build output
	$(BIN)/python extension/hatch_build.py

demo: setup  ## run the whole workflow on real data: plan, run, leaderboard, standalone notebook, register, predict
	$(BIN)/automl demo

test: setup  ## run the tests, without the long ones
	$(PYTEST) -m "not long"

test-all: setup  ## run all tests, also fuzz, kill, soak, browser and environment tests
	$(PYTEST) -m "not long"
	$(BIN)/python -m pytest -m long

lint: setup  ## check style, types, architecture, spelling, names and docstrings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell automl_magic extension/automl_magic_lab extension/src serving templates docs changes *.md
	$(BIN)/python tests/tools/check_names.py automl_magic extension serving
	$(BIN)/interrogate --quiet automl_magic extension/automl_magic_lab serving/automl_magic_serving

format: setup  ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

golden: setup  ## regenerate the golden notebooks (review the diff)
	$(BIN)/python -m pytest tests/render --update-golden

bench: setup  ## run the benchmarks: ratios to a baseline measured in the same run
	for script in startup steps predict overhead lab rows batch serving; do echo "== $$script"; $(BIN)/python tests/benchmarks/$$script.py || exit 1; done

messages: setup  ## extract the texts to translate to docs/_build/automl_magic.pot
	@mkdir -p docs/_build
	$(BIN)/pybabel -q extract -F pyproject.toml --no-location --omit-header --input-dirs=. -o docs/_build/automl_magic.pot

docs: setup  ## build the documentation as HTML in docs/_build
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going docs docs/_build

constraints: setup  ## resolve exact versions, keeping those that still fit
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --override overrides.txt \
	  --no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet --output-file constraints.txt

clean:  ## remove build output
	rm -rf .venv docs/_build dist build extension/lib extension/automl_magic_lab/labextension
