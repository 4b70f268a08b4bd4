# mmgen: everything starts here. `make help` lists what there is.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

ROOT := $(CURDIR)
VENV := $(ROOT)/.venv
JOBS := $(VENV)/jobs/bin
AIRFLOW := $(VENV)/airflow/bin
export MMGEN_HOME ?= $(ROOT)/var
export PIP_DISABLE_PIP_VERSION_CHECK := 1
PYTHON ?= python3.11
DS ?= $(shell date +%F)
SHOP ?=
MAP ?=
ARGS ?=

.PHONY: help demo test unit drills airflow-test lint up down status env lock docs wheel clean peers benchmarks quality

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*## ' Makefile | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'
	@echo "  Options: DS=2026-11-01 (date of the run), SHOP=products.csv MAP=map.toml (a real shop), MMGEN_HOME=var"

env: $(VENV)/jobs/.ready $(VENV)/airflow/.ready  ## make both environments from the locked requirements

$(VENV)/jobs/.ready: requirements/torch.txt requirements/jobs.txt requirements/petastorm.txt
	@echo "==> the jobs' environment (Spark, torch, TensorFlow ...): a few minutes the first time"
	@command -v java >/dev/null || { echo "Java 17 is needed (Debian: apt-get install openjdk-17-jre-headless)"; exit 1; }
	$(PYTHON) -m venv $(VENV)/jobs
	$(JOBS)/python -m pip install --quiet --upgrade pip==26.3 setuptools==80.9.0 wheel
	$(JOBS)/python -m pip install --progress-bar on -r requirements/torch.txt
	$(JOBS)/python -m pip install --no-deps --progress-bar on -r requirements/jobs.txt
	$(JOBS)/python -m pip install --no-deps -r requirements/petastorm.txt
	$(JOBS)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/airflow/.ready: requirements/airflow.txt
	@echo "==> Airflow's environment"
	$(PYTHON) -m venv $(VENV)/airflow
	$(AIRFLOW)/python -m pip install --quiet --upgrade pip==26.3
	$(AIRFLOW)/python -m pip install --no-deps --progress-bar on -r requirements/airflow.txt
	@touch $@

$(VENV)/.dev-ready: $(VENV)/jobs/.ready $(VENV)/airflow/.ready requirements/dev.txt
	@echo "==> tools for the tests"
	$(JOBS)/python -m pip install --quiet --no-deps -r requirements/dev.txt
	$(AIRFLOW)/python -m pip install --quiet --no-deps -r requirements/dev.txt
	@touch $@

demo: env  ## a whole night: a sample shop (or SHOP= MAP=), the nightly DAG through Airflow, and what came out
	@$(JOBS)/mmgen demo --ds $(DS) $(if $(SHOP),--shop $(SHOP) --map $(MAP))

test: $(VENV)/.dev-ready lint unit airflow-test  ## all tests, from nothing

unit: $(VENV)/.dev-ready  ## the tests of mmgen and its jobs
	$(JOBS)/python -m pytest tests --ignore tests/dags --ignore tests/jobs/test_cluster.py -q

drills: $(VENV)/.dev-ready  ## a night on a Spark master and two workers, against one machine's rows: minutes, and much memory
	$(JOBS)/python -m pytest tests/jobs/test_cluster.py -q --timeout 2400

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

$(VENV)/benchmarks/.ready: $(VENV)/jobs/.ready requirements/benchmarks.txt
	@echo "==> the tools that mmgen is compared with"
	$(JOBS)/python -m pip install --quiet --no-deps --upgrade --target $(VENV)/benchmarks -r requirements/benchmarks.txt
	@touch $@

peers: $(VENV)/benchmarks/.ready  ## install what benchmarks compare with, beside the jobs' environment

benchmarks: peers  ## speed beside other tools (ARGS=--quick: small); writes docs/BENCHMARKS.md
	set -e; for script in benchmarks/bench_*.py; do echo "==> $$script"; $(JOBS)/python $$script $(ARGS); done

quality: peers  ## quality on real media, with intervals (ARGS=--quick: small); writes docs/BENCHMARKS.md
	set -e; for script in benchmarks/quality_*.py; do echo "==> $$script"; $(JOBS)/python $$script $(ARGS); done

lock:  ## resolve requirements/*.in into the locked *.txt
	requirements/lock.sh

clean:  ## remove the environments and var/; a home elsewhere (MMGEN_HOME) is left alone
	rm -rf "$(VENV)" "$(ROOT)/var"
	@[ "$(MMGEN_HOME)" = "$(ROOT)/var" ] || echo "left alone: $(MMGEN_HOME)"
