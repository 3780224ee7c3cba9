# Every command of the house; `make` alone lists them. Nothing but python3 (3.11 or later, with venv) and make is needed.
# PYTHON=python3.12 chooses another interpreter, PYTEST_ARGS="-k sweeper" hands words on to pytest.
PYTHON ?= python3
UV ?= $(if $(wildcard .venv/bin/uv),.venv/bin/uv,uv)
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --quiet --disable-pip-version-check --no-input
# What a person has set for a running city is no business of the tests.
PLAIN := env $(foreach name,DATABASE_URL REDIS_URL MAP_TILE_URL $(filter GRIDGOV_%,$(.VARIABLES)),-u $(name))
# A linked environment may hold another checkout of gridgov; this one wins.
export PYTHONPATH := $(CURDIR)
export PIP_ROOT_USER_ACTION := ignore

.DEFAULT_GOAL := help
.PHONY: help run test test-long lint bench lock venv installed installed-dev

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: installed ## Set up everything, start the city, print its address and logins; Ctrl-C stops it
	@exec $(PY) -m gridgov.cli up

test: lint ## Set up everything and run every check and test
	@$(PLAIN) $(PY) -m pytest -n 2 --dist loadgroup $(PYTEST_ARGS)

test-long: installed-dev ## Live twenty thousand random lives, for an hour or so
	@$(PLAIN) GRIDGOV_LIVES=20000 $(PY) -m pytest -q tests/unit/test_life_machine.py

lint: installed-dev ## Check style, format and types
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy

bench: installed-dev ## Measure speed against bare limits in the same run
	@$(PLAIN) $(PY) -m benchmarks

lock: installed-dev ## Pin and hash the requirements anew for every platform, with uv
	@command -v $(UV) >/dev/null || { echo "make lock needs uv: name it with UV=..., or put it on the PATH." >&2; exit 1; }
	@for name in requirements requirements-dev; do $(UV) pip compile --quiet --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-annotate --no-emit-index-url $$name.in -o $$name.txt || exit 1; done

# The environment remembers which requirements it was given; what developers need contains what the city needs.
installed: venv
	@cmp -s requirements.txt $(VENV)/gridgov-requirements.txt || $(call install,requirements.txt)
	@$(editable)

installed-dev: venv
	@cmp -s requirements-dev.txt $(VENV)/gridgov-requirements-dev.txt || $(call install,requirements-dev.txt)
	@$(editable)

venv:
	@[ -x $(PY) ] || { $(call new_enough,$(PYTHON)) && $(make_venv); }
	@$(call new_enough,$(PY))
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PY) -m ensurepip >/dev/null || { echo "$(NO_VENV)" >&2; exit 1; }

NO_VENV := $(PYTHON) cannot make a virtual environment: install its venv module (Debian and Ubuntu: apt install python3-venv).

make_venv = { $(PYTHON) -c "import venv, ensurepip" 2>/dev/null && echo "making $(VENV)" && $(PYTHON) -m venv $(VENV); } \
  || { echo "$(NO_VENV)" >&2; exit 1; }

new_enough = { command -v $(1) >/dev/null || { echo "gridgov needs Python 3.11 or later, and there is no $(1)." >&2; exit 1; }; \
  $(1) -c "import sys; sys.exit(sys.version_info < (3, 11))" || \
  { echo "gridgov needs Python 3.11 or later; $(1) is $$($(1) -V 2>&1). Choose another with PYTHON=..." >&2; exit 1; }; }

install = { echo "installing $(1) into $(VENV)"; \
  $(PIP) install --require-hashes --only-binary=:all: -r $(1) && cp $(1) $(VENV)/gridgov-$(1) && \
  { [ $(1) = requirements.txt ] || cp requirements.txt $(VENV)/gridgov-requirements.txt; }; }

# "compat" leaves a plain path, which sees packages that are added later. A linked environment that holds a gridgov
# keeps it: its owner works with it.
editable = [ "$$(cat $(VENV)/gridgov-checkout 2>/dev/null)" = "$(CURDIR)" ] || \
  { [ -L $(VENV) ] && (cd / && "$(CURDIR)/$(PY)" -I -c "import gridgov" 2>/dev/null); } || \
  { $(PIP) install --no-build-isolation --no-deps --config-settings editable_mode=compat -e . && \
  echo "$(CURDIR)" > $(VENV)/gridgov-checkout; }
