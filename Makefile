# Two commands are enough: `make run` and `make test`. Everything else is for those who change the code.
SHELL := /bin/sh
PY := .venv/bin/python
BOOTSTRAP := deploy/python deploy/bootstrap.py
export PYTHON
# One more than the cores: the one with the browser mostly waits.
WORKERS := $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
# Compiled modules halve every start.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test cover check fix bench soak env front clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /make \1	/p' Makefile | expand -t 14

run: ## the whole stack on http://127.0.0.1:8000 (PORT and SIMULATOR_PORT can be set)
	@$(BOOTSTRAP) ports env front messages
	@exec env DIE_WITH_PARENT=1 $(PY) -m apps.ops.stack

test: env front ## every test, browser included, on servers of its own (ARGS="-k inbox" narrows it down)
	@deploy/chromium
	@deploy/mariadb
	@$(PY) -m pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder -m "not soak" $(ARGS)

cover: env front ## the same, and how much of the code they run (takes twice as long)
	@$(MAKE) test ARGS="--cov=apps --cov=pytake --cov-report= $(ARGS)"
	@$(PY) deploy/covered.py

check: env ## linters, types, floors, templates, migrations, translations
	@exec $(PY) deploy/check.py

fix: env ## let the formatters repair what they can
	@.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format --quiet . 

bench: env front ## figures beside their references, as a table and JSON
	@exec $(PY) -m benchmarks $(ARGS)

soak: env front ## the long fault-injection runs
	@exec $(PY) -m pytest -n 0 -m soak $(ARGS)

env: ## the Python environment
	@$(BOOTSTRAP) env

front: env ## styles, scripts and translations
	@$(BOOTSTRAP) front messages

clean: ## forget everything that was built, the development database included
	@$(BOOTSTRAP) idle
	rm -rf .run .venv node_modules frontend/dist staticfiles media .pytest_cache .mypy_cache .ruff_cache
