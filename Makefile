# Two targets for a newcomer: `make demo` and `make test`. CONTRIBUTING.md has the others.
# Another interpreter: make test PYTHON=python3.12

PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3.13 python3,\
  $(shell $(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(name))))
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
VENV := .venv-$(VERSION)
DEMO := .venv-demo-$(VERSION)
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadgroup

.PHONY: simulate offices pictures demo test whole installed check unit coverage faults fuzz mutations recount soak bench bench-quick house lock messages image clean python

demo: $(DEMO)/installed
	@$(DEMO)/bin/mailsla demo
	@echo
	@echo "mailsla = $(DEMO)/bin/mailsla"

# Exactly what CI runs: style, types, layers beside forty mutations, which run the core's tests under another time zone
# first; then the tests, on real servers. The longest are in parts: each day of the year tries another, and says which.
test: $(VENV)/installed servers
	$(MAKE) --jobs=2 --output-sync=target check mutations-sample
	$(PYTEST) --part=$(PART)

PART := $(shell date +%-j)

# Every case of every test, under two time zones.
whole: check servers
	TZ=Pacific/Noumea $(PYTEST) -q --hypothesis-profile=unit tests/core mailsla
	$(PYTEST)

installed: $(VENV)/installed

# The same tests, and the lines that none of them reaches; subprocesses included.
coverage: $(VENV)/installed servers
	$(BIN)/python -m coverage erase
	COVERAGE_PROCESS_START=$(CURDIR)/pyproject.toml COVERAGE_FILE=$(CURDIR)/.coverage $(PYTEST) -q --cov --cov-report=
	-$(BIN)/python -m coverage combine --append --quiet
	$(BIN)/python -m coverage report --skip-covered

check: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.catalogue

# What needs no server, in half a minute: fewer random examples than the whole run tries (EXAMPLES=few: fewer still).
EXAMPLES := unit
unit: $(VENV)/installed
	$(PYTEST) -q --hypothesis-profile=$(EXAMPLES) tests/core tests/config tests/usecases mailsla

.PHONY: servers
servers:
	.ci/install-servers

# Five hundred seeds of faults between a collection and its server, and of kills of the daemon.
faults: $(VENV)/installed servers
	$(BIN)/python -m tests.trials.faults

# The core broken in one place at a time, everywhere, or at forty places: tests must notice.
mutations: $(VENV)/installed
	$(BIN)/python -m tests.mutations

.PHONY: mutations-sample
mutations-sample: $(VENV)/installed
	TZ=Pacific/Noumea $(BIN)/python -m tests.mutations --sample 40

# 2,700 conversations judged by a program that shares no code with mailsla, and by mailsla: ten minutes.
recount: $(VENV)/installed
	$(BIN)/python -m tests.trials.recount

# Weeks of alerts in virtual time, with all that breaks: a thousand offices, then three years of some, then a hundred with
# two workers each. Forty minutes of processor time, shared by the processors there are.
simulate: $(VENV)/installed servers
	$(BIN)/python -m tests.trials.alerts.simulation 1000
	$(BIN)/python -m tests.trials.alerts.simulation 20 0 156
	$(BIN)/python -m tests.trials.alerts.simulation 100 0 6 2

# First figures of nine prepared offices, from nothing: what was asked, the figure against the truth, before and after
# what check says was done. Two minutes.
offices: $(VENV)/installed servers
	$(BIN)/python -m tests.trials.offices

# What people read, drawn again by Chromium from the demonstration, in docs/pictures: to be looked at.
pictures: $(VENV)/installed servers
	$(BIN)/python -m tests.trials.pictures

# Half an hour of traffic under the daemon's eyes, many times faster than life.
soak: $(VENV)/installed servers
	$(BIN)/python -m tests.trials.soak

# Ten minutes of hostile bytes through archives, parsing, classification and pairing.
fuzz: $(VENV)/installed
	$(BIN)/python -m tests.trials.fuzz

# Beside the servers: mbsync and imap_tools, to compare with.
bench: $(VENV)/bench-installed
	.ci/install-servers isync
	$(BIN)/python -m bench

# What is felt most, in five minutes; the first time makes the stores.
bench-quick: $(VENV)/bench-installed
	.ci/install-servers isync
	$(BIN)/python -m bench --quick

# What the imports say of the package: rooms, arrows, floors, circles; and how long its functions are.
house: $(VENV)/installed
	@$(BIN)/python -m tests.house

messages: $(VENV)/installed
	$(BIN)/python -m tests.catalogue --update

# One lock for developers, one for whoever only runs mailsla, one for what only benchmarks need; none names a host.
lock: $(VENV)/installed
	$(BIN)/uv pip compile pyproject.toml --extra demo --extra oauth2 --extra pdf --extra postgresql --extra xlsx --group dev $(LOCK) -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra demo --extra oauth2 --extra pdf --extra postgresql --extra xlsx $(LOCK) -o requirements-run.lock
	$(BIN)/uv pip compile --group bench $(LOCK) -o requirements-bench.lock
	$(BIN)/uv pip compile --group build $(LOCK) -o requirements-build.lock

LOCK := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet

image:
	docker build -t mailsla .

clean:
	rm -rf .venv-* dist .coverage* .mypy_cache .pytest_cache .ruff_cache .hypothesis

# The lock names everything: --no-deps keeps pip from looking for anything else, such as a newer release.
$(VENV)/installed: requirements.lock pyproject.toml | python
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@

$(VENV)/bench-installed: requirements-bench.lock $(VENV)/installed
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements-bench.lock
	@touch $@

$(DEMO)/installed: requirements-run.lock pyproject.toml | python
	$(PYTHON) -m venv $(DEMO)
	$(DEMO)/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements-run.lock
	$(DEMO)/bin/python -m pip install --quiet --no-deps --editable .
	@touch $@

python:
	@test -n "$(VERSION)" || { echo "mailsla needs Python 3.11 or later: install it, or name it with make PYTHON=…"; exit 1; }
