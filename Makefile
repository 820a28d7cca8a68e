# Logic lives in bin/; this file only names it.
.DEFAULT_GOAL := help
.PHONY: help run test bench prove shots demo

help: ## what can be run here
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## set up what is missing and serve on this machine only, with a demo clinic in an empty database
	@bin/setup run
	@BETWEEN_LOG_FORMAT="$${BETWEEN_LOG_FORMAT:-plain}" exec .venv/bin/python app.py

test: ## set up what is missing; format, lint, types, imports, unit, page and browser tests
	@bin/setup test
	@bin/test

bench: ## measure the budgets of docs/operations.md against their floors
	@bin/with-browser bench

prove: ## run every proof at full size and write docs/proofs.md
	@bin/with-browser prove

shots: ## a picture of every screen: build/shots/index.html
	@bin/with-browser shots

demo: ## put the demo clinic into an empty database
	@bin/setup run
	@.venv/bin/flask --app app demo
