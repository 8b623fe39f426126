# Everyday commands. `make` alone lists them.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv pip
export SHELFRADAR_HOME ?= $(CURDIR)/data
export SHELFRADAR_CONFIG ?= $(CURDIR)/config

.DEFAULT_GOAL := help
.PHONY: help install install-dev demo test lint format airflow bench new-source new-report dictionary lock clean-data system-packages

help:  ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/.uv: requirements-uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 14) else f"Python 3.11 to 3.13 is needed; {sys.executable} is {sys.version.split()[0]}. Name another: make PYTHON=python3.12")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.txt
	@touch $@

.venv/.runtime: .venv/.uv requirements.txt pyproject.toml
	@echo "Installing Shelfradar and its pinned dependencies into .venv ..."
	@$(UV) install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.txt
	@$(UV) install --quiet --compile-bytecode --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: .venv/.runtime requirements-dev.txt
	@$(UV) install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements-dev.txt
	@touch $@

install: .venv/.runtime  ## make .venv with the hash-pinned requirements; the program is .venv/bin/shelfradar

install-dev: .venv/.dev  ## the same, with what tests and benchmarks need

demo: install  ## 35 simulated days through the whole pipeline, the last one through Airflow
	@$(BIN)/python -m demo.mission

test: install-dev system-packages lint  ## everything CI runs
	@$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder --durations 15

lint: install-dev  ## formatting, rules, types, layers, SQL
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-cache > .venv/lint-imports.log || { cat .venv/lint-imports.log; exit 1; }
	@$(BIN)/sqlfluff lint --processes 2 transforms/models warehouse/views warehouse/questions > .venv/sqlfluff.log || { tail -40 .venv/sqlfluff.log; exit 1; }
	@$(BIN)/python -m shelfradar.dictionary --check

format: install-dev  ## format the code
	@$(BIN)/ruff format --quiet . && $(BIN)/ruff check --fix --quiet .

airflow: install  ## Airflow on loopback with the DAGs, the pools and the boards
	@$(BIN)/python -m deploy.airflow_local

bench: install-dev  ## the benchmark table, against named peers
	@$(BIN)/python -m benchmarks

new-source: install  ## scaffold a marketplace: make new-source NAME=my-shop
	@$(BIN)/python -m shelfradar.scaffold source "$(NAME)"

new-report: install  ## scaffold a report: make new-report NAME=my_report
	@$(BIN)/python -m shelfradar.scaffold report "$(NAME)"

dictionary: install  ## write docs/warehouse.md again, from the comments of tables and views
	@$(BIN)/python -m shelfradar.dictionary

system-packages:
	@bash .ci/system-packages

lock:  ## compile the hash-pinned requirements again
	@$(UV) compile --quiet --universal --generate-hashes --no-header --python-version 3.11 --extra cluster --extra build pyproject.toml -o requirements.txt > /dev/null
	@$(UV) compile --quiet --universal --generate-hashes --no-header --python-version 3.11 --extra cluster --extra build --extra dev --extra bench -c requirements.txt pyproject.toml -o requirements-dev.txt > /dev/null
	@echo uv | $(UV) compile --quiet --universal --generate-hashes --no-header --python-version 3.11 - -o requirements-uv.txt > /dev/null
