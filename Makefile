# Two commands are enough: `make demo` and `make test`. The rest are their parts.

PYTHON ?= python3
BIN := .venv/bin
PYTEST := $(BIN)/pytest -q
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: demo test setup web system lint types layers unit contract sim api authorization description compat wild e2e sizes fix reference bench lock wheel clean

## demo: the server, a sample shop and a session started through the API; prints the links
demo: setup
	$(BIN)/opencobrowse demo

## test: everything that CI runs; sets up what it needs
test: setup system lint types layers sizes unit contract sim api authorization description compat wild e2e

## setup: Python environment and built web assets; after it .venv/bin/opencobrowse works
setup: .venv/.stamp web

.venv/.stamp: requirements/dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "opencobrowse needs Python 3.11 or newer")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes --requirement requirements/dev.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

WEB_SOURCES := $(shell find web/packages web/scripts -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)

web: web/node_modules/.stamp src/opencobrowse/assets/.stamp

web/node_modules/.stamp: web/package-lock.json
	cd web && npm ci --no-audit --no-fund --loglevel=error
	touch $@

src/opencobrowse/assets/.stamp: web/node_modules/.stamp $(WEB_SOURCES)
	cd web && npm run --silent build
	touch $@

## system: a browser and two reverse proxies from the system's packages, where they are missing
system:
	scripts/system-packages chromium:chromium nginx:nginx-light caddy:caddy openssl:openssl

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	cd web && npx biome check .

types:
	$(BIN)/mypy
	cd web && npx tsc --noEmit -p .

layers:
	$(BIN)/lint-imports

unit:
	$(PYTEST) tests/unit
	cd web && npx vitest run

contract:
	$(PYTEST) tests/contract

sim:
	$(PYTEST) tests/sim

api:
	$(PYTEST) tests/api

## authorization: every call by every kind of caller
authorization:
	$(PYTEST) tests/authorization

## description: the server against its own /openapi.json, by Schemathesis
description:
	$(PYTEST) tests/description

compat: tests/compat/javascript/node_modules/.stamp
	$(PYTEST) tests/compat

# The official JavaScript SDK and a real OpenID provider, as their lock files say; the Python SDK is in
# requirements/dev.txt
tests/compat/%/node_modules/.stamp: tests/compat/%/package-lock.json
	cd $(dir $<) && npm ci --no-audit --no-fund --loglevel=error
	touch $@

wild:
	$(PYTEST) tests/wild

e2e: system tests/compat/oidc/node_modules/.stamp
	$(PYTEST) tests/e2e

## sizes: what a customer's page has to load
sizes: web
	cd web && node scripts/size.mjs

## fix: what the formatters can mend
fix:
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	cd web && npx biome check --write .

## reference: the pages of docs/reference that are made from the code, and from what the server answers
reference:
	$(BIN)/python scripts/reference.py
	$(BIN)/python -m tests.authorization

## bench: the figures of benchmarks/results
bench: setup system
	$(BIN)/python -m benchmarks.live

## lock: newest versions within the bounds of pyproject.toml, with hashes
lock:
	$(BIN)/pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --upgrade --extra server --allow-unsafe --generate-hashes --strip-extras \
	  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header \
	  --output-file requirements/dev.txt pyproject.toml requirements/dev.in

## wheel: what is published; ships the built web assets
wheel: setup
	$(BIN)/python -m build --no-isolation

clean:
	rm -rf .venv web/node_modules tests/compat/*/node_modules src/opencobrowse/assets dist .demo
