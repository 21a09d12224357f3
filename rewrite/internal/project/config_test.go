package project

import (
	"bytes"
	"go/format"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/gomod"
)

// TestConfigReadsWhatItWrote goes through the text and back, also where
// formatters and editors have been at it.
func TestConfigReadsWhatItWrote(t *testing.T) {
	plain := Config{Settings: Settings{App: "pace", Interval: time.Hour, Consent: "opt-out"}, State: State{Main: "example.com/pace"}}
	full := Config{
		Settings: Settings{
			App: "pace", Folder: "pace-cli", Command: "usage", Endpoint: `https://example.com/t?a="b"&c=<d>`, Interval: -time.Second,
			Consent: "opt-in", Excluded: []string{"pace daemon", "pace plugin run"},
		},
		State: State{Main: "example.com/pace/cmd/pace", Tags: "netgo,osusergo", Undo: gomod.Undo{
			Added: []string{"github.com/google/uuid"}, GoSum: []string{"github.com/google/uuid v1.6.0/go.mod"}, GoSumNew: true,
		}},
	}
	for name, want := range map[string]Config{"as little as possible": plain, "everything": full} {
		t.Run(name, func(t *testing.T) {
			text := want.Source("telemetry")
			if formatted, err := format.Source(text); err != nil || !bytes.Equal(formatted, text) {
				t.Errorf("not formatted (%v):\n%s", err, text)
			}
			for edit, edited := range map[string]string{
				"none":       string(text),
				"CRLF":       strings.ReplaceAll(string(text), "\n", "\r\n"),
				"no columns": strings.NewReplacer("            =", " =", "       =", " =", "   =", " =", "  =", " =").Replace(string(text)),
			} {
				got, err := parseConfig([]byte(edited), "telemetry")
				if err != nil || !reflect.DeepEqual(got, want) {
					t.Errorf("edit %s: read\n%+v, %v\nfrom\n%s\nwant\n%+v", edit, got, err, edited, want)
				}
			}
		})
	}
}

func TestConfigThatCannotBeReadIsAnError(t *testing.T) {
	state := string(Config{Settings: Settings{App: "pace"}, State: State{Main: "example.com/pace"}}.Source("telemetry"))
	if _, err := parseConfig([]byte(state), "telemetry"); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		strings.Replace(state, "package telemetry", "package usage", 1),
		strings.Replace(state, `"pace"`, "pace", 1),
		strings.Replace(state, "0 * time.Second", "3600", 1),
		strings.Replace(state, "0 * time", "x * time", 1),
		"package telemetry\n\nconst app = \"pace\"\n",
		"package telemetry\n\n//telemetrygen:state {\n",
		"package telemetry\n\n//telemetrygen:state {}\n",
		"nothing\n",
	} {
		if c, err := parseConfig([]byte(text), "telemetry"); err == nil {
			t.Errorf("%q is read as %+v", text, c)
		}
	}
}
