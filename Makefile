# make report   report pack of the sample plans, or of your own: make report DOCS=folder QUARTER=2025Q1 OUT=reports
# make test     the whole test suite
# Both build the environment from requirements.lock into .venv first. Only Python 3.11 and make are needed.

DOCS    ?= data/sample
QUARTER ?= 2025Q1
OUT     ?= reports
PYTHON  ?= $(shell command -v python3.11 || command -v python3 || command -v python)
VENV    := .venv
READY   := $(VENV)/.ready

.PHONY: report test lint lock clean

report: $(READY)
	@# 1 is a report that is whole, with something to look at; make would call it an error.
	@$(VENV)/bin/dhr report "$(DOCS)" --quarter "$(QUARTER)" --out "$(OUT)" || { code=$$?; \
	  if [ $$code -eq 1 ]; then echo "done, with remarks above" >&2; else exit $$code; fi; }

test: $(READY)
	@# A file at a time to each process, in the order of the collection: files with slow tests come first.
	@$(VENV)/bin/python -m pytest --numprocesses logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

lint: $(READY)
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy

# Needs uv; the lock holds hashes and no address of an index.
lock:
	uv pip compile --python-version 3.11 --universal --extra dev --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links --quiet pyproject.toml --output-file requirements.lock

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build *.egg-info data/packages
	find reports -mindepth 1 ! -name README.md -delete

$(READY): requirements.lock pyproject.toml
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null \
	  || { echo "Python 3.11 is needed. Install it (Debian: apt-get install python3.11 python3.11-venv) or name it: make PYTHON=/path/to/python3.11"; exit 2; }
	@echo "Building the environment in $(VENV) (once; two to three minutes) ..." >&2
	@"$(PYTHON)" -m venv --clear $(VENV)
	@if command -v uv >/dev/null 2>&1; then \
	  uv pip install --quiet --compile-bytecode --python $(VENV)/bin/python --require-hashes -r requirements.lock && \
	  uv pip install --quiet --python $(VENV)/bin/python --no-deps --no-build-isolation --editable . ; \
	else \
	  $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock && \
	  $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . ; \
	fi
	@# Where Python is set to keep no bytecode (PYTHONDONTWRITEBYTECODE), each start would compile all anew.
	@$(VENV)/bin/python -m compileall -q dhr_analytics
	@touch $@
