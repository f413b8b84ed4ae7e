# The commands of this repository. `make` lists them. RELEASE=trixie: the lab of `make demo` and `make lab` is Debian 13.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

bin := node_modules/.bin
# npm writes this file at the end of every install: it is as good as a stamp of our own, and `npm install` keeps it too.
installed := node_modules/.package-lock.json
generated := provider/dist cli/dist dist
# The engine is found on PATH, or built once (some minutes) into a cache outside the repository.
engine = engine=$$(tools/engine/ensure $(languages)) && export PATH="$$engine:$$PATH"

.PHONY: help
help: ## list these commands
	@sed -nE 's/^([a-z-]+):.* ## (.*)/  make \1\t\2/p' Makefile | expand -t 20

$(installed): package-lock.json
	npm ci --ignore-scripts
	@touch $@

.PHONY: build
build: $(installed) ## build the plugin (provider/), the command line (cli/) and the package (dist/)
	$(bin)/tsx tools/build.ts

.PHONY: generate
generate: $(installed) ## write schema.json and the resource classes from the definitions
	$(bin)/tsx tools/generate.ts

.PHONY: demo
demo: build ## boot a host and a VM in the lab, run `pulumi up` on them, check the VM from the LAN (root; SVG=docs/topology.svg draws it)
	$(engine) && $(bin)/tsx test/lab/demo.ts $(RELEASE)

.PHONY: lab
lab: $(installed) ## boot a lab, leave it running, print how to get on it (root)
	$(bin)/tsx test/lab/up.ts $(RELEASE)

.PHONY: lab-down
lab-down: $(installed) ## take down what `make lab` left running (root)
	$(bin)/tsx test/lab/down.ts

.PHONY: test
test: languages := --yaml
test: build ## all tests: unit, protocol, lifecycle, acceptance (root)
	$(engine) && $(bin)/tsx tools/test.ts

.PHONY: test-faults
test-faults: build ## all that can strike while a host's network changes, at each step, on both releases (root; an hour and a half)
	$(engine) && KVMNET_FAULTS=all $(bin)/tsx tools/test.ts --selectProjects acceptance --testPathPatterns neverLockedOut

.PHONY: bench
bench: build ## what the job, previews, many NICs, many hosts and the plugin's start take: ratios and figures of one run (root)
	$(engine) && $(bin)/tsx bench/main.ts $(BENCH)

.PHONY: test-unit
test-unit: $(installed) ## the tests that need no engine and no lab
	$(bin)/tsx tools/test.ts --selectProjects unit

.PHONY: lint
lint: $(installed) ## formatting, lint rules, types, shell scripts
	$(bin)/biome check --error-on-warnings
	$(bin)/tsc --noEmit -p .
	git ls-files -z --cached --others --exclude-standard | xargs -0 awk 'FNR == 1 && /^#!.*[\/ ](ba)?sh( |$$)/ { print FILENAME } { nextfile }' \
	  | xargs shellcheck

.PHONY: clean
clean: ## remove what `make build` made
	rm -rf $(generated)
