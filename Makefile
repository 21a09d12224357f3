# `make demo` and `make test` do all set-up on a machine that has Go, git and make.

.PHONY: demo test bench fuzz golden

demo:
	go run ./internal/demo

test:
	go vet ./...
	go test ./...

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
