# Shopadmin: `make demo` runs the main job, `make test` the tests, `make help` lists the rest.

VENV := .venv
BIN := $(VENV)/bin
SERVE ?= 1
ONLY ?=
TESTS ?= tests
JOBS ?= 2

# The first of these that is Python 3.12 or 3.13 and can make environments; version managers' shims may refuse to run.
define FIND_PYTHON
for candidate in python3.13 python3.12 python3 \
    $$(ls -d "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/3.1[23]*/bin/python3 2>/dev/null | sort -rV) \
    /usr/local/bin/python3 /opt/homebrew/bin/python3; do \
  if "$$candidate" -c 'import sys, venv, ensurepip; sys.exit(not (3, 12) <= sys.version_info < (3, 14))' >/dev/null 2>&1; then \
    echo "$$candidate"; exit 0; \
  fi; \
done
endef

.PHONY: help setup demo run test check format bench lock messages screenshot clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort

$(VENV)/.installed: requirements.lock
	@python="$$($(FIND_PYTHON))"; \
	if [ -z "$$python" ]; then \
	  echo "Shopadmin needs Python 3.12 or 3.13 with the venv module, and none was found." >&2; \
	  echo "Looked for python3.13, python3.12, python3 and pyenv's versions folder." >&2; \
	  echo "Install one (Debian: apt-get install python3 python3-venv) and try again." >&2; exit 1; \
	fi; \
	[ -x $(BIN)/python ] || "$$python" -m venv $(VENV)
	@echo "Installing the Python packages (about 600 MB, a minute or two) …"
	@$(BIN)/python -m pip install --quiet --no-deps --require-hashes --requirement requirements.lock
	@touch $@

setup: $(VENV)/.installed ## install everything into .venv
	@$(BIN)/python -m shopadmin.doctor

demo: setup ## run the main job on a demo shop and serve it (SERVE=0: only run it)
	@$(BIN)/python manage.py demo $(if $(filter 0,$(SERVE)),--no-serve)

run: setup ## serve the site with worker and scheduler, without demo data
	@$(BIN)/python manage.py serve

test: setup ## run every test, in JOBS processes side by side
	@$(BIN)/python -m pytest -p tests.apart --numprocesses $(JOBS) --dist load $(TESTS)

check: setup ## lint, types, layers, migrations, deployment checks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	git ls-files '*.html' | xargs $(BIN)/djade --target-version 6.1 --check
	$(BIN)/mypy manage.py shopadmin catalog tagging
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') ALLOWED_HOSTS=shop.example EMAIL_URL=smtp://mail.example \
	  $(BIN)/python manage.py check --deploy --fail-level WARNING

format: setup ## format code and templates
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	git ls-files '*.html' | xargs $(BIN)/djade --target-version 6.1

bench: setup ## measure against peers and limits (ONLY=search one area); writes var/bench.json
	@$(BIN)/python -c 'import hnswlib, icu, import_export, rule_engine, symspellpy, zen' 2>/dev/null || \
	  $(BIN)/python -m pip install --quiet --no-deps --require-hashes --requirement requirements-bench.lock
	@$(BIN)/python -m tests.bench $(ONLY)

lock: setup ## renew the lock files from pyproject.toml
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.12 --generate-hashes \
	  --no-annotate --no-header --no-emit-index-url --no-emit-find-links --output-file requirements.lock
	@printf '%s\n' hnswlib==0.8.0 django-import-export==4.4.3 tablib==3.10.0 diff-match-patch==20241021 \
	  pyicu-wheels==2.15.2 symspellpy==6.10.1 rule-engine==5.1.0 python-dateutil==2.9.0.post0 zen-engine==2.1.3 \
	  | $(BIN)/uv pip compile - --no-deps --universal --python-version 3.12 --generate-hashes \
	  --no-annotate --no-header --no-emit-index-url --no-emit-find-links --output-file requirements-bench.lock

screenshot: setup ## take the README's screenshot from the demo's data
	@$(BIN)/python -m tests.browser.screenshot

clean: ## stop the embedded server and remove everything that was built
	@[ ! -x $(BIN)/python ] || $(BIN)/python manage.py database stop
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache

messages: setup ## collect texts for translation and compile them (needs GNU gettext)
	@$(BIN)/python manage.py makemessages --locale es --ignore .venv --ignore var --ignore tests --no-location --no-obsolete
	@$(BIN)/python manage.py compilemessages --ignore .venv
