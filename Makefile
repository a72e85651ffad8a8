# make run    install into .venv and start: the bot when TELEGRAM_BOT_TOKEN is set, else the demo
# make test   install and run the tests that belong to every change
PYTHON ?= python3
BIN := .venv/bin
# The tests start many processes, which would all compile everything anew.
export PYTHONDONTWRITEBYTECODE =

.PHONY: run test coverage pictures test-all prove test-install bench check format lock word-table gazetteer clean

run: .venv/runtime
	@if [ -n "$$TELEGRAM_BOT_TOKEN" ]; then \
		echo "TELEGRAM_BOT_TOKEN is set: starting the bot."; exec $(BIN)/papergram run; \
	else \
		echo "TELEGRAM_BOT_TOKEN is not set: starting the demo."; exec $(BIN)/papergram demo; \
	fi

test: .venv/tests check
	$(BIN)/pytest -m "not slow" --numprocesses auto --dist worksteal

# Which lines the tests of every change reach; half as long again as the tests themselves.
coverage: .venv/tests
	$(BIN)/pytest -m "not slow" --numprocesses auto --cov --cov-report=term

test-all: test
	$(BIN)/pytest -m "slow and not alone" --numprocesses auto --dist worksteal --timeout 1800 --durations=20
	$(BIN)/pytest -m "slow and alone" --timeout 1800 --durations=20

# The simulated year, and the soak, the kills and the attacks in full size; test-all runs the year
# and a quarter of each of the others.
prove: .venv/tests
	PAPERGRAM_TEST_SCALE=1 $(BIN)/pytest -m scaled --timeout 1800 --durations=0 -s

# What make test installs, into a fresh clone where a newer version of everything is on offer.
test-install:
	rm -rf build/fresh
	git clone --quiet . build/fresh
	cd build/fresh && $(PYTHON) -m tests.packaging.newer

check: .venv/tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: .venv/tests
	$(BIN)/python -m tests.bench

format: .venv/tests
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# The lock has a section for the build backend, one for the bot and one for the tests; it holds
# hashes and no index addresses. Left out is pip: sqlite-utils asks for it, the bot has no use for it.
LOCKING = build/locking/bin
UV = $(LOCKING)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-package pip \
	--no-emit-index-url --no-annotate --no-header --quiet
NAMED = sed -n 's/^\([A-Za-z0-9._-]*\)==.*/--no-emit-package \1/p'
lock:
	$(PYTHON) -m venv build/locking
	$(LOCKING)/pip install --quiet 'uv>=0.5'
	$(LOCKING)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")' > build/build.in
	$(UV) --upgrade --extra test --output-file build/all.lock pyproject.toml build/build.in
	$(UV) --constraint build/all.lock --output-file build/build.lock build/build.in
	$(UV) --constraint build/all.lock --output-file build/runtime.lock pyproject.toml
	$(UV) --constraint build/all.lock --output-file build/tests.lock --extra test pyproject.toml \
		$$(cat build/build.lock build/runtime.lock | $(NAMED))
	{ echo "# Written by: make lock"; \
		echo "# --- build ---"; cat build/build.lock; \
		echo "# --- runtime ---"; cat build/runtime.lock; \
		echo "# --- tests ---"; cat build/tests.lock; } > requirements.lock

# What the bot needs. A Python that is missing or too old is said here, all else by INSTALL.
INSTALL = tests/packaging/install.py
.venv/runtime: requirements.lock pyproject.toml $(INSTALL)
	@command -v $(PYTHON) >/dev/null || { \
		echo "Papergram needs Python 3.11 or newer, and there is no $(PYTHON) here. Install it, or name another: make $(MAKECMDGOALS) PYTHON=python3.13" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Papergram needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) --version 2>&1). Name another: make $(MAKECMDGOALS) PYTHON=python3.13" >&2; exit 1; }
	@$(PYTHON) $(INSTALL) runtime

.venv/tests: .venv/runtime
	@$(BIN)/python $(INSTALL) tests

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

# The table of words that ranking uses, from the texts in PAPERGRAM_TEST_DATA. It needs what the
# extra named build asks for, which neither the bot nor the lock has.
word-table: .venv/tests
	$(BIN)/python -m tests.bench.build_word_table

# The towns and their names, from GeoNames; it needs the same extra.
gazetteer: .venv/tests
	$(BIN)/python -m tests.bench.build_gazetteer

pictures: .venv/tests
	$(BIN)/python -m tests.demo.pictures
	$(BIN)/python -m tests.demo.bot_picture
