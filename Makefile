# Everything runs in .venv, which `make env` keeps in step with pyproject.toml and constraints.txt.
PYTHON ?= python3
JOBS ?= 2
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
TYPINGS := build/typings
PYTEST := $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help env demo test soak test-chip check lint types touched firmware measure-emulator measure-log measure-verify measure-sync measure-senses measure-heap measure-chip wheel clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

env: $(VENV)/stamp-dev ## make or refresh .venv with everything a developer needs

demo: $(VENV)/stamp-run ## fit an emulated tag, live four days, sync, verify, report: build/demo
	@$(BIN)/ankletag demo --out build/demo

test: $(VENV)/stamp-dev ## all tests that need no hardware; results in build/junit.xml (PYTEST_ARGS=... for more)
	@mkdir -p build
	$(PYTEST) -n $(JOBS) --ignore=tests/soak --ignore=tests/chip --junit-xml=build/junit.xml $(PYTEST_ARGS) tests

soak: $(VENV)/stamp-dev ## long tests, such as every power cut there can be; results in build/junit-soak.xml
	@mkdir -p build
	$(PYTEST) -n $(JOBS) --junit-xml=build/junit-soak.xml $(PYTEST_ARGS) tests/soak

test-chip: $(VENV)/stamp-dev ## the system tests of a tag's minutes, and the flashing, on an emulated RP2040; an hour; needs ANKLETAG_UF2
	@mkdir -p build
	$(PYTEST) -n $(JOBS) --backend=rp2040 --timeout=3600 --junit-xml=build/junit-chip.xml $(PYTEST_ARGS) -m minutes tests/system tests/chip

check: lint types touched ## lint, types, import rules and the tests a change touches (BASE=commit to compare with)

lint: $(VENV)/stamp-dev ## ruff (rules, format), deptry (declared dependencies), vulture (code that cannot run)
	@$(BIN)/ruff check --quiet --output-format=concise
	@$(BIN)/ruff format --check
	@$(BIN)/deptry --no-ansi .
	@$(BIN)/vulture --min-confidence 80 firmware hil host protocol tests

types: $(VENV)/stamp-dev $(TYPINGS)/stamp ## mypy: host, protocol and hil strictly; firmware and protocol against MicroPython's stubs
	@$(BIN)/mypy
	@$(BIN)/mypy --config-file tests/checks/mypy_firmware.ini firmware protocol/tagproto

touched: $(VENV)/stamp-dev ## the rules in tests/checks, and the tests that belong to the changed folders
	@$(PYTEST) -q -n $(JOBS) -m "not slow" $$($(BIN)/python tests/checks/touched.py $(BASE))

firmware: $(VENV)/stamp-run ## the files to flash, release and developer's, each with its manifest: build/firmware
	$(BIN)/ankletag firmware --out build/firmware/release
	$(BIN)/ankletag firmware --developer --out build/firmware/developer

measure-emulator: $(VENV)/stamp-dev ## 120 virtual days on the emulated tag, as JSON: build/measure/emulator.json
	@mkdir -p build/measure
	$(BIN)/python tests/measure/emulator.py

measure-log: $(VENV)/stamp-dev ## three tags to the end of their rings, a realistic wearer; two to five minutes: build/measure/log.json
	@mkdir -p build/measure
	$(BIN)/python tests/measure/log.py

measure-verify: $(VENV)/stamp-dev ## check 120 days of evidence with both verifiers; two minutes: build/measure/verify.json
	@mkdir -p build/measure
	$(BIN)/python tests/measure/verify.py

measure-sync: $(VENV)/stamp-dev ## read-outs over bad lines beside ZMODEM and C-Kermit (Debian: lrzsz, ckermit; absent ones are listed); 15 minutes: build/measure/sync.json
	@mkdir -p build/measure
	$(BIN)/python tests/measure/sync.py $(MEASURE_ARGS)

measure-senses: $(VENV)/stamp-dev ## a hundred wearers with and without each tamper; three to six minutes: build/measure/senses.json
	@mkdir -p build/measure
	$(BIN)/python tests/measure/senses.py $(MEASURE_ARGS)

measure-heap: $(VENV)/stamp-dev ## the heap of a month with a read-out a day, against firmware/budgets.toml: build/measure/heap.json
	@mkdir -p build/measure
	$(BIN)/python tests/measure/heap.py $(MEASURE_ARGS)

measure-chip: $(VENV)/stamp-dev ## awake times, memory, rates and energy on an emulated RP2040; a quarter of an hour; needs ANKLETAG_UF2: build/measure/chip.json
	@mkdir -p build/measure
	$(BIN)/python tests/measure/chip.py

wheel: $(VENV)/stamp-dev ## build wheel and sdist into dist/
	$(BIN)/python -m build --outdir dist

clean: ## remove what was built, and .venv
	rm -rf build dist $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
		echo "$(PYTHON) is missing or older than 3.10. Name another one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make virtual environments: its venv module is missing. On Debian or Ubuntu:" \
			"apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)

$(VENV)/stamp-run: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) install --quiet -c constraints.txt -e .
	@touch $@

# With everything installed the run-time part is there too, so `make demo` after `make env` has nothing to do.
# The oracles without what they depend on: that is a board's support, some ten packages that no test needs.
$(VENV)/stamp-dev: pyproject.toml constraints.txt tests/rig/oracles.txt | $(BIN)/python
	$(PIP) install --quiet -c constraints.txt -e '.[dev]'
	$(PIP) install --quiet --no-deps -r tests/rig/oracles.txt
	@touch $(VENV)/stamp-run $@

# The stubs hold time.pyi, machine.pyi, ...: in .venv they would shadow CPython's own for the host's code.
$(TYPINGS)/stamp: tests/checks/typings.txt | $(VENV)/stamp-dev
	@rm -rf $(TYPINGS)
	$(PIP) install --quiet --target $(TYPINGS) -r tests/checks/typings.txt
	@touch $@
