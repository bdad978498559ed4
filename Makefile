# The work is done by `python -m course_utils`; this file makes its environment in .venv.
# Variables: PYTHON (the Python to make .venv with), ARGS (passed on: make run ARGS="05 -p N=7").

VENV := .venv
ARGS ?=

ifeq ($(OS),Windows_NT)
PYTHON ?= python
BIN := $(VENV)/Scripts
else
PYTHON ?= python3
BIN := $(VENV)/bin
endif

COURSE := $(BIN)/python -m course_utils
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check
# What a student needs, and everything: tests, slides, site and assignments need more.
STUDENT := $(VENV)/student
READY := $(VENV)/ready

.DEFAULT_GOAL := help
.PHONY: help run test test-browser lab progress lint refresh slides live site check handouts clean

help:
	@echo "make run      execute every notebook; read the results in build/index.html"
	@echo "make test     prove the package and every notebook right"
	@echo "make site     build the course's site; read it in build/site/index.html"
	@echo "make test-browser  open slides, site and pages in Chromium, if there is one"
	@echo "make lab      your own copies of the notebooks, in JupyterLab"
	@echo "make progress what you have solved"
	@echo "make check    tell whether this machine is ready"
	@echo "make refresh  execute the notebooks and store their outputs in them"
	@echo "make slides   slides of every notebook, HTML and PDF, in build/slides"
	@echo "make live     notebooks as slides that run, in JupyterLab, on copies in build/live"
	@echo "make handouts students' and instructor's copies, as notebooks and PDF, in build/handouts"
	@echo "make lint     check format, usual mistakes and types of the package"
	@echo "make clean    remove .venv, build and caches"
	@echo "Options go through ARGS, for example: make run ARGS=05, make run ARGS=--help"

run: $(STUDENT)
	$(COURSE) run $(ARGS)

test: $(READY)
	$(BIN)/python -m pytest -n auto --dist loadscope --nbval --nbval-current-env $(ARGS)

# Each worker would start a Chromium of its own and make its own slides.
test-browser: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadfile --browser tests/browser $(ARGS)

lab: $(STUDENT)
	$(COURSE) lab $(ARGS)

progress: $(STUDENT)
	$(COURSE) progress $(ARGS)

lint: $(READY)
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy

refresh: $(READY)
	$(COURSE) refresh $(ARGS)

site: $(READY)
	$(COURSE) site $(ARGS)

check: $(STUDENT)
	$(COURSE) check $(ARGS)

slides: $(READY)
	$(COURSE) slides $(ARGS)

# Type that a room can read; see course_utils/publishing/live_slides.py.
live: export JUPYTERLAB_SETTINGS_DIR := $(CURDIR)/build/live/.jupyterlab
live: $(READY)
	$(COURSE) live
	$(BIN)/python -m jupyterlab --notebook-dir build/live $(ARGS)

handouts: $(READY)
	$(COURSE) handouts $(ARGS)

# No Python of ours is needed to clean up, so that it works when that one is broken.
clean:
	rm -rf $(VENV) build dist .pytest_cache .hypothesis

# The last line is reached, and the file written, only if everything before it went well.
$(STUDENT): requirements.lock pyproject.toml
	@$(PYTHON) -c "" || (echo There is no $(PYTHON) here. Install Python 3.11, 3.12 or 3.13, or name one: make PYTHON=python3.12 && exit 1)
	@$(PYTHON) -c "import sys; sys.version_info[:2] in ((3, 11), (3, 12), (3, 13)) or sys.exit('The course needs Python 3.11, 3.12 or 3.13; $(PYTHON) is %d.%d. Name another one: make PYTHON=python3.12' % sys.version_info[:2])"
	@$(PYTHON) -c "print('Installing the course into $(VENV): once, some minutes, about 2 GB on disk.')"
	$(PYTHON) -m venv $(VENV) || (echo No environment could be made. On Debian and Ubuntu this helps: sudo apt install python3-venv && exit 1)
	$(BIN)/python -I course_utils/lock.py build > $(VENV)/student.txt
	$(INSTALL) --require-hashes -r $(VENV)/student.txt
	$(INSTALL) --no-deps --no-build-isolation -e .
	@$(BIN)/python -c "open('$(STUDENT)', 'w').close()"

$(READY): $(STUDENT)
	@$(BIN)/python -c "print('Installing what tests, slides, site and assignments need beside it: 1 GB more.')"
	$(INSTALL) --require-hashes -r requirements.lock
	@$(BIN)/python -c "open('$(READY)', 'w').close()"
