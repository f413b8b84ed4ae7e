# The commands of this repository. `make` lists them. RELEASE=trixie: the lab of `make demo` and `make lab` is Debian 13; RELEASE=forky: Debian's next one.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

bin := node_modules/.bin
# npm writes this file at the end of every install: it is as good as a stamp of our own, and `npm install` keeps it too.
installed := node_modules/.package-lock.json
generated := provider/dist cli/dist dist sdk release site tools/site/pages
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

.PHONY: sdks
sdks: sdk/complete ## write the SDKs of Go and Python, sdk/, from the schema (needs go and python3)
sdk/complete: provider/schema.json tools/sdks.ts $(wildcard tools/sdks/*) | $(installed)
	$(bin)/tsx tools/sdks.ts
	@touch $@

.PHONY: sdk-dotnet
sdk-dotnet: $(installed) ## write the SDK of .NET, sdk/dotnet, from the schema (needs go); no test compiles it
	$(bin)/tsx tools/sdks.ts dotnet

.PHONY: release
release: build sdks ## write all that a release consists of, release/: the plugin's archives, the npm package, the SDKs, an SBOM, notes, SHA256SUMS
	$(bin)/tsx tools/release.ts

# Its generator has a package.json of its own: who makes no site needs none of it.
.PHONY: site
site: ## make docs/ into a static site, site/
	npm ci --prefix tools/site --ignore-scripts --no-audit --no-fund
	rm -rf site tools/site/pages
	cp -r docs tools/site/pages
	install -D -m 644 docs/logo.svg tools/site/pages/public/logo.svg
	cd tools/site && node_modules/.bin/vitepress build

# Before anything is installed or built for it.
.PHONY: lab-ready
lab-ready:
	@[ "$$(uname -s)" = Linux ] || { echo "The lab needs Linux: its hosts are containers in network namespaces." >&2; exit 2; }
	@[ "$$(id -u)" = 0 ] || { echo "The lab makes network namespaces, which root alone may: sudo make $(MAKECMDGOALS)" >&2; exit 2; }
	@case "$(RELEASE)" in ""|bookworm|trixie|forky|jammy|noble|resolute) ;; *) echo "RELEASE=$(RELEASE): must be bookworm, trixie, forky, jammy, noble or resolute." >&2; exit 2 ;; esac

.PHONY: demo
demo: lab-ready build ## boot a host and a VM in the lab, run `pulumi up` on them, and one that the host undoes (root; SVG=docs/topology.svg draws it, CAST=docs/demo.cast records it)
	$(engine) && $(bin)/tsx test/lab/demo.ts $(RELEASE)

.PHONY: lab
lab: languages := --yaml
lab: lab-ready build ## boot a lab, leave it running with a stack to try, print how to get on it (root)
	$(engine) && $(bin)/tsx test/lab/up.ts $(RELEASE)

.PHONY: lab-down
lab-down: $(installed) ## take down what `make lab` left running (root)
	$(bin)/tsx test/lab/down.ts

.PHONY: test
test: languages := --yaml --python --go
test: lab-ready build sdks ## all tests: unit, anomalies, protocol, lifecycle, acceptance (root)
	$(engine) && KVMNET_HOSTILE=most $(bin)/tsx tools/test.ts --selectProjects unit anomalies protocol lifecycle acceptance

.PHONY: test-all
test-all: languages := --yaml --python --go
test-all: lab-ready build sdks ## more than `make test`: all faults at each step; in slices that are run once for each content (root; hours; SLICE="unit acceptance/d", MINUTES=60)
	$(engine) && KVMNET_MINUTES=$(MINUTES) $(bin)/tsx tools/testAll.ts $(SLICE)

.PHONY: test-lifecycle
test-lifecycle: languages := --yaml --python --go
test-lifecycle: lab-ready build sdks ## the real engine against simulated hosts (root)
	$(engine) && $(bin)/tsx tools/test.ts --selectProjects lifecycle

.PHONY: bench
bench: build ## what the job, previews, many NICs, many hosts and the plugin's start take: ratios and figures of one run (root)
	$(engine) && $(bin)/tsx bench/main.ts $(BENCH)

.PHONY: test-unit
test-unit: $(installed) ## the tests that need no engine and no lab
	$(bin)/tsx tools/test.ts --selectProjects unit

.PHONY: lint
lint: $(installed) ## formatting, lint rules, types, directions of imports, shell scripts
	$(bin)/biome check --error-on-warnings
	$(bin)/tsc --noEmit -p .
	$(bin)/tsx tools/lint.ts
	git ls-files -z --cached --others --exclude-standard | xargs -0 awk 'FNR == 1 && /^#!.*[\/ ](ba)?sh( |$$)/ { print FILENAME } { nextfile }' \
	  | xargs shellcheck

.PHONY: clean
clean: ## remove what `make build` made
	rm -rf $(generated)
