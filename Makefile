# `make demo`, `make check` and `make test` do all set-up on a machine that has Go, git and make.

.PHONY: demo check lint test tools bench fuzz golden

# What is built once, at these versions, and found again by the next run.
TOOLS := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/telemetrygen
GOLANGCI_LINT := $(TOOLS)/golangci-lint-2.15.0
ACTIONLINT := $(TOOLS)/actionlint-1.7.12
AXE := $(TOOLS)/axe-core-4.14.1.js

demo:
	go run ./internal/demo

# Before every commit: the linters, and the tests that need nothing but Go and
# little time.
check: lint
	go test -short ./...

lint: $(GOLANGCI_LINT) $(ACTIONLINT)
	@gofmt -l $$(git ls-files '*.go') | (! grep .) || (echo "gofmt would change these" >&2; exit 1)
	go vet ./...
	$(GOLANGCI_LINT) run
	$(ACTIONLINT)

# Before a push: everything that this machine has the programs for.
test:
	go vet ./...
	go test -vet=off -timeout 20m ./...

tools: $(GOLANGCI_LINT) $(ACTIONLINT) $(TOOLS)/otelcol $(TOOLS)/pebble $(AXE)

$(GOLANGCI_LINT):
	GOBIN=$(TOOLS)/new go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
	mv $(TOOLS)/new/golangci-lint $@

$(ACTIONLINT):
	GOBIN=$(TOOLS)/new go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
	mv $(TOOLS)/new/actionlint $@

$(AXE):
	mkdir -p $(TOOLS)/new
	cd $(TOOLS)/new && npm pack --silent axe-core@4.14.1 && tar -xzf axe-core-4.14.1.tgz package/axe.min.js
	mv $(TOOLS)/new/package/axe.min.js $@

$(TOOLS)/otelcol: internal/otelcoltest/main.go internal/otelcoltest/go.mod
	go build -C internal/otelcoltest -o $@ .

# An ACME authority, and the DNS server that it asks.
$(TOOLS)/pebble: internal/acmetest/go.mod
	go build -C internal/acmetest -o $(TOOLS)/ github.com/letsencrypt/pebble/v2/cmd/pebble-challtestsrv github.com/letsencrypt/pebble/v2/cmd/pebble
	touch $@

# Ratios within one run: instrumented against twin, ours against a peer's.
# -v names what was skipped because this machine lacks it.
bench:
	go test -v -run '^$$' -bench . -benchtime 1x -timeout 60m ./runtime ./rewrite ./collector/...

# Rewrite the wanted diffs and reports after a change that is meant.
golden:
	go test ./rewrite -run TestGolden -update

fuzz:
	go test ./rewrite/internal/find -run '^$$' -fuzz FuzzInstrumentAndRemove -fuzztime 10m
	go test ./collector/wire -run '^$$' -fuzz FuzzDecode -fuzztime 10m
