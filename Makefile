# Everything that is done with this repository, one target each. `make` alone
# lists them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# gms_pure_go leaves the ICU library out of the SQL engine. The storage engine
# wants a C compiler all the same, for its compression.
TAGS := gms_pure_go
export CGO_ENABLED := 1

GO ?= go
GO_MINOR := 26
TOOLS := $(CURDIR)/.tools

# Pinned, and built apart from the product: its dependencies are not ours.
GOLANGCI_LINT_VERSION := v2.15.0
GOLANGCI_LINT := $(TOOLS)/golangci-lint-$(GOLANGCI_LINT_VERSION)

FUZZTIME ?= 10s
BENCHTIME ?= 1s
# How many random procedures `make compat` compares, and from which seed. The
# seed stands still so that a run can be repeated; 0 takes the time.
RANDOM_PROCEDURES ?= 100
SEED ?= 1
# The same for the statements of `make random`.
RANDOM_STATEMENTS ?= 3000

# Packages whose tests link the storage engine. Building it again with the race
# detector costs as much as all else together, so those run without it.
LINKING = $(shell $(GO) list -tags $(TAGS) -test -f '{{.ImportPath}} {{join .Deps " "}}' ./... \
	| sed -n '/^[^ ]*\.test .*github\.com\/dolthub\/dolt\/go\//s/\.test .*//p')
ALL = $(shell $(GO) list -tags $(TAGS) ./...)
OTHERS = $(filter-out $(LINKING),$(ALL))

.PHONY: help
help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: check-tools
check-tools:
	@command -v $(GO) >/dev/null || { \
	  echo "Go is missing: install Go 1.$(GO_MINOR) or later and put it on the PATH."; exit 1; }
	@version=$$($(GO) env GOVERSION); minor=$${version#go1.}; minor=$${minor%%[!0-9]*}; \
	case $$version in go1.[0-9]*) ;; *) minor=999 ;; esac; \
	if [ "$$minor" -lt $(GO_MINOR) ]; then \
	  echo "Go 1.$(GO_MINOR) or later is needed, and this is $$version: install a newer release."; exit 1; fi
	@cc=$$($(GO) env CC); command -v "$${cc%% *}" >/dev/null || { \
	  echo "A C compiler is missing ($$cc): install one, on Debian or Ubuntu with apt-get install gcc libc6-dev, on macOS with xcode-select --install."; exit 1; }

.PHONY: build
build: check-tools ## build ./airglow (the first time takes some minutes)
	$(GO) build -tags $(TAGS) -o airglow ./cmd/airglow

.PHONY: demo
demo: build ## the walkthrough on a server of its own, which stays up to try
	@examples/walkthrough/run.sh

.PHONY: demo-once
demo-once: build ## the walkthrough with checks of its result, then stop
	@DEMO_ONCE=1 examples/walkthrough/run.sh

# -count=1: tests that start ./airglow or another program must not be answered
# from a cache that knows nothing of it.
.PHONY: test
test: build ## vet and all tests, with the race detector where that is affordable
	$(GO) vet -tags $(TAGS) ./...
	$(MAKE) --no-print-directory race
	AIRGLOW_BINARY=$(CURDIR)/airglow $(GO) test -tags $(TAGS) -count=1 -timeout 15m $(LINKING)

.PHONY: race
race: build ## the tests that do not link the storage engine, with the race detector
	AIRGLOW_BINARY=$(CURDIR)/airglow $(GO) test -tags $(TAGS) -race -count=1 -timeout 15m $(OTHERS)

# How long `make soak` keeps two hundred sessions busy.
SOAK ?= 60s

.PHONY: soak
soak: check-tools ## let 200 sessions come, work, be killed and vanish (SOAK=60s)
	$(GO) test -race -tags $(TAGS) -count=1 -timeout 15m ./internal/app -run TestSessionsComeAndGo -soak $(SOAK)

.PHONY: race-server
race-server: check-tools ## scenarios, random statements and the server tests, with the race detector (builds the engine anew the first time)
	$(GO) test -race -tags $(TAGS) -count=1 -timeout 15m -skip TestSessionsComeAndGo ./internal/scenario ./internal/lookahead ./internal/app

