VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test test-deep lint format docs bench clean help

help:  ## what there is to make
	@sed -n 's/^\([a-z-]*\):.*## /\1: /p' Makefile

demo: $(VENV)/.verify  ## train one network with minikeras and with Keras, from one seed, and compare
	$(BIN)/minikeras verify digits-cnn

# A file's tests go to one worker, so that each fixture of a file is made once.  Files keep their
# order, in which the longest are first.
test: $(VENV)/.dev  ## every test, against Keras
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -q

test-deep: $(VENV)/.dev  ## the same with 2,000 drawn examples a test
	HYPOTHESIS_PROFILE=deep $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -q

lint: $(VENV)/.dev  ## style, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.dev  ## rewrite the sources in the project's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.dev  ## build the pages into site/ without warnings and run their code blocks
	$(BIN)/mkdocs build --strict --quiet
	$(BIN)/python -m pytest -q docs README.md

bench: $(VENV)/.bench  ## minikeras and its peers in turns, then the measurements of its parts
	$(BIN)/python -m benchmarks.compare
	$(BIN)/python -m pytest -q benchmarks --benchmark-enable --benchmark-sort=name \
	  --benchmark-columns=min,median,iqr,rounds --benchmark-json=benchmarks/results/parts.json
	$(BIN)/python benchmarks/engine_size.py

clean:  ## forget the virtual environment and everything made
	rm -rf $(VENV) site build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .benchmarks

# The stamps tell what is installed; a changed pyproject.toml installs again.
$(VENV)/.verify: pyproject.toml | $(BIN)/python
	@echo "Installing minikeras, Keras and TensorFlow into $(VENV) (some minutes the first time)"
	$(BIN)/python -m pip install --quiet --editable '.[verify]'
	@touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	@echo "Installing minikeras with everything its tests need into $(VENV) (some minutes the first time)"
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@ $(VENV)/.verify

$(VENV)/.bench: pyproject.toml | $(BIN)/python
	@echo "Installing minikeras, TensorFlow, JAX and PyTorch into $(VENV) (some minutes the first time)"
	$(BIN)/python -m pip install --quiet --editable '.[dev,bench]'
	@touch $@ $(VENV)/.dev $(VENV)/.verify

# The interpreter is $(PYTHON) if that is set.  Otherwise it is the first one on PATH that is 3.11 to
# 3.13, starts (a version manager's shim may exist and fail) and can make virtual environments.
$(BIN)/python:
	@check='import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'; \
	old_ifs=$$IFS; IFS=:; \
	for name in $(or $(PYTHON),python3.13 python3.12 python3.11 python3 python); do for folder in $$PATH; do \
	  if "$$folder/$$name" -c "$$check" 2>/dev/null; then python=$$folder/$$name; break 2; fi; \
	done; done; IFS=$$old_ifs; \
	if [ -z "$$python" ]; then \
	  echo "No $(or $(PYTHON),Python) that is 3.11, 3.12 or 3.13 (with venv) was found on PATH; install one." >&2; exit 1; \
	fi; \
	echo "Making $(VENV) with $$python"; "$$python" -m venv $(VENV)
