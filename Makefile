# mmgen: everything starts here. `make help` lists what there is.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

ROOT := $(CURDIR)
VENV := $(ROOT)/.venv
JOBS := $(VENV)/jobs/bin
ENCODERS := $(VENV)/encoders/bin
AIRFLOW := $(VENV)/airflow/bin
UV := $(VENV)/uv/bin/uv
# Nothing but what is locked, by its hash; compiled now, not when a job starts
INSTALL := $(UV) pip install --quiet --no-deps --require-hashes --build-constraints requirements/build.txt --compile-bytecode
export MMGEN_HOME ?= $(ROOT)/var
export PIP_DISABLE_PIP_VERSION_CHECK := 1
PYTHON ?= python3.11
PYTHON312 ?= $(firstword $(wildcard $(HOME)/.pyenv/versions/3.12.*/bin/python3.12) python3.12)
DS ?= $(shell date +%F)
SHOP ?=
MAP ?=
ARGS ?=

.PHONY: help demo test test-312 unit encoders-test drills airflow-test lint up down status env lock docs wheel clean peers benchmarks quality

help:  ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' Makefile | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'
	@echo "  Options: DS=2026-11-01 (date of the run), SHOP=products.csv MAP=map.toml (a real shop), MMGEN_HOME=var"

env: $(VENV)/jobs/.ready $(VENV)/encoders/.ready $(VENV)/airflow/.ready  ## make the three environments from the locked requirements

$(VENV)/uv/.ready: requirements/uv.txt
	$(PYTHON) -m venv $(VENV)/uv
	$(VENV)/uv/bin/python -m pip install --quiet --require-hashes -r requirements/uv.txt
	@touch $@

$(VENV)/jobs/.ready $(VENV)/jobs-312/.ready: $(VENV)/uv/.ready requirements/jobs.txt requirements/torch.txt requirements/build.txt
	@echo "==> the jobs' environment (Spark, torch ...): a minute or two the first time"
	@command -v java >/dev/null || { echo "Java 17 is needed (Debian: apt-get install openjdk-17-jre-headless)"; exit 1; }
	$(UV) venv --quiet --clear --python $(if $(findstring 312,$@),$(PYTHON312),$(PYTHON)) $(@D)
	$(INSTALL) --python $(@D)/bin/python -r requirements/jobs.txt
	$(@D)/bin/python -m pip install -r requirements/torch.txt
	$(UV) pip install --quiet --python $(@D)/bin/python --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/encoders/.ready: $(VENV)/uv/.ready requirements/encoders.txt requirements/petastorm.txt
	@echo "==> the Keras encoders' environment (TensorFlow, petastorm)"
	$(UV) venv --quiet --clear --python $(PYTHON) $(VENV)/encoders
	$(INSTALL) --python $(ENCODERS)/python -r requirements/encoders.txt
	$(INSTALL) --python $(ENCODERS)/python -r requirements/petastorm.txt
	@touch $@

$(VENV)/airflow/.ready: $(VENV)/uv/.ready requirements/airflow.txt
	@echo "==> Airflow's environment"
	$(UV) venv --quiet --clear --python $(PYTHON) $(VENV)/airflow
	$(INSTALL) --python $(AIRFLOW)/python -r requirements/airflow.txt
	@touch $@

$(VENV)/.dev-ready: $(VENV)/jobs/.ready $(VENV)/encoders/.ready $(VENV)/airflow/.ready requirements/dev.txt
	@echo "==> tools for the tests"
	for name in jobs encoders airflow; do $(INSTALL) --python $(VENV)/$$name/bin/python -r requirements/dev.txt; done
	@touch $@

demo: env  ## a whole night: a sample shop (or SHOP= MAP=), the nightly DAG through Airflow, and what came out
	@$(JOBS)/mmgen demo --ds $(DS) $(if $(SHOP),--shop $(SHOP) --map $(MAP))

test: $(VENV)/.dev-ready lint unit encoders-test airflow-test  ## all tests, from nothing

# What takes minutes and much memory stays out of the unit tests
DRILLS := tests/jobs/test_cluster.py tests/launch/test_on_spark.py
UNIT := tests --ignore tests/dags $(addprefix --ignore ,$(DRILLS)) -q

unit: $(VENV)/.dev-ready  ## the tests of mmgen and its jobs
	$(JOBS)/python -m pytest $(UNIT)

# What needs TensorFlow or petastorm; the same files skip it in the jobs' environment.
KERAS_TESTS := tests/models/test_encoders.py $(patsubst %,tests/training/test_%.py,audio_encoder classifier image_encoder loader \
	reader_memory reader_order)

