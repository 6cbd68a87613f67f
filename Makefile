# `make demo` and `make test` do all of their own set-up; the rest is for working on the project.

PYTHON ?= $(or $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
  $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; \
  done),python3)
PORT ?= 8000
WORKERS ?= 2
VENV := .venv/bin

.PHONY: help setup demo test test-all mutants faults dist bench types unit lint format lock clean

help:
	@echo "make demo [PORT=8000]  serve the demo page"
	@echo "make test [WORKERS=2]  format, lint, types, unit tests, browser tests"
	@echo "make test-all          every browser test on both interpreters and both engines"
	@echo "make mutants           known mistakes, each of which must turn the unit tests red"
	@echo "make faults            what the page says of each fault, and how it ends"
	@echo "make dist              dist/: everything for a static host, and the wheel"
	@echo "make bench             our page beside a plain one, React, and PyScript as it comes"
	@echo "make types             sync/types.pyi, from the declarations of @openai/chatkit"
	@echo "make setup | unit | lint | format | lock | clean"

setup:
	@$(PYTHON) -m tools.setup

demo: setup
	@$(VENV)/python -m demo --port $(PORT)

test: setup
	@$(VENV)/python -m tools.run_tests --workers $(WORKERS)

test-all: setup
	@$(VENV)/python -m tools.run_tests --all --workers $(WORKERS)

faults: setup
	@$(VENV)/python -m tools.faults

dist: setup
	@$(VENV)/python -m tools.dist

bench: setup
	@$(VENV)/python -m bench

types: setup
	@$(VENV)/python -m tools.types_stub

mutants: setup
	@$(VENV)/python -m tools.mutants

unit: setup
	@$(VENV)/python -m tools.run_tests unit

lint: setup
	@$(VENV)/python -m tools.run_tests lint

format: setup
	@$(VENV)/ruff format .
	@$(VENV)/ruff check --fix .
	@node_modules/.bin/biome check --write .

# Newest versions that requirements.in and package.json allow, into the two lock files.
lock: setup
	@$(VENV)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --output-file requirements.txt requirements.in
	@npm install --package-lock-only --ignore-scripts

clean:
	rm -rf .venv node_modules vendor var dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
