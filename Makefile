.PHONY: help install demo serve check test test-engines test-spark engines engines-stop seed lock clean
.DEFAULT_GOAL := help
DEMO_HOME := home/demo

help:  ## Show this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

install:  ## Install system packages and .venv
	@./install.sh

demo: install  ## Take in the seed mailbag and show where its letters went
	@sh seed/demo.sh $(DEMO_HOME)

serve: install  ## Open the demo archive's pages on http://127.0.0.1:8765/
	@DOSSIER_DEMO=1 .venv/bin/dossier serve --home $(DEMO_HOME)

check:  ## Lint (the Dockerfile too), format, types, import rules
	@./install.sh --with-tests
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/hadolint Dockerfile

test:  ## Every test that needs no server
	@./install.sh --with-tests
	.venv/bin/python -m pytest

engines:  ## Install and start the real servers (ONLY="postgres minio": these alone)
	@./install.sh --with-engines $(ONLY)
	@.venv/bin/python -m tests.engines up $(ONLY)

test-engines:  ## Every contract suite and the story on real servers (starts them)
	@./install.sh --with-tests
	@$(MAKE) --no-print-directory engines
	.venv/bin/python -m pytest -m engine

test-spark:  ## Matching by Splink on Spark: adds its packages to .venv (400 MB), runs its tests and 20,000 records
	@./install.sh --with-tests
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-spark.lock
	.venv/bin/python -m pytest tests/unit/test_matching_on_spark.py
	.venv/bin/python -m benchmarks.on_spark

engines-stop:  ## Stop the real servers (ONLY="…": these alone)
	@.venv/bin/python -m tests.engines down $(ONLY)

seed:  ## Make the seed mailbag anew
	@./install.sh --with-tests
	.venv/bin/python seed/make_mailbag.py

lock:  ## Pin every package anew from pyproject.toml
	@python3 -m venv build/lock && build/lock/bin/pip install --quiet 'pip-tools>=7' && \
	build/lock/bin/pip-compile --quiet --generate-hashes --extra dev --extra engines --extra otel --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
	    --no-header --allow-unsafe --strip-extras -o requirements.lock pyproject.toml && \
	build/lock/bin/pip-compile --quiet --generate-hashes --extra spark -c requirements.lock --no-emit-index-url --no-emit-trusted-host \
	    --no-emit-find-links --no-header --allow-unsafe --strip-extras -o requirements-spark.lock pyproject.toml

clean:  ## Remove the demo archive and all caches
	rm -rf $(DEMO_HOME) build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
