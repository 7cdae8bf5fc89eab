# make: set up and run the whole graph.  make test: set up and run every check.  make test-fast: those that take a minute.
# make plots: a page with every plot, which needs no network.  make bench: time it against others.
# make growth: every stage at 1, 2, 4 and 10 times the songs, each below 1 GiB, and training on more than memory holds.
# make notebook: run the notebook, and write what its cells print and draw into it.
# make portable: show that an emulated processor gives the same bytes.  make breakages: show that the tests notice faults.
PYTHON ?= python3
REFUSE_OLD := import sys; v = sys.version_info[:2]; sys.exit(v < (3, 11) and "Python 3.11 or later is needed, and $(PYTHON) is %d.%d; name another, as in: make PYTHON=python3.12" % v)
VERSION := import sys; print("%d.%d" % sys.version_info[:2])
ifneq ($(wildcard .venv/installed),)
FOUND := $(shell .venv/bin/python -c '$(VERSION)' 2>&1)
ASKED := $(if $(filter file,$(origin PYTHON)),$(FOUND),$(shell $(PYTHON) -c '$(VERSION)' 2>&1))
ifeq ($(filter 3.%,$(FOUND)),)
$(error the Python of .venv does not run any more; remove .venv and run make again)
endif
ifneq ($(FOUND),$(ASKED))
$(error .venv has Python $(FOUND), but PYTHON=$(PYTHON) is $(ASKED); remove .venv and run make again)
endif
endif
# Two processes more than there are processors, because some tests wait for a while.
PYTEST = pytest --numprocesses $$(python -c "import os; print(min(os.cpu_count() + 2, 8))") \
    --no-loadscope-reorder
# uv, which pip installs where it is missing, installs in a tenth of pip's time. Of pip's settings it is told the index
# alone, so where it fails pip has its turn.
UV = { command -v uv || pip install --quiet $$(grep ^uv== requirements.txt); } > /dev/null && \
    index=$$(pip config list | sed -n "s/.*[.]index-url='\(.*\)'/\1/p" | tail -n 1) && \
    $${index:+env UV_DEFAULT_INDEX="$$index"} uv pip install --quiet --python .venv/bin/python
INSTALL = { $(UV) --requirement $< || pip install --quiet --requirement $<; }
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# Python keeps what it compiles, whatever the user has set: uv leaves that to it.
export PYTHONDONTWRITEBYTECODE :=

repro: .venv/installed .dvc/plots_offline.html
	python -m century.params # before DVC takes old results away to make room for new ones
	dvc repro
	cat metrics/download.json
	python -c 'from report.page_parts import parts; print(parts()["results"])'

test: .venv/installed
	$(MAKE) --jobs 2 lint tests

test-fast: .venv/installed
	$(MAKE) --jobs 2 lint tests SELECTED='-m "not slow"'

tests: .venv/installed
	$(PYTEST) $(SELECTED)

lint: .venv/installed
	ruff check .
	ruff format --check .
	mypy --strict century stages report
	zizmor --quiet --offline .github/workflows

notebook: .venv/installed
	python -m report.notebook

portable: .venv/installed
	python .ci/portable.py

breakages: .venv/installed
	python .ci/breakages.py

bench: repro .venv/rivals
	python -m benchmarks.compare

growth: repro
	python -m benchmarks.growth

plots: .venv/installed .dvc/plots_offline.html
	dvc plots show

.dvc/plots_offline.html: .dvc/plots.html report/plots_page.py .venv/installed
	python -m report.plots_page
	dvc config --local plots.html_template plots_offline.html

.venv/installed: requirements.txt
	@$(PYTHON) -c '$(REFUSE_OLD)'
	$(PYTHON) -m venv $(if $(wildcard .venv/installed),,--clear) .venv
	$(INSTALL)
	touch $@

.venv/rivals: benchmarks/requirements.txt .venv/installed
	$(INSTALL)
	touch $@

.PHONY: repro test test-fast tests lint notebook portable breakages plots bench growth
