# What one can do here. Any one Python >= 3.11 is enough; everything else is installed, by hash, in
# folders that git ignores.

PYTHON ?= python3
ARCH ?= arm64
SHELL := /bin/bash
BIN := .venv/bin
DATA := $(or $(LIBRARY_VALIDATOR_DATA),../shared/data)

SAM := env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL SAM_CLI_TELEMETRY=0 HOME="$(CURDIR)/.local/home" \
	AWS_DEFAULT_REGION=$(or $(AWS_DEFAULT_REGION),us-east-1) .local/sam/bin/sam
COMPILE := .local/bootstrap/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-strip-extras $(UPGRADE)

.DEFAULT_GOAL := help
.PHONY: help install demo test realdata check bench build lock

help: ## what one can do here
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: ## every environment: development, local stack, SAM; a second time takes no time
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "$(PYTHON) is no Python 3.11 or newer: make PYTHON=python3.12 ..." >&2; exit 1; }
	@mkdir -p .local/home
	@$(PYTHON) cli/library_validator_cli/environments.py development sam stack handlers

demo: install ## the whole service on this machine; RELEASE=path.zip loads a real release
	@$(BIN)/library-validator demo $(if $(RELEASE),--release "$(RELEASE)")

test: install ## every test but those on real data: unit, contract, flow, template, local stack
	$(BIN)/pytest -m "not realdata"

realdata: install ## the tests on the official releases and the labelled sets in ../shared/data
	LIBRARY_VALIDATOR_DATA="$(abspath $(DATA))" $(BIN)/pytest -m realdata

check: install ## lint, format, types, imports, template, generated schemas, lock files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/cfn-lint template.yaml
	$(SAM) validate --lint
	$(BIN)/python -m library_validator_cli.schemas --check
	$(BIN)/pytest -q tests/template/test_lock_files.py

bench: install ## speed and cost of a validation, on the bundled sample release
	$(BIN)/python -m benchmarks.read_units

build: install ## the artifacts for AWS; ARCH=x86_64 for that processor
	PYTHON="$(CURDIR)/.local/bootstrap/bin/python" LAMBDA_ARCH=$(ARCH) $(SAM) build

lock: install ## compile requirements/ and layers/core/requirements.txt anew; UPGRADE=--upgrade for newer ones
	$(COMPILE) --group layer --output-file layers/core/requirements.txt
	for group in test check bench; do \
		$(COMPILE) --group $$group --constraint layers/core/requirements.txt \
			--output-file requirements/$$group.txt || exit 1; \
	done
	for group in stack sam bootstrap; do \
		$(COMPILE) --group $$group --output-file requirements/$$group.txt || exit 1; \
	done