encoders-test: $(VENV)/.dev-ready  ## the tests of the Keras encoders and of petastorm, in their environment
	$(ENCODERS)/python -m pytest $(KERAS_TESTS) -q

test-312: $(VENV)/.dev-ready $(VENV)/jobs-312/.ready  ## the unit tests on Python 3.12 (PYTHON312=its path) after those on 3.11
	$(MAKE) unit
	$(INSTALL) --python $(VENV)/jobs-312/bin/python -r requirements/dev.txt
	MMGEN_PYTHON=$(VENV)/jobs-312/bin/python $(VENV)/jobs-312/bin/python -m pytest $(UNIT)

drills: $(VENV)/.dev-ready  ## a night and a training on a Spark master and two workers, and trainings that are killed: minutes, much memory
	$(JOBS)/python -m pytest $(DRILLS) -q --timeout 2400
	$(JOBS)/python benchmarks/drill_launch.py $(ARGS)

airflow-test: $(VENV)/.dev-ready  ## the tests of the DAGs, in Airflow's environment
	$(AIRFLOW)/python -m pytest tests/dags -q

lint: $(VENV)/.dev-ready  ## ruff and mypy
	$(JOBS)/ruff check .
	$(JOBS)/ruff format --check .
	$(JOBS)/mypy

up: env  ## start Airflow (UI, scheduler) and the MLflow UI on the same data
	@$(JOBS)/mmgen up

down:  ## end every process that `make up` started
	@$(JOBS)/mmgen down

status:  ## each dataset: partitions, rows, rejects, last commit
	@$(JOBS)/mmgen status

docs: $(VENV)/jobs/.ready  ## write the datasets' pages from their contracts
	@$(JOBS)/mmgen docs

wheel: $(VENV)/jobs/.ready  ## build dist/mmgen-*.whl: contracts, configuration, jobs and weights are in it
	$(JOBS)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .
	@ls -l dist/mmgen-*.whl

$(VENV)/benchmarks/.ready: $(VENV)/jobs/.ready requirements/benchmarks.txt requirements/fusion-peers.txt
	@echo "==> the tools that mmgen is compared with"
	$(INSTALL) --python $(JOBS)/python --target $(VENV)/benchmarks -r requirements/benchmarks.txt
	$(INSTALL) --python $(JOBS)/python --target $(VENV)/benchmarks -r requirements/fusion-peers.txt
	@touch $@

# petastorm's own loader gives torch tensors: torch beside the encoders' environment
$(VENV)/benchmarks-encoders/.ready: $(VENV)/encoders/.ready $(VENV)/jobs/.ready requirements/torch.txt
	$(JOBS)/python -m pip install --quiet --upgrade --target $(VENV)/benchmarks-encoders -r requirements/torch.txt
	rm -rf $(VENV)/benchmarks-encoders/numpy*
	@touch $@

peers: $(VENV)/benchmarks/.ready $(VENV)/benchmarks-encoders/.ready  ## install what benchmarks compare with, beside the jobs' environment

# One that misses its bar or fails is named at the end, and the others run all the same
EACH = failed=; for script in $(1); do echo "==> $$script"; $(JOBS)/python $$script $(ARGS) || failed="$$failed $$script"; done

benchmarks: peers  ## speed beside other tools (ARGS=--quick: small); writes docs/BENCHMARKS.md
	$(call EACH,$(filter-out %/bench_readers.py,$(wildcard benchmarks/bench_*.py))); \
	PYTHONPATH=$(VENV)/benchmarks-encoders $(ENCODERS)/python benchmarks/bench_readers.py $(ARGS) || failed="$$failed readers"; \
	[ -z "$$failed" ] || { echo "failed, or missed a bar:$$failed"; exit 1; }

quality: peers  ## quality on real media, with intervals (ARGS=--quick: small); writes docs/BENCHMARKS.md
	$(call EACH,$(wildcard benchmarks/quality_*.py)); [ -z "$$failed" ] || { echo "failed, or missed a bar:$$failed"; exit 1; }

lock: $(VENV)/uv/.ready  ## resolve requirements/*.in into the locked *.txt (ARGS=--upgrade: the newest of everything)
	PATH=$(VENV)/uv/bin:$$PATH requirements/lock.sh $(ARGS)

clean:  ## remove the environments and var/; a home elsewhere (MMGEN_HOME) is left alone
	rm -rf "$(VENV)" "$(ROOT)/var"
	@[ "$(MMGEN_HOME)" = "$(ROOT)/var" ] || echo "left alone: $(MMGEN_HOME)"