.PHONY: compat
compat: check-tools ## compare stored procedures with a real MariaDB server (RANDOM_PROCEDURES=100 SEED=1)
	@command -v mariadbd >/dev/null || PATH=$$PATH:/usr/sbin command -v mariadbd >/dev/null || { \
	  echo "mariadbd is missing: install it, on Debian or Ubuntu with apt-get install mariadb-server."; exit 1; }
	PATH=$$PATH:/usr/sbin $(GO) test -tags $(TAGS) -count=1 -timeout 15m ./internal/compat -mariadb -random $(RANDOM_PROCEDURES) -seed $(SEED)

.PHONY: random
random: check-tools ## compare random statements with lookahead on and off (RANDOM_STATEMENTS=3000 SEED=1)
	$(GO) test -tags $(TAGS) -count=1 -timeout 15m ./internal/lookahead -run Random -random $(RANDOM_STATEMENTS) -seed $(SEED)

.PHONY: lint
lint: check-tools $(GOLANGCI_LINT) ## golangci-lint, as .golangci.yml says
	$(GOLANGCI_LINT) run ./...

$(GOLANGCI_LINT):
	mkdir -p $(TOOLS)
	echo '*' >$(TOOLS)/.gitignore
	GOBIN=$(TOOLS) $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)
	mv $(TOOLS)/golangci-lint $@

.PHONY: docs
docs: build ## renew the reference in docs/configuration.md
	@{ sed '/^<!-- reference -->$$/q' docs/configuration.md; \
	  echo; echo '```toml'; ./airglow config --reference; echo '```'; echo; \
	  sed -n '/^<!-- end of reference -->$$/,$$p' docs/configuration.md; } > docs/configuration.md.new
	@mv docs/configuration.md.new docs/configuration.md

.PHONY: bench
bench: check-tools ## run the benchmarks, procedures beside MariaDB if it is there (BENCHTIME=1s)
	$(GO) test -tags $(TAGS) -run '^$$' -bench . -benchmem -benchtime $(BENCHTIME) $(filter-out airglow/internal/compat,$(ALL))
	PATH=$$PATH:/usr/sbin; with=; if command -v mariadbd >/dev/null; then with=-mariadb; fi; \
	$(GO) test -tags $(TAGS) -run '^$$' -bench . -benchtime $(BENCHTIME) ./internal/compat $$with

# A test binary fuzzes one target at a time. It is compiled anew with all that it
# links, which the storage engine is too large for. FUZZ_LIGHT=1 leaves out what links
# the SQL engine or Amazon's services as well: a minute or two for all others.
FUZZ_LIGHT ?=

.PHONY: fuzz
fuzz: check-tools ## fuzz the decoders for a while (FUZZTIME=10s each; FUZZ_LIGHT=1: those that compile soon)
	@work=$$(mktemp -d); trap 'rm -rf "$$work"' EXIT; \
	others=" $(OTHERS) "; seen=$$($(GO) env GOCACHE)/fuzz/airglow; \
	for dir in $$(grep -rlE '^func Fuzz' --include='*_test.go' cmd internal | xargs -n1 dirname | sort -u); do \
	  case $$others in *"/$$dir "*) ;; *) echo "$$dir: links the storage engine, left out"; continue ;; esac; \
	  links=$$($(GO) list -tags $(TAGS) -test -deps "./$$dir"); \
	  if [ -n "$(FUZZ_LIGHT)" ] && grep -qE 'dolthub/go-mysql-server/|aws-sdk-go-v2/service/' <<<"$$links"; then \
	    echo "$$dir: links the SQL engine or Amazon's services, left out"; continue; fi; \
	  $(GO) test -tags $(TAGS) -c -fuzz . -o "$$work/test" "./$$dir"; \
	  for name in $$(sed -nE 's/^func (Fuzz[A-Za-z0-9_]*)\(.*/\1/p' "$$dir"/*_test.go); do \
	    echo "$$dir $$name"; \
	    (cd "$$dir" && "$$work/test" -test.run '^$$' -test.fuzz "^$$name\$$" -test.fuzztime $(FUZZTIME) -test.fuzzcachedir "$$seen/$$dir"); \
	  done; \
	done

.PHONY: clean
clean: ## remove what these targets made
	rm -rf airglow demo-data $(TOOLS)
