# Every target sets up first, so each works on a fresh machine with Python 3.11+, git and make.
PYTHON ?= python3
BIN := .venv/bin
# Half of the time tests wait for processes and clocks: two workers a core, eight at the most.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(min(8, 2 * (os.cpu_count() or 1)))')
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder
.DEFAULT_GOAL := help
.PHONY: help setup extension demo test test-all lint format golden bench docs constraints clean

help:  ## say what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: .venv/.extension-stamp  ## make .venv with everything in it, and the lab extension

# What the lab extension is made from. Where it cannot be built, the stamp says why, and the rest works.
LAB := $(addprefix extension/,package.json yarn.lock tsconfig.json typescript.py automl_magic_lab/answers.py) \
  $(shell find extension/src extension/style extension/schema automl_magic/records/runs -type f -not -name '*.pyc')
.venv/.extension-stamp: .venv/.setup-stamp $(LAB)
	$(BIN)/python extension/hatch_build.py setup

# uv installs in seconds and compiles to bytecode; it does not read pip's configuration, so where only
# pip knows the way to a package index, pip does the work.
.venv/.setup-stamp: pyproject.toml constraints.txt overrides.txt
	$(PYTHON) -c 'import sys; sys.exit("automl-magic needs Python 3.11 or newer; this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt uv
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python -c constraints.txt --override overrides.txt -e '.[dev]' \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

extension: .venv/.setup-stamp  ## build the lab extension anew, and show what the tools say
	$(BIN)/python extension/hatch_build.py

demo: setup  ## the whole journey on real data: plan, run, leaderboard, standalone notebook, register, predict
	$(BIN)/automl demo

test: setup  ## the tests, without the long battery
	$(PYTEST) -m "not long"

test-all: setup  ## every test: fuzz, kill, soak, browsers, fresh environments
	$(PYTEST) -m "not long"
	$(BIN)/python -m pytest -m long

lint: setup  ## style, types, architecture, spelling, docstrings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell automl_magic extension/automl_magic_lab extension/src serving templates docs changes *.md
	$(BIN)/interrogate --quiet automl_magic extension/automl_magic_lab serving/automl_magic_serving

format: setup  ## put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

golden: setup  ## write the golden notebooks anew; the diff is the review
	$(BIN)/python -m pytest tests/render --update-golden

bench: setup  ## ratios against a baseline, measured in one run
	for script in startup steps predict overhead lab rows batch serving; do echo "== $$script"; $(BIN)/python tests/benchmarks/$$script.py || exit 1; done

docs: setup  ## the documentation, as HTML in docs/_build
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going docs docs/_build

constraints: setup  ## resolve the exact versions, keeping those that still fit
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --override overrides.txt \
	  --no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet --output-file constraints.txt

clean:  ## remove what was built
	rm -rf .venv docs/_build dist build extension/lib extension/automl_magic_lab/labextension
