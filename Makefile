# Two commands are enough: `make run` and `make test`. Everything else is for those who change the code.
PY ?= python3
PORT ?= 8000
SANDBOX_PORT ?= 8100
V := .venv

.PHONY: run test bench crashes check lock messages pictures help

help:  ## show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

$(V)/.ok: requirements/dev.txt
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make run PY=python3.12"; exit 1; }
	@$(PY) -m venv $(V) || { echo "The venv module is missing. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	$(V)/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

run: $(V)/.ok  ## database, demo merchant, local bol.com, worker and web; PORT= and SANDBOX_PORT= choose the ports
	@exec $(V)/bin/python manage.py dev --port $(PORT) --sandbox-port $(SANDBOX_PORT)

test: $(V)/.ok  ## everything that can be tested without a server of one's own
	$(V)/bin/python -m pytest -n 4 --dist worksteal -m "not benchmark and not crashes" $(TESTS)

crashes: $(V)/.ok  ## kills, freezes and robs real workers, one test after the other; wants a quiet machine
	$(V)/bin/python -m pytest -m crashes

bench: $(V)/.ok  ## ratios against what bol allows, and against a reference in the same run; wants a quiet machine
	$(V)/bin/python -m pytest -m benchmark

check: $(V)/.ok  ## lint, format, types, import contracts, migrations
	$(V)/bin/ruff check .
	$(V)/bin/ruff format --check .
	$(V)/bin/mypy backoffice connections offers orders
	$(V)/bin/lint-imports
	$(V)/bin/python manage.py makemigrations --check --dry-run
	! grep -nE 'https?://|index-url|find-links' requirements/*.txt

messages: $(V)/.ok  ## collect the texts to translate and compile their Dutch; needs gettext
	$(V)/bin/python manage.py makemessages -l nl --ignore .venv --ignore tests --ignore var --no-location --no-wrap --no-obsolete
	$(V)/bin/python manage.py compilemessages -l nl --ignore .venv

pictures: $(V)/.ok  ## remake docs/pictures from the demo shop; needs Chromium
	$(V)/bin/python -m pytest -q tests/journeys/pictures.py

lock: $(V)/.ok  ## compile the pins in requirements/ from pyproject.toml
	$(V)/bin/python -m pip install -q uv
	$(V)/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --custom-compile-command "make lock" pyproject.toml -o requirements/base.txt
	$(V)/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --custom-compile-command "make lock" pyproject.toml --group dev -o requirements/dev.txt
