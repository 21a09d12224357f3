//go:build !notelemetry

package telemetry

import (
	"runtime"
	"strings"
	"testing"
)

// Every way in which a run can end is counted as what the shell saw, and the
// shell sees what it sees of the twin.
func TestWhatIsRecorded(t *testing.T) {
	t.Parallel()
	runs := []struct {
		args    string
		env     string
		code    int
		counted string // after the run and, if later, after one more command
		later   bool
		unix    bool // ends in a way that Windows does not have
	}{
		{args: "get data-policy", counted: "pace get data-policy 0 1"},
		{args: "get dp secret", counted: "pace get data-policy 0 1"}, // an alias
		{args: "get data-policy --count x", code: 1, counted: "pace get data-policy 1 1"},
		{args: "get data-policy --nope", code: 1, counted: "pace get data-policy 1 1"},
		{args: "get data-policy a b", code: 1, counted: "pace get data-policy 1 1"},
		{args: "required", code: 1, counted: "pace required 1 1"},
		{args: "nope", code: 1, counted: "pace 1 1"},
		{args: "--nope", code: 1, counted: "pace 1 1"},
		{args: "nope", env: "PACE_SWALLOW=1", counted: "pace 0 1"},
		{args: "required", env: "PACE_SWALLOW=1", counted: "pace required 0 1"},
		{args: "end error", env: "PACE_SWALLOW=1", counted: "pace end error 0 1"},
		{args: "end error", code: 1, counted: "pace end error 1 1"},
		{args: "end three", code: 3, counted: "pace end three 3 1"},
		{args: "end exit 0", counted: "pace end exit 0 1"},
		{args: "end exit 300", code: 44, counted: "pace end exit 44 1", unix: true},
		{args: "end exit -- -1", code: 255, counted: "pace end exit 255 1", unix: true},
		{args: "end check", code: 1, counted: "pace end check 1 1"},
		{args: "end fatal", code: 1, counted: "pace end fatal 1 1"},
		{args: "end moved", code: 9, counted: "pace end moved 9 1"},
		{args: "end came-back", counted: "pace end came-back 0 1"},
		{args: "end signal", code: 143, counted: "pace end signal 143 1", unix: true},
		{args: "end two-exits", code: 5, counted: "pace end two-exits 5 1"},
		{args: "end panic", code: 2, counted: "pace end panic 2 1"},
		{args: "end panic", env: "GOTRACEBACK=crash", code: 134, counted: "pace end panic -1 1", later: true, unix: true},
		{args: "end nested-panic", code: 2, counted: "pace end nested-panic 2 1"},
		{args: "end recovered", counted: "pace end recovered 0 1"},
		{args: "end raw-exit", code: 7, counted: "pace end raw-exit -1 1", later: true},
		{args: "end goroutine-panic", code: 2, counted: "pace end goroutine-panic -1 1", later: true},
		{args: "end kill", code: killed, counted: "pace end kill -1 1", later: true},
		{args: "end term", code: 143, counted: "pace end term -1 1", later: true, unix: true},
		{args: "end exec", counted: "pace end exec -1 1", later: true, unix: true},
		{args: "hooked plain", counted: "pace hooked plain 0 1"},
		{args: "hooked failing", code: 1, counted: "pace hooked failing 1 1"},
		{args: "hooked raw --help", counted: "pace hooked raw 0 1"}, // flags are its own business
		{args: "hooked unlisted-plugin", counted: "pace hooked (unlisted) 0 1"},
		{args: "get data-policy", env: "PACE_BEFORE_EXECUTE=3", code: 3, counted: "pace 3 1"},
		{args: "get data-policy", env: "PACE_BEFORE_EXECUTE=0"},
		{args: "nope", env: "PACE_DEPENDENCY_EXITS=1", code: 1, counted: "pace -1 1", later: true},
		{args: "--quiet nope", env: "PACE_DEPENDENCY_EXITS=1", code: 1, counted: "pace -1 1", later: true},
		{args: "-q --profile=x nope get", env: "PACE_DEPENDENCY_EXITS=1", code: 1, counted: "pace -1 1", later: true},
		{args: "-p x nope", env: "PACE_DEPENDENCY_EXITS=1", code: 1, counted: "pace -1 1", later: true},
		{args: "--quiet nope", env: "PACE_SWALLOW=1", counted: "pace 0 1"},
		{args: "--profile nope", env: "PACE_DEPENDENCY_EXITS=1"}, // the root's help
		{args: "--profile nope get data-policy", counted: "pace get data-policy 0 1"},
		{args: "docker-cli-plugin-metadata", code: 1, counted: "pace 1 1"},
		{args: "get data-policy --nope", env: "PACE_SWALLOW=1", counted: "pace get data-policy 0 1"},
		{args: "get data-policy", env: "PACE_DEPENDENCY_EXITS=1", counted: "pace get data-policy -1 1", later: true},
		{args: "get data-policy --nope", env: "PACE_DEPENDENCY_EXITS=1", code: 1, counted: "pace get data-policy -1 1", later: true},
		{args: "get data-policy a b", env: "PACE_DEPENDENCY_EXITS=1", code: 1, counted: "pace get data-policy -1 1", later: true},
		{args: "hooked plain", env: "PACE_DEPENDENCY_EXITS=1", counted: "pace hooked plain -1 1", later: true},
		{args: "get data-policy --help", env: "PACE_DEPENDENCY_EXITS=1"}, {args: "get", env: "PACE_DEPENDENCY_EXITS=1"},
		{args: "ignored", env: "PACE_SET_ARGS=required", code: 1, counted: "pace required 1 1"},
		{args: ""}, {args: "get"}, {args: "get nope"}, {args: "--help"}, {args: "help get"}, {args: "help nope"},
		{args: "get data-policy --help"}, {args: "get data-policy -h"}, {args: "--version"}, {args: "completion bash"},
		{args: "__complete get data"}, {args: "__completeNoDesc get data"}, {args: "completion"},
	}
	for _, r := range runs {
		t.Run(strings.ReplaceAll(r.env+" "+r.args, "/", "_"), func(t *testing.T) {
			if r.unix && runtime.GOOS == "windows" {
				return
			}
			t.Parallel()
			h := newHome(t)
			if r.env != "" {
				h.env = append(h.env, r.env)
			}
			got, want := h.run(strings.Fields(r.args)...), h.runProgram(built.twin, strings.Fields(r.args)...)
			if r.code != got.code {
				t.Errorf("exit code %d, want %d", got.code, r.code)
			}
			sameForUser(t, got, want)
			if r.counted == "" {
				h.nothingKept()
				return
			}
			if r.later {
				h.env = append(h.env, "PACE_DEPENDENCY_EXITS=")
				h.run("required")
				r.counted += "\npace required 1 1"
			}
			h.want(r.counted)
			if left := h.slots(); len(left) > 0 {
				t.Errorf("slots left: %v", left)
			}
		})
	}
}

// The file is exactly as documented.
func TestTheFile(t *testing.T) {
	t.Parallel()
	h := newHome(t, "PACE_TELEMETRY=on", "PACE_TELEMETRY_ENDPOINT=http://127.0.0.1:9/telemetry")
	h.run("get", "data-policy")
	h.run("get", "data-policy")
	h.run("get", "data-policy", "--nope")
	text := h.read(reportFile)
	want := "metric_points:\n    pace get data-policy:\n        0:\n            cumulative_count: 2\n        1:\n            cumulative_count: 1\n" +
		"cli_version: v1.16.0\noperating_system: " + runtime.GOOS + "\nid: "
	if !strings.HasPrefix(text, want) || len(text) != len(want)+37 {
		t.Errorf("the file is\n%s\nwant\n%s<uuid>", text, want)
	}
}
