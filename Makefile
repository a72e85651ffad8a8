# make run    install into .venv and start: the bot when TELEGRAM_BOT_TOKEN is set, else the demo
# make test   install and run the tests that belong to every change
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test coverage pictures test-all bench check format lock clean

run: .venv/ready
	@if [ -n "$$TELEGRAM_BOT_TOKEN" ]; then \
		echo "TELEGRAM_BOT_TOKEN is set: starting the bot."; exec $(BIN)/papergram run; \
	else \
		echo "TELEGRAM_BOT_TOKEN is not set: starting the demo."; exec $(BIN)/papergram demo; \
	fi

test: .venv/ready check
	$(BIN)/pytest -m "not slow" --numprocesses auto

# Which lines the tests of every change reach; half as long again as the tests themselves.
coverage: .venv/ready
	$(BIN)/pytest -m "not slow" --numprocesses auto --cov --cov-report=term

test-all: test
	$(BIN)/pytest -m "slow and not alone" --numprocesses auto --timeout 1800 --durations=20
	$(BIN)/pytest -m "slow and alone" --timeout 1800 --durations=20

check: .venv/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: .venv/ready
	$(BIN)/python -m tests.bench

format: .venv/ready
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# One lock for runtime and tests, in two sections, with hashes and without index addresses.
UV = $(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url \
	--no-annotate --no-header --quiet
lock: .venv/ready
	$(BIN)/pip install --quiet 'uv>=0.5'
	$(UV) --upgrade --extra test --output-file build/all.lock
	$(UV) --constraint build/all.lock --output-file build/runtime.lock
	$(UV) --constraint build/all.lock --extra test --output-file build/tests.lock \
		$$(sed -n 's/^\([A-Za-z0-9._-]*\)==.*/--no-emit-package \1/p' build/runtime.lock)
	{ echo "# Written by: make lock"; echo "# --- runtime ---"; cat build/runtime.lock; \
		echo "# --- tests ---"; cat build/tests.lock; } > requirements.lock

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Papergram needs Python 3.11 or newer: make PYTHON=python3.11 $(MAKECMDGOALS)")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

pictures: .venv/ready
	$(BIN)/python -m tests.demo.pictures
