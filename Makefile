# Everything a person types. `make run` is the product; the rest is for those who work on it.
#   make run            the demonstration lab on http://127.0.0.1:8000     PORT=8080 HOST=0.0.0.0
#   make run DEMO=0     the lab's own database in var/lab
#   make backup DEMO=0  a copy of it, also while it runs                   TO=/some/folder
#   make manage DEMO=0 DO="verify_ledger"  a management command in the lab that runs
#   make test lint      what continuous integration runs                   (CONTRIBUTING.md)

PYTHON = .venv/bin/python
WITH_SERVERS = $(PYTHON) -m lims.servers --
NOTHING_CHOSEN_IS_FINE = || test $$? = 5
PYTEST = $(WITH_SERVERS) $(PYTHON) -m pytest -p tests.published
OURS = lims cultures assays api
PIP_COMPILE = $(PYTHON) -m piptools compile -q --generate-hashes --strip-extras --no-emit-index-url \
  --no-emit-find-links --no-emit-trusted-host --allow-unsafe
export PORT HOST DEMO

.DEFAULT_GOAL := help
.PHONY: help run backup restore manage test test-unit test-thorough test-slow proof bench assets chromium fmt requirements \
  lint lint-style lint-types lint-templates lint-imports lint-django

help:
	@sed -n 's/^#   //p' Makefile

run: .venv/for-run
	@exec $(PYTHON) -m lims.supervisor

backup: .venv/for-run
	@$(PYTHON) -m lims.servers backup $(if $(TO),"$(TO)")

manage: .venv/for-run
	@$(PYTHON) -m lims.servers manage $(DO)

restore: .venv/for-run
	@$(PYTHON) -m lims.servers restore "$(FROM)"

# --- tests: on throw-away servers, nothing of a running Subline is touched ----------------------------------------------
test: assets chromium
	@$(WITH_SERVERS) $(MAKE) WITH_SERVERS= test-unit test-thorough test-slow

test-unit: assets
	$(PYTEST) -n 2 -m "not thorough and not browser and not worker and not proof" $(ARGS) $(NOTHING_CHOSEN_IS_FINE)

test-thorough: assets
	$(PYTEST) -n 2 -m "thorough and not browser and not worker and not proof" $(ARGS) $(NOTHING_CHOSEN_IS_FINE)

test-slow: assets chromium
	$(PYTEST) -n 2 --dist loadfile -m "(browser or worker) and not proof" $(ARGS) $(NOTHING_CHOSEN_IS_FINE)

proof: assets chromium
	$(PYTEST) -m proof $(ARGS)

bench: .venv/for-work
	$(WITH_SERVERS) $(PYTHON) -m tests.bench $(ARGS)

# Icons and the chart library, taken from the pinned packages; nothing of theirs is committed.
assets: .venv/for-work
	@. .ci/production.env && $(PYTHON) manage.py build_assets

chromium: .venv/for-work
	@$(PYTHON) -m tests.chromium

# --- quality: no server needed ------------------------------------------------------------------------------------------
lint: lint-style lint-types lint-templates lint-imports lint-django

lint-style: .venv/for-work
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .

lint-types: .venv/for-work
	. .ci/production.env && $(PYTHON) -m mypy $(OURS)

lint-templates: .venv/for-work
	$(PYTHON) -m djlint --lint --quiet $(OURS)

lint-imports: .venv/for-work
	.venv/bin/lint-imports

lint-django: .venv/for-work
	. .ci/production.env && $(PYTHON) -W ignore manage.py makemigrations --check --dry-run
	. .ci/production.env && $(PYTHON) manage.py check --deploy --fail-level WARNING

fmt: .venv/for-work
	$(PYTHON) -m ruff check --fix-only .
	$(PYTHON) -m ruff format .

requirements: .venv/for-work
	$(PIP_COMPILE) -o requirements.txt requirements.in
	$(PIP_COMPILE) -o requirements-embedded.txt requirements-embedded.in
	$(PIP_COMPILE) -o requirements-dev.txt requirements-dev.in

# --- the virtual environment: made once, and anew when the pinned requirements change -------------------------------------
.venv/for-run: requirements.txt requirements-embedded.txt .ci/venv
	@sh .ci/venv -r requirements.txt -r requirements-embedded.txt
	@touch $@

.venv/for-work: .venv/for-run requirements-dev.txt
	@sh .ci/venv -r requirements.txt -r requirements-embedded.txt -r requirements-dev.txt
	@touch $@
