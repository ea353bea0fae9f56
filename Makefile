# The commands of this repository. Any Python >= 3.11 is enough. Everything else is installed by hash into
# folders that git ignores.

PYTHON ?= python3
ARCH ?= arm64
SHELL := /bin/bash
BIN := .venv/bin
DATA := $(or $(LIBRARY_VALIDATOR_DATA),../shared/data)
RESULTS := lab/results
MEASURED := .local/accuracy
SPEED := .local/performance
BENCH := .local/bench/bin/python -m lab
NEWEST := $(DATA)/pls/pls_fy2022_csv.zip
OLDER := $(foreach year,2015_data_files 2017_data_files 2021,$(DATA)/pls/pls_fy$(year)_csv.zip)
ALL_YEARS := $(foreach year,2015_data_files 2017_data_files 2018_data_files 2019 2020 2021 2022,\
	$(DATA)/pls/pls_fy$(year)_csv.zip)
LABELLED := $(sort $(wildcard $(DATA)/labelled/*.csv))
# The other sets are about an FSCS id or an address. Without it their rows would be other applicants.
REDUCIBLE := $(filter-out %/fscs_id.csv %/gone17.csv,$(LABELLED))
EVALUATE := $(BIN)/library-validator evaluate
EXTRACT := $(BIN)/python -m lab.pages.extract
ACCURACY_PAGE = $(BIN)/python -m lab.pages.accuracy_page $(RESULTS)/accuracy.json \
	--wordings $(RESULTS)/wordings.json --peers $(RESULTS)/accuracy_peers.json --output docs/accuracy.md

SAM := env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL SAM_CLI_TELEMETRY=0 HOME="$(CURDIR)/.local/home" \
	AWS_DEFAULT_REGION=$(or $(AWS_DEFAULT_REGION),us-east-1) .local/sam/bin/sam
COMPILE := .local/bootstrap/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-strip-extras $(UPGRADE)
BILL := .local/supply/bin/cyclonedx-py environment --output-reproducible --output-file .aws-sam/sbom
SHIPPED := layers/core/requirements.txt requirements/command.txt
AUDITED ?= $(SHIPPED) $(filter-out $(SHIPPED),$(sort $(wildcard requirements/*.txt)))

.DEFAULT_GOAL := help
.PHONY: help install demo test gameday realdata check bench bench-long bench-sample bench-data faults accuracy build sbom audit lock

help: ## the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: ## make every environment: development, local stack, SAM; quick the second time
	@command -v $(PYTHON) > /dev/null \
		|| { echo "there is no program $(PYTHON): install Python 3.11 or newer, or use make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "$(PYTHON) is not Python 3.11 or newer: use make PYTHON=python3.12 ..." >&2; exit 1; }
	@mkdir -p .local/home
	@$(PYTHON) devstack/library_validator_devstack/environments.py development sam stack handlers

demo: install ## run the whole service on this machine; RELEASE="older.zip newer.zip" loads real releases
	@$(BIN)/library-validator demo $(foreach release,$(RELEASE),--release "$(release)")

# The local stack mostly waits (a poison message fails five times), so its tests run beside the others.
test: install ## run all tests without real data: unit, contract, flow, template, local stack
	@$(BIN)/pytest -m "not realdata and not checker" tests/e2e > .local/e2e.log 2>&1 & stack=$$!; \
		$(BIN)/pytest -m "not realdata and not checker" --ignore tests/e2e; rest=$$?; \
		wait $$stack; stack=$$?; cat .local/e2e.log; exit $$((rest | stack))

gameday: install ## break the service on purpose on a local stack of its own, and repair it; in minutes
	@$(BIN)/python -m lab.gameday $(if $(ONLY),--only "$(ONLY)")

realdata: install ## run the tests on the official releases and the labelled sets in ../shared/data
	@export LIBRARY_VALIDATOR_DATA="$(abspath $(DATA))"; \
		$(BIN)/pytest -m realdata tests/e2e > .local/e2e-realdata.log 2>&1 & stack=$$!; \
		$(BIN)/pytest -m realdata --ignore tests/e2e; rest=$$?; \
		wait $$stack; stack=$$?; cat .local/e2e-realdata.log; exit $$((rest | stack))

check: install ## check lint, format, types, imports, template, generated schemas, lock files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/cfn-lint template.yaml
	$(SAM) validate --lint
	$(BIN)/python -m library_validator_cli.schemas --check
	$(BIN)/pytest -q tests/template/test_lock_files.py
	@$(BIN)/python devstack/library_validator_devstack/environments.py checkov
	$(BIN)/pytest -q -m checker tests/template/test_checkov.py
	@$(BIN)/python devstack/library_validator_devstack/guard_rules.py; fetched=$$?; \
		if [ $$fetched = 0 ]; then $(BIN)/pytest -q -m checker tests/template/test_cfn_guard.py; \
		else [ $$fetched = 3 ]; fi

bench: install ## measure speed, cost and accuracy beside peers, in minutes; with ../shared/data it rewrites both pages
	@$(BIN)/python devstack/library_validator_devstack/environments.py bench
	$(BIN)/python -m lab.speed.read_units
	@if [ -d "$(DATA)/labelled" ]; then $(MAKE) --no-print-directory bench-data; \
	else echo "benchmarks on the official data: not run ($(DATA) is not here)"; $(MAKE) --no-print-directory bench-sample; fi

bench-sample:
	@mkdir -p $(SPEED)
	$(BENCH).speed.reading --output $(SPEED)/reading.json
	$(BENCH).speed.cold_start --output $(SPEED)/cold_start.json
	$(BENCH).speed.candidates --output $(SPEED)/candidates.json
	$(BENCH).speed.answer_models --output $(SPEED)/answer_models.json
	$(BENCH).speed.cost --output $(SPEED)/cost.json
	$(BENCH).speed.idle_cost --output $(SPEED)/idle_cost.json
	$(BENCH).growth.growth --output $(SPEED)/growth.json
	$(BENCH).pages.performance_page --results $(SPEED) --output $(SPEED)/performance.md

bench-data:
	$(BENCH).speed.reading --release $(NEWEST) --older $(OLDER) --output $(RESULTS)/reading.json
	$(BENCH).speed.cold_start --release $(NEWEST) --output $(RESULTS)/cold_start.json
	$(BENCH).speed.candidates --release $(NEWEST) --labelled $(DATA)/labelled --output $(RESULTS)/candidates.json
	$(BENCH).speed.answer_models --release $(NEWEST) --labelled $(DATA)/labelled --output $(RESULTS)/answer_models.json
	$(BENCH).speed.cost --release $(DATA)/pls/pls_fy2021_csv.zip $(NEWEST) --applications $(DATA)/labelled/drift17_ae.csv \
		--negatives $(foreach set,irs museum twin ipeds,$(DATA)/labelled/neg_$(set).csv) --output $(RESULTS)/cost.json
	$(BENCH).speed.idle_cost --output $(RESULTS)/idle_cost.json
	$(BENCH).pages.performance_page
	$(BENCH).peers.accuracy_peers $(DATA)/labelled --release $(NEWEST) \
		--older $(DATA)/pls/pls_fy2015_data_files_csv.zip --older $(DATA)/pls/pls_fy2021_csv.zip \
		--output $(RESULTS)/accuracy_peers.json > .local/accuracy_peers.md
	mv .local/accuracy_peers.md $(RESULTS)/accuracy_peers.md && cat $(RESULTS)/accuracy_peers.md
	$(ACCURACY_PAGE)

bench-long: install ## measure decisions beside peers, flow and growth on a quiet machine; needs ../shared/data
	@[ -d "$(DATA)/labelled" ] || { echo "bench-long: not run ($(DATA) is not here)" >&2; exit 1; }
	@$(BIN)/python devstack/library_validator_devstack/environments.py bench
	$(BENCH).speed.decisions_per_second $(DATA)/labelled --release $(NEWEST) $(foreach older,$(OLDER),--older $(older)) \
		--output $(RESULTS)/decisions_per_second.json
	$(BENCH).speed.flow --release $(NEWEST) --applications $(foreach set,ae outlet,$(DATA)/labelled/drift17_$(set).csv) \
		--count 20000 --output $(RESULTS)/flow.json
	$(BENCH).growth.growth --release $(NEWEST) --labelled $(DATA)/labelled --output $(RESULTS)/growth.json
	$(BENCH).pages.performance_page

faults: install ## break the service on purpose, over 1,000 times, and check its promises; SEED=2 for another run
	$(BIN)/python -m lab.faults --seed $(or $(SEED),1)

accuracy: install ## measure the accuracy on the labelled sets in ../shared/data, in minutes; rewrites docs/accuracy.md
	@[ -d "$(DATA)/labelled" ] || { echo "accuracy: not run ($(DATA) is not here)" >&2; exit 1; }
	@mkdir -p $(MEASURED)
	$(EVALUATE) $(LABELLED) --release $(NEWEST) --report $(MEASURED)/labelled
	$(EVALUATE) $(REDUCIBLE) --release $(NEWEST) --only name,city,state --report $(MEASURED)/name-city-state
	$(EVALUATE) $(REDUCIBLE) --release $(NEWEST) --only name,state --report $(MEASURED)/name-state
	$(EVALUATE) $(LABELLED) $(foreach year,$(ALL_YEARS),--release $(year)) --report $(MEASURED)/all-years
	$(BIN)/library-validator sample-release --fiscal-year 2021 --output $(MEASURED)/pls_sample_fy2021_csv.zip
	$(EVALUATE) tests/accuracy/hard_cases.csv --release events/sample/pls_sample_fy2022_csv.zip \
		--release $(MEASURED)/pls_sample_fy2021_csv.zip --report $(MEASURED)/hard-cases
	$(EXTRACT) $(foreach run,labelled name-city-state name-state all-years hard-cases,$(MEASURED)/$(run)/run.json) \
		--output $(RESULTS)/accuracy.json
	$(BIN)/python -m lab.wordings --release $(NEWEST) --output $(MEASURED)/wordings.csv
	$(EVALUATE) $(MEASURED)/wordings.csv --release $(NEWEST) --report $(MEASURED)/wordings
	$(EXTRACT) $(MEASURED)/wordings/run.json --output $(RESULTS)/wordings.json
	$(ACCURACY_PAGE)

build: install ## build the artifacts for AWS; ARCH=x86_64 for that processor
	PYTHON="$(CURDIR)/.local/bootstrap/bin/python" LAMBDA_ARCH=$(ARCH) $(SAM) build
	@$(MAKE) --no-print-directory sbom

sbom: ## write the CycloneDX bills of materials of the built layer and of the command to .aws-sam/sbom
	@[ -d .aws-sam/build/CoreLayer/python ] || { echo "sbom: the layer is not built: make build" >&2; exit 1; }
	@$(BIN)/python devstack/library_validator_devstack/environments.py supply command
	@mkdir -p .aws-sam/sbom
	@PYTHONPATH="$(CURDIR)/.aws-sam/build/CoreLayer/python" $(BILL)/layer.cdx.json --pyproject pyproject.toml \
		--mc-type library -S .local/handlers/bin/python
	@$(BILL)/command.cdx.json --pyproject pyproject.toml .local/command/bin/python
	@$(BIN)/python -m lab.supply.bills .aws-sam/sbom/layer.cdx.json layers/core/requirements.txt
	@$(BIN)/python -m lab.supply.bills .aws-sam/sbom/command.cdx.json requirements/command.txt

audit: install ## look for known vulnerabilities in the data of PyPI; says for which packages it was not run
	@$(BIN)/python devstack/library_validator_devstack/environments.py supply
	@$(BIN)/python -m lab.supply.audit .local/supply/bin/pip-audit $(AUDITED)

lock: install ## compile requirements/ and layers/core/requirements.txt; UPGRADE=--upgrade for newer packages
	$(COMPILE) --group layer --output-file layers/core/requirements.txt
	for group in command test check bench; do \
		$(COMPILE) --group $$group --constraint layers/core/requirements.txt \
			--output-file requirements/$$group.txt || exit 1; \
	done
	for group in stack sam checkov bootstrap supply; do \
		$(COMPILE) --group $$group --output-file requirements/$$group.txt || exit 1; \
	done
