# `make run` starts Masar, `make test` runs every test. Each installs into .venv what it needs, and nothing the second time.
VENV := .venv
BIN := $(VENV)/bin
PINS := pyproject.toml requirements.lock tools/install
WORDS := $(wildcard masar/*/locale/*/LC_MESSAGES/*.po)
TESTS := $(BIN)/python -m pytest
# In the order of their folders: a test that lets all time run out comes before the journeys, whose people still have some.
PYTEST := $(TESTS) -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: help setup run quick test test-pg15 check bench soak lock clean
.DELETE_ON_ERROR:

help:
	@echo "make run     install what running needs, then start Masar with its demonstration"
	@echo "make test    install what testing needs, then run every test (20 minutes at most)"
	@echo "make quick   the tests that need no browser and no Node (5 minutes at most)"
	@echo "make check   format, lint, types, imports, migrations and the quick tests"
	@echo "make bench   the figures of speed, each beside its limit"
	@echo "make soak    the long drills"
	@echo "make setup   install everything, tools for developers included"
	@echo "make lock    choose the newest versions allowed and write requirements.lock"

setup: $(VENV)/has-dev $(VENV)/has-words
	@tools/system browser

run: $(VENV)/has-run $(VENV)/has-words
	@MASAR_FOLLOW_PARENT=1 exec $(BIN)/masar up --demo

quick: $(VENV)/has-test $(VENV)/has-words
	@$(PYTEST) -m "not soak and not browser and not node"

test: $(VENV)/has-test $(VENV)/has-words
	@tools/system browser
	@tools/system node
	@$(PYTEST) -m "not soak"
	@if [ "$${CI:-}" = true ]; then $(MAKE) --no-print-directory test-pg15; fi

# The oldest server that Masar supports, with the programs of Debian's package.
test-pg15: $(VENV)/has-test $(VENV)/has-words
	@tools/system postgres15
	@echo "Testing the database-bound part on PostgreSQL 15 …"
	@MASAR_TEST_SERVER=debian MASAR_PG_BIN=/usr/lib/postgresql/15/bin MASAR_TEST_HOME=$(CURDIR)/var/debian15 \
		$(PYTEST) -m "database and not soak and not browser and not node"

check: $(VENV)/has-dev $(VENV)/has-words
	@echo "Format …" && $(BIN)/ruff format --check .
	@echo "Lint …" && $(BIN)/ruff check .
	@echo "Types …" && $(BIN)/mypy
	@echo "Imports …" && $(BIN)/lint-imports
	@echo "Migrations …" && $(BIN)/masar manage makemigrations --check --dry-run
	@echo "Tests …" && $(PYTEST) -m "not soak and not browser and not node"

bench: $(VENV)/has-test $(VENV)/has-words
	@$(BIN)/python -m bench

soak: $(VENV)/has-test $(VENV)/has-words
	@$(TESTS) -m soak

lock: $(VENV)/has-dev
	@$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --upgrade --quiet \
		--no-emit-index-url --no-annotate --no-header -o requirements.lock

clean:
	rm -rf $(VENV) build dist *.egg-info

$(VENV)/has-run: $(PINS)
	@tools/install run

$(VENV)/has-test: $(PINS)
	@tools/install test

$(VENV)/has-dev: $(PINS)
	@tools/install dev

$(VENV)/has-words: $(VENV)/has-run $(WORDS)
	@for words in $(WORDS); do $(BIN)/pybabel -q compile -i "$$words" -o "$${words%.po}.mo" || exit 1; done
	@touch $@
